import { expect, test } from 'vitest'
import { signatureAlgorithmIdentifier } from '../algorithms.ts'
import { utf8 } from '../bytes/bytes.ts'
import { bitString, derNull, oid, sequence } from '../bytes/der-write.ts'
import type { SignatureAlgorithm } from '../keys.ts'
import { testEngine } from '../../testing/engines.ts'
import { testKey, type TestKey } from '../../testing/pki.ts'
import { ecdsaToDer, signatureOctets } from './ecdsa-value.ts'
import { verifySignature, verifyValue } from './verify.ts'

const data = utf8('the signed attributes')
const flipped = (bytes: Uint8Array, at = bytes.length - 1): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

const ALL: readonly SignatureAlgorithm[] = [
  'RSASSA-PKCS1-v1_5',
  'RSA-PSS',
  'ECDSA-P256',
  'ECDSA-P384',
  'ECDSA-P521',
  'Ed25519',
  'ML-DSA-44',
  'ML-DSA-65',
  'ML-DSA-87',
]

async function verify(key: TestKey, changes: { data?: Uint8Array; signature?: Uint8Array; spki?: Uint8Array } = {}) {
  const signature = changes.signature ?? signatureOctets(key.mechanism, await key.sign(data))
  const algorithm = signatureAlgorithmIdentifier(key.mechanism)
  return verifySignature(testEngine, {
    algorithm,
    spki: changes.spki ?? key.spki,
    data: changes.data ?? data,
    signature,
  })
}

test.each(ALL)('%s: its own value verifies; another key, message, or one flipped bit does not', async (algorithm) => {
  const key = await testKey(algorithm)
  const other = await testKey(algorithm)
  expect(await verify(key)).toMatchObject({ supported: true, valid: true })
  expect(await verify(key, { data: flipped(data) })).toMatchObject({ supported: true, valid: false })
  expect(await verify(key, { spki: other.spki })).toMatchObject({ supported: true, valid: false })
  const value = await key.sign(data)
  expect(await verify(key, { signature: signatureOctets(key.mechanism, flipped(value)) })).toMatchObject({
    valid: false,
  })
  expect(await verify(key, { signature: new Uint8Array(0) })).toMatchObject({ supported: true, valid: false })
  const own = await verifyValue(testEngine, key.mechanism, { spki: key.spki, data, value })
  expect(own).toMatchObject({ supported: true, valid: true })
  const cut = await verifyValue(testEngine, key.mechanism, { spki: key.spki, data, value: value.subarray(1) })
  expect(cut).toMatchObject({ supported: true, valid: false })
})

test('a key bound to PSS (id-RSASSA-PSS) verifies PSS and nothing else', async () => {
  const key = await testKey('RSA-PSS')
  // The same modulus under the other key OID.
  const { parsePublicKey } = await import('../algorithms.ts')
  const bound = sequence(sequence(oid('1.2.840.113549.1.1.10')), bitString(parsePublicKey(key.spki).key))
  expect(await verify(key, { spki: bound })).toMatchObject({ supported: true, valid: true })
  const pkcs1 = await testKey('RSASSA-PKCS1-v1_5')
  const boundPkcs1 = sequence(sequence(oid('1.2.840.113549.1.1.10')), bitString(parsePublicKey(pkcs1.spki).key))
  expect(await verify(pkcs1, { spki: boundPkcs1 })).toMatchObject({ supported: true, valid: false })
})

test('an ECDSA value that is not strict DER is no signature', async () => {
  const key = await testKey('ECDSA-P256')
  const value = await key.sign(data)
  const der = ecdsaToDer(value)
  const long = Uint8Array.of(0x30, 0x81, ...der.subarray(1))
  const trailing = Uint8Array.of(...der, 0)
  for (const signature of [value, long, trailing, der.subarray(1)]) {
    expect(await verify(key, { signature })).toMatchObject({ supported: true, valid: false })
  }
})

test('algorithms of another family than the key, unknown ones, and rubbish: a verdict, never an exception', async () => {
  const rsa = await testKey('RSASSA-PKCS1-v1_5')
  const ec = await testKey('ECDSA-P256')
  expect(await verify(ec, { spki: rsa.spki })).toMatchObject({ supported: true, valid: false })
  const unknown = await verifySignature(testEngine, {
    algorithm: sequence(oid('1.2.3.4'), derNull()),
    spki: ec.spki,
    data,
    signature: data,
  })
  expect(unknown).toMatchObject({ supported: false, valid: false, name: '1.2.3.4' })
  const rubbish = await verifySignature(testEngine, { algorithm: data, spki: data, data, signature: data })
  expect(rubbish).toMatchObject({ supported: false, valid: false })
})
