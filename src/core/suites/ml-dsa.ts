/** ML-DSA where WebCrypto lacks it: pure mode, empty context (FIPS 204, RFC 9882). Verification only. */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import type { PublicKey } from '../algorithms.ts'
import type { Verdict } from './verify.ts'

const SETS = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 } as const

export function verifyMlDsa(key: PublicKey, data: Uint8Array, signature: Uint8Array): Verdict {
  const { algorithm } = key
  if (algorithm !== 'ML-DSA-44' && algorithm !== 'ML-DSA-65' && algorithm !== 'ML-DSA-87') return null
  // Parameters must be absent (RFC 9881, 2).
  if (key.parameters !== undefined) return { valid: false, evidence: 'an ML-DSA key must have no parameters' }
  try {
    return { valid: SETS[algorithm].verify(signature, data, key.key) }
  } catch (error) {
    return { valid: false, evidence: `not a key or value of ${algorithm}: ${String(error)}` }
  }
}
