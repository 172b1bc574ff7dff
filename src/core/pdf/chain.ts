import { fromLatin1, latin1 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { findBackward } from './indirect.ts'
import { countOf } from './objects.ts'
import type { Span } from './objects.ts'
import type { WindowReader } from './window.ts'
import { readSection } from './xref.ts'
import type { XrefSection } from './xref.ts'

/** More updates than any real file has. */
const MAX_SECTIONS = 4096
/** How far from the end of the file `startxref` is looked for. */
const TAIL = 1 << 20
/** How far around a wrong offset its section is looked for. */
const SLACK = 64

export type Chain = Readonly<{
  /** Newest first, as /Prev leads. */
  sections: readonly XrefSection[]
  /** What the file's own offsets count from. */
  base: number
  /** Some offset was wrong and its section was found beside it. */
  repaired: boolean
}>

/**
 * Follows `startxref` and /Prev (ISO 32000-2, 7.5.5 and 7.5.6).
 *
 * @param header offset of `%PDF-`: offsets count from there, but some writers count from the first byte
 * @throws SignError `FORMAT_MALFORMED` when the chain is broken anywhere
 */
export async function readChain(reader: WindowReader, header: number): Promise<Chain> {
  const startxref = await findBackward(reader, latin1('startxref'), reader.size, Math.max(0, reader.size - TAIL))
  if (startxref < 0) throw new SignError('FORMAT_MALFORMED', 'no startxref')
  const value = await reader.lex(startxref, (lexer) => (lexer.word('startxref') ? lexer.integer() : null))
  if (value === null) throw new SignError('FORMAT_MALFORMED', 'startxref without an offset')
  let failure: unknown
  for (const base of header === 0 ? [0] : [header, 0]) {
    try {
      return await follow(reader, value, base)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

async function follow(reader: WindowReader, startxref: number, base: number): Promise<Chain> {
  const sections: XrefSection[] = []
  const seen = new Set<number>()
  let repaired = false
  for (let next: number | null = startxref; next !== null;) {
    const located = await locateSection(reader, next + base)
    repaired ||= located.repaired
    if (seen.has(located.offset)) throw new SignError('FORMAT_MALFORMED', 'the cross-reference sections form a loop')
    seen.add(located.offset)
    if (seen.size > MAX_SECTIONS) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'too many cross-reference sections')
    const section: XrefSection = await readSection(reader, located.offset, base)
    sections.push(section)
    const previous = section.trailer.get('Prev')
    // Some linearizers write /Prev 0 or a reference for "none".
    next = countOf(previous) === 0 ? null : countOf(previous)
  }
  return { sections, base, repaired }
}

/** The section at the offset, or the only one that starts a few bytes beside it. */
async function locateSection(reader: WindowReader, offset: number): Promise<{ offset: number; repaired: boolean }> {
  const exact = await reader.lex(Math.min(offset, reader.size), (lexer) => {
    lexer.skip()
    const position = lexer.position
    return lexer.word('xref') || lexer.objectHeader() !== null ? position : -1
  })
  // Digits cut off by a wrong offset still look like an object number.
  const before = fromLatin1(await reader.read(exact - 1, exact))
  if (exact >= 0 && (exact === 0 || /[\s>]/.test(before))) return { offset: exact, repaired: exact !== offset }
  const from = Math.max(0, offset - SLACK)
  const text = fromLatin1(await reader.read(from, offset + SLACK))
  const found = [...text.matchAll(/(?<![a-z])xref(?=\s)|(?<![^\s])\d+\s+\d+\s+obj(?=[\s<])/g)]
  const only = found.toSorted((a, b) => Math.abs(from + a.index - offset) - Math.abs(from + b.index - offset))[0]
  if (!only) throw new SignError('FORMAT_MALFORMED', 'no cross-reference section there', { details: { offset } })
  return { offset: from + only.index, repaired: true }
}

/** One state of the file: what was written at once (7.5.6). Both sections of a linearized file are one revision. */
export interface PdfRevision {
  /** 0 is the oldest. */
  readonly index: number
  /** Index into `PdfDocument.sections` of its newest section: what a reader sees as of this revision. */
  readonly view: number
  /** Newest first. */
  readonly sections: readonly XrefSection[]
  /** From the end of the revision before (0 for the first) to just past `%%EOF` and one end of line. */
  readonly span: Span
  /** Just past `%%EOF`; null when there is none after the section. */
  readonly eof: number | null
  /** What its own `startxref` says (absolute), null when missing or unreadable. */
  readonly startxref: number | null
}

/** Groups sections into revisions, oldest first. */
export async function revisionsOf(
  reader: WindowReader,
  sections: readonly XrefSection[],
  base: number,
): Promise<PdfRevision[]> {
  const ends = await Promise.all(sections.map((section) => sectionEnd(reader, section, base)))
  const groups: number[][] = []
  sections.forEach((section, i) => {
    const newer = groups.at(-1)
    const previous = newer?.at(-1)
    // /Prev that leads forward: the first-page section of a linearized file comes before the main one (annex F).
    if (newer && previous !== undefined && section.span.start > (sections[previous]?.span.start ?? 0)) newer.push(i)
    else groups.push([i])
  })
  let start = 0
  return groups.toReversed().map((group, index) => {
    const last = group.reduce((a, b) => ((ends[a]?.end ?? 0) >= (ends[b]?.end ?? 0) ? a : b))
    const { end, eof, startxref } = ends[last] ?? { end: 0, eof: null, startxref: null }
    const revision: PdfRevision = {
      index,
      view: group[0] ?? 0,
      sections: group.flatMap((i) => sections[i] ?? []),
      span: { start, end },
      eof,
      startxref,
    }
    start = end
    return revision
  })
}

async function sectionEnd(
  reader: WindowReader,
  section: XrefSection,
  base: number,
): Promise<{ end: number; eof: number | null; startxref: number | null }> {
  const after = section.span.end
  if (section.kind === 'recovered') return { end: reader.size, eof: null, startxref: null }
  return reader.lex(after, (lexer) => {
    if (!lexer.word('startxref')) return { end: after, eof: null, startxref: null }
    const value = lexer.integer()
    const startxref = value === null ? null : value + base
    while ([0, 9, 10, 12, 13, 32].includes(lexer.peek())) lexer.position++
    const marker = [37, 37, 69, 79, 70]
    if (marker.some((byte, i) => lexer.peek(i) !== byte)) return { end: lexer.position, eof: null, startxref }
    lexer.position += 5
    const eof = lexer.position
    if (lexer.peek() === 13) lexer.position++
    if (lexer.peek() === 10) lexer.position++
    return { end: lexer.position, eof, startxref }
  })
}
