import { SignError } from '../errors.ts'
import type { Random } from '../ports.ts'
import { decodeStream, filtersOf } from './filters.ts'
import { readIndirect } from './indirect.ts'
import type { IndirectObject, LengthOf } from './indirect.ts'
import { ObjectStream } from './object-stream.ts'
import { PdfDict, PdfRef, PdfStream, countOf, dictOf, isArray } from './objects.ts'
import type { PdfObject, Span } from './objects.ts'
import type { PdfRevision } from './chain.ts'
import type { PdfOutput } from './serialize.ts'
import type { WindowReader } from './window.ts'
import type { XrefEntry, XrefSection } from './xref.ts'

/** Decrypts and encrypts objects of an encrypted file; those of object streams come and stay as they are. */
export interface ObjectCrypt {
  /** Decrypts the strings of an object of the file body. */
  object(object: PdfObject, ref: PdfRef): PdfObject
  /** Decrypts raw stream data. */
  stream(data: Uint8Array, stream: PdfStream): Uint8Array
  /** Serializes an object with its strings and stream data encrypted. */
  write(out: PdfOutput, object: PdfObject, ref: PdfRef, random: Random): void
  readonly permissions: Readonly<{ owner: boolean; fillForms: boolean; createFields: boolean }>
}

/** Where an object was found. `section` indexes `PdfDocument.sections`. */
export type Located = Readonly<{ entry: XrefEntry; section: number }>

/** Something wrong with the file that reading went on in spite of. */
export type PdfProblem = Readonly<{
  /** 'pages-unreadable': neither the cross-reference data nor a search lead to a page. */
  id: 'xref-rebuilt' | 'xref-repaired' | 'object-not-there' | 'pages-unreadable'
  object?: string
}>

export type DocumentParts = Readonly<{
  reader: WindowReader
  header: number
  version: string
  base: number
  sections: readonly XrefSection[]
  revisions: readonly PdfRevision[]
  problems: PdfProblem[]
  recovered: boolean
}>

/** Kept parsed objects and decoded object streams. */
const KEPT_OBJECTS = 20_000
const KEPT_STREAM_BYTES = 32 << 20
/** References to references that are followed. */
const MAX_HOPS = 32

const isNamed = (found: IndirectObject, { number, generation }: PdfRef): boolean =>
  found.ref.number === number && found.ref.generation === generation

/**
 * A PDF file read on demand: only the cross-reference entries and objects that are asked for are parsed.
 *
 * Every `view` parameter chooses the state of the file: the index of a section in `sections` (0, the default, is the
 * newest; `revision.view` gives that of an earlier revision), so that the same file can be read as of any revision.
 * Offsets and spans are absolute positions in the file. Objects are shared: never change one that you were given.
 */
export class PdfDocument {
  readonly reader: WindowReader
  /** Offset of `%PDF-`; bytes before it belong to nothing. */
  readonly header: number
  /** Of the header line, '1.7'; the catalog's /Version may be higher. */
  readonly version: string
  /** What the offsets written in the file count from (usually `header`). */
  readonly base: number
  /** Newest first, each saying less than what stands before it. */
  readonly sections: readonly XrefSection[]
  /** Oldest first. */
  readonly revisions: readonly PdfRevision[]
  /** True when the cross-reference data were unusable and the objects were found by a scan: then there is one revision. */
  readonly recovered: boolean
  /** Grows while objects are read. */
  readonly problems: PdfProblem[]
  /** Null for a file that is not encrypted. Set by openPdf. */
  crypt: ObjectCrypt | null = null

  /** By offset those that are the same in every state of the file; by offset, number and view the others, also what is not there. */
  private readonly objects = new Map<number | string, IndirectObject | null>()
  private readonly streams = new Map<string, ObjectStream>()

  constructor(parts: DocumentParts) {
    this.reader = parts.reader
    this.header = parts.header
    this.version = parts.version
    this.base = parts.base
    this.sections = parts.sections
    this.revisions = parts.revisions
    this.recovered = parts.recovered
    this.problems = parts.problems
  }

  /** In bytes. */
  get size(): number {
    return this.reader.size
  }

  /** The trailer dictionary (or the dictionary of the cross-reference stream) as of the view. */
  trailer(view = 0): PdfDict {
    return this.sections[view]?.trailer ?? new PdfDict()
  }

  /** The entry that holds as of the view; null when no section knows the number. */
  async locate(number: number, view = 0): Promise<Located | null> {
    let places = this.places.get(number)
    if (!places) {
      if (this.places.size >= KEPT_OBJECTS) this.places.clear()
      this.places.set(number, (places = []))
    }
    const known = places[view]
    if (known !== undefined) return known
    let found: Located | null = null
    let section = view
    for (; !found && section < this.sections.length; section++) {
      const at = this.sections[section]
      const entry = at?.covers(number) && (await at.lookup(number))
      if (entry) found = { entry, section }
    }
    // In all states since that section wrote it: one of many updates is not searched once more for each view.
    for (let passed = view; passed < section; passed++) places[passed] = found
    return found
  }

  /** By number and view. */
  private readonly places = new Map<number, (Located | null | undefined)[]>()

  /** The object, null when it is free, unknown or unreadable (ISO 32000-2, 7.3.10). Strings are decrypted. */
  async get(ref: PdfRef, view = 0): Promise<PdfObject> {
    if (ref.number === 0) return null
    const located = await this.locate(ref.number, view)
    if (!located) return null
    const { entry } = located
    switch (entry.kind) {
      case 'free':
        return null
      case 'offset': {
        if (entry.generation !== ref.generation) return null
        const kept = this.objects.get(entry.offset)
        if (kept && isNamed(kept, ref)) return kept.object
        return (await this.indirectAt(entry.offset, ref, view))?.object ?? null
      }
      case 'compressed': {
        if (ref.generation !== 0) return null
        const stream = await this.objectStream(entry.stream, view)
        return stream?.get(ref.number, entry.index) ?? null
      }
    }
  }

  /** As `get`, as of a revision of `revisions`. */
  objectAt(revision: number, ref: PdfRef): Promise<PdfObject> {
    return this.get(ref, this.revisions[revision]?.view ?? 0)
  }

  /** Follows references until something else is found; null for a loop. */
  async resolve(object: PdfObject | undefined, view = 0): Promise<PdfObject> {
    let found = object ?? null
    for (let hop = 0; found instanceof PdfRef; hop++) {
      if (hop === MAX_HOPS) return null
      found = await this.get(found, view)
    }
    return found
  }

  /** The value of a key with references followed. */
  value(dict: PdfDict | null | undefined, key: string, view = 0): Promise<PdfObject> {
    return this.resolve(dict?.get(key), view)
  }

  /** A dictionary (or the dictionary of a stream) behind a key, null for anything else. */
  async dict(dict: PdfDict | null | undefined, key: string, view = 0): Promise<PdfDict | null> {
    return dictOf(await this.value(dict, key, view))
  }

  /** The catalog; null when it is missing. `ref` is null when /Root is no reference. */
  async catalog(view = 0): Promise<{ ref: PdfRef | null; dict: PdfDict } | null> {
    const root = this.trailer(view).get('Root')
    const dict = await this.resolve(root, view)
    return dict instanceof PdfDict ? { ref: root instanceof PdfRef ? root : null, dict } : null
  }

  /**
   * The span of an object's bytes, from its number to `endobj`, as of the view. Null when it is free or lies in an
   * object stream (then `locate` names the stream).
   */
  async spanOf(ref: PdfRef, view = 0): Promise<Span | null> {
    const located = await this.locate(ref.number, view)
    if (located?.entry.kind !== 'offset' || located.entry.generation !== ref.generation) return null
    return (await this.indirectAt(located.entry.offset, ref, view))?.span ?? null
  }

  /** The object number of every entry in use or free as of the view. Reads whole sections. */
  async numbers(view = 0): Promise<Map<number, XrefEntry>> {
    const all = new Map<number, XrefEntry>()
    for (const section of this.sections.slice(view)) {
      for (const [number, entry] of await section.entries()) if (!all.has(number)) all.set(number, entry)
    }
    return all
  }

  /** What a revision itself says: the objects that it defines, replaces or frees. */
  async definedBy(revision: PdfRevision): Promise<Map<number, XrefEntry>> {
    const all = new Map<number, XrefEntry>()
    for (const section of revision.sections) {
      for (const [number, entry] of await section.entries()) if (!all.has(number)) all.set(number, entry)
    }
    return all
  }

  /** The indirect object that starts at an offset, decrypted. Null when none starts there or it has another number. */
  async indirectAt(offset: number, ref: PdfRef, view = 0): Promise<IndirectObject | null> {
    const same = this.objects.get(offset)
    if (same && isNamed(same, ref)) return same
    const key = `${offset} ${ref.toString()} ${view}`
    const kept = this.objects.get(key)
    if (kept !== undefined) return kept
    let anyView = true
    const read = await this.readAt(offset, ref, (length) => {
      if (!(length instanceof PdfRef)) return Promise.resolve(countOf(length))
      anyView = false
      // A /Length that leads back to this very object would never end.
      return length.number === ref.number ? Promise.resolve(null) : this.lengthAt(length, view)
    })
    if (!read) this.problems.push({ id: 'object-not-there', object: ref.toString() })
    if (this.objects.size >= KEPT_OBJECTS) this.objects.clear()
    // Where nothing but these bytes was read it is the same in every state of the file.
    this.objects.set(read && anyView ? offset : key, read)
    return read
  }

  private async readAt(offset: number, ref: PdfRef, lengthOf: LengthOf): Promise<IndirectObject | null> {
    try {
      const found = await readIndirect(this.reader, offset, lengthOf)
      if (!isNamed(found, ref)) return null
      return this.crypt ? { ...found, object: this.crypt.object(found.object, found.ref) } : found
    } catch (error) {
      if (error instanceof SignError && error.code === 'FORMAT_MALFORMED') return null
      throw error
    }
  }

  /** /Length of a stream by reference: an integer object, never itself a stream. */
  private async lengthAt(length: PdfRef, view: number): Promise<number | null> {
    const located = await this.locate(length.number, view)
    if (located?.entry.kind === 'compressed') {
      // An object stream whose own /Length lies in an object stream could lead back to itself.
      if (this.opening.has(located.entry.stream)) return null
      return countOf(await this.get(length, view))
    }
    if (located?.entry.kind !== 'offset') return null
    return this.reader.lex(located.entry.offset, (lexer) => (lexer.objectHeader() ? lexer.integer() : null))
  }

  private readonly opening = new Set<number>()

  /** The object stream of that number; null when it is none. It must lie in the file body itself (7.5.7). */
  async objectStream(number: number, view = 0): Promise<ObjectStream | null> {
    const located = await this.locate(number, view)
    if (located?.entry.kind !== 'offset') return null
    const key = `${located.entry.offset} ${view}`
    const kept = this.streams.get(key)
    if (kept) return kept
    if (this.opening.has(number)) return null
    this.opening.add(number)
    try {
      const ref = new PdfRef(number, located.entry.generation)
      const object = (await this.indirectAt(located.entry.offset, ref, view))?.object
      if (!(object instanceof PdfStream)) return null
      const { reader } = this
      const opened = new ObjectStream(object.dict, await this.decoded(object, view), (highest) => {
        reader.highestReference = Math.max(reader.highestReference, highest)
      })
      let total = opened.byteLength
      for (const other of this.streams.values()) total += other.byteLength
      if (total > KEPT_STREAM_BYTES) this.streams.clear()
      this.streams.set(key, opened)
      return opened
    } finally {
      this.opening.delete(number)
    }
  }

  /** Data of a stream as stored, decrypted but not decoded. */
  async raw(stream: PdfStream): Promise<Uint8Array> {
    if (stream.data) return stream.data
    const data = await this.reader.read(stream.start, stream.start + stream.length)
    return this.crypt ? this.crypt.stream(data, stream) : data
  }

  /**
   * Data of a stream, decrypted and decoded; image data stay in their own coding.
   *
   * @throws SignError `FORMAT_LIMIT_EXCEEDED`, `FORMAT_UNSUPPORTED`
   */
  async decoded(stream: PdfStream, view = 0, limit?: number): Promise<Uint8Array> {
    const { dict } = stream
    const filter = await this.resolveItems(dict.get('Filter') ?? dict.get('F'), view)
    const parameters = await this.resolveItems(dict.get('DecodeParms') ?? dict.get('DP'), view)
    const filters = filtersOf(filter, parameters)
    const resolved = await Promise.all(
      filters.map(async (each) => ({ ...each, parameters: await this.resolveValues(each.parameters, view) })),
    )
    return decodeStream(await this.raw(stream), resolved, limit)
  }

  /** As `decoded`, where a stream that cannot be decoded is an answer: null. */
  async decodedOrNull(stream: PdfStream, view = 0, limit?: number): Promise<Uint8Array | null> {
    try {
      return await this.decoded(stream, view, limit)
    } catch (error) {
      if (error instanceof SignError) return null
      throw error
    }
  }

  private async resolveItems(object: PdfObject, view: number): Promise<PdfObject> {
    const value = await this.resolve(object, view)
    return isArray(value) ? Promise.all(value.map((item) => this.resolve(item, view))) : value
  }

  private async resolveValues(dict: PdfDict | null, view: number): Promise<PdfDict | null> {
    if (!dict) return null
    const entries = [...dict.entries].map(async ([key, value]) => [key, await this.resolve(value, view)] as const)
    return new PdfDict(await Promise.all(entries))
  }
}
