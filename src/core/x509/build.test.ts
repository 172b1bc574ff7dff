import { expect, test } from 'vitest'
import type { SignatureAlgorithm } from '../keys.ts'
import { verifySignature } from '../suites/verify.ts'
import { testEngine } from '../../testing/engines.ts'
import { mechanismOf, testKey } from '../../testing/pki.ts'
import { testRandom } from '../../testing/ports.ts'
import { buildSelfSigned, randomSerialNumber } from './build.ts'
import { basicConstraints, certificateFacts, keyUsage, parseCertificate, subjectKeyIdentifier } from './certificate.ts'
import { nameText } from './name.ts'
import { buildRequest, parseRequest, verifyRequest } from './request.ts'

const ports = { engine: testEngine, random: testRandom }
const name = { commonName: 'Test', email: 'a@example.com', country: 'ua' }
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2029-01-01T00:00:00Z') }
const ALL: readonly SignatureAlgorithm[] = ['RSASSA-PKCS1-v1_5', 'ECDSA-P256', 'Ed25519', 'ML-DSA-65']

test.each(ALL)('a self-signed certificate with %s reads back and verifies', async (algorithm) => {
  const { spki, sign } = await testKey(algorithm)
  const der = await buildSelfSigned({ name, spki, mechanism: mechanismOf(algorithm), ...validity }, ports, sign)
  const certificate = parseCertificate(der)
  expect(certificate.version).toBe(3)
  expect(certificate.tbsSignatureAlgorithm).toEqual(certificate.signatureAlgorithm)
  expect(certificate.spki).toEqual(spki)
  expect(keyUsage(certificate)).toEqual(['digitalSignature', 'nonRepudiation'])
  expect(basicConstraints(certificate)).toEqual({ ca: false, pathLength: null })
  expect(subjectKeyIdentifier(certificate)?.length).toBe(20)
  const { subject, selfIssued, notAfter } = certificateFacts(certificate)
  expect({ subject, selfIssued, notAfter }).toEqual({
    subject: {
      text: 'emailAddress=a@example.com,CN=Test,C=UA',
      commonName: 'Test',
      email: 'a@example.com',
      country: 'UA',
    },
    selfIssued: true,
    notAfter: validity.notAfter,
  })
  const { signatureAlgorithm, tbs, signature } = certificate
  const check = await verifySignature(testEngine, { algorithm: signatureAlgorithm, spki, data: tbs, signature })
  expect(check).toMatchObject({ supported: true, valid: true })
})

test.each(ALL)('a request with %s reads back and proves possession; a changed one does not', async (algorithm) => {
  const { spki, sign } = await testKey(algorithm)
  const der = await buildRequest({ name, spki, mechanism: mechanismOf(algorithm) }, testEngine, sign)
  const request = parseRequest(der)
  expect(nameText(request.subject)).toBe('emailAddress=a@example.com,CN=Test,C=UA')
  expect(request.extensions.map(({ oid }) => oid)).toEqual(['2.5.29.19', '2.5.29.15', '2.5.29.17'])
  expect(await verifyRequest(testEngine, request)).toMatchObject({ valid: true })
  const info = request.info.map((octet, i) => (i === 20 ? octet ^ 1 : octet))
  expect(await verifyRequest(testEngine, { ...request, info })).toMatchObject({ supported: true, valid: false })
})

test('a key that does not belong to the SPKI gives no certificate and no request', async () => {
  const [key, other] = [await testKey('ECDSA-P256'), await testKey('ECDSA-P256')]
  const input = { name, spki: key.spki, mechanism: key.mechanism, ...validity }
  const refused = { code: 'KEY_SIGNATURE_INVALID' }
  await expect(buildSelfSigned(input, ports, other.sign)).rejects.toMatchObject(refused)
  await expect(buildRequest(input, testEngine, other.sign)).rejects.toMatchObject(refused)
  const empty = { ...input, notAfter: input.notBefore }
  await expect(buildSelfSigned(empty, ports, key.sign)).rejects.toThrow(RangeError)
})

test('serial numbers are positive and 16 octets whatever the random source gives', () => {
  for (const octet of [0x00, 0x7f, 0x80, 0xff]) {
    const serial = randomSerialNumber({ bytes: (length) => new Uint8Array(length).fill(octet) })
    expect(serial.length).toBe(16)
    expect(serial[0]).toBeGreaterThanOrEqual(0x40)
    expect(serial[0]).toBeLessThan(0x80)
  }
})
