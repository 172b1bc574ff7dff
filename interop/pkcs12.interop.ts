// Key files that only a newer OpenSSL makes: PBMAC1 (RFC 9579), ML-DSA keys.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseCertificate } from '../src/core/x509/certificate.ts'
import { parsePrivateKeyInfo } from '../src/core/pkcs12/private-key.ts'
import { openPkcs12 } from '../src/core/pkcs12/read.ts'
import { mlDsaSigner } from '../src/core/suites/sign-ml-dsa.ts'
import { testEngine } from '../src/testing/engines.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import { makePki, type KeyKind, type Pki } from './support/pki.ts'

const folder = resolve('.cache/interop/pkcs12')
let pki: Pki

function exported(kind: KeyKind, ...options: string[]): Uint8Array {
  const { key, certificate } = pki.signer(kind)
  const out = join(folder, 'out.p12')
  const keys = ['-inkey', key, '-in', certificate, '-certfile', pki.root]
  const done = run(toolPath('openssl-3.5'), [
    'pkcs12',
    '-export',
    ...keys,
    '-passout',
    'pass:пароль',
    '-out',
    out,
    ...options,
  ])
  expect(done.status, done.err).toBe(0)
  return new Uint8Array(readFileSync(out))
}

describeWith(['openssl', 'openssl-3.5'], 'PKCS#12 of OpenSSL 3.5', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('pkcs12')
  })

  test.for(['sha256', 'sha512'])('PBMAC1 with HMAC %s', async (digest) => {
    const bytes = exported('P-256', '-pbmac1_pbkdf2', '-pbmac1_pbkdf2_md', digest, '-macalg', digest)
    const { integrity, keys } = await openPkcs12(bytes, 'пароль', testEngine)
    expect(integrity).toBe('pbmac1')
    expect(keys[0]?.chain.length).toBe(1)
    const wrong = openPkcs12(bytes, 'Пароль', testEngine)
    await expect(wrong).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
    // One bit of the contents changed: the MAC tells.
    const changed = bytes.map((octet, i) => (i === 200 ? octet ^ 1 : octet))
    await expect(openPkcs12(changed, 'пароль', testEngine)).rejects.toMatchObject({ name: 'SignError' })
  })

  test.for(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const)(
    'a key of %s comes out with its certificate, and signs',
    async (name) => {
      const { keys } = await openPkcs12(exported(name), 'пароль', testEngine)
      const { publicKey } = parseCertificate(keys[0]!.certificate!)
      expect(publicKey.algorithm).toBe(name)
      writeFileSync(join(folder, 'data'), 'what is signed')
      const sign = mlDsaSigner(name, parsePrivateKeyInfo(keys[0]!.pkcs8).key)
      const { certificate } = pki.signer(name)
      const judge = (value: Uint8Array) => {
        writeFileSync(join(folder, 'value'), value)
        const of = ['-certin', '-inkey', certificate, '-rawin', '-in', join(folder, 'data')]
        return run(toolPath('openssl-3.5'), ['pkeyutl', '-verify', ...of, '-sigfile', join(folder, 'value')]).status
      }
      const value = sign(readFileSync(join(folder, 'data')))
      expect(judge(value)).toBe(0)
      expect(judge(value.map((octet, i) => (i === 99 ? octet ^ 1 : octet)))).not.toBe(0)
    },
  )
})
