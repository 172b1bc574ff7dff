import { SignError } from '../errors.ts'
import { decodeStream, filtersOf } from './filters.ts'
import { readIndirect } from './indirect.ts'
import { isWhite } from './lexer.ts'
import { PdfDict, PdfStream, countOf, isArray, nameOf } from './objects.ts'
import type { PdfRef, Span } from './objects.ts'
import type { WindowReader } from './window.ts'

/** Where an object is. Offsets are absolute positions in the file (leading junk counted). */
export type XrefEntry =
  | Readonly<{ kind: 'free'; generation: number }>
  | Readonly<{ kind: 'offset'; offset: number; generation: number }>
  | Readonly<{ kind: 'compressed'; stream: number; index: number }>

/** One cross-reference section (ISO 32000-2, 7.5.4 and 7.5.8): a table, a stream, or a table with an /XRefStm beside it. */
export interface XrefSection {
  readonly kind: 'table' | 'stream' | 'hybrid' | 'recovered'
  /** From `xref` (or the stream's object number) to the end of the trailer dictionary (or `endobj`). */
  readonly span: Span
  /** Of the /XRefStm of a hybrid section. */
  readonly hybridSpan?: Span
  readonly trailer: PdfDict
  /** The object that a cross-reference stream is. */
  readonly ref?: PdfRef
  /** The highest object number that it names; 0 for none. */
  readonly highest: number
  /** False: this section says nothing about the object. Known without reading. */
  covers(number: number): boolean
  /** Reads only the entry asked for. Null: this section says nothing about the object. */
  lookup(number: number): Promise<XrefEntry | null>
  /** Every entry of the section. */
  entries(): Promise<ReadonlyMap<number, XrefEntry>>
}

type Table = Pick<XrefSection, 'highest' | 'covers' | 'lookup' | 'entries'>

const malformed = (message: string, offset: number): SignError =>
  new SignError('FORMAT_MALFORMED', message, { details: { offset } })

/** Object numbers above this are refused: no reader allocates so many. */
const MAX_NUMBER = 8_388_607

/** @param offset of `xref` or of a cross-reference stream; @param base what the file's own offsets count from */
export async function readSection(reader: WindowReader, offset: number, base: number): Promise<XrefSection> {
  const isTable = await reader.lex(offset, (lexer) => lexer.word('xref'))
  if (!isTable) return readXrefStream(reader, offset, base)
  const { table, trailer, end } = await readTable(reader, offset, base)
  const span = { start: offset, end }
  const hybrid = countOf(trailer.get('XRefStm'))
  if (hybrid === null) return { kind: 'table', span, trailer, ...table }
  const hidden = await readXrefStream(reader, hybrid + base, base)
  return { kind: 'hybrid', span, hybridSpan: hidden.span, trailer, ...overlay(table, hidden) }
}

/** Objects hidden from old readers are free or absent in the table and found in the stream (7.5.8.4). */
function overlay(table: Table, hidden: Table): Table {
  return {
    highest: Math.max(table.highest, hidden.highest),
    covers: (number) => table.covers(number) || hidden.covers(number),
    async lookup(number) {
      const entry = await table.lookup(number)
      if (entry && entry.kind !== 'free') return entry
      return (await hidden.lookup(number)) ?? entry
    },
    async entries() {
      const all = new Map(await hidden.entries())
      for (const [number, entry] of await table.entries()) {
        if (entry.kind !== 'free' || !all.has(number)) all.set(number, entry)
      }
      return all
    },
  }
}

type Trailer = Readonly<{ trailer: PdfDict; end: number }>
type SubsectionHead = Readonly<{ first: number; count: number; at: number }>
type Subsection = Readonly<{ first: number; count: number; at: number; parsed: readonly XrefEntry[] | null }>

async function readTable(reader: WindowReader, offset: number, base: number): Promise<Trailer & { table: Table }> {
  let at = await reader.lex(offset, (lexer) => (lexer.word('xref'), lexer.position))
  const subsections: Subsection[] = []
  for (;;) {
    const from = at
    const next = await reader.lex<Trailer | SubsectionHead>(from, (lexer) => {
      if (lexer.word('trailer')) {
        const trailer = lexer.object()
        if (!(trailer instanceof PdfDict)) throw malformed('the trailer is not a dictionary', from)
        return { trailer, end: lexer.position }
      }
      const first = lexer.integer()
      const count = first === null ? null : lexer.integer()
      if (first === null || count === null) throw malformed('a cross-reference subsection has no header', from)
      while (lexer.peek() !== -1 && isWhite(lexer.peek())) lexer.position++
      return { first, count, at: lexer.position }
    })
    if ('trailer' in next) return { table: tableOf(reader, subsections, base), trailer: next.trailer, end: next.end }
    if (next.first + next.count > MAX_NUMBER) throw malformed('impossible object numbers', from)
    if (subsections.length > 100_000) throw malformed('too many subsections', from)
    const { subsection, end } = await readSubsection(reader, next, base)
    subsections.push(subsection)
    at = end
  }
}

/** Entries of the exact form of 7.5.4 stay where they are and are read one by one; others are tokenised now. */
async function readSubsection(
  reader: WindowReader,
  head: SubsectionHead,
  base: number,
): Promise<{ subsection: Subsection; end: number }> {
  const { count, at } = head
  // Some writers count from 1 though their first entry is that of object 0.
  const quirk = async (entry: XrefEntry | undefined): Promise<number> =>
    Promise.resolve(head.first === 1 && entry?.kind === 'free' && entry.generation === 65535 ? 0 : head.first)
  const end = at + 20 * count
  if (count > 0 && end <= reader.size + 1) {
    const first = fixedEntry(await reader.read(at, at + 20), base)
    const middle = fixedEntry(await reader.read(at + 20 * (count >> 1), at + 20 * (count >> 1) + 20), base)
    const last = fixedEntry(await reader.read(end - 20, end), base)
    const follows = await reader.lex(end, (lexer) => lexer.word('trailer') || lexer.integer() !== null)
    if (
      first &&
      middle &&
      last &&
      follows &&
      isWhite(await byteAt(reader, at + 19)) &&
      isWhite(await byteAt(reader, end - 1))
    ) {
      return { subsection: { first: await quirk(first), count, at, parsed: null }, end }
    }
  }
  const loose = await reader.lex(at, (lexer) => {
    const parsed: XrefEntry[] = []
    for (let i = 0; i < count; i++) {
      const offset = lexer.integer()
      const generation = offset === null ? null : lexer.integer()
      if (offset === null || generation === null) throw malformed('a broken cross-reference entry', lexer.position)
      if (lexer.word('n')) parsed.push({ kind: 'offset', offset: offset + base, generation })
      else if (lexer.word('f')) parsed.push({ kind: 'free', generation })
      else throw malformed('a broken cross-reference entry', lexer.position)
    }
    return { parsed, end: lexer.position }
  })
  return { subsection: { first: await quirk(loose.parsed[0]), count, at, parsed: loose.parsed }, end: loose.end }
}

const byteAt = async (reader: WindowReader, at: number): Promise<number> => (await reader.read(at, at + 1))[0] ?? 0

/** `nnnnnnnnnn ggggg n` and two bytes of end of line; null for any other shape. */
function fixedEntry(bytes: Uint8Array, base: number, at = 0): XrefEntry | null {
  const offset = digits(bytes, at, 10)
  const generation = digits(bytes, at + 11, 5)
  const kind = bytes[at + 17]
  if (offset < 0 || generation < 0 || bytes[at + 10] !== 32 || bytes[at + 16] !== 32) return null
  if (kind === 102) return { kind: 'free', generation }
  return kind === 110 ? { kind: 'offset', offset: offset + base, generation } : null
}

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = (bytes[i] ?? 0) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Where few ranges are, one after the other is asked; where a file has one for each object, that would take for ever. */
const MANY_RANGES = 32

type Range = Readonly<{ first: number; count: number }>

/** Finds the first range that holds a number. */
function rangeFinder<T extends Range>(ranges: readonly T[]): (number: number) => T | undefined {
  if (ranges.length <= MANY_RANGES) {
    return (number) => ranges.find(({ first, count }) => number >= first && number < first + count)
  }
  let byNumber: Map<number, T> | null = null
  return (number) => {
    if (!byNumber) {
      byNumber = new Map()
      for (const range of ranges) {
        const { first, count } = range
        for (let each = first; each < first + count; each++) if (!byNumber.has(each)) byNumber.set(each, range)
      }
    }
    return byNumber.get(number)
  }
}

function tableOf(reader: WindowReader, subsections: readonly Subsection[], base: number): Table {
  const find = rangeFinder(subsections)
  return {
    highest: subsections.reduce((max, { first, count }) => Math.max(max, count > 0 ? first + count - 1 : 0), 0),
    covers: (number) => find(number) !== undefined,
    async lookup(number) {
      const found = find(number)
      if (!found) return null
      const i = number - found.first
      if (found.parsed) return found.parsed[i] ?? null
      return fixedEntry(await reader.read(found.at + 20 * i, found.at + 20 * i + 20), base)
    },
    async entries() {
      const all = new Map<number, XrefEntry>()
      for (const { first, count, at, parsed } of subsections) {
        const bytes = parsed ? null : await reader.read(at, at + 20 * count)
        for (let i = 0; i < count; i++) {
          const entry = bytes ? fixedEntry(bytes, base, 20 * i) : (parsed?.[i] ?? null)
          if (entry && !all.has(first + i)) all.set(first + i, entry)
        }
      }
      return all
    },
  }
}

async function readXrefStream(reader: WindowReader, offset: number, base: number): Promise<XrefSection> {
  const { ref, object, span } = await readIndirect(reader, offset, () => Promise.resolve(null))
  if (!(object instanceof PdfStream) || nameOf(object.dict.get('Type')) !== 'XRef') {
    throw malformed('no cross-reference section starts here', offset)
  }
  const { dict } = object
  const raw = await reader.read(object.start, object.start + object.length)
  const rows = decodeStream(raw, filtersOf(dict.get('Filter'), dict.get('DecodeParms')))
  return { kind: 'stream', span, trailer: dict, ref, ...rowsOf(rows, dict, offset, base) }
}

/** 7.5.8.2: rows of big-endian fields of any width up to 8 bytes. */
function rowsOf(rows: Uint8Array, dict: PdfDict, offset: number, base: number): Table {
  const w = dict.get('W')
  const widths = isArray(w) ? w.map((width) => countOf(width) ?? -1) : []
  const [kindWidth = -1, secondWidth = -1, thirdWidth = -1] = widths
  if (widths.length < 3 || widths.some((width) => width < 0 || width > 8)) throw malformed('a broken /W', offset)
  const rowLength = widths.reduce((sum, width) => sum + width, 0)
  const size = countOf(dict.get('Size')) ?? 0
  const index = dict.get('Index')
  const pairs = isArray(index) ? index.map((each) => countOf(each) ?? 0) : [0, size]
  const spans: { first: number; count: number; row: number }[] = []
  let row = 0
  const available = rowLength === 0 ? 0 : Math.floor(rows.length / rowLength)
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const count = Math.min(pairs[i + 1] ?? 0, available - row)
    if ((pairs[i] ?? 0) + count > MAX_NUMBER) throw malformed('impossible object numbers', offset)
    spans.push({ first: pairs[i] ?? 0, count, row })
    row += count
  }
  const entryAt = (at: number): XrefEntry | null => {
    const start = at * rowLength
    const kind = kindWidth === 0 ? 1 : field(rows, start, kindWidth)
    const second = field(rows, start + kindWidth, secondWidth)
    const third = field(rows, start + kindWidth + secondWidth, thirdWidth)
    if (kind === 0) return { kind: 'free', generation: third }
    if (kind === 1) return { kind: 'offset', offset: second + base, generation: third }
    return kind === 2 ? { kind: 'compressed', stream: second, index: third } : null
  }
  const find = rangeFinder(spans)
  return {
    highest: spans.reduce((max, { first, count }) => Math.max(max, count > 0 ? first + count - 1 : 0), 0),
    covers: (number) => find(number) !== undefined,
    lookup(number) {
      const found = find(number)
      return Promise.resolve(found ? entryAt(found.row + number - found.first) : null)
    },
    entries() {
      const all = new Map<number, XrefEntry>()
      for (const { first, count, row: start } of spans) {
        for (let i = 0; i < count; i++) {
          const entry = entryAt(start + i)
          if (entry && !all.has(first + i)) all.set(first + i, entry)
        }
      }
      return Promise.resolve(all)
    },
  }
}

function field(rows: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = at; i < at + width; i++) value = value * 256 + (rows[i] ?? 0)
  return value
}
