import { expect, test } from 'vitest'
import {
  digestAlgorithmIdentifier,
  generateParameters,
  maxSignatureLength,
  mechanismsFor,
  parsePublicKey,
  signatureAlgorithmIdentifier,
  signParameters,
  xmlSignatureMethod,
} from './algorithms.ts'
import { toHex } from './bytes/bytes.ts'
import { testEngine } from '../testing/engines.ts'
import type { Mechanism } from './keys.ts'
import { describeSignature, parseSignatureAlgorithm } from './suites/signature-algorithm.ts'

const mechanism = (signature: Mechanism['signature'], digest: Mechanism['digest']): Mechanism => ({ signature, digest })

async function keyFor(wanted: Mechanism): Promise<{ spki: Uint8Array; privateKey: CryptoKey }> {
  const pair = await testEngine.subtle.generateKey(generateParameters(wanted), true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('not a key pair')
  return {
    spki: new Uint8Array(await testEngine.subtle.exportKey('spki', pair.publicKey)),
    privateKey: pair.privateKey,
  }
}

test('AlgorithmIdentifiers as RFC 5754, 4055, 8410 and 9882 write them', () => {
  expect(toHex(digestAlgorithmIdentifier('SHA-256'))).toBe('300b0609608648016503040201')
  expect(toHex(signatureAlgorithmIdentifier(mechanism('RSASSA-PKCS1-v1_5', 'SHA-256')))).toBe(
    '300d06092a864886f70d01010b0500',
  )
  expect(toHex(signatureAlgorithmIdentifier(mechanism('ECDSA-P256', 'SHA-256')))).toBe('300a06082a8648ce3d040302')
  expect(toHex(signatureAlgorithmIdentifier(mechanism('Ed25519', 'SHA-512')))).toBe('300506032b6570')
  expect(toHex(signatureAlgorithmIdentifier(mechanism('ML-DSA-65', 'SHA-512')))).toBe('300b0609608648016503040312')
  expect(toHex(signatureAlgorithmIdentifier(mechanism('RSA-PSS', 'SHA-256')))).toBe(
    '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
  )
  expect(() => signatureAlgorithmIdentifier(mechanism('ECDSA-P256', 'SHA-1'))).toThrow(RangeError)
})

test('what is written for a mechanism is recognised again', () => {
  const names = [
    [mechanism('RSASSA-PKCS1-v1_5', 'SHA-384'), 'RSA with SHA-384'],
    [mechanism('RSA-PSS', 'SHA-512'), 'RSA (PSS) with SHA-512'],
    [mechanism('ECDSA-P384', 'SHA-384'), 'ECDSA with SHA-384'],
    [mechanism('Ed25519', 'SHA-512'), 'Ed25519'],
    [mechanism('ML-DSA-87', 'SHA-512'), 'ML-DSA-87'],
  ] as const
  for (const [wanted, name] of names) {
    expect(describeSignature(parseSignatureAlgorithm(signatureAlgorithmIdentifier(wanted)))).toBe(name)
  }
})

test('the mechanisms of generated keys, and the longest signature they give', async () => {
  const cases: readonly (readonly [Mechanism, string])[] = [
    [mechanism('RSASSA-PKCS1-v1_5', 'SHA-256'), 'RSASSA-PKCS1-v1_5 SHA-256'],
    [mechanism('ECDSA-P256', 'SHA-256'), 'ECDSA-P256 SHA-256'],
    [mechanism('ECDSA-P384', 'SHA-384'), 'ECDSA-P384 SHA-384'],
    [mechanism('ECDSA-P521', 'SHA-512'), 'ECDSA-P521 SHA-512'],
  ]
  for (const [wanted, first] of cases) {
    const { spki, privateKey } = await keyFor(wanted)
    const [best] = mechanismsFor(spki)
    expect(`${best?.signature} ${best?.digest}`).toBe(first)
    const value = await testEngine.subtle.sign(signParameters(wanted), privateKey, new Uint8Array(3))
    expect(value.byteLength).toBeLessThanOrEqual(maxSignatureLength(wanted, spki))
  }
  const { spki } = await keyFor(mechanism('RSASSA-PKCS1-v1_5', 'SHA-256'))
  expect(parsePublicKey(spki).bits).toBe(2048)
  expect(maxSignatureLength(mechanism('RSA-PSS', 'SHA-256'), spki)).toBe(256)
  expect(mechanismsFor(spki).length).toBe(6)
})

test('XML names of RFC 9231', () => {
  expect(xmlSignatureMethod(mechanism('ECDSA-P384', 'SHA-384'))).toBe(
    'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384',
  )
  expect(xmlSignatureMethod(mechanism('RSA-PSS', 'SHA-256'))).toBe(
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  )
  expect(xmlSignatureMethod(mechanism('ML-DSA-65', 'SHA-512'))).toBeNull()
})
