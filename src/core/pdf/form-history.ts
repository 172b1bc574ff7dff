import type { PdfRevision } from './chain.ts'
import type { PdfDocument } from './document.ts'
import { readField, readForm, type Form, type FormField } from './fields.ts'
import { PdfRef, isArray } from './objects.ts'

const histories = new WeakMap<PdfDocument, Promise<readonly (Form | null)[]>>()

/**
 * The form as of every revision, by its index. A field that a revision does not touch is the very same object as before, so that
 * who compares revisions may pass over it, and many revisions cost no more than what each of them changed.
 */
export function formsOf(document: PdfDocument): Promise<readonly (Form | null)[]> {
  const known = histories.get(document) ?? readForms(document)
  histories.set(document, known)
  return known
}

async function readForms(document: PdfDocument): Promise<readonly (Form | null)[]> {
  const forms: (Form | null)[] = []
  let layout: Layout | null = null
  for (const revision of document.revisions) {
    const before = forms.at(-1) ?? null
    const next: Form | null = before && layout && (await follow(document, before, layout, revision))
    forms.push(next ?? (await readForm(document, revision.view)))
    const newest = forms.at(-1) ?? null
    if (newest !== next || !layout) layout = newest && (await layoutOf(document, newest, revision))
  }
  return forms
}

/** Of a form whose fields all stand at its root; others are read anew for each revision. */
type Layout = Readonly<{
  /** Objects whose change may change which fields there are. */
  frame: ReadonlySet<number>
  /** Index of the field that an object belongs to. */
  owners: ReadonlyMap<number, number>
}>

async function layoutOf(document: PdfDocument, form: Form, { view }: PdfRevision): Promise<Layout | null> {
  const list = form.dict.get('Fields')
  const roots = await document.resolve(list, view)
  if (!form.ref || !isArray(roots) || form.fields.some(({ dict }) => dict.get('Parent') !== null)) return null
  const frame = new Set([form.ref.number, ...(list instanceof PdfRef ? [list.number] : [])])
  const owners = new Map<number, number>()
  for (const [index, field] of form.fields.entries()) {
    const parts = partsOf(field)
    if (!parts) return null
    for (const number of parts) {
      // An object that two fields are read from: which of them changes with it cannot be told.
      if (owners.has(number) && owners.get(number) !== index) return null
      owners.set(number, index)
      // Whoever replaces an object stream replaces what lies in it.
      const entry = (await document.locate(number, view))?.entry
      if (entry?.kind === 'compressed') frame.add(entry.stream)
    }
  }
  // A root that was no field may become one.
  for (const root of roots) if (root instanceof PdfRef && !owners.has(root.number)) frame.add(root.number)
  return { frame, owners }
}

/** Objects that a field was read from; null when that cannot be told without reading more. */
function partsOf({ ref, dict, widgets }: FormField): readonly number[] | null {
  const kids = dict.get('Kids')
  if (kids instanceof PdfRef || ['T', 'FT', 'Ff', 'Subtype'].some((key) => dict.get(key) instanceof PdfRef)) return null
  const children = isArray(kids) ? kids.flatMap((kid) => (kid instanceof PdfRef ? [kid.number] : [])) : []
  return [ref.number, ...widgets.map((widget) => widget.ref.number), ...children]
}

/** The form with the fields that the revision touches read anew; null when all of it must be. */
async function follow(
  document: PdfDocument,
  before: Form,
  { frame, owners }: Layout,
  revision: PdfRevision,
): Promise<Form | null> {
  const catalog = await document.catalog(revision.view)
  const value = catalog?.dict.get('AcroForm')
  if (!(value instanceof PdfRef) || value.toString() !== before.ref?.toString()) return null
  const touched = new Set<number>()
  for (const number of (await document.definedBy(revision)).keys()) {
    if (frame.has(number)) return null
    const owner = owners.get(number)
    if (owner !== undefined) touched.add(owner)
  }
  if (touched.size === 0) return before
  const fields = [...before.fields]
  for (const index of touched) {
    const old = fields[index]
    const now = old && (await readField(document, old.ref, revision.view))
    if (!old || now?.name !== old.name || !hasSameParts(old, now)) return null
    fields[index] = now
  }
  return { ...before, fields }
}

function hasSameParts(a: FormField, b: FormField): boolean {
  const [old, now] = [partsOf(a), partsOf(b)]
  const isFlat = b.dict.get('Parent') === null
  return isFlat && old !== null && now !== null && old.length === now.length && old.every((part, i) => part === now[i])
}
