/** EdDSA where WebCrypto lacks it, by the strict rules of RFC 8032, 5.1.7 and 5.2.7. Verification only. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { ed448 } from '@noble/curves/ed448.js'
import type { PublicKey } from '../algorithms.ts'
import type { Verdict } from './verify.ts'

export function verifyEddsa(
  scheme: 'Ed25519' | 'Ed448',
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Verdict {
  const curve = scheme === 'Ed25519' ? ed25519 : ed448
  try {
    return { valid: curve.verify(signature, data, key.key, { zip215: false }) }
  } catch (error) {
    return { valid: false, evidence: `not a key or value of ${scheme}: ${String(error)}` }
  }
}
