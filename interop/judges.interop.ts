// The judges themselves on trial: each accepts what others signed well and refuses its tampered twin. Nothing of ours is used here,
// so that a green table of ours rests on judges seen saying no.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { dss } from './judges/dss.ts'
import { opensslCms, opensslPdf } from './judges/openssl.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { mutoolDraw, qpdfCheck } from './judges/qpdf.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import type { Case, Verdict } from './judges/verdict.ts'
import { makePki, type KeyKind, type Pki } from './support/pki.ts'
import { smallPdf } from './support/pdf.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/judges-trial')
const at = (name: string): string => join(folder, name)
let pki: Pki

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
})

function good(verdict: Verdict): void {
  expect(verdict, verdict.why).toMatchObject({ intact: true, accepts: true })
}

function bad(verdict: Verdict): void {
  expect(verdict, verdict.why).toMatchObject({ intact: false, accepts: false })
}

describeWith(['openssl', 'openssl-3.5', 'pyhanko', 'dss'], 'judges of CMS', () => {
  beforeAll(() => {
    pki = makePki('judges-cms')
    writeFileSync(at('content.bin'), 'A contract between two honest parties.\n')
    flipByte(at('content.bin'), at('content-bad.bin'), 5)
  })

  function signed(kind: KeyKind): Case & { twin: Case } {
    const signer = pki.signer(kind)
    const file = at(`${kind}.p7s`)
    const args = [
      'cms',
      '-sign',
      '-cades',
      '-binary',
      '-md',
      kind === 'P-256' || kind.startsWith('RSA') ? 'sha256' : 'sha512',
    ]
    const done = run(toolPath('openssl-3.5'), [
      ...args,
      '-in',
      at('content.bin'),
      '-signer',
      signer.certificate,
      '-inkey',
      signer.key,
      '-certfile',
      pki.root,
      '-outform',
      'DER',
      '-out',
      file,
    ])
    expect(done.status, done.err).toBe(0)
    const one = { file, contents: [at('content.bin')], trusted: [pki.root], crls: [pki.crl] }
    return { ...one, twin: { ...one, contents: [at('content-bad.bin')] } }
  }

  test.for(['P-256', 'P-384', 'RSA-2048'] as const)('OpenSSL of the system: %s', (kind) => {
    const one = signed(kind)
    good(opensslCms('openssl', one))
    bad(opensslCms('openssl', one.twin))
  })

  test.for(['P-256', 'RSA-2048', 'Ed25519', 'ML-DSA-65'] as const)('OpenSSL 3.5: %s', (kind) => {
    const one = signed(kind)
    good(opensslCms('openssl-3.5', one))
    bad(opensslCms('openssl-3.5', one.twin))
  })

  test.for(['P-256', 'P-384', 'RSA-2048', 'Ed25519', 'ML-DSA-65'] as const)('pyHanko: %s', async (kind) => {
    const one = signed(kind)
    good(await pyhanko(one))
    bad(await pyhanko(one.twin))
  })

  test.for(['P-256', 'P-384', 'RSA-2048'] as const)('DSS: %s', async (kind) => {
    const one = signed(kind)
    const verdict = await dss(one)
    good(verdict)
    expect(verdict.answer.signatures[0]?.level).toBe('CAdES-BASELINE-B')
    expect(await dss(one.twin)).toMatchObject({ accepts: false })
  })

  test('DSS: Ed25519 is intact, but its policy does not list the algorithm; ML-DSA it does not know', async () => {
    const verdict = await dss(signed('Ed25519'))
    expect(verdict, verdict.why).toMatchObject({ intact: true, accepts: false })
    expect(verdict.answer.signatures[0]?.subIndication).toBe('CRYPTO_CONSTRAINTS_FAILURE_NO_POE')
    expect((await dss(signed('ML-DSA-65'))).answer.error).toContain('Unsupported algorithm: ML-DSA-65')
  })

  test('a signer that nobody trusts is intact and not accepted', async () => {
    const other = makePki('judges-other')
    const one = { ...signed('P-256'), trusted: [other.root] }
    for (const verdict of [opensslCms('openssl', one), await pyhanko(one), await dss(one)]) {
      expect(verdict, verdict.why).toMatchObject({ intact: true, accepts: false })
    }
  })
})

describeWith(['openssl', 'openssl-3.5', 'pyhanko', 'dss', 'pdfsig', 'qpdf', 'mutool'], 'judges of PDF', () => {
  let one: Case
  let twin: Case

  beforeAll(() => {
    pki = makePki('judges-pdf')
    const signer = pki.signer('P-256')
    writeFileSync(at('plain.pdf'), smallPdf('The price is 100'))
    const done = run(toolPath('pyhanko'), [
      'interop/support/pyhanko_sign.py',
      at('plain.pdf'),
      at('signed.pdf'),
      signer.key,
      signer.certificate,
      pki.root,
    ])
    expect(done.status, done.err).toBe(0)
    one = { file: at('signed.pdf'), trusted: [pki.root], crls: [pki.crl] }
    twin = { ...one, file: flipByte(one.file, at('tampered.pdf'), findText(one.file, 'price is 100') + 9) }
  })

  test('OpenSSL over the byte range', () => {
    good(opensslPdf('openssl', one))
    bad(opensslPdf('openssl', twin))
    good(opensslPdf('openssl-3.5', one))
    bad(opensslPdf('openssl-3.5', twin))
  })

  test('pdfsig', () => {
    expect(pdfsig(one)).toMatchObject({ intact: true, signatures: 1, wholeDocument: true })
    bad(pdfsig(twin))
  })

  test('pyHanko: integrity, coverage, no modification', async () => {
    const verdict = await pyhanko(one)
    good(verdict)
    expect(verdict.answer.signatures[0]).toMatchObject({ coverage: 'ENTIRE_FILE', modifications: 'NONE' })
    bad(await pyhanko(twin))
  })

  test('DSS: the level string, and no warning that is not explained', async () => {
    const verdict = await dss(one)
    good(verdict)
    expect(verdict.answer.signatures[0]?.level).toBe('PAdES-BASELINE-B')
    expect(verdict.answer.signatures[0]?.pdf?.undefinedChanges).toBe(false)
    expect(await dss(twin)).toMatchObject({ accepts: false })
  })

  test('qpdf and MuPDF read it, and say so when they cannot', () => {
    expect(qpdfCheck(one.file)).toMatchObject({ clean: true })
    expect(mutoolDraw(one.file)).toEqual({ drawn: true, complaints: '' })
    writeFileSync(at('rubbish.pdf'), '%PDF-1.7\nrubbish')
    expect(qpdfCheck(at('rubbish.pdf'))).toMatchObject({ clean: false, readable: false })
  })
})
