import { countOf, isArray } from '../objects.ts'
import { trailingBytes, unclaimedSpans } from '../unclaimed.ts'
import type { XrefSection } from '../xref.ts'
import { NOT_ALL, type Look } from './look.ts'

/** Objects of one revision that are read to see what lies between them. */
const MAX_ENTRIES = 5000

/** Bytes that belong to no part of the document: another program may read something in them. */
export async function checkLooseBytes(look: Look): Promise<void> {
  const { document } = look
  const trailing = await trailingBytes(document)
  if (trailing) look.note('content-trailing-bytes', 'warning', `bytes ${trailing.start}–${trailing.end}`)
  if (document.header > 0) look.note('content-leading-bytes', 'info', `bytes 0–${document.header}`)
  // Of a file that was read by searching it, nobody says what belongs to it.
  if (document.recovered) return
  for (const revision of document.revisions) {
    const entries = revision.sections.reduce((sum, section) => sum + entriesOf(section), 0)
    if (entries > MAX_ENTRIES) {
      look.note(NOT_ALL, 'info', `bytes of revision ${revision.index + 1}`)
      continue
    }
    look.spend(entries)
    for (const { start, end } of await unclaimedSpans(document, revision)) {
      const place = `bytes ${start}–${end}`
      // Writers leave remains behind when they first write a file; in an update that somebody appended they are odd.
      if (revision.index > 0) look.note('pdf-bytes-outside-objects', 'warning', place)
      else if (start >= document.header) look.note('content-loose-bytes', 'info', place)
    }
  }
}

/** How many objects a section can speak of at most, without reading it. A row of a table has 20 bytes (7.5.4). */
function entriesOf({ trailer, span }: XrefSection): number {
  if (trailer.get('W') === null) return Math.ceil((span.end - span.start) / 20)
  const index = trailer.get('Index')
  if (!isArray(index)) return countOf(trailer.get('Size')) ?? Infinity
  return index.reduce<number>((sum, each, i) => (i % 2 === 1 ? sum + (countOf(each) ?? Infinity) : sum), 0)
}
