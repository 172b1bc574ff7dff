import { SignError } from '../../errors.ts'
import type { PdfRevision } from '../chain.ts'
import type { PdfDocument } from '../document.ts'
import type { Form } from '../fields.ts'
import { formsOf } from '../form-history.ts'
import { PdfRef, PdfStream, type PdfObject } from '../objects.ts'
import { walkPages, type PdfPage } from '../pages.ts'
import { trailingBytes, unclaimedSpans } from '../unclaimed.ts'
import type { XrefEntry } from '../xref.ts'
import { checkCatalog } from './catalog-rule.ts'
import { sameObject } from './compare.ts'
import { checkSecurityStore } from './dss-rule.ts'
import { checkForm } from './form-rule.ts'
import { checkPages, readAnnotationLists } from './page-rule.ts'
import { suspect, type Change, type Step } from './step.ts'
import { UsageIndex, type Usage } from './usages.ts'

/** What each revision changed, by index of the revision. */
export type ChangesByRevision = ReadonlyMap<number, readonly Change[]>

type Touched = Map<number, 'added' | 'changed'>

/**
 * Explains every revision after `base` by a whitelist: each object that a revision defines anew must be one that a rule knows, used
 * nowhere else than the rule says, and changed only as the rule allows. What is left is a change of level `other`.
 */
export async function analyseRevisions(document: PdfDocument, base: number): Promise<ChangesByRevision> {
  try {
    return await explainRevisions(document, base)
  } catch (error) {
    if (!(error instanceof SignError) || error.code !== 'FORMAT_UNSUPPORTED') throw error
    // What cannot be read cannot be explained: no later revision counts as permitted.
    const change = { level: 'other', rule: null, what: 'unreadable', evidence: error.message } as const
    return new Map(document.revisions.slice(base + 1).map(({ index }) => [index, [change]]))
  }
}

async function explainRevisions(document: PdfDocument, base: number): Promise<ChangesByRevision> {
  const changes = new Map<number, readonly Change[]>()
  const later = document.revisions.slice(base + 1)
  if (later.length === 0) return changes
  const touched = new Map<number, Touched>()
  for (const revision of later) touched.set(revision.index, await touchedBy(document, revision))
  const forms = await formsOf(document)
  const targets = new Set([...touched.values()].flatMap((each) => [...each.keys()]))
  for (const form of forms.slice(base)) for (const number of appearanceNumbers(form)) targets.add(number)
  const usages = await UsageIndex.build(document, base, targets)
  const pages = await pagesByNumber(document, base)
  const annotationLists = await readAnnotationLists({ document }, pages.keys(), document.revisions[base]?.view ?? 0)
  for (const after of later) {
    const before = document.revisions[after.index - 1]
    if (!before) continue
    const step: Step = {
      document,
      before,
      after,
      touched: touched.get(after.index) ?? new Map(),
      usages,
      pages,
      annotationLists,
      forms: { before: forms[before.index] ?? null, after: forms[after.index] ?? null },
      changes: [],
      approvals: new Map(),
    }
    await explain(step)
    const touchedPages = [...step.touched.keys()].filter((number) => pages.has(number))
    const lists = await readAnnotationLists(step, touchedPages, after.view)
    for (const [page, list] of lists) annotationLists.set(page, list)
    changes.set(after.index, step.changes)
  }
  return changes
}

async function explain(step: Step): Promise<void> {
  const catalogs = await checkCatalog(step)
  if (!catalogs) return
  await checkSecurityStore(step, catalogs)
  const widgets = await checkForm(step, catalogs)
  await checkPages(step, widgets)
  if (step.usages.overflow) suspect(step, 'too-large-to-analyse')
  for (const number of step.touched.keys()) checkUsages(step, number)
  await checkLooseBytes(step)
}

/** Every old place that shows this object must have been approved by a rule. An object that nothing showed is no change. */
function checkUsages(step: Step, number: number): void {
  const approvals = step.approvals.get(number) ?? []
  const open = step.usages
    .of(number, step.before.index)
    .filter((usage) => !approvals.some((approval) => approval(usage)))
  const [first] = open
  if (!first) return
  const page = step.pages.get(first.container)
  suspect(step, whatIsAt(first), {
    object: `${number} 0`,
    ...(page && { page: page.index + 1 }),
    evidence: open
      .slice(0, 5)
      .map(({ container, path }) => (container === 0 ? `trailer ${path}` : `${container} 0 ${path}`))
      .join('; '),
  })
}

/** In words of the document what a place shows. */
function whatIsAt({ path }: Usage): string {
  if (/(^|\/)Contents(\/|$)/.test(path)) return 'page-content'
  if (/(^|\/)XObject\//.test(path)) return 'image'
  if (/(^|\/)(Font|FontFile\d?|DescendantFonts|FontDescriptor)(\/|$)/.test(path)) return 'font'
  if (/(^|\/)(Pages|Kids)(\/|$)/.test(path)) return 'page-tree'
  if (/(^|\/)Annots(\/|$)/.test(path)) return 'annotation-changed'
  if (/(^|\/)AP(\/|$)/.test(path)) return 'field-appearance'
  if (/(^|\/)(StructTreeRoot|ParentTree|K|P)(\/|$)/.test(path)) return 'structure'
  return 'object-changed'
}

/** Bytes of an update that no object owns may be read by a viewer that scans: the incremental saving attack without a table. */
async function checkLooseBytes(step: Step): Promise<void> {
  const spans = [...(await unclaimedSpans(step.document, step.after))]
  if (step.after === step.document.revisions.at(-1)) {
    const trailing = await trailingBytes(step.document)
    if (trailing) spans.push(trailing)
  }
  for (const { start, end } of spans.slice(0, 5)) {
    suspect(step, 'bytes-outside-objects', { evidence: `${start}..${end}` })
  }
}

async function touchedBy(document: PdfDocument, revision: PdfRevision): Promise<Touched> {
  const before = document.revisions[revision.index - 1]
  const touched: Touched = new Map()
  for (const [number, entry] of await document.definedBy(revision)) {
    if (number === 0) continue
    const old = (await document.locate(number, before?.view))?.entry
    const kind = await howTouched(
      document,
      { number, view: before?.view ?? 0, entry: old },
      { number, view: revision.view, entry },
    )
    if (kind) touched.set(number, kind)
  }
  if (before) await touchStreamed(document, before, revision, touched)
  return touched
}

/**
 * Whoever defines an object stream anew changes what lies in it, though the table does not say so: these objects count as
 * touched too.
 */
async function touchStreamed(
  document: PdfDocument,
  before: PdfRevision,
  revision: PdfRevision,
  touched: Touched,
): Promise<void> {
  const replaced = new Set<number>()
  for (const number of touched.keys()) {
    const entry = (await document.locate(number, before.view))?.entry
    const old = entry?.kind === 'offset' ? await objectAt(document, { number, view: before.view, entry }) : null
    if (old instanceof PdfStream) replaced.add(number)
  }
  if (replaced.size === 0) return
  for (const [number, old] of await document.numbers(before.view)) {
    if (old.kind !== 'compressed' || !replaced.has(old.stream) || touched.has(number)) continue
    const entry = (await document.locate(number, revision.view))?.entry
    const kind = await howTouched(
      document,
      { number, view: before.view, entry: old },
      { number, view: revision.view, entry },
    )
    if (kind) touched.set(number, kind)
  }
}

type At = Readonly<{ number: number; view: number; entry: XrefEntry | undefined }>

async function howTouched(document: PdfDocument, old: At, now: At): Promise<'added' | 'changed' | null> {
  if (sameEntry(old.entry, now.entry)) return null
  if (!old.entry || old.entry.kind === 'free') return now.entry?.kind === 'free' ? null : 'added'
  if (generationOf(old) !== generationOf(now)) return 'changed'
  const [a, b] = [await objectAt(document, old), await objectAt(document, now)]
  return (await sameObject(document, a, b)) ? null : 'changed'
}

/** Entries of object streams are compared by what they lead to: the stream itself may be another one. */
function sameEntry(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (!a || !b) return false
  if (a.kind === 'free') return b.kind === 'free'
  return a.kind === 'offset' && b.kind === 'offset' && a.offset === b.offset && a.generation === b.generation
}

const generationOf = ({ entry }: At): number => (entry && entry.kind !== 'compressed' ? entry.generation : 0)

function objectAt(document: PdfDocument, at: At): Promise<PdfObject> {
  return document.get(new PdfRef(at.number, generationOf(at)), at.view)
}

async function pagesByNumber(document: PdfDocument, base: number): Promise<ReadonlyMap<number, PdfPage>> {
  const pages = new Map<number, PdfPage>()
  const view = document.revisions[base]?.view ?? 0
  for await (const page of walkPages(document, view)) if (page.ref) pages.set(page.ref.number, page)
  return pages
}

/** Appearance dictionaries that are objects of their own: another place may show them too. */
function* appearanceNumbers(form: Form | null): Generator<number> {
  for (const { dict } of form?.fields.flatMap(({ widgets }) => widgets) ?? []) {
    const value = dict.get('AP')
    if (value instanceof PdfRef) yield value.number
  }
}
