import { bytesSource } from '../bytes/byte-source.ts'
import { concatBytes, latin1 } from '../bytes/bytes.ts'
import type { SignedFile } from '../formats/format.ts'
import { PdfRef } from '../pdf/objects.ts'
import { openPdf } from '../pdf/open.ts'
import { PdfUpdate } from '../pdf/update.ts'
import type { Ports } from '../ports.ts'
import { recordDrawing, recordPages } from './record-page.ts'
import type { EnvelopeView, SignatoryView } from './view.ts'
import { RECORD_WORDS, recordText } from './words.ts'

/** A document without pages, for the record to be added to. */
const EMPTY_PDF = ((): string => {
  const head = '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n'
  const catalog = '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n'
  const pages = '2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n'
  const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`
  const table = `xref\n0 3\n0000000000 65535 f \n${row(head.length)}${row(head.length + catalog.length)}`
  const start = head.length + catalog.length + pages.length
  return `${head}${catalog}${pages}${table}trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
})()

/**
 * The record as a document of its own, as of the file that was read: for envelopes whose document must not grow a page. It is
 * no signature and proves nothing by itself; whoever needs that signs it as any document.
 */
export async function recordReport(view: EnvelopeView, font: Uint8Array, ports: Ports): Promise<SignedFile> {
  const original = latin1(EMPTY_PDF)
  const update = PdfUpdate.start(await openPdf(bytesSource(original)))
  const root = new PdfRef(2, 0)
  const lines = new Map(view.signatories.map((one) => [one.signatory.id, lineOf(view, one)]))
  const dicts = await recordPages(update, font, (face) =>
    recordDrawing(view.manifest, face, (id) => lines.get(id) ?? ''),
  )
  const kids = dicts.map((dict) => update.add(dict.with({ Parent: root })))
  await update.change(root, { Kids: kids, Count: kids.length })
  const { bytes } = await update.build(ports.random)
  const type = 'application/pdf'
  const name = `${view.name.replace(/\.pdf$/i, '')}-record.pdf`
  return { name, blob: new Blob([concatBytes([original, bytes])], { type }), type }
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
