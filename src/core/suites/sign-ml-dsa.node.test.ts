import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { expect, test } from 'vitest'
import { octetString, sequence, tlv } from '../bytes/der-write.ts'
import { mlDsaSigner } from './sign-ml-dsa.ts'

const seed = new Uint8Array(32).fill(7)
const { publicKey, secretKey } = ml_dsa65.keygen(seed)
const data = new TextEncoder().encode('what is signed')

test('a private key in each form of RFC 9881 signs what its public key verifies', () => {
  const forms = [tlv(0x80, seed), octetString(secretKey), sequence(octetString(seed), octetString(secretKey))]
  for (const form of forms) {
    const value = mlDsaSigner('ML-DSA-65', form)(data)
    expect(ml_dsa65.verify(value, data, publicKey)).toBe(true)
    expect(ml_dsa65.verify(value, Uint8Array.of(...data, 1), publicKey)).toBe(false)
  }
})

test('what is none of the three, or of another set, is refused with a code', () => {
  const wrong = [
    new Uint8Array(0),
    tlv(0x80, seed.subarray(1)),
    octetString(secretKey.subarray(1)),
    sequence(octetString(seed.subarray(1))),
    tlv(0x02, seed),
  ]
  for (const form of wrong) {
    expect(() => mlDsaSigner('ML-DSA-65', form)).toThrow(expect.objectContaining({ code: 'PKCS12_MALFORMED' }))
  }
  expect(() => mlDsaSigner('ML-DSA-87', octetString(secretKey))).toThrow(
    expect.objectContaining({ code: 'PKCS12_MALFORMED' }),
  )
})
