/** DSA, for old certificates and signatures; WebCrypto never had it (FIPS 186-4, 4.7). Verification only. */
import type { PublicKey } from '../algorithms.ts'
import { toHex } from '../bytes/bytes.ts'
import { derInteger, fields, parseDer, TAG, type DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from './digest.ts'
import type { SignatureSuite } from './signature-algorithm.ts'
import type { Verdict } from './verify.ts'

const MAX_BITS = 4096

export async function verifyDsa(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  // A key may inherit its parameters from the issuer (RFC 3279, 2.3.2): then they are not here.
  if (suite.digest === null || key.parameters?.tag !== TAG.sequence || key.bits > MAX_BITS) return null
  const digest = await digestBytes(engine, suite.digest, data)
  try {
    return { valid: check(key.parameters, derInteger(parseDer(key.key, 'ber')), digest, signature) }
  } catch (error) {
    if (error instanceof SignError) return { valid: false, evidence: error.message }
    throw error
  }
}

function check(parameters: DerNode, y: bigint, digest: Uint8Array, signature: Uint8Array): boolean {
  const domain = fields(parameters)
  const [p, q, g] = [domain.next(), domain.next(), domain.next()].map(derInteger)
  const value = fields(parseDer(signature))
  const [r, s] = [value.next(), value.next()].map(derInteger)
  value.end()
  if (p === undefined || q === undefined || g === undefined || r === undefined || s === undefined) return false
  if (q <= 0n || q >= 1n << 512n || p <= q || y <= 1n || y >= p || g <= 1n || g >= p) return false
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false
  const excess = Math.max(0, 8 * digest.length - q.toString(2).length)
  const z = BigInt(`0x${toHex(digest)}`) >> BigInt(excess)
  const w = power(s, q - 2n, q)
  const v = ((power(g, (z * w) % q, p) * power(y, (r * w) % q, p)) % p) % q
  return v === r
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}
