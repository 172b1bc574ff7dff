import { blobSource } from '../../bytes/byte-source.ts'
import { digestBlob } from '../../bytes/digest-blob.ts'
import { signerConstants } from '../../cms/signer-constants.ts'
import { SignError } from '../../errors.ts'
import { PdfDict, PdfRef, name } from '../../pdf/objects.ts'
import type { PdfObject } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { dateString, textString } from '../../pdf/serialize.ts'
import type { SignatureAppearance } from '../../pdf/appearance/appearance.ts'
import { catalogRef, placeSignature } from '../../pdf/signature-field.ts'
import type { DrawWidget } from '../../pdf/signature-field.ts'
import { PdfUpdate } from '../../pdf/update.ts'
import { docMdpReference, fieldMdpReference, lockDictionary } from '../../pdf/restrictions.ts'
import type { Ports } from '../../ports.ts'
import type { PreparedSignature, RequestedSigner, SignRequest, SourceFile } from '../format.ts'
import { admit, survey } from './admit.ts'
import type { Admission } from './admit.ts'
import type { PadesOptions, PadesState } from './options.ts'
import { fillByteRange, reserve } from './placeholder.ts'
import type { Placeholder } from './placeholder.ts'

/** Adds objects of its own to the update that the signature is written with. */
export type Compose = (update: PdfUpdate) => Promise<void>

/**
 * Reads the document, lays out the update and digests everything but the /Contents string, once. The result of `embed` is B-B;
 * for a higher level there is room for the time-stamp that `extend` adds.
 *
 * EN 319 142-1, 6.3 (PAdES-B-B); ISO 32000-2, 12.8.
 *
 * @param compose called once, when the signature has its field: what it adds is signed with the rest
 * @throws SignError `FORMAT_*`; RangeError for options that contradict each other; AbortError
 */
export async function preparePades(
  request: SignRequest<PadesOptions>,
  ports: Ports,
  compose?: Compose,
): Promise<PreparedSignature<PadesState>> {
  const { file, signer } = onlyOne(request)
  const { options, level, signal, progress } = request
  if (options.commitment && options.reason) throw new RangeError('a commitment and a reason exclude each other')
  const stamp = level === 'B-B' ? 0 : TIME_STAMP_ROOM
  const constants = await signerConstants(signer.signer, signer.mechanism, options.commitment, stamp, ports.engine)
  signal?.throwIfAborted()
  progress?.('reading', 0)
  const source = blobSource(file.blob)
  const document = await openPdf(source, options.password === undefined ? {} : { password: options.password })
  const admission = await admit(await survey(document), options, signer)
  if (options.refuse && options.refuse.length > 0) {
    const { refusePoisoned } = await import('./poison.ts')
    await refusePoisoned(admission, options.refuse, signal)
  }
  const laidOut = await layOut(admission, constants.longest, request, ports, compose)
  signal?.throwIfAborted()
  const { appended, contents, field } = laidOut
  if (document.recovered) await proveReadable(new Blob([file.blob, appended]), options)
  // The two spans of /ByteRange: all but the hex string with its angle brackets.
  const covered = [
    file.blob,
    appended.subarray(0, contents.at - 1),
    appended.subarray(contents.at + contents.digits + 1),
  ]
  const messageDigest = await digestBlob(covered, signer.mechanism.digest, ports.engine, {
    ...(signal ? { signal } : {}),
    ...(progress ? { progress: (done: number) => progress('digesting', done) } : {}),
  })
  const dtbs = constants.signedAttributes(messageDigest)
  const state = { name: file.name, original: file.blob, appended, contents, field }
  return { format: 'PAdES', toBeSigned: [{ ...signer, dtbs }], state }
}

/** What was pieced together by a scan must be found by its new cross-reference data, or nothing is signed. */
async function proveReadable(result: Blob, { password }: PadesOptions): Promise<void> {
  const written = await openPdf(blobSource(result), password === undefined ? {} : { password })
  if (!written.recovered) return
  throw new SignError('FORMAT_NOT_INCREMENTAL', 'the file is too broken to be added to')
}

function onlyOne(request: SignRequest<PadesOptions>): { file: SourceFile; signer: RequestedSigner } {
  const [file, ...files] = request.files
  const [signer, ...signers] = request.signers
  if (!file || files.length > 0) throw new RangeError('PAdES signs one file at a time')
  if (!signer || signers.length > 0) throw new RangeError('a PDF signature has one signer')
  return { file, signer }
}

/** Octets kept free for a signature time-stamp with its authority's chain, when `extend` is to add one. */
const TIME_STAMP_ROOM = 16_384

type LaidOut = Pick<PadesState, 'appended' | 'contents' | 'field'>

async function layOut(
  admission: Admission,
  room: number,
  { options }: SignRequest<PadesOptions>,
  ports: Ports,
  compose?: Compose,
): Promise<LaidOut> {
  const { document, form } = admission
  const update = PdfUpdate.start(document)
  const place = reserve(room, document.size)
  const signature = update.allocate()
  update.set(signature, await signatureDictionary(admission, options, place, update, ports))
  if (options.fill) {
    const { fillForm } = await import('../../pdf/fill/fill-form.ts')
    const { restrictions, signed } = admission
    await fillForm(update, form, { locks: restrictions.locks, isSigned: signed.length > 0 }, options.fill)
  }
  const isOwnLock = admission.lock !== null && admission.lock === options.lock
  const field = await placeSignature(update, form, admission.target, signature, {
    draw: widgetDrawing(options.appearance),
    ...(options.appearance ? { alt: options.appearance.alt } : {}),
    mayTag: admission.signed.length === 0 && !admission.restrictions.certified,
    ...(isOwnLock ? { lock: lockDictionary(admission.lock) } : {}),
  })
  if (admission.certifies) await certify(update, signature)
  await compose?.(update)
  const built = await update.build(ports.random)
  const at = fillByteRange(built, place, document.size)
  return { appended: built.bytes, contents: { at, digits: place.digits }, field }
}

/** Fonts and layout are loaded only for a signature that is seen. */
function widgetDrawing(appearance: SignatureAppearance | undefined): DrawWidget {
  if (!appearance) return () => Promise.resolve(null)
  return async (update, page, rect) => {
    const { drawAppearance } = await import('../../pdf/appearance/draw.ts')
    return drawAppearance(update, page, rect, appearance)
  }
}

async function signatureDictionary(
  { lock, docMdp }: Admission,
  options: PadesOptions,
  { contents, byteRange }: Placeholder,
  update: PdfUpdate,
  ports: Ports,
): Promise<PdfDict> {
  const text = (value: string | undefined): PdfObject | undefined => (value ? textString(value) : undefined)
  const references: PdfObject[] = []
  if (docMdp !== null) references.push(docMdpReference(docMdp))
  if (lock) references.push(fieldMdpReference(lock, await catalogRef(update)))
  return PdfDict.of({
    Type: name('Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name('ETSI.CAdES.detached'),
    ByteRange: byteRange,
    Contents: contents,
    // The claimed time; the signing-time attribute is forbidden in PAdES.
    M: dateString(ports.clock.now()),
    Name: text(options.name),
    Reason: text(options.reason),
    Location: text(options.location),
    ContactInfo: text(options.contact),
    Reference: references.length > 0 ? references : undefined,
  })
}

/** /Perms /DocMDP of the catalog (12.8.6). */
async function certify(update: PdfUpdate, signature: PdfRef): Promise<void> {
  const catalog = await catalogRef(update)
  const dict = await update.get(catalog)
  const value = dict instanceof PdfDict ? dict.get('Perms') : null
  const perms = await update.resolve(value)
  const permissions = (perms instanceof PdfDict ? perms : new PdfDict()).with({ DocMDP: signature })
  if (value instanceof PdfRef && perms instanceof PdfDict) update.set(value, permissions)
  else await update.change(catalog, { Perms: permissions })
}
