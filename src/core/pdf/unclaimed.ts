import { SignError } from '../errors.ts'
import type { PdfDocument } from './document.ts'
import type { PdfRevision } from './chain.ts'
import { Keyword } from './lexer.ts'
import type { Lexer } from './lexer.ts'
import { PdfRef } from './objects.ts'
import type { Span } from './objects.ts'

/**
 * Bytes of a revision that belong to no object it defines, no cross-reference section and no `startxref`: places where
 * something can hide. White space and comments are passed over. Offsets are absolute.
 *
 * Reads every object that the revision defines: cheap for an update, the whole file for a first revision.
 */
export async function unclaimedSpans(document: PdfDocument, revision: PdfRevision): Promise<readonly Span[]> {
  const claimed = await claimedSpans(document, revision)
  const gaps: Span[] = []
  let at = revision.span.start
  for (const span of [...claimed, { start: revision.span.end, end: revision.span.end }]) {
    if (span.start > at) gaps.push({ start: at, end: span.start })
    at = Math.max(at, span.end)
  }
  const found = await Promise.all(gaps.map((gap) => substanceOf(document, gap)))
  return found.filter((span) => span !== null)
}

/** Bytes after the last `%%EOF` that are neither white space nor comments; null when there are none. */
export async function trailingBytes(document: PdfDocument): Promise<Span | null> {
  const last = document.revisions.at(-1)
  if (!last || last.span.end >= document.size) return null
  return substanceOf(document, { start: last.span.end, end: document.size })
}

async function claimedSpans(document: PdfDocument, revision: PdfRevision): Promise<Span[]> {
  const spans: Span[] = []
  for (const section of revision.sections) {
    spans.push(section.span)
    if (section.hybridSpan) spans.push(section.hybridSpan)
  }
  for (const [number, entry] of await document.definedBy(revision)) {
    if (entry.kind !== 'offset') continue
    const indirect = await document.indirectAt(entry.offset, new PdfRef(number, entry.generation), revision.view)
    if (indirect) spans.push(indirect.span)
  }
  return spans.toSorted((a, b) => a.start - b.start)
}

/** The part of a gap that is not white space, a comment or `startxref n`. */
async function substanceOf(document: PdfDocument, gap: Span): Promise<Span | null> {
  const bytes = await document.reader.read(gap.start, Math.min(gap.end, gap.start + 65536))
  if (bytes.every((byte) => byte <= 32)) return gap.end - gap.start > bytes.length ? gap : null
  const start = await document.reader.lex(gap.start, (lexer) => skipHarmless(lexer, gap.end))
  return start < gap.end ? { start, end: gap.end } : null
}

function skipHarmless(lexer: Lexer, end: number): number {
  for (;;) {
    lexer.skip()
    const start = lexer.position
    if (start >= end) return end
    if (lexer.word('startxref') && lexer.integer() !== null) continue
    lexer.position = start
    try {
      const token = lexer.token()
      if (token instanceof Keyword && token.text === 'endobj') continue
    } catch (error) {
      if (!(error instanceof SignError)) throw error
    }
    return start
  }
}
