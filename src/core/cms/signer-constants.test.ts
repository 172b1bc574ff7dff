import { expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { signerInfoOf, testChain } from '../../testing/pki.ts'
import { digestByName } from '../algorithms.ts'
import { SignError } from '../errors.ts'
import type { SignatureAlgorithm } from '../keys.ts'
import { signerConstants } from './signer-constants.ts'
import { buildSignedAttributes, maxSignedDataLength } from './write.ts'

const ALGORITHMS: readonly SignatureAlgorithm[] = [
  'RSASSA-PKCS1-v1_5',
  'RSA-PSS',
  'ECDSA-P256',
  'ECDSA-P384',
  'Ed25519',
]

test('the same octets as attributes made for one document, whatever its digest; room for the same CMS', async () => {
  for (const algorithm of ALGORITHMS) {
    const { leaf } = await testChain(algorithm)
    const signer = signerInfoOf(leaf)
    const { mechanism } = leaf.key
    for (const commitment of [undefined, 'approval'] as const) {
      const constants = await signerConstants(signer, mechanism, commitment, 16_384, testEngine)
      const { length } = digestByName(mechanism.digest)
      for (const fill of [0, 1, 0x30, 0x80, 255]) {
        const messageDigest = new Uint8Array(length).fill(fill)
        const input = {
          mechanism,
          certificate: signer.certificate,
          messageDigest,
          ...(commitment ? { commitment } : {}),
        }
        const signedAttributes = await buildSignedAttributes(input, testEngine)
        expect(constants.signedAttributes(messageDigest)).toEqual(signedAttributes)
        expect(constants.longest).toBe(maxSignedDataLength([{ ...input, signedAttributes }], signer.chain, 16_384))
      }
      expect(() => constants.signedAttributes(new Uint8Array(length + 1))).toThrow(RangeError)
    }
  }
})

test('what is remembered is that of the same signer, mechanism, commitment and room; nobody can change it', async () => {
  const { leaf } = await testChain('RSA-PSS')
  const signer = signerInfoOf(leaf)
  const digest = new Uint8Array(32)
  const of = (more: Partial<{ commitment: 'approval'; room: number; digest: 'SHA-256' | 'SHA-512' }> = {}) => {
    const mechanism = { ...leaf.key.mechanism, digest: more.digest ?? 'SHA-256' } as const
    return signerConstants(signer, mechanism, more.commitment, more.room ?? 0, testEngine)
  }
  const first = (await of()).signedAttributes(digest)
  expect((await of({ commitment: 'approval' })).signedAttributes(digest).length).toBeGreaterThan(first.length)
  expect((await of({ digest: 'SHA-512' })).signedAttributes(new Uint8Array(64)).length).toBeGreaterThan(first.length)
  expect((await of({ room: 1000 })).longest).toBeGreaterThan((await of()).longest + 1000)
  const before = first.slice()
  first.fill(0)
  expect((await of()).signedAttributes(digest)).toEqual(before)
})

test('a mechanism that the key does not have is refused each time', async () => {
  const { leaf } = await testChain('ECDSA-P256')
  const asked = { signature: 'Ed25519', digest: 'SHA-512' } as const
  for (let i = 0; i < 2; i++) {
    await expect(signerConstants(signerInfoOf(leaf), asked, undefined, 0, testEngine)).rejects.toThrow(SignError)
  }
})
