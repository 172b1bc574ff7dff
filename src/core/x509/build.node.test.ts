// Certificates and requests of ours before OpenSSL's eyes.
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SignatureAlgorithm } from '../keys.ts'
import { testEngine } from '../../testing/engines.ts'
import { mechanismOf, testChain, testKey } from '../../testing/pki.ts'
import { testRandom } from '../../testing/ports.ts'
import { buildSelfSigned } from './build.ts'
import { buildRequest } from './request.ts'

const ALL: readonly SignatureAlgorithm[] = [
  'RSASSA-PKCS1-v1_5',
  'RSA-PSS',
  'ECDSA-P256',
  'ECDSA-P384',
  'ECDSA-P521',
  'Ed25519',
]
const name = { commonName: 'Олена Шевченко', organization: 'ТОВ «Приклад»', country: 'UA', email: 'olena@example.com' }
const ports = { engine: testEngine, random: testRandom }
const openssl =
  (...args: string[]) =>
  (input: Uint8Array) =>
    spawnSync('openssl', args, { input, encoding: 'utf8' })
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.each(ALL)(
  'a self-signed certificate with %s: OpenSSL reads every part of it and verifies it',
  async (algorithm) => {
    const { spki, sign } = await testKey(algorithm)
    const validity = { notBefore: new Date('2026-11-22T00:00:00Z'), notAfter: new Date('2055-01-01T00:00:00Z') }
    const der = await buildSelfSigned({ name, spki, mechanism: mechanismOf(algorithm), ...validity }, ports, sign)
    const theirs = new X509Certificate(der)
    expect(theirs.verify(theirs.publicKey)).toBe(true)
    expect(theirs.ca).toBe(false)
    expect(theirs.subject).toContain('CN=Олена Шевченко')
    expect(theirs.subjectAltName).toBe('email:olena@example.com')
    expect(theirs.checkEmail('olena@example.com')).toBe('olena@example.com')
    expect(new Date(theirs.validTo)).toEqual(validity.notAfter)
    expect(theirs.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
    if (!hasOpenssl) return
    const { stdout } = openssl('x509', '-inform', 'DER', '-noout', '-text')(der)
    expect(stdout).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Non Repudiation/)
    expect(stdout).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
    expect(stdout).not.toContain('Extended Key Usage')
  },
)

test('a chain: each is issued by the next', async () => {
  const { root, intermediate, leaf } = await testChain('ECDSA-P384', {}, 'RSASSA-PKCS1-v1_5')
  const [a, b, c] = [leaf, intermediate, root].map(({ certificate }) => new X509Certificate(certificate))
  expect(a!.verify(b!.publicKey) && b!.verify(c!.publicKey) && c!.verify(c!.publicKey)).toBe(true)
  expect(a!.checkIssued(b!) && b!.checkIssued(c!)).toBe(true)
  expect([a!.ca, b!.ca, c!.ca]).toEqual([false, true, true])
})

describe.skipIf(!hasOpenssl && !process.env['CI'])('openssl req -verify', () => {
  test.each(ALL)('a request with %s', async (algorithm) => {
    const { spki, sign } = await testKey(algorithm)
    const der = await buildRequest({ name, spki, mechanism: mechanismOf(algorithm) }, testEngine, sign)
    const done = openssl('req', '-inform', 'DER', '-verify', '-noout', '-text', '-nameopt', 'utf8')(der)
    expect(done.stderr).toContain('verify OK')
    expect(done.stdout).toMatch(/Digital Signature, Non Repudiation/)
    expect(done.stdout).toContain('email:olena@example.com')
  })
})
