import { concatBytes } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { Random } from '../ports.ts'
import type { PdfDocument } from './document.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, isArray, name } from './objects.ts'
import type { PdfObject, PdfRaw } from './objects.ts'
import { PdfOutput, writeObject } from './serialize.ts'
import { xrefRows, xrefTable } from './xref-write.ts'
import type { XrefEntry } from './xref.ts'

/** The bytes to append, and where raw tokens (placeholders) stand in them. */
export type AppendedBytes = Readonly<{
  bytes: Uint8Array<ArrayBuffer>
  /** Offset in `bytes` of the token's first character. */
  marks: ReadonlyMap<PdfRaw, number>
}>

/** Object numbers above this no reader takes (ISO 32000-1, annex C). */
const MAX_NUMBER = 8_388_607
const UNREACHED = 1_000_000

/** Keys of a trailer that describe only the section they stand in. */
const OWN_KEYS = new Set([
  'Prev',
  'XRefStm',
  'Size',
  'Type',
  'W',
  'Index',
  'Filter',
  'DecodeParms',
  'DP',
  'F',
  'Length',
  'ID',
])

/**
 * An incremental update in the making (ISO 32000-2, 7.5.6): new and replaced objects, written behind the file as it is.
 * Nothing of the file's own bytes is ever rewritten.
 */
export class PdfUpdate {
  readonly document: PdfDocument
  private readonly changes = new Map<number, { ref: PdfRef; object: PdfObject }>()
  private next: number

  private constructor(document: PdfDocument, next: number) {
    this.document = document
    this.next = next
  }

  /** @throws SignError `FORMAT_LIMIT_EXCEEDED` when no object number is left. */
  static start(document: PdfDocument): PdfUpdate {
    let highest = 0
    for (const section of document.sections) {
      const size = section.trailer.get('Size')
      highest = Math.max(
        highest,
        section.highest,
        typeof size === 'number' && size <= MAX_NUMBER ? Math.floor(size) - 1 : 0,
      )
    }
    return new PdfUpdate(document, highest + 1)
  }

  /**
   * A reference nobody uses yet: also none that the file already has for an object that is not there, such as the lost
   * signature of a field, which would come to life as something else.
   */
  allocate(): PdfRef {
    const { highestReference } = this.document.reader
    // Further off than any update reaches: a number that only uses up the others.
    if (highestReference - this.next < UNREACHED) this.next = Math.max(this.next, highestReference + 1)
    if (this.next > MAX_NUMBER) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'no object number is left')
    return new PdfRef(this.next++, 0)
  }

  add(object: PdfObject): PdfRef {
    const ref = this.allocate()
    this.set(ref, object)
    return ref
  }

  set(ref: PdfRef, object: PdfObject): void {
    this.changes.set(ref.number, { ref, object })
  }

  /** The object as it will be. */
  async get(ref: PdfRef): Promise<PdfObject> {
    const changed = this.changes.get(ref.number)
    return changed ? changed.object : this.document.get(ref)
  }

  async resolve(object: PdfObject | undefined): Promise<PdfObject> {
    let found = object ?? null
    for (let hop = 0; found instanceof PdfRef; hop++) found = hop === 32 ? null : await this.get(found)
    return found
  }

  /** Replaces entries of an indirect dictionary. @throws SignError `FORMAT_MALFORMED` when it is none. */
  async change(ref: PdfRef, entries: Readonly<Record<string, PdfObject>>): Promise<void> {
    const dict = await this.get(ref)
    if (!(dict instanceof PdfDict)) throw new SignError('FORMAT_MALFORMED', `object ${ref.toString()} is no dictionary`)
    this.set(ref, dict.with(entries))
  }

  /**
   * Appends to the array under a key of an indirect dictionary, rewriting the array alone when it is an object itself.
   */
  async push(ref: PdfRef, key: string, item: PdfObject): Promise<void> {
    const dict = await this.get(ref)
    const value = dict instanceof PdfDict ? dict.get(key) : null
    const items = await this.resolve(value)
    const extended = [...(isArray(items) ? items : []), item]
    if (value instanceof PdfRef && isArray(items)) this.set(value, extended)
    else await this.change(ref, { [key]: extended })
  }

  /**
   * Serializes the section: kind of the last one, /ID with its first part kept, one end of line before if the file
   * has none at its end.
   */
  async build(random: Random): Promise<AppendedBytes> {
    const { document } = this
    const out = new PdfOutput()
    const last = (await document.reader.read(document.size - 1, document.size))[0]
    if (last !== 10 && last !== 13) out.write('\n')
    const entries = new Map<number, XrefEntry>()
    if (document.recovered) for (const [number, entry] of await document.numbers()) entries.set(number, entry)
    for (const { ref, object } of this.changes.values()) {
      entries.set(ref.number, this.write(out, ref, object, random))
    }
    await this.writeSection(out, entries, random)
    return { bytes: concatBytes(out.take()), marks: out.marks }
  }

  /** Offsets are written as the file counts its own. */
  private position(out: PdfOutput): number {
    return this.document.size - this.document.base + out.length
  }

  private write(out: PdfOutput, ref: PdfRef, object: PdfObject, random: Random): XrefEntry {
    const offset = this.position(out)
    const { crypt } = this.document
    out.write(`${ref.toString()} obj\n`)
    if (crypt) crypt.write(out, object, ref, random)
    else writeObject(out, object)
    out.write('\nendobj\n')
    return { kind: 'offset', offset, generation: ref.generation }
  }

  private async writeSection(out: PdfOutput, entries: Map<number, XrefEntry>, random: Random): Promise<void> {
    const { document } = this
    const newest = document.sections[0]
    const rebased = new Map<number, XrefEntry>()
    // Entries of a scan hold absolute offsets; ours already count from the base.
    for (const [number, entry] of entries) {
      const own = this.changes.has(number) || entry.kind !== 'offset'
      rebased.set(number, own ? entry : { ...entry, offset: entry.offset - document.base })
    }
    const asStream = document.recovered
      ? [...rebased.values()].some((entry) => entry.kind === 'compressed')
      : newest?.kind === 'stream'
    const trailer = await this.trailer(random)
    if (!document.recovered && newest) trailer.entries.set('Prev', newest.span.start - document.base)
    const start = this.position(out)
    if (asStream) {
      const ref = this.allocate()
      rebased.set(ref.number, { kind: 'offset', offset: start, generation: 0 })
      const { rows, keys } = xrefRows(rebased)
      const dict = PdfDict.of({ Type: name('XRef'), Size: this.next }).with(keys)
      const all = new PdfDict([...dict.entries, ...trailer.entries])
      out.write(`${ref.toString()} obj\n`)
      writeObject(out, new PdfStream(all, { data: rows }))
      out.write('\nendobj\n')
    } else {
      if (document.recovered) rebased.set(0, { kind: 'free', generation: 65535 })
      out.write(xrefTable(rebased))
      out.write('trailer\n')
      writeObject(out, new PdfDict([['Size', this.next], ...trailer.entries]))
      out.write('\n')
    }
    out.write(`startxref\n${start}\n%%EOF\n`)
  }

  private async trailer(random: Random): Promise<PdfDict> {
    const { document } = this
    const trailer = new PdfDict()
    for (const [key, value] of document.trailer().entries) if (!OWN_KEYS.has(key)) trailer.entries.set(key, value)
    const ids = await document.value(document.trailer(), 'ID')
    const fresh = new PdfString(random.bytes(16), true)
    const first = isArray(ids) ? await document.resolve(ids[0]) : null
    // The file key of an encrypted file may depend on the first part, even on its absence.
    const fallback = document.crypt ? new PdfString(new Uint8Array(), true) : fresh
    trailer.entries.set('ID', [first instanceof PdfString ? new PdfString(first.bytes, true) : fallback, fresh])
    return trailer
  }
}
