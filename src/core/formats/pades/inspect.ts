/** What a signer must know of a PDF before it is signed. */
import { blobSource } from '../../bytes/byte-source.ts'
import { isAbort, SignError } from '../../errors.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { readForm, signedFields, type Form, type FormField } from '../../pdf/fields.ts'
import { dictOf, isArray, nameOf, PdfRef } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { walkPages } from '../../pdf/pages.ts'
import { readRestrictions } from '../../pdf/restrictions.ts'
import { rectOf } from '../../pdf/signature-field.ts'
import type { Inspection, InspectOptions, Refusal, SignatureFieldInfo, SourceFile } from '../format.ts'
import { admit } from './admit.ts'
import type { PadesOptions } from './options.ts'

/** The file as it is, whatever is wrong with it. @throws AbortError only */
export async function inspectPades(file: SourceFile, options: InspectOptions): Promise<Inspection> {
  const { password, signal } = options
  signal?.throwIfAborted()
  let document: PdfDocument
  try {
    document = await openPdf(blobSource(file.blob), password === undefined ? {} : { password })
  } catch (error) {
    return unopened(error)
  }
  signal?.throwIfAborted()
  try {
    return await inspectDocument(document, options)
  } catch (error) {
    return unopened(error)
  }
}

function unopened(error: unknown): Inspection {
  const refused = refusal(error)
  const locked = refused.code === 'FORMAT_PASSWORD_REQUIRED' || refused.code === 'FORMAT_PASSWORD_INCORRECT'
  const nothing = { pages: 0, fields: [], signatures: 0, docMdp: null }
  return {
    kind: refused.code === 'FORMAT_NOT_PDF' || refused.code === 'FORMAT_EMPTY_FILE' ? 'other' : 'pdf',
    pdf: locked ? { ...nothing, encryption: 'password-required' } : null,
    warnings: [],
    refused,
  }
}

async function inspectDocument(document: PdfDocument, { signal }: InspectOptions): Promise<Inspection> {
  const form = await readForm(document)
  const signed = await signedFields(document, form)
  const { docMdp } = await readRestrictions(document, form)
  const { pages, widgetPages } = await readPages(document, signal)
  const empty = pages === 0 ? new SignError('FORMAT_NO_PAGES', 'the file has no pages') : null
  const fields = await signatureFields(document, form, new Set(signed.map(({ field }) => field.name)), widgetPages)
  const newField = await refusedFor(document, {})
  const usable = fields.some((field) => !field.signed && field.refused === null)
  return {
    kind: 'pdf',
    pdf: {
      pages,
      encryption: document.crypt ? 'opened' : 'none',
      fields,
      signatures: signed.filter(({ signature }) => nameOf(signature.get('Type')) !== 'DocTimeStamp').length,
      docMdp,
    },
    warnings: document.recovered ? [{ id: 'recovered', severity: 'warning' }] : [],
    refused: empty ? refusal(empty) : usable ? null : newField,
  }
}

/** Every page is read once; where widgets are is what their page says (/Annots), since /P is optional. */
async function readPages(
  document: PdfDocument,
  signal: AbortSignal | undefined,
): Promise<{ pages: number; widgetPages: ReadonlyMap<string, number> }> {
  const widgetPages = new Map<string, number>()
  let pages = 0
  for await (const page of walkPages(document)) {
    signal?.throwIfAborted()
    pages = page.index + 1
    const annotations = await document.value(page.dict, 'Annots')
    for (const one of isArray(annotations) ? annotations : []) {
      if (one instanceof PdfRef) widgetPages.set(String(one), pages)
    }
  }
  return { pages, widgetPages }
}

async function signatureFields(
  document: PdfDocument,
  form: Form | null,
  signed: ReadonlySet<string>,
  widgetPages: ReadonlyMap<string, number>,
): Promise<readonly SignatureFieldInfo[]> {
  const found: SignatureFieldInfo[] = []
  for (const field of form?.fields ?? []) {
    if (field.type !== 'Sig') continue
    const isSigned = signed.has(field.name)
    const refused = isSigned ? null : await refusedFor(document, { field: { kind: 'existing', name: field.name } })
    found.push({ name: field.name, ...(await placeOf(document, field, widgetPages)), signed: isSigned, refused })
  }
  return found
}

async function placeOf(
  document: PdfDocument,
  { widgets: [widget] }: FormField,
  widgetPages: ReadonlyMap<string, number>,
): Promise<Pick<SignatureFieldInfo, 'page' | 'rect'>> {
  if (!widget) return { page: null, rect: null }
  const rect = await rectOf(document, dictOf(widget.dict) ?? widget.dict)
  return { page: widgetPages.get(String(widget.ref)) ?? null, rect }
}

/** What `prepare` would say; null: it may be signed so. */
async function refusedFor(document: PdfDocument, options: PadesOptions): Promise<Refusal | null> {
  try {
    await admit(document, options)
    return null
  } catch (error) {
    return refusal(error)
  }
}

function refusal(error: unknown): Refusal {
  if (isAbort(error)) throw error
  if (error instanceof SignError) return { code: error.code, message: error.message, details: error.details }
  return { code: 'FORMAT_MALFORMED', message: String(error), details: {} }
}
