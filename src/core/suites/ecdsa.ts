/** ECDSA on curves or with digests that WebCrypto lacks: brainpool, secp256k1, SHA-224, SHA-3. Verification only. */
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { PublicKey } from '../algorithms.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from './digest.ts'
import { ecdsaFromDer } from './ecdsa-value.ts'
import type { SignatureSuite } from './signature-algorithm.ts'
import type { Verdict } from './verify.ts'

const CURVES = {
  'P-256': p256,
  'P-384': p384,
  'P-521': p521,
  secp256k1,
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
} as const

const isCurve = (name: string | undefined): name is keyof typeof CURVES => name !== undefined && name in CURVES

export async function verifyEcdsa(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  // Parameters written out in the key are refused: a curve must be one of ours (CVE-2020-0601).
  if (!isCurve(key.curve) || suite.digest === null) return null
  const curve = CURVES[key.curve]
  const size = Math.ceil(key.bits / 8)
  const value = suite.scheme === 'ECDSA' ? ecdsaFromDer(signature, size) : signature
  if (value?.length !== 2 * size) return { valid: false, evidence: 'the value is not an ECDSA signature of this curve' }
  const digest = await digestBytes(engine, suite.digest, data)
  try {
    return { valid: curve.verify(value, digest, key.key, { prehash: false, lowS: false }) }
  } catch (error) {
    return { valid: false, evidence: `not a key or value of ${key.curve}: ${String(error)}` }
  }
}
