/** GOST R 34.10-2012 as certificates and CMS carry it: RFC 7091, RFC 9215, RFC 4491. Verification only. */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import type { PublicKey } from '../algorithms.ts'
import { toHex } from '../bytes/bytes.ts'
import { derOctets, derOid, fields, parseDer, TAG } from '../bytes/der-read.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from './digest.ts'
import { GOST_CURVES, type GostCurve } from './gost-curves.ts'
import type { SignatureSuite } from './signature-algorithm.ts'
import type { Verdict } from './verify.ts'

const fromBigEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes) || '0'}`)
const fromLittleEndian = (bytes: Uint8Array): bigint => fromBigEndian(bytes.toReversed())

export async function verifyGost(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  if (suite.digest === null || key.parameters?.tag !== TAG.sequence) return null
  const curve = GOST_CURVES[derOid(fields(key.parameters).next(TAG.oid))]
  if (curve === undefined) return null
  const size = key.bits / 8
  const point = derOctets(parseDer(key.key, 'ber'))
  if (point.length !== 2 * size || signature.length !== 2 * size) {
    return { valid: false, evidence: 'not a key or value of this curve' }
  }
  const digest = await digestBytes(engine, suite.digest, data)
  return check(curve, point, digest, signature)
}

/** RFC 7091, 6.2: the value is s||r, big-endian; the key and the digest are little-endian. */
function check(curve: GostCurve, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): Verdict {
  const { n } = curve
  const half = signature.length / 2
  const s = fromBigEndian(signature.subarray(0, half))
  const r = fromBigEndian(signature.subarray(half))
  if (r <= 0n || r >= n || s <= 0n || s >= n) return { valid: false, evidence: 'r or s is outside the group' }
  const e = fromLittleEndian(digest) % n || 1n
  const v = inverse(e, n)
  const Point = weierstrass(curve)
  try {
    const x = fromLittleEndian(point.subarray(0, half))
    const y = fromLittleEndian(point.subarray(half))
    const q = Point.fromAffine({ x, y })
    q.assertValidity()
    const sum = Point.BASE.multiplyUnsafe((s * v) % n).add(q.multiplyUnsafe(((n - r) * v) % n))
    if (sum.is0()) return { valid: false }
    return { valid: sum.toAffine().x % n === r }
  } catch (error) {
    return { valid: false, evidence: `not a key of this curve: ${String(error)}` }
  }
}

/** Modulo a prime, by Fermat. */
function inverse(value: bigint, prime: bigint): bigint {
  let result = 1n
  for (const bit of (prime - 2n).toString(2)) {
    result = (result * result) % prime
    if (bit === '1') result = (result * value) % prime
  }
  return result
}
