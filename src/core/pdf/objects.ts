/** The object types of PDF (ISO 32000-2, 7.3) as immutable-by-convention values; the reader and the writer share them. */

/** A name without its slash, `#xx` decoded; each character is one byte. */
export class PdfName {
  readonly value: string

  private constructor(value: string) {
    this.value = value
  }

  private static readonly known = new Map<string, PdfName>()

  static of(value: string): PdfName {
    const found = PdfName.known.get(value)
    if (found) return found
    const made = new PdfName(value)
    if (PdfName.known.size < 4096) PdfName.known.set(value, made)
    return made
  }
}

/** An indirect reference, `12 0 R`. */
export class PdfRef {
  readonly number: number
  readonly generation: number

  constructor(number: number, generation: number) {
    this.number = number
    this.generation = generation
  }

  /** '12 0' */
  toString(): string {
    return `${this.number} ${this.generation}`
  }
}

/**
 * A literal or hexadecimal string. `bytes` are decoded (and decrypted) octets.
 *
 * `start` and `end` are the span of the token with its delimiters: absolute file offsets for an object of the file body,
 * offsets in the decoded data for an object of an object stream, -1 for a string that we made.
 */
export class PdfString {
  readonly bytes: Uint8Array
  readonly hex: boolean
  readonly start: number
  readonly end: number

  constructor(bytes: Uint8Array, hex = false, start = -1, end = -1) {
    this.bytes = bytes
    this.hex = hex
    this.start = start
    this.end = end
  }
}

/** A token that the writer copies as it is: how a placeholder or a number with a wanted spelling is written. */
export class PdfRaw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A dictionary. Of a key written twice the last value counts here, and the key is listed in `duplicateKeys`. */
export class PdfDict {
  readonly entries: Map<string, PdfObject>
  /** Keys seen more than once: readers disagree on which one holds, so a verifier must not pass over it. */
  readonly duplicateKeys: readonly string[]

  constructor(entries: Iterable<readonly [string, PdfObject]> = [], duplicateKeys: readonly string[] = []) {
    this.entries = entries instanceof Map ? (entries as Map<string, PdfObject>) : new Map(entries)
    this.duplicateKeys = duplicateKeys
  }

  static of(entries: Readonly<Record<string, PdfObject | undefined>>): PdfDict {
    const map = new Map<string, PdfObject>()
    for (const [key, value] of Object.entries(entries)) if (value !== undefined) map.set(key, value)
    return new PdfDict(map)
  }

  /** The value as written (perhaps a reference); null when absent: the two mean the same (7.3.7). */
  get(key: string): PdfObject {
    return this.entries.get(key) ?? null
  }

  /** A copy with some entries replaced (or, by null, removed); order is kept, new keys go last. */
  with(changes: Readonly<Record<string, PdfObject>>): PdfDict {
    const map = new Map(this.entries)
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) map.delete(key)
      else map.set(key, value)
    }
    return new PdfDict(map)
  }
}

/**
 * A stream. Of one that was read, `start` and `length` are the absolute span of its raw (filtered, perhaps encrypted)
 * data in the file; one that we made carries its raw data itself.
 */
export class PdfStream {
  readonly dict: PdfDict
  readonly start: number
  readonly length: number
  readonly data: Uint8Array | null
  /** The object it is: decryption depends on it. Null for one that we made. */
  readonly ref: PdfRef | null

  constructor(dict: PdfDict, at: { start: number; length: number; ref: PdfRef } | { data: Uint8Array }) {
    this.dict = dict
    if ('data' in at) {
      this.start = -1
      this.length = at.data.length
      this.data = at.data
      this.ref = null
    } else {
      this.start = at.start
      this.length = at.length
      this.data = null
      this.ref = at.ref
    }
  }
}

export type PdfArray = readonly PdfObject[]
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfRef | PdfRaw | PdfDict | PdfStream | PdfArray

export const isArray = (object: PdfObject | undefined): object is PdfArray => Array.isArray(object)

/** The dictionary of a dictionary or of a stream; null for anything else. */
export function dictOf(object: PdfObject | undefined): PdfDict | null {
  if (object instanceof PdfDict) return object
  return object instanceof PdfStream ? object.dict : null
}

/** The text of a name, null for anything else. */
export const nameOf = (object: PdfObject | undefined): string | null =>
  object instanceof PdfName ? object.value : null

/** A non-negative safe integer, null for anything else. */
export function countOf(object: PdfObject | undefined): number | null {
  return typeof object === 'number' && Number.isSafeInteger(object) && object >= 0 ? object : null
}

export const name = (value: string): PdfName => PdfName.of(value)

/** Half-open span of bytes. */
export type Span = Readonly<{ start: number; end: number }>

/** Follows references: a document, or an update over it with what it has changed. */
export interface Resolver {
  resolve(object: PdfObject | undefined): Promise<PdfObject>
}
