/** The record: pages of our own behind the document, drawn by the preparer. Signatories write only into its fields. */
import { zlibSync } from 'fflate'
import { latin1 } from '../bytes/bytes.ts'
import type { Color, DrawItem } from '../pdf/appearance/appearance.ts'
import { drawItems } from '../pdf/appearance/draw.ts'
import { wrap } from '../pdf/appearance/fit-text.ts'
import { qrModules } from '../pdf/appearance/layout.ts'
import { embedFont, writable } from '../pdf/font/embed.ts'
import { TrueTypeFont } from '../pdf/font/sfnt.ts'
import { PdfDict, PdfStream, name, type PdfObject, type PdfRef } from '../pdf/objects.ts'
import type { PdfUpdate } from '../pdf/update.ts'
import type { EnvelopeManifest, Signatory } from './manifest.ts'
import { RECORD_PAGE, recordPageCount, recordRow, type RecordRow } from './record-layout.ts'
import { RECORD_WORDS, recordTime, type RecordWords } from './words.ts'

const INK: Color = [0.1, 0.11, 0.13]
const SOFT: Color = [0.38, 0.4, 0.44]
const LINE: Color = [0.8, 0.82, 0.85]
const QR = 92
/** Mark of a rectangle without rounding. */
const HAIR = { radius: 0, thickness: 0.5, color: LINE } as const

/** Page dictionaries without /Parent, in order. */
export function recordPages(
  update: Pick<PdfUpdate, 'add'>,
  bytes: Uint8Array,
  colorSpace: PdfObject,
  draw: (font: TrueTypeFont) => readonly (readonly DrawItem[])[],
): readonly PdfDict[] {
  const font = new TrueTypeFont(bytes)
  const pages = draw(font)
  const texts = pages.flatMap((items) => items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])))
  const embedded = embedFont(update, font, texts)
  const resources = update.add(
    PdfDict.of({ ColorSpace: PdfDict.of({ CS0: colorSpace }), Font: PdfDict.of({ F0: embedded.ref }) }),
  )
  return pages.map((items) => pageDict(resources, update.add(contentStream(drawItems(items, embedded)))))
}

function contentStream(content: string): PdfStream {
  return new PdfStream(PdfDict.of({ Filter: name('FlateDecode') }), { data: zlibSync(latin1(content)) })
}

function pageDict(resources: PdfRef, contents: PdfRef): PdfDict {
  const box = [0, 0, RECORD_PAGE.width, RECORD_PAGE.height]
  // Said here so that nothing is inherited from the document's page tree.
  return PdfDict.of({
    Type: name('Page'),
    MediaBox: box,
    CropBox: box,
    Rotate: 0,
    Resources: resources,
    Contents: contents,
  })
}

/**
 * What each page shows.
 *
 * @param filled what a signatory's line says, where it is not a field to be filled: the separate report
 */
export function recordDrawing(
  manifest: EnvelopeManifest,
  font: TrueTypeFont,
  filled?: (id: string) => string,
): readonly (readonly DrawItem[])[] {
  const words = RECORD_WORDS[manifest.language]
  const acting = manifest.signatories.filter(({ role }) => role !== 'copy')
  const pages: DrawItem[][] = Array.from({ length: recordPageCount(acting.length) }, () => [])
  const write = writerFor(font)
  for (const [i, page] of pages.entries()) {
    if (i === 0) page.push(...head(manifest, words, write))
    else page.push(...write(RECORD_PAGE.margin, 806, 420, 9, SOFT, `${words.title} · ${manifest.title}`, 1))
    page.push(...write(500, 22, 60, 7, SOFT, `${i + 1} / ${pages.length}`, 1))
  }
  for (const [i, one] of acting.entries()) {
    const row = recordRow(i, !filled && hasOwnBox(one, recordRow(i, true)))
    pages[row.page]?.push(...person(one, i + 1, row, words, write))
    if (filled) pages[row.page]?.push(...line(row, filled(one.id), write))
    else if (hasOwnBox(one, row)) pages[row.page]?.push(boxFrame(row))
  }
  return pages
}

type Write = (
  x: number,
  top: number,
  width: number,
  size: number,
  color: Color,
  text: string,
  most?: number,
) => readonly DrawItem[]

/** Lines below `top`, at most `most`, the last cut with an ellipsis. */
function writerFor(font: TrueTypeFont): Write {
  return (x, top, width, size, color, text, most = 3) => {
    const shown = writable(font, text).text
    const lines = wrap(font, shown, width / size, true) ?? []
    const kept = lines.slice(0, most)
    if (lines.length > most) kept[most - 1] = `${(kept[most - 1] ?? '').slice(0, -2)}…`
    return kept.map((line, i) => ({
      kind: 'text' as const,
      x,
      y: top - size * (1 + 1.25 * i),
      size,
      text: line,
      color,
    }))
  }
}

function line({ record: [left, , right, top] }: RecordRow, text: string, write: Write): readonly DrawItem[] {
  let below = top - 4
  return text.split('\n').flatMap((each) => {
    const items = write(left + 5, below, right - left - 10, 7, INK, each, 2)
    below -= 8.75 * items.length + 1.5
    return items
  })
}

function head(manifest: EnvelopeManifest, words: RecordWords, write: Write): readonly DrawItem[] {
  const x = RECORD_PAGE.margin
  const right = RECORD_PAGE.width - RECORD_PAGE.margin
  const [document] = manifest.documents
  const { preparer, enclosures } = manifest
  const from = preparer.email ? `${preparer.name} <${preparer.email}>` : preparer.name
  const facts: [string, string][] = [
    ...(enclosures
      ? ([
          [words.document, manifest.title],
          [words.encloses, `${enclosures.length}: ${enclosures.map(({ name: own }) => own).join('; ')}`],
        ] as [string, string][])
      : [[words.document, `${manifest.title} · ${document?.name ?? ''}`] as [string, string]]),
    [words.digest, document?.sha256 ?? ''],
    [words.envelope, manifest.id],
    [words.preparedBy, `${from} · ${recordTime(manifest.createdAt)}`],
    ...(manifest.deadline === undefined ? [] : [[words.deadline, recordTime(manifest.deadline)] as [string, string]]),
  ]
  const items: DrawItem[] = [...write(x, 806, 380, 18, INK, words.title, 1)]
  let top = 776
  for (const [label, value] of facts) {
    const shown = write(x + 118, top, 290, 8, INK, value, enclosures && label === words.document ? 1 : 2)
    items.push(...write(x, top, 112, 8, SOFT, label, 2), ...shown)
    top -= 6 + 10 * Math.max(1, shown.length)
  }
  items.push({ kind: 'fill', x, y: 662, width: right - x, height: 0.5, color: LINE })
  const { verifyUrl } = manifest
  if (verifyUrl === undefined) return items
  const modules = qrModules(verifyUrl)
  items.push({ kind: 'qr', x: right - QR, y: 806 - QR, size: QR, modules })
  return [...items, ...write(right - QR, 806 - QR - 2, QR, 7, SOFT, `${words.verify}: ${verifyUrl}`, 3)]
}

function person(one: Signatory, number: number, row: RecordRow, words: RecordWords, write: Write): readonly DrawItem[] {
  const { left, width } = row.text
  const [x1, y1, x2, y2] = row.record
  const who = one.company ? `${number}. ${one.name}, ${one.company}` : `${number}. ${one.name}`
  const kind = `${words.roles[one.role]} · ${words.kinds[one.kind]}`
  const named = write(left, row.top, width, 9, INK, who, 3)
  const below = row.top - 3 - 11.25 * named.length
  const says = write(left, below, width, 7, SOFT, kind, 2)
  const frame = { kind: 'frame' as const, x: x1, y: y1, width: x2 - x1, height: y2 - y1, ...HAIR }
  return [...named, ...says, ...write(left, below - 9 * says.length, width, 7, SOFT, one.emails[0] ?? '', 1), frame]
}

const hasOwnBox = (one: Signatory, { signature }: RecordRow): boolean =>
  one.fields.some(({ kind, rect }) => kind === 'signature' && rect !== null && rect.every((v, i) => v === signature[i]))

function boxFrame({ signature: [x1, y1, x2, y2] }: RecordRow): DrawItem {
  return { kind: 'frame', x: x1, y: y1, width: x2 - x1, height: y2 - y1, ...HAIR }
}
