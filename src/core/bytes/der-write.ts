/** The DER writer behind everything this project signs: ITU-T X.690, clauses 8, 10 and 11. Every function returns one whole TLV. */
import { compareBytes, concatBytes, latin1, utf8 } from './bytes.ts'

export type DerBytes = Uint8Array<ArrayBuffer>

const CONSTRUCTED = 0x20
const CONTEXT = 0x80

/** Identifier and length octets for `length` octets of contents. Low tag numbers only: no structure written here has others. */
export function derHeader(tag: number, length: number): DerBytes {
  if (length < 0x80) return Uint8Array.of(tag, length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets)
}

/** Length in octets of a TLV whose contents have `length` octets; for sizes known before the contents are. */
export function derLength(length: number): number {
  return derHeader(0, length).length + length
}

export function tlv(tag: number, ...contents: readonly Uint8Array[]): DerBytes {
  let length = 0
  for (const part of contents) length += part.length
  return concatBytes([derHeader(tag, length), ...contents])
}

export const sequence = (...items: readonly Uint8Array[]): DerBytes => tlv(0x30, ...items)

/** SET OF in DER order: sorted by the encoded octets (X.690, 11.6). */
export const setOf = (items: readonly Uint8Array[]): DerBytes => tlv(0x31, ...items.toSorted(compareBytes))

export const derNull = (): DerBytes => Uint8Array.of(0x05, 0x00)

export const boolean = (value: boolean): DerBytes => Uint8Array.of(0x01, 0x01, value ? 0xff : 0x00)

/** Two's complement, shortest form. @throws RangeError for a number that is not a safe integer. */
export function integer(value: number | bigint): DerBytes {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('not a safe integer')
  const octets: number[] = []
  let rest = BigInt(value)
  do {
    octets.unshift(Number(rest & 0xffn))
    rest >>= 8n
  } while (!(rest === 0n && (octets[0] ?? 0) < 0x80) && !(rest === -1n && (octets[0] ?? 0) >= 0x80))
  return tlv(0x02, Uint8Array.from(octets))
}

/** INTEGER from an unsigned big-endian number of any length. */
export function unsignedInteger(magnitude: Uint8Array): DerBytes {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const rest = magnitude.subarray(start)
  if (rest.length === 0) return integer(0)
  return (rest[0] ?? 0) >= 0x80 ? tlv(0x02, Uint8Array.of(0), rest) : tlv(0x02, rest)
}

export const enumerated = (value: number): DerBytes => retag(0x0a, integer(value))

const encodedOids = new Map<string, DerBytes>()

/** OBJECT IDENTIFIER from dotted decimal. @throws RangeError when it is not one. */
export function oid(dotted: string): DerBytes {
  const known = encodedOids.get(dotted)
  if (known) return known.slice()
  const encoded = encodeOid(dotted)
  if (encodedOids.size < 256) encodedOids.set(dotted, encoded.slice())
  return encoded
}

function encodeOid(dotted: string): DerBytes {
  if (!/^[0-2](?:\.(?:0|[1-9][0-9]*))+$/.test(dotted)) throw new RangeError(`not an object identifier: ${dotted}`)
  const [root = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  if (root < 2n && second > 39n) throw new RangeError(`not an object identifier: ${dotted}`)
  return tlv(0x06, Uint8Array.from([root * 40n + second, ...rest].flatMap(base128)))
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

export const octetString = (bytes: Uint8Array): DerBytes => tlv(0x04, bytes)

export const bitString = (bytes: Uint8Array, unusedBits = 0): DerBytes => tlv(0x03, Uint8Array.of(unusedBits), bytes)

/** A named bit list: trailing zero bits are not written (X.690, 11.2.2). `bits[0]` is bit 0, the leftmost. */
export function namedBits(bits: readonly boolean[]): DerBytes {
  const last = bits.lastIndexOf(true)
  if (last < 0) return bitString(new Uint8Array(0))
  const bytes = new Uint8Array(Math.floor(last / 8) + 1)
  bits.forEach((set, i) => {
    if (set) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (0x80 >> (i & 7))
  })
  return bitString(bytes, 7 - (last % 8))
}

export const utf8String = (text: string): DerBytes => tlv(0x0c, utf8(text))

/** @throws RangeError for a character outside the PrintableString repertoire. */
export function printableString(text: string): DerBytes {
  if (!isPrintable(text)) throw new RangeError('not a PrintableString')
  return tlv(0x13, latin1(text))
}

export const isPrintable = (text: string): boolean => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)

/** @throws RangeError for a character outside ASCII. */
export function ia5String(text: string): DerBytes {
  for (const character of text) if (character > '\u007f') throw new RangeError('not an IA5String')
  return tlv(0x16, latin1(text))
}

/** UTF-16BE. */
export function bmpString(text: string): DerBytes {
  const bytes = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) bytes.set([text.charCodeAt(i) >> 8, text.charCodeAt(i) & 0xff], 2 * i)
  return tlv(0x1e, bytes)
}

const digits = (value: Date): string =>
  value
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')

/** YYYYMMDDHHMMSSZ, whole seconds. */
export const generalizedTime = (value: Date): DerBytes => tlv(0x18, latin1(digits(value)))

/** The Time CHOICE of RFC 5280 (4.1.2.5) and RFC 5652 (11.3): UTCTime from 1950 through 2049, GeneralizedTime otherwise. */
export function time(value: Date): DerBytes {
  const year = value.getUTCFullYear()
  if (Number.isNaN(year) || year < 0 || year > 9999) throw new RangeError('time outside years 0 to 9999')
  return year >= 1950 && year < 2050 ? tlv(0x17, latin1(digits(value).slice(2))) : generalizedTime(value)
}

/** [n] EXPLICIT around one or more whole TLVs. */
export const explicit = (number: number, ...inner: readonly Uint8Array[]): DerBytes =>
  tlv(CONTEXT | CONSTRUCTED | number, ...inner)

/** [n] IMPLICIT: the inner TLV's tag is replaced; the constructed bit stays. */
export function implicit(number: number, inner: Uint8Array): DerBytes {
  return retag(CONTEXT | ((inner[0] ?? 0) & CONSTRUCTED) | number, inner)
}

/** [n] IMPLICIT of a primitive string type: contents only. */
export const contextPrimitive = (number: number, contents: Uint8Array): DerBytes => tlv(CONTEXT | number, contents)

/** The same contents under another identifier octet. */
export function retag(tag: number, inner: Uint8Array): DerBytes {
  const out = inner.slice()
  out[0] = tag
  return out
}
