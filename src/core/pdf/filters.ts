import { Inflate, inflateSync, Unzlib } from 'fflate'
import { concatBytes } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { dictOf, isArray, nameOf } from './objects.ts'
import type { PdfObject, PdfDict } from './objects.ts'
import { undoPredictor } from './predictor.ts'

/** Decoded streams may grow to this at most. */
export const MAX_DECODED = 256 << 20

const tooLarge = (limit: number): SignError =>
  new SignError('FORMAT_LIMIT_EXCEEDED', 'a stream grows beyond the limit when decoded', { details: { limit } })

/** A filter with its parameters; `parameters` must hold no references any more. */
export type Filter = Readonly<{ name: string; parameters: PdfDict | null }>

/** The filters of a stream dictionary whose values were resolved (7.4.1). */
export function filtersOf(filter: PdfObject, parameters: PdfObject): readonly Filter[] {
  const names = isArray(filter) ? filter : filter === null ? [] : [filter]
  const all = isArray(parameters) ? parameters : [parameters]
  return names.map((each, i) => ({ name: nameOf(each) ?? '', parameters: dictOf(all[i]) }))
}

/** Filters whose output is an image or that need more than the stream: their data is given as it is. */
const OPAQUE = new Set(['DCTDecode', 'DCT', 'JPXDecode', 'CCITTFaxDecode', 'CCF', 'JBIG2Decode'])

/**
 * Decodes stream data. A damaged deflate stream gives what could be inflated.
 *
 * @throws SignError `FORMAT_LIMIT_EXCEEDED`; `FORMAT_UNSUPPORTED` for a filter nobody knows.
 */
export function decodeStream(raw: Uint8Array, filters: readonly Filter[], limit = MAX_DECODED): Uint8Array {
  if (filters.length > 16) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'a stream has too many filters')
  let data = raw
  for (const filter of filters) {
    if (OPAQUE.has(filter.name)) return data
    data = decodeOne(data, filter, limit)
  }
  return data
}

function decodeOne(data: Uint8Array, filter: Filter, limit: number): Uint8Array {
  switch (filter.name) {
    case 'FlateDecode':
    case 'Fl':
      return undoPredictor(inflate(data, limit), filter.parameters)
    case 'LZWDecode':
    case 'LZW':
      return undoPredictor(lzw(data, filter.parameters?.get('EarlyChange') === 0 ? 0 : 1, limit), filter.parameters)
    case 'ASCIIHexDecode':
    case 'AHx':
      return asciiHex(data)
    case 'ASCII85Decode':
    case 'A85':
      return ascii85(data)
    case 'RunLengthDecode':
    case 'RL':
      return runLength(data, limit)
    case 'Crypt':
      return data
    default:
      throw new SignError('FORMAT_UNSUPPORTED', `unknown stream filter ${filter.name.slice(0, 40)}`)
  }
}

/** Input is pushed in small pieces, so that a bomb is noticed before it unfolds. */
const PUSH = 16 << 10

/** Deflate unfolds a byte to at most 1,032: so much, at most 4 MiB, is inflated in one piece, without 100 KiB of buffers for each. */
const ONE_PIECE = 4 << 10
/** Flag of a zlib header that names a preset dictionary. */
const DICTIONARY = 32

/** Null: too long, or not sound to its end. */
function inflateSmall(data: Uint8Array, zlib: boolean): Uint8Array | null {
  if (data.length > ONE_PIECE || (zlib && ((data[1] ?? 0) & DICTIONARY) !== 0)) return null
  try {
    return inflateSync(zlib ? data.subarray(2) : data)
  } catch {
    return null
  }
}

/** zlib (RFC 1950) or, when its header is wrong, bare deflate. Bounded output; errors end the data instead of losing it. */
export function inflate(data: Uint8Array, limit = MAX_DECODED): Uint8Array {
  const zlib = data.length >= 2 && ((data[0] ?? 0) & 15) === 8 && (((data[0] ?? 0) << 8) | (data[1] ?? 0)) % 31 === 0
  const whole = inflateSmall(data, zlib)
  if (whole && whole.length > limit) throw tooLarge(limit)
  if (whole) return whole
  const parts: Uint8Array[] = []
  let length = 0
  const stream = zlib ? new Unzlib() : new Inflate()
  stream.ondata = (chunk) => {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    parts.push(chunk)
  }
  try {
    for (let at = 0; at < data.length; at += PUSH) {
      stream.push(data.subarray(at, at + PUSH), at + PUSH >= data.length)
    }
  } catch (error) {
    if (error instanceof SignError) throw error
  }
  const only = parts.length === 1 ? parts[0] : undefined
  return only ?? concatBytes(parts)
}

function asciiHex(data: Uint8Array): Uint8Array {
  const out: number[] = []
  let high = -1
  for (const byte of data) {
    if (byte === 62) break
    const digit = Number.parseInt(String.fromCharCode(byte), 16)
    if (Number.isNaN(digit)) continue
    if (high < 0) high = digit
    else {
      out.push(high * 16 + digit)
      high = -1
    }
  }
  if (high >= 0) out.push(high * 16)
  return Uint8Array.from(out)
}

function ascii85(data: Uint8Array): Uint8Array {
  const out: number[] = []
  let group: number[] = []
  const flush = (digits: number[]): void => {
    const count = digits.length
    const padded = [...digits, 84, 84, 84, 84].slice(0, 5)
    const value = padded.reduce((sum, digit) => sum * 85 + digit, 0)
    for (let i = 0; i < count - 1; i++) out.push(Math.floor(value / 256 ** (3 - i)) & 255)
  }
  for (const byte of data) {
    if (byte === 126) break
    if (byte === 122 && group.length === 0) out.push(0, 0, 0, 0)
    else if (byte >= 33 && byte <= 117) {
      group.push(byte - 33)
      if (group.length === 5) {
        flush(group)
        group = []
      }
    }
  }
  if (group.length > 1) flush(group)
  return Uint8Array.from(out)
}

function runLength(data: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = []
  let total = 0
  for (let at = 0; at < data.length;) {
    const length = data[at++] ?? 128
    if (length === 128) break
    const part = length < 128 ? data.subarray(at, at + length + 1) : new Uint8Array(257 - length).fill(data[at] ?? 0)
    at += length < 128 ? length + 1 : 1
    total += part.length
    if (total > limit) throw tooLarge(limit)
    parts.push(part)
  }
  return concatBytes(parts)
}

/** LZW with codes of 9 to 12 bits, the most significant first (7.4.4.2). */
function lzw(data: Uint8Array, early: 0 | 1, limit: number): Uint8Array {
  const parts: Uint8Array[] = []
  let table: Uint8Array[] = []
  const reset = (): void => {
    table = Array.from({ length: 258 }, (_, i) => Uint8Array.of(i & 255))
  }
  reset()
  let [bits, held, width, total] = [0, 0, 9, 0]
  let previous: Uint8Array | null = null
  for (const byte of data) {
    bits = (bits << 8) | byte
    held += 8
    if (held < width) continue
    held -= width
    const code = bits >> held
    bits &= (1 << held) - 1
    if (code === 257) break
    if (code === 256) {
      reset()
      width = 9
      previous = null
      continue
    }
    const known: Uint8Array | undefined = table[code]
    if (!known && !previous) break
    const entry: Uint8Array =
      known ?? concatBytes([previous ?? Uint8Array.of(), (previous ?? Uint8Array.of()).subarray(0, 1)])
    total += entry.length
    if (total > limit) throw tooLarge(limit)
    parts.push(entry)
    if (previous && table.length < 4096) table.push(concatBytes([previous, entry.subarray(0, 1)]))
    previous = entry
    const size = table.length + early
    width = size >= 2048 ? 12 : size >= 1024 ? 11 : size >= 512 ? 10 : 9
  }
  return concatBytes(parts)
}
