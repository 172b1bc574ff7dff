/**
 * A bounded reader of DER, and on request of the BER that others write: nothing is trusted, nothing is recursive, every element is a
 * view into the input. ITU-T X.690.
 */
import { SignError } from '../errors.ts'
import { concatBytes, fromLatin1 } from './bytes.ts'

export type DerRules = 'der' | 'ber'

export type DerNode = Readonly<{
  /** First identifier octet: class, constructed bit and low tag number. 0x30 is SEQUENCE, 0xa0 is [0] constructed. */
  tag: number
  /** Tag number, also of the high-tag-number form. */
  number: number
  constructed: boolean
  /** The whole element exactly as it was written. */
  raw: Uint8Array
  /** Contents octets, without the end-of-contents of an indefinite length. */
  contents: Uint8Array
  /** How its children are read. */
  rules: DerRules
  /** False for an indefinite or not minimal length, or a not minimal tag: BER that is not DER. */
  canonical: boolean
}>

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const

/** [n] constructed: EXPLICIT, or IMPLICIT of a constructed type. */
export const contextTag = (number: number): number => 0xa0 | number
/** [n] primitive: IMPLICIT of a primitive type. */
export const primitiveTag = (number: number): number => 0x80 | number

const MAX_DEPTH = 64
const MAX_CHILDREN = 200_000

const malformed = (message: string): SignError => new SignError('DER_MALFORMED', message)
const tooMuch = (message: string): SignError => new SignError('DER_LIMIT_EXCEEDED', message)

const hexTag = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`

type Header = { tag: number; number: number; start: number; length: number | null; canonical: boolean }

/** Identifier and length octets at `at`; `length` null: indefinite. */
function readHeader(bytes: Uint8Array, at: number, end: number, rules: DerRules): Header {
  const tag = octet(bytes, at++, end)
  let number = tag & 0x1f
  let canonical = true
  if (number === 0x1f) {
    number = 0
    for (let i = 0; ; i++) {
      if (i === 4) throw tooMuch('tag number above 2^28')
      const next = octet(bytes, at++, end)
      if (i === 0 && next === 0x80) canonical = false
      number = number * 128 + (next & 0x7f)
      if (next < 0x80) break
    }
    if (number < 0x1f) canonical = false
  }
  const first = octet(bytes, at++, end)
  let length: number | null = first
  if (first === 0x80) {
    if ((tag & 0x20) === 0) throw malformed('a primitive element has no length')
    length = null
    canonical = false
  } else if (first > 0x80) {
    const count = first & 0x7f
    length = 0
    for (let i = 0; i < count; i++) {
      length = length * 256 + octet(bytes, at++, end)
      if (length > 2 ** 40) throw malformed('an element is longer than its input')
    }
    if (length < 0x80 || length < 256 ** (count - 1)) canonical = false
  }
  if (!canonical && rules === 'der') throw malformed(`not DER: tag or length of ${hexTag(tag)} is not in shortest form`)
  if (length !== null && length > end - at)
    throw malformed(`element ${hexTag(tag)} needs ${length} octets of ${end - at}`)
  return { tag, number, start: at, length, canonical }
}

function octet(bytes: Uint8Array, at: number, end: number): number {
  const value = at < end ? bytes[at] : undefined
  if (value === undefined) throw malformed('the input ends inside an element')
  return value
}

/** The offset of the end-of-contents octets that close the indefinite length whose contents start at `at`. */
function findEndOfContents(bytes: Uint8Array, at: number, end: number): number {
  const closes: (number | null)[] = [null]
  for (;;) {
    // A definite element inside ends by its length, an indefinite one by 00 00.
    if (bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= end) {
      closes.pop()
      if (closes.length === 0) return at
      at += 2
      continue
    }
    const header = readHeader(bytes, at, end, 'ber')
    at = header.start
    if (header.length === null) closes.push(null)
    else at += header.length
    if (closes.length > MAX_DEPTH) throw tooMuch(`indefinite lengths nested deeper than ${MAX_DEPTH}`)
  }
}

function readNode(bytes: Uint8Array, at: number, end: number, rules: DerRules): DerNode {
  const header = readHeader(bytes, at, end, rules)
  const stop = header.length === null ? findEndOfContents(bytes, header.start, end) : header.start + header.length
  return {
    tag: header.tag,
    number: header.number,
    constructed: (header.tag & 0x20) !== 0,
    raw: bytes.subarray(at, header.length === null ? stop + 2 : stop),
    contents: bytes.subarray(header.start, stop),
    rules,
    canonical: header.canonical,
  }
}

/**
 * Exactly one element that fills `bytes`.
 *
 * @param rules `'ber'` also takes indefinite and not minimal lengths
 * @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED`
 */
export function parseDer(bytes: Uint8Array, rules: DerRules = 'der'): DerNode {
  const node = readNode(bytes, 0, bytes.length, rules)
  if (node.raw.length !== bytes.length) throw malformed(`${bytes.length - node.raw.length} octets after the element`)
  return node
}

/** The first element of `bytes`; more may follow (zero padding of a PDF /Contents). */
export function parseDerPrefix(bytes: Uint8Array, rules: DerRules = 'der'): DerNode {
  return readNode(bytes, 0, bytes.length, rules)
}

/** The elements inside a constructed one, one by one: for lists too long to hold (CRL entries). */
export function* eachChild(node: DerNode): Generator<DerNode> {
  if (!node.constructed) throw malformed(`element ${hexTag(node.tag)} is primitive`)
  for (let at = 0; at < node.contents.length;) {
    const child = readNode(node.contents, at, node.contents.length, node.rules)
    at += child.raw.length
    yield child
  }
}

export function children(node: DerNode, limit = MAX_CHILDREN): readonly DerNode[] {
  const out: DerNode[] = []
  for (const child of eachChild(node)) {
    if (out.length === limit) throw tooMuch(`more than ${limit} elements`)
    out.push(child)
  }
  return out
}

/** Walks the fields of a SEQUENCE in order. */
export interface FieldReader {
  /** The next field, which must have this tag. */
  next(tag?: number): DerNode
  /** The next field when it has this tag. */
  optional(tag: number): DerNode | undefined
  peek(): DerNode | undefined
  /** @throws when fields are left. */
  end(): void
}

export function fields(node: DerNode, tag: number = TAG.sequence): FieldReader {
  expectTag(node, tag)
  const items = children(node)
  let at = 0
  return {
    next(wanted) {
      const item = items[at++]
      if (item === undefined) throw malformed('a field is missing')
      if (wanted !== undefined) expectTag(item, wanted)
      return item
    },
    optional(wanted) {
      const item = items[at]
      if (item?.tag !== wanted) return undefined
      at++
      return item
    },
    peek: () => items[at],
    end() {
      if (at < items.length) throw malformed(`unexpected element ${hexTag(items[at]?.tag ?? 0)}`)
    },
  }
}

export function expectTag(node: DerNode, tag: number): void {
  if (node.tag !== tag) throw malformed(`expected ${hexTag(tag)}, got ${hexTag(node.tag)}`)
}

/** The one element inside an EXPLICIT tag. */
export function inner(node: DerNode): DerNode {
  const [only, ...rest] = children(node, 2)
  if (only === undefined || rest.length > 0) throw malformed('an explicit tag must hold one element')
  return only
}

/** The same element read under another (universal) tag: for [n] IMPLICIT. */
export const asTag = (node: DerNode, tag: number): DerNode => ({ ...node, tag, number: tag & 0x1f })

export function derInteger(node: DerNode): bigint {
  const bytes = integerBytes(node)
  let value = 0n
  // Quadratic in the length: an RSA modulus is at most 2 KiB, a hostile INTEGER may be megabytes.
  if (bytes.length > 4096) throw tooMuch('INTEGER longer than 4096 octets')
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return (bytes[0] ?? 0) >= 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value
}

/** Contents octets of an INTEGER or ENUMERATED, two's complement. */
export function integerBytes(node: DerNode): Uint8Array {
  if (node.tag !== TAG.enumerated) expectTag(node, TAG.integer)
  const bytes = node.contents
  if (bytes.length === 0) throw malformed('an INTEGER without octets')
  const padded =
    bytes.length > 1 && ((bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) || (bytes[0] === 0xff && (bytes[1] ?? 0) >= 0x80))
  if (padded && node.rules === 'der') throw malformed('an INTEGER is not in shortest form')
  return bytes
}

/** A small INTEGER or ENUMERATED (version, iterations, pathLen). @throws `DER_LIMIT_EXCEEDED` above 2^53. */
export function derSmallInteger(node: DerNode): number {
  const value = derInteger(node)
  const small = Number(value)
  if (!Number.isSafeInteger(small)) throw tooMuch('INTEGER too large')
  return small
}

export function derBoolean(node: DerNode): boolean {
  expectTag(node, TAG.boolean)
  if (node.contents.length !== 1) throw malformed('a BOOLEAN must have one octet')
  const value = node.contents[0]
  if (node.rules === 'der' && value !== 0 && value !== 0xff) throw malformed('BOOLEAN true must be ff')
  return value !== 0
}

/** Dotted decimal. */
export function derOid(node: DerNode): string {
  expectTag(node, TAG.oid)
  const bytes = node.contents
  if (bytes.length === 0 || (bytes.at(-1) ?? 0) >= 0x80) throw malformed('an OBJECT IDENTIFIER is cut off')
  if (bytes.length > 128) throw tooMuch('OBJECT IDENTIFIER longer than 128 octets')
  const arcs: (number | bigint)[] = []
  let small = 0
  let large: bigint | null = null
  let fresh = true
  for (const byte of bytes) {
    if (fresh && byte === 0x80) throw malformed('an OBJECT IDENTIFIER arc is not in shortest form')
    if (large === null && small >= 2 ** 45) large = BigInt(small)
    if (large === null) small = small * 128 + (byte & 0x7f)
    else large = (large << 7n) | BigInt(byte & 0x7f)
    fresh = byte < 0x80
    if (!fresh) continue
    arcs.push(large ?? small)
    small = 0
    large = null
  }
  const [first = 0, ...rest] = arcs
  const root = first < 40 ? 0 : first < 80 ? 1 : 2
  const second = typeof first === 'number' ? first - 40 * root : first - BigInt(40 * root)
  return [root, second, ...rest].join('.')
}

export type BitString = Readonly<{ bytes: Uint8Array; unusedBits: number }>

export function derBitString(node: DerNode): BitString {
  expectTag(node, TAG.bitString)
  const unusedBits = node.contents[0]
  const bytes = node.contents.subarray(1)
  if (unusedBits === undefined || unusedBits > 7 || (bytes.length === 0 && unusedBits > 0)) {
    throw malformed('a BIT STRING has a wrong count of unused bits')
  }
  return { bytes, unusedBits }
}

/** Octets of a BIT STRING that holds whole octets (keys, signatures). */
export function derBitOctets(node: DerNode): Uint8Array {
  const { bytes, unusedBits } = derBitString(node)
  if (unusedBits !== 0) throw malformed('a BIT STRING must hold whole octets')
  return bytes
}

/** A named bit list, bit 0 first. */
export function derNamedBits(node: DerNode): readonly boolean[] {
  const { bytes, unusedBits } = derBitString(node)
  if (bytes.length > 64) throw tooMuch('a named bit list longer than 64 octets')
  return Array.from(
    { length: bytes.length * 8 - unusedBits },
    (_, i) => ((bytes[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0,
  )
}

/** Octets of an OCTET STRING; under BER also of a constructed one, pieces joined. */
export function derOctets(node: DerNode): Uint8Array {
  if (node.tag === TAG.octetString) return node.contents
  if (node.tag !== (TAG.octetString | 0x20) || node.rules === 'der') expectTag(node, TAG.octetString)
  const pieces: Uint8Array[] = []
  collectPieces(node, pieces, 0)
  return concatBytes(pieces)
}

function collectPieces(node: DerNode, pieces: Uint8Array[], depth: number): void {
  if (depth > 8) throw tooMuch('OCTET STRING pieces nested deeper than 8')
  for (const piece of eachChild(node)) {
    if (piece.tag === TAG.octetString) pieces.push(piece.contents)
    else if (piece.tag === (TAG.octetString | 0x20)) collectPieces(piece, pieces, depth + 1)
    else expectTag(piece, TAG.octetString)
  }
}

/** Text of any ASN.1 string type; what is not valid in its type becomes U+FFFD. Teletex is read as Latin-1, as everyone does. */
export function derString(node: DerNode): string {
  const { contents } = node
  if (contents.length > 1 << 20) throw tooMuch('a string longer than 1 MiB')
  switch (node.tag) {
    case TAG.utf8String:
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(contents)
    case TAG.bmpString:
      return new TextDecoder('utf-16be', { ignoreBOM: true }).decode(contents)
    case TAG.universalString:
      return utf32(contents)
    case TAG.numericString:
    case TAG.printableString:
    case TAG.teletexString:
    case TAG.ia5String:
    case TAG.visibleString:
      return fromLatin1(contents)
    default:
      throw malformed(`element ${hexTag(node.tag)} is not a string`)
  }
}

function utf32(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let out = ''
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const point = view.getUint32(i)
    out += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point)
  }
  return out
}

/** UTCTime or GeneralizedTime in UTC (RFC 5280, 4.1.2.5); BER also allows missing seconds, fractions and offsets. */
export function derTime(node: DerNode): Date {
  if (node.tag !== TAG.utcTime) expectTag(node, TAG.generalizedTime)
  const text = node.contents.length > 40 ? '' : fromLatin1(node.contents)
  const pattern = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})$/
  const match = pattern.exec(text)
  const [, year = '', month, day, hour, minute, second, fraction, zone] = match ?? []
  if (!match || (node.tag === TAG.utcTime) !== (year.length === 2)) throw malformed('not a time')
  if (node.rules === 'der' && (second === undefined || zone !== 'Z'))
    throw malformed('a time must be in UTC with seconds')
  const fullYear = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900)
  const value = new Date(0)
  value.setUTCFullYear(fullYear, Number(month) - 1, Number(day))
  value.setUTCHours(Number(hour), Number(minute), Number(second ?? 0), Math.floor(Number(`0.${fraction ?? 0}`) * 1000))
  // A calendar that rolls over (31 February, 25 o'clock) is not that time.
  const rolled = value.getUTCMonth() + 1 !== Number(month) || value.getUTCDate() !== Number(day)
  if (rolled || value.getUTCMinutes() !== Number(minute)) throw malformed('not a time')
  return zone === undefined || zone === 'Z' ? value : new Date(value.getTime() - offsetMilliseconds(zone))
}

function offsetMilliseconds(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
