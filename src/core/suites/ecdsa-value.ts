/** ECDSA values: WebCrypto's r||s (IEEE P1363) <-> Ecdsa-Sig-Value (RFC 3279, 2.2.3). */
import { concatBytes } from '../bytes/bytes.ts'
import { fields, integerBytes, parseDer, TAG } from '../bytes/der-read.ts'
import { sequence, unsignedInteger, type DerBytes } from '../bytes/der-write.ts'
import { SignError } from '../errors.ts'
import type { Mechanism } from '../keys.ts'

/** A value in the key boundary's encoding as CMS, certificates and requests carry it: ECDSA becomes a SEQUENCE, all others stay. */
export function signatureOctets({ signature }: Mechanism, value: Uint8Array): Uint8Array {
  return signature.startsWith('ECDSA') ? ecdsaToDer(value) : value
}

/** @throws RangeError when the halves are not equal */
export function ecdsaToDer(value: Uint8Array): DerBytes {
  if (value.length === 0 || value.length % 2 !== 0) throw new RangeError('r||s must have an even length')
  const half = value.length / 2
  return sequence(unsignedInteger(value.subarray(0, half)), unsignedInteger(value.subarray(half)))
}

/**
 * Strict DER; anything else is no signature (null), never a guess: signatures must not be malleable.
 *
 * @param size octets of r and of s
 */
export function ecdsaFromDer(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | null {
  try {
    const reader = fields(parseDer(der))
    const halves = [reader.next(TAG.integer), reader.next(TAG.integer)].map((node) =>
      fixedLength(integerBytes(node), size),
    )
    reader.end()
    const [r, s] = halves
    return r && s ? concatBytes([r, s]) : null
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

/** Positive two's complement to `size` octets; null when negative or longer. */
function fixedLength(twos: Uint8Array, size: number): Uint8Array | null {
  if ((twos[0] ?? 0) >= 0x80) return null
  const magnitude = twos[0] === 0 ? twos.subarray(1) : twos
  if (magnitude.length > size) return null
  const out = new Uint8Array(size)
  out.set(magnitude, size - magnitude.length)
  return out
}
