// The built command line, as a CRM's back end runs it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classicPdf, simpleObjects } from '../testing/pdf-builder.ts'
import { run as runTool } from '../testing/tools.ts'
import type { FileReport, ValidationReport } from '../core/validation/report.ts'

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))
const program = join(root, 'dist/cli/countersign.js')
let folder = ''
const at = (name: string): string => join(folder, name)

type Ran = { status: number | null; out: string; err: string }

function run(...args: string[]): Ran {
  const done = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

function openssl(...args: string[]): void {
  const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const key = (name = 'p256'): string[] => ['--key', `${name}.p12`, '--password-file', 'password']
const verified = (...args: string[]): FileReport & { status: number | null } => {
  const { status, out } = run('verify', '--json', ...args)
  const [file] = (JSON.parse(out) as ValidationReport).files
  if (file === undefined) throw new Error('no file in the report')
  return { ...file, status }
}

/** A key and a certificate of a small CA, as a company hands them out. */
function makeKey(name: string, days: number, ...algorithm: string[]): void {
  openssl('genpkey', ...algorithm, '-out', `${name}.key`)
  openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=Signer ${name}/O=Test`, '-out', `${name}.csr`)
  writeFileSync(at('ext'), 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE')
  const issue = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', 'ext']
  openssl('x509', '-req', '-in', `${name}.csr`, ...issue, '-out', `${name}.pem`)
  const out = ['-passout', 'file:password', '-out', `${name}.p12`]
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    `${name}.key`,
    '-in',
    `${name}.pem`,
    '-certfile',
    'ca.pem',
    '-name',
    name,
    ...out,
  )
}

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), 'cli'], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  if (!hasOpenssl) return
  writeFileSync(at('password'), 'correct horse\nsecond line\n')
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'ca.key')
  const ca = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-days', '3000']
  openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Company CA', ...ca, '-out', 'ca.pem')
  makeKey('p256', 300, '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
  makeKey('rsa', 300, '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
  makeKey('ed25519', 300, '-algorithm', 'ED25519')
  makeKey('expired', 0, '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
  writeFileSync(at('contract.pdf'), classicPdf())
  writeFileSync(at('note.txt'), 'Договір № 1\n')
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a reader that stops early ends nothing', () => {
  const done = spawnSync('sh', ['-c', '"$0" "$1" --help | true', process.execPath, program], { encoding: 'utf8' })
  expect(done.stderr).toBe('')
})

test('help, version and wrong usage', () => {
  expect(run('--help')).toMatchObject({ status: 0, err: '' })
  expect(run('--version').out).toMatch(/^\d+\.\d+\.\d+\n$/)
  for (const args of [
    [],
    ['sing'],
    ['sign'],
    ['verify'],
    ['verify', 'x', '--at', 'yesterday'],
    ['verify', 'x', '--nonsense'],
  ]) {
    const { status, out, err } = run(...args)
    expect({ args, status, out }).toEqual({ args, status: 2, out: '' })
    expect(err).toContain('See countersign --help')
  }
})

describe.skipIf(!hasOpenssl && !process.env['CI'])('sign and verify', () => {
  test.each(['p256', 'rsa', 'ed25519'])('a PDF with a key %s: passes with its anchor, is untrusted without', (name) => {
    const out = `out-${name}.pdf`
    expect(run('sign', 'contract.pdf', ...key(name), '--out', out, '--reason', 'Згода')).toEqual({
      status: 0,
      out: `${out}\n`,
      err: '',
    })
    const original = readFileSync(at('contract.pdf'))
    expect(readFileSync(at(out)).subarray(0, original.length).equals(original)).toBe(true)
    const trusted = verified(out, '--trust', 'ca.pem')
    expect(trusted).toMatchObject({
      status: 0,
      name: out,
      result: 'TOTAL-PASSED',
      signatures: [
        {
          format: 'PAdES',
          level: 'B-B',
          integrity: 'intact',
          coverage: 'whole-file',
          modifications: 'none',
          reason: 'Згода',
        },
      ],
    })
    expect(trusted.signatures[0]?.signer?.subject).toContain(`CN=Signer ${name}`)
    const untrusted = verified(out)
    expect(untrusted).toMatchObject({
      status: 1,
      result: 'INDETERMINATE',
      signatures: [{ subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', integrity: 'intact' }],
    })
  })

  test('any file, detached: paired by name, by --content, and broken when a byte changed', () => {
    expect(run('sign', 'note.txt', ...key('rsa'), '--algorithm', 'rsa-pss', '--out', 'note.txt.p7s').status).toBe(0)
    openssl(
      'cms',
      '-verify',
      '-cades',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'note.txt.p7s',
      '-content',
      'note.txt',
      '-CAfile',
      'ca.pem',
    )
    expect(verified('note.txt.p7s', 'note.txt', '--trust', 'ca.pem')).toMatchObject({
      status: 0,
      result: 'TOTAL-PASSED',
    })
    mkdirSync(at('elsewhere'))
    writeFileSync(at('elsewhere/other-name'), readFileSync(at('note.txt')))
    const content = verified('note.txt.p7s', '--content', 'elsewhere/other-name', '--trust', 'ca.pem')
    expect(content).toMatchObject({
      status: 0,
      result: 'TOTAL-PASSED',
      signatures: [{ format: 'CAdES', level: 'B-B' }],
    })
    writeFileSync(at('elsewhere/note.txt'), 'Договір № 2\n')
    const broken = verified('note.txt.p7s', '--content', 'elsewhere/note.txt', '--trust', 'ca.pem')
    expect(broken).toMatchObject({
      status: 1,
      result: 'TOTAL-FAILED',
      signatures: [{ subIndication: 'HASH_FAILURE', integrity: 'broken' }],
    })
  })

  test('a visible signature, then a second one of another key: both stand', () => {
    expect(run('sign', 'contract.pdf', ...key(), '--visible', '1,50,60,200,60', '--out', 'v1.pdf').status).toBe(0)
    expect(run('sign', 'v1.pdf', ...key('rsa'), '--commitment', 'approval', '--out', 'v2.pdf').status).toBe(0)
    const report = verified('v2.pdf', '--trust', 'ca.pem')
    expect(report).toMatchObject({ status: 0, result: 'TOTAL-PASSED' })
    expect(report.signatures.map(({ coverage }) => coverage)).toEqual(['earlier-revision', 'whole-file'])
    const { status, err } = run('sign', 'contract.pdf', ...key(), '--field', 'Absent', '--out', 'v3.pdf')
    expect(status).toBe(1)
    expect(err).toContain('FORMAT_FIELD_NOT_FOUND')
  })

  test('form fields are filled in with the signature, or refused by name', () => {
    const widget = (keys: string, y: number): string =>
      `<< /Type /Annot /Subtype /Widget /Rect [20 ${y} 220 ${y + 20}] /P 3 0 R /F 4 ${keys} >>`
    const objects = simpleObjects(
      {
        10: '<< /Fields [11 0 R 12 0 R] /DA (/Helv 0 Tf 0 g) >>',
        11: widget('/FT /Tx /T (name) /Ff 2', 20),
        12: widget('/FT /Btn /T (agree)', 50),
      },
      { catalog: '/AcroForm 10 0 R', page: '/Annots [11 0 R 12 0 R]' },
    )
    writeFileSync(at('form.pdf'), classicPdf(objects))
    const sign = (...fill: string[]): Ran => run('sign', 'form.pdf', ...key(), '--out', 'filled.pdf', ...fill)
    expect(sign('--fill', 'nobody=x').err).toContain(
      'form.pdf: FORMAT_FIELD_NOT_FOUND: no field of that name ("nobody")',
    )
    expect(sign('--fill', 'agree').err).toContain('FORMAT_FIELD_REQUIRED: a required field is empty ("name")')
    expect(sign('--fill', 'name=a', '--fill', 'name=b').status).toBe(2)
    expect(sign('--fill', '=a').status).toBe(2)
    const detached = run('sign', 'note.txt', ...key(), '--out', 'note.p7s', '--fill', 'name=x')
    expect(detached.err).toContain('FORMAT_UNSUPPORTED')
    expect(sign('--fill', 'name=Олена = 1', '--fill', 'agree')).toMatchObject({ status: 0, err: '' })
    expect(verified('filled.pdf', '--trust', 'ca.pem').signatures[0]?.integrity).toBe('intact')
    const shown = runTool('pdftotext', [at('filled.pdf'), '-'])
    if (shown.status === 0) expect(Buffer.from(shown.output, 'latin1').toString()).toContain('Олена = 1')
  })

  test('a second key: a signature file of its own, or a parallel signer; a PDF keeps one; nothing is replaced', () => {
    const beside = ['--second-key', 'ed25519.p12']
    const two = run('sign', 'note.txt', 'contract.pdf', ...key(), ...beside, '--out', 'pair/', '--json')
    expect(two).toMatchObject({ status: 0, err: '' })
    const { files } = JSON.parse(two.out) as { files: { output: string; secondOutput?: string; algorithm: string }[] }
    expect(files).toMatchObject([
      {
        output: join('pair', 'note.txt.p7s'),
        secondOutput: join('pair', 'note.txt.ed25519.p7s'),
        algorithm: 'ECDSA-P256 with SHA-256, Ed25519 with SHA-512',
      },
      { output: join('pair', 'contract-signed.pdf'), algorithm: 'ECDSA-P256 with SHA-256' },
    ])
    expect(readdirSync(at('pair'))).toHaveLength(3)
    const alone = verified('pair/note.txt.ed25519.p7s', 'note.txt', '--trust', 'ca.pem')
    expect(alone).toMatchObject({ status: 0, result: 'TOTAL-PASSED' })
    expect(verified('pair/contract-signed.pdf', '--trust', 'ca.pem').signatures).toHaveLength(1)
    const taken = run('sign', 'note.txt', ...key('rsa'), ...beside, '--out', 'pair/note.txt.p7s')
    expect(taken).toMatchObject({ status: 2 })

    const one = run('sign', 'note.txt', ...key(), ...beside, '--second-in', 'same-file', '--out', 'parallel.p7s')
    expect(one).toMatchObject({ status: 0, out: 'parallel.p7s\n' })
    const both = verified('parallel.p7s', '--content', 'note.txt', '--trust', 'ca.pem')
    expect(both).toMatchObject({ status: 0, result: 'TOTAL-PASSED' })
    expect(both.signatures.map(({ algorithm }) => algorithm).toSorted()).toEqual([
      'ECDSA P-256 with SHA-256',
      'Ed25519',
    ])
    writeFileSync(at('changed.txt'), 'another')
    expect(verified('parallel.p7s', '--content', 'changed.txt', '--trust', 'ca.pem').result).toBe('TOTAL-FAILED')
    for (const wrong of [
      ['--second-in', 'same-file'],
      [...beside, '--second-in', 'nowhere'],
    ]) {
      expect(run('sign', 'note.txt', ...key(), ...wrong, '--out', 'never.p7s')).toMatchObject({ status: 2 })
    }
  })

  test('a batch: one failing file stops none, and the JSON says which', () => {
    writeFileSync(at('empty.pdf'), '')
    writeFileSync(at('picture.pdf'), Buffer.from('89504e470d0a1a0a', 'hex'))
    const { status, out } = run(
      'sign',
      'contract.pdf',
      'empty.pdf',
      'picture.pdf',
      'note.txt',
      ...key(),
      '--out',
      'batch/',
      '--json',
    )
    expect(status).toBe(1)
    const { files } = JSON.parse(out) as { files: { result: string; code?: string; format?: string }[] }
    expect(files.map(({ result, code, format }) => [result, code, format])).toEqual([
      ['signed', undefined, 'PAdES'],
      ['failed', 'FORMAT_EMPTY_FILE', undefined],
      ['signed', undefined, 'CAdES'],
      ['signed', undefined, 'CAdES'],
    ])
    expect(readdirSync(at('batch')).toSorted()).toEqual(['contract-signed.pdf', 'note.txt.p7s', 'picture.pdf.p7s'])
    expect(run('sign', 'picture.pdf', ...key(), '--format', 'pades', '--out', 'x.pdf').err).toContain('FORMAT_NOT_PDF')
  })

  test('nothing is replaced: not the document, not a hard link to it, not an earlier result unless --force', () => {
    linkSync(at('note.txt'), at('link.txt'))
    const before = readFileSync(at('note.txt'), 'utf8')
    for (const out of ['note.txt', './note.txt', 'link.txt', 'rsa.p12', 'password']) {
      const { status, err } = run('sign', 'note.txt', ...key('rsa'), '--out', out, '--force')
      expect({ out, status }).toEqual({ out, status: 2 })
      expect(err).toContain('would replace')
    }
    expect(readFileSync(at('note.txt'), 'utf8')).toBe(before)
    writeFileSync(at('taken.p7s'), 'earlier')
    expect(run('sign', 'note.txt', ...key(), '--out', 'taken.p7s')).toMatchObject({ status: 2 })
    expect(readFileSync(at('taken.p7s'), 'utf8')).toBe('earlier')
    expect(run('sign', 'note.txt', ...key(), '--out', 'taken.p7s', '--force')).toMatchObject({ status: 0 })
    expect(statSync(at('taken.p7s')).size).toBeGreaterThan(500)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('the key: wrong password, no such file, not a PKCS#12, expired unless insisted on', () => {
    writeFileSync(at('wrong'), 'incorrect')
    const sign = (...args: string[]): Ran => run('sign', 'note.txt', '--out', 'never.p7s', ...args)
    expect(sign('--key', 'p256.p12', '--password-file', 'wrong')).toMatchObject({ status: 2 })
    expect(sign('--key', 'p256.p12', '--password-file', 'wrong').err).toContain('PKCS12_PASSWORD_INCORRECT')
    expect(sign('--key', 'absent.p12', '--password-file', 'password').err).toContain('no such file')
    expect(sign('--key', 'note.txt', '--password-file', 'password').err).toContain('PKCS12_MALFORMED')
    expect(sign(...key('expired')).err).toContain('KEY_CERTIFICATE_EXPIRED')
    expect(sign(...key(), '--digest', 'SHA-1').err).toContain('KEY_ALGORITHM_UNSUPPORTED')
    expect(readdirSync(folder)).not.toContain('never.p7s')
    const insisted = run('sign', 'note.txt', ...key('expired'), '--allow-expired', '--out', 'late.p7s')
    expect(insisted).toMatchObject({ status: 0, err: 'warning: KEY_CERTIFICATE_EXPIRED\n' })
  })

  test("a stranger's name forges no line of the report", () => {
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      'p256.key',
      '-subj',
      '/CN=Evil\nx.pdf: TOTAL-PASSED\u001b[32m',
      '-out',
      'evil.pem',
      '-utf8',
    )
    const out = ['-passout', 'file:password', '-out', 'evil.p12']
    openssl('pkcs12', '-export', '-inkey', 'p256.key', '-in', 'evil.pem', ...out)
    expect(run('sign', 'contract.pdf', ...key('evil'), '--out', 'evil.pdf').status).toBe(0)
    const text = run('verify', 'evil.pdf').out
    expect(text).toContain('CN=Evil\uFFFDx.pdf: TOTAL-PASSED\uFFFD[32m')
    expect(text).not.toMatch(/^x\.pdf/m)
  })

  test('verify: no signature, unreadable, several files, as of another time', () => {
    expect(verified('contract.pdf')).toMatchObject({ status: 1, result: 'NO-SIGNATURE', signatures: [] })
    expect(verified('absent.pdf')).toMatchObject({ status: 2, result: 'UNREADABLE', signatures: [] })
    const both = run('verify', 'v2.pdf', 'absent.pdf', '--trust', 'ca.pem', '--json')
    expect(both.status).toBe(2)
    expect((JSON.parse(both.out) as ValidationReport).files.map(({ result }) => result)).toEqual([
      'TOTAL-PASSED',
      'UNREADABLE',
    ])
    expect(verified('v2.pdf', '--trust', 'ca.pem', '--at', '2060-01-01T00:00:00Z').result).not.toBe('TOTAL-PASSED')
    const text = run('verify', 'v2.pdf', '--trust', 'ca.pem')
    expect(text.status).toBe(0)
    expect(text.out).toMatch(/^v2\.pdf: TOTAL-PASSED\n/)
    expect(run('verify', 'v2.pdf', '--trust', 'note.txt').err).toContain('holds no certificate')
  })
})

describe('a signing link', () => {
  const page = ['--page', 'https://sign.example/link.html']
  const src = 'https://files.example/a.pdf?X-Sig=r&e=1'
  const dst = 'https://files.example/a.pdf?X-Sig=w&e=1'

  test('is printed with the digest of the document, everything behind the #', () => {
    const { status, out, err } = run('link', 'contract.pdf', ...page, '--src', src, '--dst', dst)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const { origin, pathname, search, hash } = new URL(out.trim())
    expect(origin + pathname + search).toBe('https://sign.example/link.html')
    const fields = Object.fromEntries(new URLSearchParams(hash.slice(1)))
    const sha256 = createHash('sha256')
      .update(readFileSync(at('contract.pdf')))
      .digest('hex')
    expect(fields).toEqual({ src, dst, name: 'contract.pdf', sha256 })
  })

  test('a sealed document opens with its link and with no other', () => {
    const made = run('link', 'contract.pdf', ...page, '--src', src, '--seal', 'contract.sealed')
    expect(made).toMatchObject({ status: 0, err: '' })
    expect(readFileSync(at('contract.sealed')).includes('%PDF')).toBe(false)
    writeFileSync(at('link'), made.out)
    expect(run('unseal', 'contract.sealed', '--link-file', 'link', '--out', 'opened.pdf').status).toBe(0)
    expect(readFileSync(at('opened.pdf')).equals(readFileSync(at('contract.pdf')))).toBe(true)
    const other = run('link', 'contract.pdf', ...page, '--src', src, '--seal', 'other.sealed')
    writeFileSync(at('link'), other.out)
    const wrong = run('unseal', 'contract.sealed', '--link-file', 'link', '--out', 'wrong.pdf')
    expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining('LINK_KEY_INCORRECT') as string })
    const plain = run('unseal', 'contract.pdf', '--link-file', 'link', '--out', 'wrong.pdf')
    expect(plain.err).toContain('LINK_DAMAGED')
    expect(() => statSync(at('wrong.pdf'))).toThrow()
  })

  test('what would not open, or would replace something, is refused', () => {
    const refused = (...args: string[]) => run('link', ...args)
    expect(refused('contract.pdf', ...page, '--src', 'nowhere')).toMatchObject({ status: 2, out: '' })
    expect(refused('note.txt', ...page, '--src', src, '--dst', dst).err).toContain('only a PDF')
    expect(refused('contract.pdf', ...page, '--src', src, '--seal', 'contract.pdf').err).toContain('would replace')
    expect(refused('contract.pdf', ...page, '--src', src, '--seal', 'note.txt').err).toContain('exists already')
    writeFileSync(at('link'), `https://sign.example/link.html#src=${encodeURIComponent(src)}\n`)
    expect(run('unseal', 'contract.pdf', '--link-file', 'link', '--out', 'x').err).toContain('no key')
  })
})
