/** Reading an envelope from nothing but its file: manifest, certification, what each later revision did, state. */
import { blobSource } from '../bytes/byte-source.ts'
import { toHex } from '../bytes/bytes.ts'
import { holding } from '../bytes/small-blob.ts'
import { SignError } from '../errors.ts'
import { contextOf } from '../formats/collect-context.ts'
import type { CollectOptions, SourceFile } from '../formats/format.ts'
import { collectDocument } from '../formats/pades/collect.ts'
import type { PdfDocument } from '../pdf/document.ts'
import { formsOf } from '../pdf/form-history.ts'
import { openPdf } from '../pdf/open.ts'
import { fieldLock } from '../pdf/restrictions.ts'
import type { PdfSignature } from '../pdf/signatures.ts'
import type { Ports } from '../ports.ts'
import type { ValidationPolicy } from '../validation/policy.ts'
import type { SignatureReport } from '../validation/report.ts'
import { validate } from '../validation/validate.ts'
import { viewOf } from './build-view.ts'
import { checkEnclosed } from './check-enclosed.ts'
import { embeddedFiles } from './embedded-file.ts'
import { MANIFEST_NAME } from './enclosed.ts'
import { reportOf, type EnvelopeFile } from './envelope-file.ts'
import { readEvents } from './events.ts'
import { fieldNames, parseManifest, type EnvelopeManifest } from './manifest.ts'
import { signatureField, signerFields } from './state.ts'
import type { EnvelopeView } from './view.ts'

const LARGEST_MANIFEST = 4 << 20

export type ReadEnvelopeOptions = Pick<CollectOptions, 'certificates' | 'signal' | 'progress'> &
  Readonly<{
    policy: ValidationPolicy
    at: Date
    /** Files that may be documents that travel beside the envelope. */
    beside?: readonly SourceFile[]
  }>

/**
 * The state of an envelope, read once: one parse, one pass over the bytes.
 *
 * @throws SignError `ENVELOPE_MANIFEST_MISSING`, `ENVELOPE_MANIFEST_INVALID`, `ENVELOPE_MANIFEST_DUPLICATED`,
 *   `ENVELOPE_DOCUMENT_MISMATCH`, `ENVELOPE_NOT_CERTIFIED`, `ENVELOPE_RESAVED`, `ENVELOPE_BROKEN` when the preparer's own revision was
 *   changed, `FORMAT_*`
 */
export function readEnvelope(file: SourceFile, ports: Ports, options: ReadEnvelopeOptions): Promise<EnvelopeView> {
  return holding(file, () => readHeld(file, ports, options))
}

async function readHeld(file: SourceFile, ports: Ports, options: ReadEnvelopeOptions): Promise<EnvelopeView> {
  const { policy, at, beside = [], ...collect } = options
  const document = await openPdf(blobSource(file.blob))
  let found: Found | null = null
  const collected = await collectDocument(document, file, contextOf(ports, collect), collect, async (signatures) => {
    found = await findManifest(document, signatures)
    return [found.manifest.documents[0]?.size ?? 0, ...endsFrom(document, found.prepared)]
  })
  const [report] = validate([collected.facts], policy, at).files
  if (!found || !report) throw new SignError('ENVELOPE_MANIFEST_MISSING', 'no envelope')
  const { manifest, prepared, certification }: Found = found
  const [original, ...digests] = (await collected.digestsAt()).map(toHex)
  const level = collected.facts.signatures.find(({ document: { field } }) => field === certification.field.name)
    ?.document.docMdp
  checkCertification(manifest, certification, reportOf(report, certification), level)
  if (original !== manifest.documents[0]?.sha256) {
    throw new SignError('ENVELOPE_DOCUMENT_MISMATCH', 'the manifest is that of another document')
  }
  await checkReserved(document, manifest, prepared)
  const view = document.revisions[prepared]?.view ?? 0
  const enclosed = await checkEnclosed({ file, document, manifest, view, beside, signal: options.signal }, ports)
  const sizes = endsFrom(document, prepared)
  const revisions = digests.map((sha256, i) => ({ size: sizes[i] ?? 0, sha256 }))
  const envelope: EnvelopeFile = { document, manifest, prepared, collected, report, revisions, enclosed }
  const events = await readEvents(envelope)
  return viewOf(envelope, file, events, at)
}

/** Where each revision from `prepared` on ends; the last with the file. */
function endsFrom(document: PdfDocument, prepared: number): readonly number[] {
  const later = document.revisions.slice(prepared)
  return later.map(({ span }, i) => (i === later.length - 1 ? document.size : span.end))
}

type Found = Readonly<{ manifest: EnvelopeManifest; prepared: number; certification: PdfSignature }>

async function findManifest(document: PdfDocument, signatures: readonly PdfSignature[]): Promise<Found> {
  const [certification] = signatures
  const revision = certification?.revision ?? null
  const view = revision === null ? 0 : (document.revisions[revision]?.view ?? 0)
  const [bytes, ...more] = await embeddedFiles(document, MANIFEST_NAME, view, LARGEST_MANIFEST)
  if (!bytes) throw new SignError('ENVELOPE_MANIFEST_MISSING', 'the document carries no envelope’s manifest')
  if (more.length > 0) throw new SignError('ENVELOPE_MANIFEST_DUPLICATED', 'the document carries several manifests')
  if (!certification) throw new SignError('ENVELOPE_NOT_CERTIFIED', 'no signature vouches for the manifest')
  if (document.recovered || revision === null) {
    throw new SignError('ENVELOPE_RESAVED', 'the file was written anew: its certification covers other bytes')
  }
  return { manifest: parseManifest(new TextDecoder().decode(bytes)), prepared: revision, certification }
}

function checkCertification(
  manifest: EnvelopeManifest,
  { field }: PdfSignature,
  report: SignatureReport | undefined,
  level: number | undefined,
): void {
  if (field.name !== manifest.reserved.certification || report === undefined || level !== 2) {
    const details = { field: field.name }
    throw new SignError('ENVELOPE_NOT_CERTIFIED', 'the first signature is not a certification by the preparer', {
      details,
    })
  }
  if (report.integrity !== 'intact') {
    throw new SignError('ENVELOPE_BROKEN', 'what the preparer certified was changed')
  }
}

/** The manifest's fields as the preparer must have left them: there, of their kind, empty, locking exactly what is said. */
async function checkReserved(document: PdfDocument, manifest: EnvelopeManifest, prepared: number): Promise<void> {
  const form = (await formsOf(document))[prepared] ?? null
  const fields = new Map((form?.fields ?? []).map((field) => [field.name, field]))
  const isSignature = new Set<string | undefined>([
    manifest.reserved.certification,
    ...manifest.signatories.filter(({ kind }) => kind !== 'simple').map(signatureField),
  ])
  const boxes = new Set(
    manifest.signatories.flatMap((one) => one.fields.filter(({ kind }) => kind === 'checkbox').map(({ name }) => name)),
  )
  for (const name of fieldNames(manifest)) {
    const field = fields.get(name)
    const type = isSignature.has(name) ? 'Sig' : boxes.has(name) ? 'Btn' : 'Tx'
    if (field?.type !== type) throw invalid(`${name} is not reserved`)
    if (field.value !== null && name !== manifest.reserved.certification) throw invalid(`${name} is filled already`)
  }
  for (const one of manifest.signatories) {
    const field = fields.get(signatureField(one) ?? '')
    if (field?.type !== 'Sig') continue
    const { lock } = await fieldLock(document, field)
    const own = signerFields(manifest, one)
    const isExact =
      lock?.action === 'Include' && lock.fields.length === own.length && own.every((n) => lock.fields.includes(n))
    if (!isExact) throw invalid(`${field.name} locks other fields than its own`)
  }
}

const invalid = (why: string): SignError =>
  new SignError('ENVELOPE_MANIFEST_INVALID', `the envelope is not as its manifest says: ${why}`, { details: { why } })
