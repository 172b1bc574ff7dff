import { blobSource } from '../../bytes/byte-source.ts'
import { isAbort, SignError } from '../../errors.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { PdfRef, isArray } from '../../pdf/objects.ts'
import { archiveRules } from '../../pdf/archive-rules.ts'
import { openPdf } from '../../pdf/open.ts'
import { countPages, statedPageCount, walkPages } from '../../pdf/pages.ts'
import type { FormInfo } from '../../pdf/fill/describe.ts'
import { rectOf } from '../../pdf/signature-field.ts'
import { nameOf } from '../../pdf/objects.ts'
import type { FormField } from '../../pdf/fields.ts'
import type { InspectOptions, Inspection, Refusal, SignatureFieldInfo, SourceFile } from '../format.ts'
import { admit, survey } from './admit.ts'
import type { Survey } from './admit.ts'
import type { PadesOptions } from './options.ts'
import { warningsOf } from './poison.ts'

/** Looks into a file before it is signed. What is wrong with it is in `refused`; rejects only with AbortError. */
export async function inspectPades(file: SourceFile, options: InspectOptions): Promise<Inspection> {
  const { password, signal } = options
  signal?.throwIfAborted()
  try {
    const document = await openPdf(blobSource(file.blob), password === undefined ? {} : { password })
    signal?.throwIfAborted()
    return await inspectDocument(document, signal)
  } catch (error) {
    return unopened(refusal(error))
  }
}

function unopened(refused: Refusal): Inspection {
  const isPdf = refused.code !== 'FORMAT_NOT_PDF' && refused.code !== 'FORMAT_EMPTY_FILE'
  const isLocked = refused.code === 'FORMAT_PASSWORD_REQUIRED' || refused.code === 'FORMAT_PASSWORD_INCORRECT'
  const pdf = {
    pages: 0,
    encryption: 'password-required',
    fields: [],
    form: null,
    signatures: 0,
    docMdp: null,
    mayCertify: false,
    archive: 0,
  } as const
  return { kind: isPdf ? 'pdf' : 'other', pdf: isLocked ? pdf : null, warnings: [], refused }
}

/** A hostile file may throw anything; nothing but a cancel goes past this. */
function refusal(error: unknown): Refusal {
  if (isAbort(error)) throw error
  if (error instanceof SignError) return { code: error.code, message: error.message, details: error.details }
  return { code: 'FORMAT_MALFORMED', message: String(error), details: {} }
}

async function inspectDocument(document: PdfDocument, signal: AbortSignal | undefined): Promise<Inspection> {
  const surveyed = await survey(document)
  const { certified, docMdp } = surveyed.restrictions
  const fields = await fieldInfos(surveyed, signal)
  const pages = await pageCount(document)
  const refused = pages === 0 ? NO_PAGES : await whyNot(surveyed, {})
  const signatures: unknown[] = []
  for (const { signature } of surveyed.signed) {
    if (nameOf(await document.value(signature, 'Type')) !== 'DocTimeStamp') signatures.push(signature)
  }
  return {
    kind: 'pdf',
    pdf: {
      pages,
      encryption: document.crypt ? 'opened' : 'none',
      fields,
      form: await formInfo(surveyed),
      signatures: signatures.length,
      docMdp: certified ? docMdp : null,
      mayCertify: surveyed.signed.length === 0 && !certified,
      archive: (await archiveRules(document)).part,
    },
    warnings: await warningsOf(surveyed, signal),
    // A file that takes no new field may still have one to sign.
    refused: pages > 0 && fields.some((field) => !field.signed && field.refused === null) ? null : refused,
  }
}

/** Most documents have no form, and what reads one is not loaded for them. */
async function formInfo({ document, form, restrictions }: Survey): Promise<FormInfo | null> {
  if (!form) return null
  const { describeForm } = await import('../../pdf/fill/describe.ts')
  return describeForm(document, form, restrictions.locks)
}

const NO_PAGES: Refusal = { code: 'FORMAT_NO_PAGES', message: 'the file has no pages', details: {} }

/** /Count is believed: walking a hundred thousand pages would take seconds. */
async function pageCount(document: PdfDocument): Promise<number> {
  const stated = await statedPageCount(document)
  return stated !== null && stated > 0 ? stated : countPages(document)
}

/** Null when it may be signed so. */
async function whyNot(surveyed: Survey, options: PadesOptions): Promise<Refusal | null> {
  try {
    await admit(surveyed, options, null)
    return null
  } catch (error) {
    return refusal(error)
  }
}

async function fieldInfos(surveyed: Survey, signal: AbortSignal | undefined): Promise<SignatureFieldInfo[]> {
  const { document, form } = surveyed
  const fields = (form?.fields ?? []).filter(({ type }) => type === 'Sig')
  const pages = await pagesOf(document, fields, signal)
  const infos: SignatureFieldInfo[] = []
  for (const field of fields) {
    const signed = field.value !== null
    const [widget] = field.widgets
    infos.push({
      name: field.name,
      page: widget ? (pages.get(widget.ref.toString()) ?? null) : null,
      rect: widget ? await rectOf(document, widget.dict) : null,
      signed,
      refused: signed ? null : await whyNot(surveyed, { field: { kind: 'existing', name: field.name } }),
    })
  }
  return infos
}

/** 1-based page by widget: the page whose /Annots holds it, or that its /P names. Stops when all are found. */
async function pagesOf(
  document: PdfDocument,
  fields: readonly FormField[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const widgets = fields.flatMap((field) => field.widgets.slice(0, 1))
  const missing = new Map(widgets.map(({ ref, dict }) => [ref.toString(), dict.get('P')]))
  if (missing.size === 0) return found
  for await (const page of walkPages(document)) {
    signal?.throwIfAborted()
    const annotations = await document.value(page.dict, 'Annots')
    const held = new Set(
      (isArray(annotations) ? annotations : []).map((each) => (each instanceof PdfRef ? each.toString() : '')),
    )
    for (const [widget, place] of missing) {
      const named = place instanceof PdfRef && page.ref?.toString() === place.toString()
      if (!named && !held.has(widget)) continue
      found.set(widget, page.index + 1)
      missing.delete(widget)
    }
    if (missing.size === 0) break
  }
  return found
}
