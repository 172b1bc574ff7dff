// Envelopes above B-B and in encrypted files. Every act is raised to the level as the product does it, with OpenSSL as CA, responder and
// time-stamp authority; nothing that is added makes an earlier signature worse in anybody's eyes, and our reader still knows the state.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EnvelopeResult } from '../src/app/run-envelope.ts'
import type { SignatureLevel } from '../src/core/formats/format.ts'
import type { SigningKey } from '../src/core/keys.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../src/testing/envelopes.ts'
import { testEngine } from '../src/testing/engines.ts'
import { networkOf, partyOf, withOpenSslPki, type OpenSslPki } from '../src/testing/openssl-pki.ts'
import { signingKeyOf, type TestParty } from '../src/testing/pki.ts'
import { classicPdf } from '../src/testing/pdf-builder.ts'
import { fakeClock, testRandom } from '../src/testing/ports.ts'
import { dss } from './judges/dss.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { qpdfCheck } from './judges/qpdf.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { makePki, type Pki } from './support/pki.ts'
import { keyOf } from './support/sign.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/envelope-levels')
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
const any = testKeyRef('any')
const HARMLESS = ['NONE', 'LTA_UPDATES', 'FORM_FILLING']
/** DSS of a page that fields were filled on, and what B-T lacks by its nature. */
const EXPECTED = /^(BBB_FC_IVDBSFR_ANS|ARCH_LTAIVMP)/

const draft = draftOf([
  draftSignatory(1),
  draftSignatory(2, { kind: 'simple' }),
  draftSignatory(3),
  draftSignatory(4, { role: 'visa', fields: [] }),
])

type Step = Readonly<{ name: string; made: EnvelopeResult; signatures: number }>

/** The preparer, a certificate, a code, a certificate, the visa. */
async function story(desk: ReturnType<typeof envelopeDesk>, original: Uint8Array): Promise<readonly Step[]> {
  const { envelopes, clock } = desk
  const steps: Step[] = []
  const keep = (name: string, made: EnvelopeResult, signatures: number): EnvelopeResult['file'] => {
    steps.push({ name, made, signatures })
    clock.set(new Date().toISOString())
    return made.file
  }
  const values = (n: number) => ({ [`EnvField_000${n}_001`]: true, [`EnvField_000${n}_002`]: 'Згода' })
  const means = { kind: 'key' as const, key: any }
  const source = { name: 'contract.pdf', blob: new Blob([Uint8Array.from(original)]) }
  let file = keep('prepared', await envelopes.prepare({ file: source, draft, key: any }), 1)
  file = keep('certificate', await envelopes.sign({ file, signatory: 's1', means, values: values(1) }), 2)
  const code = { kind: 'code' as const, code: envelopes.newCode() }
  file = keep('code', await envelopes.sign({ file, signatory: 's2', means: code, values: values(2) }), 2)
  file = keep('another', await envelopes.sign({ file, signatory: 's3', means, values: values(3) }), 3)
  keep('visa', await envelopes.sign({ file, signatory: 's4', means, values: {} }), 4)
  return steps
}

const written = async (path: string, { file }: EnvelopeResult): Promise<string> => {
  writeFileSync(path, new Uint8Array(await file.blob.arrayBuffer()))
  return path
}

function expectState(steps: readonly Step[], level: SignatureLevel): void {
  const kinds = steps.at(-1)?.made.view.steps.map(({ kind, signatory }) => [kind, signatory])
  expect(kinds).toEqual([['prepared', null], ...['s1', 's2', 's3', 's4'].map((id) => ['signed', id])])
  for (const { name, made } of steps) {
    const { state, report } = made.view
    expect([name, made.warnings, state.problems, state.status]).toEqual([
      name,
      [],
      [],
      name === 'visa' ? 'complete' : 'running',
    ])
    const signatures = report.signatures.filter(({ field }) => field?.startsWith('Env'))
    for (const each of signatures) {
      expect(each, `${name} ${each.field}`).toMatchObject({ integrity: 'intact', modificationsPermitted: true })
      if (level !== 'B-B') expect(each.timestamps.length, `${name} ${each.field}`).toBeGreaterThan(0)
    }
  }
}

describeWith(['openssl', 'dss', 'pyhanko', 'pdfsig', 'qpdf'], 'Every act of an envelope at a long-term level', () => {
  const deskOf = async (pki: OpenSslPki, level: SignatureLevel) => {
    pki.issue('alice', 'x_signer')
    pki.issue('tsa', 'x_tsa')
    const key: SigningKey = signingKeyOf((await partyOf(pki, 'alice')) as TestParty)
    const clock = fakeClock(new Date().toISOString())
    const ports = { clock, random: testRandom, engine: testEngine, network: networkOf(pki) }
    return envelopeDesk({ any: key }, font, ports, { level, authorities: ['https://tsa.test/'] })
  }

  test.each(['B-T', 'B-LT', 'B-LTA'] as const)('%s', (level) =>
    withOpenSslPki(async (pki) => {
      const steps = await story(await deskOf(pki, level), classicPdf())
      expectState(steps, level)
      for (const crl of ['sub', 'root'] as const) writeFileSync(join(pki.folder, `${crl}.crl`), pki.crl(crl))
      const crls = level === 'B-T' ? ['sub.crl', 'root.crl'].map((crl) => join(pki.folder, crl)) : []
      const trust = { trusted: [join(pki.folder, 'root.pem')], intermediates: [join(pki.folder, 'sub.pem')], crls }
      for (const { name, made, signatures } of steps) {
        const one: Case = { file: await written(join(pki.folder, `${name}.pdf`), made), ...trust }
        const { why } = pdfsig(one)
        // It knows no document time-stamps, and says so.
        expect(why.match(/Signature is Valid\./g), `${name}: ${why}`).toHaveLength(signatures)
        expect(why).not.toMatch(/Signature is Invalid|Digest Mismatch/)
        const hanko = await pyhanko(one)
        expect(hanko, `${name}: ${hanko.why}`).toMatchObject({ intact: true, accepts: true, signatures })
        for (const each of hanko.answer.signatures) {
          expect(HARMLESS, `${name} ${each.field}: ${hanko.why}`).toContain(each.modifications)
          expect(each, name).toMatchObject({ docmdpOk: true, timestamp: { valid: true, trusted: true } })
        }
        const verdict = await dss(one)
        for (const { pdf, indication, errors, warnings, level: claimed } of verdict.answer.signatures) {
          expect(
            [...errors, ...warnings].filter((text) => !EXPECTED.test(text)),
            `${name}: ${verdict.why}`,
          ).toEqual([])
          expect(indication, `${name}: ${verdict.why}`).toBe('TOTAL_PASSED')
          expect(pdf, name).toMatchObject({ undefinedChanges: false, pageDifference: [], annotationOverlap: [] })
          expect(claimed, name).toMatch(/^PAdES-BASELINE-/)
        }
        expect(qpdfCheck(one.file), name).toMatchObject({ clean: true })
        const twin = { ...one, file: flipByte(one.file, `${one.file}.bad.pdf`, findText(one.file, '/MediaBox') + 1) }
        for (const other of [pdfsig(twin), await pyhanko(twin)]) expect(other, name).toMatchObject({ accepts: false })
      }
      const last = await dss({ file: join(pki.folder, 'visa.pdf'), ...trust })
      expect(last.answer.signatures.at(-1)?.level, last.why).toBe(`PAdES-BASELINE-${level.slice(2)}`)
    }),
  )
})

describeWith(['dss', 'pyhanko', 'pdfsig', 'qpdf'], 'An envelope in an encrypted file', () => {
  let pki: Pki
  const desk = async () =>
    envelopeDesk({ any: await keyOf(pki, 'P-256', 'ECDSA-P256') }, font, {
      clock: fakeClock(new Date().toISOString()),
      random: testRandom,
      engine: testEngine,
    })

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('envelope-levels')
    writeFileSync(join(folder, 'plain.pdf'), classicPdf())
  })

  const encrypted = (user: string, ...args: readonly string[]): Uint8Array => {
    const out = join(folder, 'encrypted.pdf')
    const made = run(toolPath('qpdf'), [
      '--allow-weak-crypto',
      '--encrypt',
      user,
      'owner',
      ...args,
      '--',
      join(folder, 'plain.pdf'),
      out,
    ])
    expect(made.status, made.err).toBe(0)
    return new Uint8Array(readFileSync(out))
  }

  // Opened by anybody, as files are that only restrict what may be done with them.
  test.each([
    ['RC4, 128 bits', ['128', '--use-aes=n']],
    ['AES, 128 bits', ['128', '--use-aes=y']],
    ['AES, 256 bits', ['256']],
  ])('%s: prepared, signed and closed as any other', async (name, args) => {
    const original = encrypted('', ...args)
    const steps = await story(await desk(), original)
    expectState(steps, 'B-B')
    for (const { made, signatures } of steps) {
      const file = await written(join(folder, `${name.replaceAll(/\W+/g, '-')}.pdf`), made)
      const one = { file, trusted: [pki.root], crls: [pki.crl], password: '' }
      expect(pdfsig(one)).toMatchObject({ intact: true, signatures })
      const verdict = await dss(one)
      expect(verdict, verdict.why).toMatchObject({ intact: true, signatures })
      for (const { pdf } of verdict.answer.signatures) {
        expect(pdf, verdict.why).toMatchObject({ undefinedChanges: false, pageDifference: [], annotationOverlap: [] })
      }
      // pyHanko's comparison stumbles over encrypted strings in a form as soon as one is filled: it is asked before.
      if (signatures === 1) {
        const hanko = await pyhanko(one)
        expect(hanko, hanko.why).toMatchObject({ intact: true, accepts: true, signatures })
      }
      expect(qpdfCheck(file)).toMatchObject({ clean: true })
    }
    const { state } = await (await desk()).envelopes.open(steps.at(-1)?.made.file ?? { name: '', blob: new Blob() })
    expect(state.status).toBe('complete')
  })

  describe('refused with a code', () => {
    const codeOf = async (bytes: Uint8Array): Promise<unknown> => {
      const file = { name: 'contract.pdf', blob: new Blob([Uint8Array.from(bytes)]) }
      const { envelopes } = await desk()
      return envelopes.prepare({ file, draft, key: any }).then(
        () => 'prepared',
        ({ code }: { code: string }) => code,
      )
    }

    test('where only a password opens it', async () => {
      expect(await codeOf(encrypted('secret', '256'))).toBe('FORMAT_PASSWORD_REQUIRED')
    })

    test('where its owner allows no new fields', async () => {
      expect(await codeOf(encrypted('', '256', '--modify=none'))).toBe('FORMAT_PERMISSION_DENIED')
    })
  })
})
