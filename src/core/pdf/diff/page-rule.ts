import { PdfDict, PdfRef, isArray, nameOf, type PdfObject } from '../objects.ts'
import { checkAnnotation } from './annotation-rule.ts'
import { changedKeys, sameValue } from './compare.ts'
import { rectOf, type NewWidgets, type Rect } from './form-rule.ts'
import { pageGeometry, type PdfPage } from '../pages.ts'
import { ANY_PLACE, approve, approveAt, numberOf, report, suspect, type Change, type Pair, type Step } from './step.ts'

/** Of a page nothing may change but that it shows new annotations: a new signature's widget, permitted comments. */
export async function checkPages(step: Step, widgets: NewWidgets): Promise<void> {
  const { document, before, after } = step
  for (const [number, known] of step.pages) {
    if (!step.touched.has(number) && !step.touched.has(step.annotationLists.get(number) ?? 0)) continue
    const old = await pageDict(step, number, before.view)
    const list = old?.get('Annots') ?? null
    const now = await pageDict(step, number, after.view)
    const page = known.index + 1
    if (!old || !now) {
      suspect(step, 'page-removed', { page })
      continue
    }
    const keys = changedKeys(old, now).filter((key) => key !== 'Annots')
    for (const key of keys) suspect(step, key === 'Contents' ? 'page-content' : 'page-changed', { page, evidence: key })
    // Destinations, structure and widgets point at pages from anywhere; all but /Annots was compared.
    if (step.touched.has(number)) approve(step, number, ANY_PLACE)
    approveAt(step, now.get('Annots'), number, 'Annots')
    const lists = {
      before: await document.resolve(list, before.view),
      after: await document.resolve(now.get('Annots'), after.view),
    }
    await checkAnnotations(step, lists, widgets, known)
  }
}

/** The objects that the lists of annotations of these pages are as of the view; a page whose list is written in place has none. */
export async function readAnnotationLists(
  step: Pick<Step, 'document'>,
  pages: Iterable<number>,
  view: number,
): Promise<Map<number, number>> {
  const lists = new Map<number, number>()
  for (const number of pages) lists.set(number, numberOf((await pageDict(step, number, view))?.get('Annots') ?? null))
  return lists
}

async function pageDict(step: Pick<Step, 'document'>, number: number, view: number): Promise<PdfDict | null> {
  const located = await step.document.locate(number, view)
  const generation = located?.entry.kind === 'offset' ? located.entry.generation : 0
  const object = await step.document.get(new PdfRef(number, generation), view)
  return object instanceof PdfDict ? object : null
}

async function checkAnnotations(
  step: Step,
  lists: Pair<PdfObject>,
  widgets: NewWidgets,
  known: PdfPage,
): Promise<void> {
  const page = known.index + 1
  const old = isArray(lists.before) ? lists.before : []
  const now = isArray(lists.after) ? lists.after : []
  const gone = old.filter((one) => !now.some((other) => sameValue(one, other)))
  if (gone.length > 0) suspect(step, 'annotation-removed', { page, evidence: gone.map(String).join(', ') })
  const added = now.filter((one) => !old.some((other) => sameValue(one, other)))
  if (added.length === 0) return
  const standing = await standingOn(step, old)
  for (const item of added) {
    const annotation = await step.document.resolve(item, step.after.view)
    if (!(annotation instanceof PdfDict) || !(item instanceof PdfRef) || step.touched.get(item.number) !== 'added') {
      suspect(step, 'annotation-added', { page })
      continue
    }
    const field = widgets.get(item.number)
    const object = item.toString()
    if (!field) await checkAnnotation(step, annotation, { page, object })
    else await checkOverlap(step, annotation, { page: known, standing, facts: { page, object, field: field.name } })
  }
}

type Standing = Readonly<{ rect: Rect; isSignature: boolean }>

async function standingOn(step: Step, annotations: readonly PdfObject[]): Promise<readonly Standing[]> {
  const view = step.before.view
  const signatures = new Set(
    (step.forms.before?.fields ?? [])
      .filter(({ type }) => type === 'Sig')
      .flatMap(({ widgets }) => widgets.map(({ ref }) => ref.number)),
  )
  const found: Standing[] = []
  for (const item of annotations) {
    const annotation = await step.document.resolve(item, view)
    if (!(annotation instanceof PdfDict)) continue
    const subtype = nameOf(await step.document.value(annotation, 'Subtype', view))
    const rect = subtype === 'Popup' || subtype === 'Link' ? null : await rectOf(step, annotation, view)
    if (rect) found.push({ rect, isSignature: item instanceof PdfRef && signatures.has(item.number) })
  }
  return found
}

/** No new signature needs more of a page: what is larger covers the text. */
const MAX_SHARE = 1 / 3
/** Touching edges are nothing, in points. */
const MARGIN = 1

/**
 * A new signature drawn over what is there (the sneaky signature attack): over a field or a comment, or over much of the page.
 * Over another signature it is told, not refused: tools that know one place for all signatures are common.
 */
async function checkOverlap(
  step: Step,
  annotation: PdfDict,
  { page, standing, facts }: Readonly<{ page: PdfPage; standing: readonly Standing[]; facts: Partial<Change> }>,
): Promise<void> {
  const rect = await rectOf(step, annotation)
  if (!rect) return
  const { box } = await pageGeometry(step.document, page, step.before.view)
  const share = areaOf(rect) / Math.max(1, areaOf(box))
  const covered = standing.filter((other) => overlaps(rect, other.rect))
  if (share > MAX_SHARE || covered.some(({ isSignature }) => !isSignature)) {
    suspect(step, 'annotation-overlaps', facts)
  } else if (covered.length > 0) {
    report(step, 'form-filling', 'signature-field', 'annotation-overlaps', facts)
  }
}

const areaOf = ({ left, bottom, right, top }: Rect): number => (right - left) * (top - bottom)

function overlaps(a: Rect, b: Rect): boolean {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const height = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom)
  return width > MARGIN && height > MARGIN
}
