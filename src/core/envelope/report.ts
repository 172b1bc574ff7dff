import type { SignedFile } from '../formats/format.ts'
import type { DrawItem } from '../pdf/appearance/appearance.ts'
import type { TrueTypeFont } from '../pdf/font/sfnt.ts'
import { NewPdf } from '../pdf/new-pdf.ts'
import { PdfDict, name } from '../pdf/objects.ts'
import { dateString, textString } from '../pdf/serialize.ts'
import type { Ports } from '../ports.ts'
import { coverPages } from './cover-layout.ts'
import { recordDrawing, recordPages } from './record-page.ts'
import type { EnvelopeView, SignatoryView } from './view.ts'
import { RECORD_WORDS, recordText } from './words.ts'

/**
 * The record as a document of its own, as of the file that was read: for envelopes whose document must not grow a page. It is
 * no signature and proves nothing by itself; whoever needs that signs it as any document.
 */
export function recordReport(view: EnvelopeView, font: Uint8Array, { clock, random }: Ports): SignedFile {
  const pdf = new NewPdf()
  const root = pdf.allocate()
  const lines = new Map(view.signatories.map((one) => [one.signatory.id, lineOf(view, one)]))
  const dicts = recordPages(pdf, font, name('DeviceRGB'), (face) => [
    ...recordDrawing(view.manifest, face, (id) => lines.get(id) ?? ''),
    ...enclosedDrawing(view, face),
  ])
  const kids = dicts.map((dict) => pdf.add(dict.with({ Parent: root })))
  pdf.set(root, PdfDict.of({ Type: name('Pages'), Kids: kids, Count: kids.length }))
  const { title, language } = view.manifest
  const catalog = pdf.add(PdfDict.of({ Type: name('Catalog'), Pages: root, Lang: textString(language) }))
  const info = PdfDict.of({
    Title: textString(title),
    Producer: textString('Countersign'),
    CreationDate: dateString(clock.now()),
  })
  const stem = view.name.replace(/\.pdf$/i, '')
  return { name: `${stem}-record.pdf`, blob: pdf.build(catalog, info, random), type: 'application/pdf' }
}

/** Every enclosed document, and whether it was checked. */
function enclosedDrawing({ manifest, enclosed }: EnvelopeView, face: TrueTypeFont): readonly (readonly DrawItem[])[] {
  if (enclosed.length === 0) return []
  const { title, language } = manifest
  const { states } = RECORD_WORDS[language]
  const notes = enclosed.map(({ state }) => states[state])
  return coverPages({ title, language, enclosed, notes }, face).map((page) => page.flatMap(({ items }) => items))
}

function lineOf({ manifest, revisions }: EnvelopeView, one: SignatoryView): string {
  const words = RECORD_WORDS[manifest.language]
  const { status, revision, time, reason } = one.state
  if (one.record !== null) return one.record
  if (status === 'declined') return `${words.declined}: ${reason ?? ''}`
  if (one.given === null || revision === null || time === null) return words.notSigned
  return recordText(manifest.language, {
    name: one.name,
    company: one.company,
    kind: one.given === 'qualified-unsupported' ? 'qualified' : one.given,
    time,
    digest: revisions[revision - 1]?.sha256 ?? '',
    fingerprint: one.signature?.signer?.fingerprint ?? null,
  })
}
