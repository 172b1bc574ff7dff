import { derInteger, fields, parseDer, TAG } from '../../core/bytes/der-read.ts'
import { SignError } from '../../core/errors.ts'

/**
 * Ecdsa-Sig-Value (RFC 3279, 2.2.3) to IEEE P1363 r||s, the encoding at the key boundary.
 *
 * @param size octets of r and of s: 32 for P-256, 48 for P-384. @throws SignError `KEY_SIGNATURE_INVALID`
 */
export function derToP1363(signature: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(2 * size)
  try {
    const reader = fields(parseDer(signature))
    for (const at of [size, 2 * size]) {
      let value = derInteger(reader.next(TAG.integer))
      for (let i = at - 1; i >= at - size; i--) {
        out[i] = Number(value & 0xffn)
        value >>= 8n
      }
      if (value !== 0n) throw new RangeError('too long')
    }
    reader.end()
  } catch (cause) {
    throw new SignError('KEY_SIGNATURE_INVALID', 'the token gave no ECDSA signature', { cause })
  }
  return out
}
