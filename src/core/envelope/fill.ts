import { blobSource } from '../bytes/byte-source.ts'
import { survey } from '../formats/pades/admit.ts'
import type { SignedFile, SourceFile } from '../formats/format.ts'
import { fillForm } from '../pdf/fill/fill-form.ts'
import { openPdf } from '../pdf/open.ts'
import { PdfUpdate } from '../pdf/update.ts'
import type { Ports } from '../ports.ts'

export type FillEnvelopeRequest = Readonly<{
  file: SourceFile
  /** Text and ticked boxes by field name. */
  values: Readonly<Record<string, string | boolean>>
  font: Uint8Array
}>

/**
 * A revision of its own that only fills reserved fields: a simple signature, or an act.
 *
 * @throws SignError `FORMAT_FIELD_*`, `FORMAT_*`
 */
export async function fillEnvelope({ file, values, font }: FillEnvelopeRequest, ports: Ports): Promise<SignedFile> {
  const document = await openPdf(blobSource(file.blob))
  const { form, signed, restrictions } = await survey(document)
  const update = PdfUpdate.start(document)
  const state = { locks: restrictions.locks, isSigned: signed.length > 0 }
  await fillForm(update, form, state, { values, font, onlyOwn: true })
  const { bytes } = await update.build(ports.random)
  const type = 'application/pdf'
  return { name: file.name, blob: new Blob([file.blob, bytes], { type }), type }
}
