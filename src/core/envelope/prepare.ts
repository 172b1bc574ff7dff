import { blobSource } from '../bytes/byte-source.ts'
import { toHex } from '../bytes/bytes.ts'
import { digestBlob } from '../bytes/digest-blob.ts'
import { SignError } from '../errors.ts'
import type { PreparedSignature, Progress, RequestedSigner, SignatureLevel, SourceFile } from '../formats/format.ts'
import { survey } from '../formats/pades/admit.ts'
import type { PadesState } from '../formats/pades/options.ts'
import { preparePades } from '../formats/pades/prepare.ts'
import { openPdf } from '../pdf/open.ts'
import { pageGeometry, walkPages, type PageBox } from '../pdf/pages.ts'
import type { PdfDocument } from '../pdf/document.ts'
import type { Ports } from '../ports.ts'
import { coverDiffers, coverMaker, printsManifest } from './check-cover.ts'
import type { EnvelopeDraft } from './draft.ts'
import { embeddedFiles } from './embedded-file.ts'
import { MANIFEST_NAME, type EnclosedDocument } from './enclosed.ts'
import { manifestProblem, type EnvelopeManifest } from './manifest.ts'
import { draftProblems, freeStem, planEnvelope } from './plan.ts'
import { reserve } from './reserve.ts'

export type PrepareEnvelopeRequest = Readonly<{
  /** The document, or the cover sheet of those enclosed. */
  file: SourceFile
  /** As described when the cover sheet was composed. */
  enclosed?: readonly EnclosedDocument[]
  draft: EnvelopeDraft
  /** The preparer. */
  signer: RequestedSigner
  level: SignatureLevel
  /** TrueType: the record is written in a subset of it. */
  font: Uint8Array
  /** Ids of findings of the content that forbid signing. */
  refuse: readonly string[]
}>

/**
 * Lays out the preparer's revision: all that is reserved, and the certification signature (DocMDP, P 2) over it.
 * `embedPades` finishes it.
 *
 * @throws SignError `ENVELOPE_ALREADY_SIGNED`, `ENVELOPE_DRAFT_INVALID`, `ENVELOPE_MANIFEST_DUPLICATED` for a document that carries
 *   another envelope's manifest, `ENVELOPE_COVER_DIFFERS` for a cover sheet of something else, `FORMAT_*`
 */
export async function prepareEnvelope(
  { file, enclosed = [], draft, signer, level, font, refuse }: PrepareEnvelopeRequest,
  ports: Ports,
  options: Readonly<{ signal?: AbortSignal; progress?: Progress }> = {},
): Promise<PreparedSignature<PadesState>> {
  const now = ports.clock.now().toISOString()
  const [problem] = draftProblems(draft, now)
  if (problem) throw draftInvalid(`${problem.id} ${problem.path}`)
  const document = await openPdf(blobSource(file.blob))
  const { form, signed, restrictions } = await survey(document)
  if (signed.length > 0 || restrictions.certified) {
    throw new SignError('ENVELOPE_ALREADY_SIGNED', 'the document is signed or certified already')
  }
  if (form && form.dict.get('XFA') !== null) {
    throw new SignError('FORMAT_UNSUPPORTED', 'an XFA form cannot be filled here', { details: { form: 'XFA' } })
  }
  if ((await embeddedFiles(document, MANIFEST_NAME, 0, 8 << 20)).length > 0) {
    throw new SignError('ENVELOPE_MANIFEST_DUPLICATED', 'the document carries an envelope’s manifest already')
  }
  const boxes = await pageBoxes(document)
  const digest = await digestBlob(file.blob, 'SHA-256', ports.engine, options.signal ? { signal: options.signal } : {})
  const manifest = planEnvelope(draft, {
    id: toHex(ports.random.bytes(16)),
    createdAt: now,
    document: { name: file.name, sha256: toHex(digest), size: file.blob.size, pages: boxes.length },
    enclosed,
    cover: coverMaker(font),
    stem: freeStem(form?.rootNames ?? []),
  })
  const fault = manifestProblem(manifest) ?? offPage(manifest, boxes)
  if (fault !== null) throw draftInvalid(fault)
  if (enclosed.length > 0 && !(await printsManifest(document, manifest, font))) throw coverDiffers()
  const field = { kind: 'new' as const, name: manifest.reserved.certification }
  return preparePades(
    { files: [file], signers: [signer], level, options: { certify: 2, field, refuse }, ...options },
    ports,
    (update) => reserve(update, { manifest, font }),
  )
}

const draftInvalid = (why: string): SignError =>
  new SignError('ENVELOPE_DRAFT_INVALID', `the draft cannot be prepared: ${why}`, { details: { why } })

async function pageBoxes(document: PdfDocument): Promise<readonly PageBox[]> {
  const boxes: PageBox[] = []
  for await (const page of walkPages(document)) boxes.push((await pageGeometry(document, page)).box)
  return boxes
}

/** A field that is not seen would be signed unseen. */
function offPage(manifest: EnvelopeManifest, boxes: readonly PageBox[]): string | null {
  for (const { fields } of manifest.signatories) {
    for (const { name, page, rect } of fields) {
      if (rect === null || (manifest.verificationPage !== null && page >= manifest.verificationPage)) continue
      const box = boxes[page - 1]
      if (!box) return `${name} lies on page ${page} of ${boxes.length}`
      const isInside = rect[0] >= box.left && rect[1] >= box.bottom && rect[2] <= box.right && rect[3] <= box.top
      if (!isInside) return `${name} lies outside its page`
    }
  }
  return null
}
