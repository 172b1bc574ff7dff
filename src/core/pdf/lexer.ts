import { SignError } from '../errors.ts'
import { PdfDict, PdfName, PdfRef, PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'

/** Thrown when a token may go on past the end of the window: read a larger one and start again. Never leaves core/pdf. */
export const NEED_MORE = Symbol('need more input')

const WHITE = 1
const DELIMITER = 2
const KIND = new Uint8Array(256)
for (const byte of [0, 9, 10, 12, 13, 32]) KIND[byte] = WHITE
for (const character of '()<>[]{}/%') KIND[character.charCodeAt(0)] = DELIMITER

export const isWhite = (byte: number): boolean => KIND[byte] === WHITE
export const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/** Value of a hex digit, -1 for another byte. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const low = byte | 32
  return low >= 97 && low <= 102 ? low - 87 : -1
}

/** Nesting that no honest file reaches; deeper is an attack on the stack. */
const MAX_DEPTH = 200

/** Tokens that are not objects. */
export class Keyword {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const END = new Keyword('')
const malformed = (message: string, at: number): SignError =>
  new SignError('FORMAT_MALFORMED', message, { details: { offset: at } })

/** Reads PDF syntax (ISO 32000-2, 7.2 and 7.3) from one window of the file. Synchronous; positions are file offsets. */
export class Lexer {
  private readonly bytes: Uint8Array
  /** File offset of the window's first byte. */
  private readonly base: number
  /** True when nothing follows the window. */
  private readonly final: boolean
  private at: number
  /** The highest object number that was referred to; 0: none. */
  highestReference = 0

  constructor(bytes: Uint8Array, base: number, final: boolean, position = base) {
    this.bytes = bytes
    this.base = base
    this.final = final
    this.at = position - base
  }

  get position(): number {
    return this.base + this.at
  }

  set position(position: number) {
    this.at = position - this.base
  }

  /** The byte at the position plus `ahead`, -1 at the end of the file. */
  peek(ahead = 0): number {
    const byte = this.bytes[this.at + ahead]
    if (byte !== undefined) return byte
    if (this.final) return -1
    throw NEED_MORE
  }

  /** Skips white space and comments. */
  skip(): void {
    for (;;) {
      const byte = this.peek()
      if (byte === 37) while (this.peek() !== -1 && this.peek() !== 10 && this.peek() !== 13) this.at++
      else if (byte !== -1 && KIND[byte] === WHITE) this.at++
      else return
    }
  }

  /** A non-negative integer, or null with the position unchanged. */
  integer(): number | null {
    const saved = this.at
    this.skip()
    let value = 0
    let digits = 0
    for (let byte = this.peek(); isDigit(byte); byte = this.peek()) {
      value = value * 10 + (byte - 48)
      digits++
      this.at++
    }
    if (digits > 0 && Number.isSafeInteger(value)) return value
    this.at = saved
    return null
  }

  /** Takes the word when it stands next (after white space); otherwise the position is unchanged. */
  word(text: string): boolean {
    const saved = this.at
    this.skip()
    for (let i = 0; i < text.length; i++) {
      if (this.peek(i) !== text.charCodeAt(i)) {
        this.at = saved
        return false
      }
    }
    this.at += text.length
    return true
  }

  /** `12 0 obj`, or null with the position unchanged. */
  objectHeader(): PdfRef | null {
    const saved = this.at
    const number = this.integer()
    const generation = number === null ? null : this.integer()
    if (number !== null && generation !== null && this.word('obj')) return new PdfRef(number, generation)
    this.at = saved
    return null
  }

  /** One object. @throws SignError `FORMAT_MALFORMED` where none starts. */
  object(depth = 0): PdfObject {
    const start = this.position
    const token = this.token(depth)
    if (token instanceof Keyword) throw malformed(`expected an object, got "${token.text.slice(0, 20)}"`, start)
    return token
  }

  /** One object or keyword; the empty keyword at the end of the file. */
  token(depth = 0): PdfObject | Keyword {
    this.skip()
    const byte = this.peek()
    if (byte === -1) return END
    if (depth > MAX_DEPTH) throw malformed('objects are nested too deeply', this.position)
    switch (byte) {
      case 47:
        return this.name()
      case 40:
        return this.literalString()
      case 60:
        return this.peek(1) === 60 ? this.dictionary(depth) : this.hexString()
      case 91:
        return this.array(depth)
      case 93:
      case 123:
      case 125:
      case 41:
        this.at++
        return new Keyword(String.fromCharCode(byte))
      case 62:
        this.at += this.peek(1) === 62 ? 2 : 1
        return new Keyword('>>')
      default:
        return this.numberOrKeyword()
    }
  }

  private name(): PdfName {
    this.at++
    let text = ''
    for (let byte = this.peek(); byte !== -1 && KIND[byte] === 0; byte = this.peek()) {
      if (byte === 35) {
        const high = hexDigit(this.peek(1))
        const low = high < 0 ? -1 : hexDigit(this.peek(2))
        if (low >= 0) {
          text += String.fromCharCode(high * 16 + low)
          this.at += 3
          continue
        }
      }
      text += String.fromCharCode(byte)
      this.at++
    }
    return PdfName.of(text)
  }

  private numberOrKeyword(): PdfObject | Keyword {
    const start = this.at
    const plain = this.plainInteger()
    if (plain >= 0) return this.reference(plain, start) ?? plain
    let text = ''
    for (let byte = this.peek(); byte !== -1 && KIND[byte] === 0; byte = this.peek()) {
      text += String.fromCharCode(byte)
      this.at++
      if (text.length > 512) break
    }
    if (text === 'true') return true
    if (text === 'false') return false
    if (text === 'null') return null
    return parseNumber(text) ?? new Keyword(text)
  }

  /** Digits and nothing else, the usual number; -1 with the position unchanged for any other token. */
  private plainInteger(): number {
    const start = this.at
    let value = 0
    let byte = this.peek()
    for (; isDigit(byte) && this.at - start < 15; byte = this.peek()) {
      value = value * 10 + (byte - 48)
      this.at++
    }
    if (this.at > start && (byte === -1 || KIND[byte] !== 0)) return value
    this.at = start
    return -1
  }

  /** The rest of `12 0 R` after its first integer. */
  private reference(number: number, start: number): PdfRef | null {
    const saved = this.at
    this.skip()
    let generation = 0
    let digits = 0
    for (let byte = this.peek(); isDigit(byte) && digits < 6; byte = this.peek()) {
      generation = generation * 10 + (byte - 48)
      digits++
      this.at++
    }
    if (digits > 0 && digits < 6 && this.at > start) {
      this.skip()
      if (this.peek() === 82) {
        const after = this.peek(1)
        if (after === -1 || KIND[after] !== 0) {
          this.at++
          if (number > this.highestReference) this.highestReference = number
          return new PdfRef(number, generation)
        }
      }
    }
    this.at = saved
    return null
  }

  private array(depth: number): PdfObject[] {
    const start = this.position
    this.at++
    const items: PdfObject[] = []
    for (;;) {
      const token = this.token(depth + 1)
      if (!(token instanceof Keyword)) items.push(token)
      else if (token.text === ']') return items
      else if (isFatal(token)) throw malformed('an array does not end', start)
    }
  }

  private dictionary(depth: number): PdfDict {
    const start = this.position
    this.at += 2
    const entries = new Map<string, PdfObject>()
    const duplicates: string[] = []
    for (;;) {
      const key = this.token(depth + 1)
      if (key instanceof Keyword) {
        if (key.text === '>>') return new PdfDict(entries, duplicates)
        if (isFatal(key)) throw malformed('a dictionary does not end', start)
        continue
      }
      if (!(key instanceof PdfName)) continue
      const value = this.token(depth + 1)
      if (entries.has(key.value)) duplicates.push(key.value)
      if (!(value instanceof Keyword)) entries.set(key.value, value)
      else if (value.text === '>>') return new PdfDict(entries, duplicates)
      else if (isFatal(value)) throw malformed('a dictionary does not end', start)
    }
  }

  private hexString(): PdfString {
    const start = this.position
    const close = this.bytes.indexOf(62, this.at)
    if (close < 0 && !this.final) throw NEED_MORE
    if (close < 0) throw malformed('a hexadecimal string does not end', start)
    const out = new Uint8Array((close - this.at) >> 1)
    let digits = 0
    for (let i = this.at + 1; i < close; i++) {
      const digit = hexDigit(this.bytes[i] ?? 0)
      if (digit >= 0) out[digits >> 1] = (out[digits >> 1] ?? 0) | (digits++ & 1 ? digit : digit << 4)
    }
    this.at = close + 1
    const length = (digits + 1) >> 1
    return new PdfString(length < out.length ? out.slice(0, length) : out, true, start, this.position)
  }

  private literalString(): PdfString {
    const start = this.position
    this.at++
    const out = new ByteBuffer()
    let open = 1
    for (;;) {
      const byte = this.peek()
      if (byte === -1) throw malformed('a string does not end', start)
      this.at++
      if (byte === 40) open++
      else if (byte === 41 && --open === 0) break
      if (byte === 92) this.escape(out)
      else if (byte === 13) {
        if (this.peek() === 10) this.at++
        out.push(10)
      } else out.push(byte)
    }
    return new PdfString(out.take(), false, start, this.position)
  }

  /** After a backslash (7.3.4.2, table 3). */
  private escape(out: ByteBuffer): void {
    const byte = this.peek()
    if (byte === -1) return
    this.at++
    const plain = 'nrtbf'.indexOf(String.fromCharCode(byte))
    if (plain >= 0) out.push([10, 13, 9, 8, 12][plain] ?? 0)
    else if (byte === 13) {
      if (this.peek() === 10) this.at++
    } else if (byte >= 48 && byte <= 55) {
      let value = byte - 48
      for (let i = 0; i < 2; i++) {
        const digit = this.peek()
        if (digit < 48 || digit > 55) break
        value = value * 8 + digit - 48
        this.at++
      }
      out.push(value & 255)
    } else if (byte !== 10) out.push(byte)
  }
}

/** Keywords that cannot stand inside an object: the object was cut short. */
function isFatal(token: Keyword): boolean {
  return token.text === '' || token.text === 'endobj' || token.text === 'stream' || token.text === 'xref'
}

/** PDF numbers have no exponent; a doubled sign or a stray minus inside is read as the common readers do. */
function parseNumber(text: string): number | null {
  const first = text.charCodeAt(0)
  if (!isDigit(first) && first !== 43 && first !== 45 && first !== 46) return null
  const match = /^[+-]*(\d*)(\.\d*)?(?:-\d*)?$/.exec(text)
  if (!match || (match[1] === '' && (match[2] ?? '').length < 2))
    return /^[+-]*\.?$/.test(text) && text !== '' ? 0 : null
  const value = Number(`${match[1] === '' ? '0' : match[1]}${match[2] ?? ''}`)
  return first === 45 ? -value : value
}

/** Growing byte buffer for strings. */
class ByteBuffer {
  private bytes = new Uint8Array(64)
  private length = 0

  push(byte: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2)
      larger.set(this.bytes)
      this.bytes = larger
    }
    this.bytes[this.length++] = byte
  }

  take(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}
