import { SignError } from '../../errors.ts'
import type { Finding } from '../../validation/facts.ts'
import type { PdfDocument } from '../document.ts'
import type { Form } from '../fields.ts'
import { isArray } from '../objects.ts'
import { statedPageCount, walkPages, type PdfPage } from '../pages.ts'
import { checkDocumentActions, checkFieldActions, checkTriggers } from './actions.ts'
import { checkAnnotation } from './annotations.ts'
import { checkForm } from './form.ts'
import { checkLayers } from './layers.ts'
import { checkLooseBytes } from './loose-bytes.ts'
import { Look, NOT_ALL } from './look.ts'
import { checkPageContent } from './resources.ts'

/** Pages and annotations of one page that are looked at. */
const MAX_PAGES = 300
const MAX_ANNOTATIONS = 2000

/**
 * What a signer must know of a document's content before signing it: whatever can make it show something else later, or
 * elsewhere. Each finding says in its evidence where: pages are 1-based, objects as '12 0'. Looks at a bounded part of the
 * file; `content-not-all-looked-at` says where it stopped.
 *
 * @throws AbortError
 */
export async function findings(
  document: PdfDocument,
  form: Form | null,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const look = new Look(document, form, signal)
  await guarded(look, 'bytes', () => checkLooseBytes(look))
  await guarded(look, 'earlier signatures', () => checkSigned(look))
  await guarded(look, 'layers', () => checkLayers(look))
  await guarded(look, 'form', () => checkForm(look))
  await guarded(look, 'actions', () => checkDocumentActions(look))
  await guarded(look, 'pages', () => checkPages(look))
  await guarded(look, 'field actions', () => checkFieldActions(look))
  return look.findings
}

async function guarded(look: Look, what: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    look.note(NOT_ALL, 'info', what)
  }
}

/** The difference analysis is loaded only for a file that holds a signature or may have lost one. */
async function checkSigned(look: Look): Promise<void> {
  const isSigned = look.form?.fields.some(({ type, value }) => type === 'Sig' && value !== null) === true
  if (!isSigned && look.document.revisions.length < 2) return
  const { checkLaterRevisions } = await import('./later-revisions.ts')
  await checkLaterRevisions(look)
}

async function checkPages(look: Look): Promise<void> {
  for await (const page of walkPages(look.document)) {
    if (page.index === MAX_PAGES) {
      const stated = (await statedPageCount(look.document)) ?? '…'
      look.note(NOT_ALL, 'info', `pages ${MAX_PAGES + 1}–${stated}`)
      return
    }
    look.spend(1)
    await checkPage(look, page)
  }
}

async function checkPage(look: Look, page: PdfPage): Promise<void> {
  const number = page.index + 1
  await checkTriggers(look, page.dict, `page ${number}`)
  await checkPageContent(look, page)
  const annotations = await look.value(page.dict, 'Annots')
  if (!isArray(annotations)) return
  for (const annotation of annotations.slice(0, MAX_ANNOTATIONS)) await checkAnnotation(look, page, annotation)
  if (annotations.length > MAX_ANNOTATIONS) look.note(NOT_ALL, 'info', `annotations of page ${number}`)
}
