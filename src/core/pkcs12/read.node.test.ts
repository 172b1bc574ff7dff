import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SignError } from '../errors.ts'
import { testEngine } from '../../testing/engines.ts'
import { describeShared } from '../../testing/shared.ts'
import { openPkcs12, type Pkcs12Contents } from './read.ts'

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path))

/** Each key belongs to its certificate, by Node's own judgement. */
function expectPaired({ keys }: Pkcs12Contents): void {
  for (const { pkcs8, certificate } of keys) {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    if (certificate === null) throw new Error('a key without its certificate')
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
    const theirs = new X509Certificate(certificate)
    // A certificate may bind the same RSA key to PSS.
    if (theirs.publicKey.asymmetricKeyType !== 'rsa-pss') {
      expect(theirs.publicKey.export({ type: 'spki', format: 'der' }).equals(spki)).toBe(true)
    }
  }
}

type Row = { file: string; category: string; expected: { password?: string } }

describeShared('PKCS#12 files of the corpus', (shared) => {
  const manifest = JSON.parse(readFileSync(join(shared, 'corpus/manifest.json'), 'utf8')) as { files?: Row[] } | Row[]
  const rows = (Array.isArray(manifest) ? manifest : (manifest.files ?? [])).filter(
    (row) => row.category === '9-pkcs12',
  )

  test('there are some', () => {
    expect(rows.length).toBeGreaterThanOrEqual(8)
  })

  test.each(rows.map((row) => [row.file, row.expected.password ?? ''] as const))('%s opens', async (file, password) => {
    const bytes = read(join(shared, 'corpus', file))
    const contents = await openPkcs12(bytes, password, testEngine)
    expect(contents.integrity).toBe('mac')
    expect(contents.keys.length).toBeGreaterThanOrEqual(1)
    expectPaired(contents)
    const wrong = openPkcs12(bytes, `${password}x`, testEngine)
    await expect(wrong).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl && !process.env['CI'])('PKCS#12 files that OpenSSL makes', () => {
  let folder = ''
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => {
    const done = spawnSync('openssl', args)
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr.toString()}`)
  }
  const LEGACY = ['-provider', 'legacy', '-provider', 'default']

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pkcs12-'))
    const make = (name: string, ...algorithm: string[]): void => {
      openssl('genpkey', ...algorithm, '-out', at(`${name}.key`))
      openssl(
        'req',
        '-x509',
        '-new',
        '-key',
        at(`${name}.key`),
        '-subj',
        `/CN=${name}`,
        '-days',
        '30',
        '-out',
        at(`${name}.pem`),
      )
    }
    make('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
    make('pss', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048')
    make('p256', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
    make('p384', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384')
    make('ed25519', '-algorithm', 'ED25519')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function exported(password: string, name: string, ...options: string[]): Uint8Array {
    writeFileSync(at('password'), password)
    const passout = password === '' ? 'pass:' : `file:${at('password')}`
    const out = at('out.p12')
    const keys = ['-inkey', at(`${name}.key`), '-in', at(`${name}.pem`)]
    openssl('pkcs12', '-export', ...keys, '-passout', passout, '-out', out, ...options)
    return read(out)
  }

  test.each(['rsa', 'pss', 'p256', 'p384', 'ed25519'])('the default of OpenSSL 3 with a key %s', async (name) => {
    const contents = await openPkcs12(exported('secret', name, '-name', 'Ключ'), 'secret', testEngine)
    expectPaired(contents)
    expect(contents).toMatchObject({ integrity: 'mac', warnings: [], keys: [{ friendlyName: 'Ключ', chain: [] }] })
  })

  test.each([
    ['PBE-SHA1-RC4-128', 'PBE-SHA1-RC4-40'],
    ['PBE-SHA1-3DES', 'PBE-SHA1-2DES'],
    ['PBE-SHA1-RC2-128', 'PBE-SHA1-RC2-40'],
    ['PBE-MD5-DES', 'PBE-SHA1-DES'],
    ['PBE-MD5-RC2-64', 'PBE-SHA1-RC2-64'],
    ['AES-128-CBC', 'AES-192-CBC'],
    ['AES-256-CBC', 'DES-EDE3-CBC'],
    ['AES-256-CBC', 'NONE'],
    ['NONE', 'PBE-SHA1-3DES'],
  ])('key in %s, certificates in %s', async (keypbe, certpbe) => {
    const bytes = exported('pass word', 'p256', ...LEGACY, '-keypbe', keypbe, '-certpbe', certpbe)
    expectPaired(await openPkcs12(bytes, 'pass word', testEngine))
    const wrong = openPkcs12(bytes, 'Pass word', testEngine)
    await expect(wrong).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
  })

  test.each(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'])('a MAC with %s', async (digest) => {
    expectPaired(await openPkcs12(exported('x', 'p256', '-macalg', digest, '-iter', '3000'), 'x', testEngine))
  })

  test('no MAC: opened, and said so; a wrong password is still told', async () => {
    for (const options of [[], [...LEGACY, '-keypbe', 'PBE-SHA1-RC4-128', '-certpbe', 'PBE-SHA1-RC4-128']]) {
      const bytes = exported('secret', 'p256', '-nomac', ...options)
      const contents = await openPkcs12(bytes, 'secret', testEngine)
      expectPaired(contents)
      expect(contents.integrity).toBe('none')
      expect(contents.warnings).toContain('no-mac')
      for (const password of ['', 'Secret', 'secret ', 'a', 'b', 'c', 'd']) {
        const wrong = openPkcs12(bytes, password, testEngine)
        await expect(wrong).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
      }
    }
  })

  test.each(['пароль', 'Schlüssel', 'ключ🔑', 'é', ''])('the password %j, modern and legacy', async (password) => {
    for (const options of [[], [...LEGACY, '-legacy']]) {
      expectPaired(await openPkcs12(exported(password, 'p256', ...options), password, testEngine))
    }
  })

  test('a decomposed password opens what was written composed', async () => {
    expectPaired(await openPkcs12(exported('Schl\u00fcssel', 'p256'), 'Schlu\u0308ssel', testEngine))
  })

  test('a chain comes with its key, nearest issuer first, others left aside', async () => {
    const issue = (name: string, issuer: string, ...extensions: string[]): void => {
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at(`${name}.key`))
      openssl('req', '-new', '-key', at(`${name}.key`), '-subj', `/CN=${name}`, '-out', at('csr'))
      const ca = ['-CA', at(`${issuer}.pem`), '-CAkey', at(`${issuer}.key`), '-CAcreateserial']
      openssl('x509', '-req', '-in', at('csr'), ...ca, '-days', '20', '-out', at(`${name}.pem`), ...extensions)
    }
    issue('middle', 'rsa')
    issue('leaf', 'middle')
    writeFileSync(
      at('others.pem'),
      ['p384', 'rsa', 'middle'].map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join(''),
    )
    const contents = await openPkcs12(exported('x', 'leaf', '-certfile', at('others.pem')), 'x', testEngine)
    const names = contents.keys[0]?.chain.map((der) => new X509Certificate(der).subject)
    expect(names).toEqual(['CN=middle', 'CN=rsa'])
    expect(contents.certificates.length).toBe(4)
  })

  test('no key, a file that is none, a cancel in the middle', async () => {
    openssl('pkcs12', '-export', '-nokeys', '-in', at('rsa.pem'), '-passout', 'pass:x', '-out', at('nokey.p12'))
    await expect(openPkcs12(read(at('nokey.p12')), 'x', testEngine)).rejects.toMatchObject({ code: 'PKCS12_NO_KEY' })
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(0x30),
      read(at('rsa.pem')),
      new Uint8Array(9000).fill(0x30),
    ]) {
      await expect(openPkcs12(bytes, 'x', testEngine)).rejects.toMatchObject({ code: 'PKCS12_MALFORMED' })
    }
    const bytes = exported('x', 'p256', '-iter', '70000')
    const controller = new AbortController()
    const opening = openPkcs12(bytes, 'x', testEngine, {
      signal: controller.signal,
      progress: () => controller.abort(),
    })
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
    const seen: number[] = []
    await openPkcs12(bytes, 'x', testEngine, { progress: (done) => seen.push(done) })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  test('mutants give a coded error or the contents, never anything else', async () => {
    const seed = exported('x', 'p256', '-iter', '1', '-nomac', '-keypbe', 'NONE', '-certpbe', 'NONE')
    const edit = fc.tuple(fc.nat(seed.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const mutant = seed.slice()
        for (const [where, value] of edits) mutant[where] = value
        try {
          await openPkcs12(mutant, 'x', testEngine)
        } catch (error) {
          expect(error).toBeInstanceOf(SignError)
        }
      }),
      { numRuns: 1500, seed: 3 },
    )
  })
})
