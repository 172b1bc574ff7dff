import type { PdfDocument } from './document.ts'
import { PdfDict, PdfRef, isArray, nameOf } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { textOf } from './text.ts'

export type FieldType = 'Sig' | 'Tx' | 'Btn' | 'Ch'

/** Field flags (ISO 32000-2, tables 227, 229, 231, 233) that we look at. */
export const FieldFlag = {
  readOnly: 1 << 0,
  required: 1 << 1,
  multiline: 1 << 12,
  password: 1 << 13,
  radio: 1 << 15,
  pushButton: 1 << 16,
  combo: 1 << 17,
  edit: 1 << 18,
  fileSelect: 1 << 20,
  multiSelect: 1 << 21,
  comb: 1 << 24,
  richText: 1 << 25,
} as const

/** One widget of a field: the field's own object when the two are merged. */
export type Widget = Readonly<{ ref: PdfRef; dict: PdfDict }>

/** A terminal field: one that holds a value (12.7.4.1). */
export type FormField = Readonly<{
  /** Fully qualified name: partial names joined by periods. */
  name: string
  ref: PdfRef
  dict: PdfDict
  type: FieldType | null
  /** /Ff with inheritance, 0 when absent. */
  flags: number
  /** /V with inheritance, references not followed. */
  value: PdfObject
  /** From the field or an ancestor: FT, Ff, V, DV, DA, Q, MaxLen, Opt. */
  inherited: PdfDict
  widgets: readonly Widget[]
}>

export type Form = Readonly<{
  /** Null when /AcroForm is written directly into the catalog. */
  ref: PdfRef | null
  dict: PdfDict
  fields: readonly FormField[]
  /** Partial names at the root, of fields of any kind. */
  rootNames: readonly string[]
}>

const INHERITED = ['FT', 'Ff', 'V', 'DV', 'DA', 'Q', 'MaxLen', 'Opt']
const MAX_DEPTH = 64
const MAX_FIELDS = 200_000

/**
 * The interactive form as of the view; null when there is none. A field met twice is passed over, as is a field that is
 * not an indirect object (12.7.4 asks for one).
 */
export async function readForm(document: PdfDocument, view = 0): Promise<Form | null> {
  const catalog = await document.catalog(view)
  const value = catalog?.dict.get('AcroForm') ?? null
  const dict = await document.resolve(value, view)
  if (!(dict instanceof PdfDict)) return null
  const walk: Walk = { document, view, visited: new Set(), fields: [] }
  const roots = await document.value(dict, 'Fields', view)
  const rootNames: string[] = []
  for (const root of isArray(roots) ? roots : []) {
    const node = await document.resolve(root, view)
    const partial = node instanceof PdfDict ? textOf(await document.value(node, 'T', view)) : null
    if (partial !== null) rootNames.push(partial)
    await visit(walk, root, '', new PdfDict(), 0)
  }
  return { ref: value instanceof PdfRef ? value : null, dict, fields: walk.fields, rootNames }
}

/** One terminal field at the root of the form; null when it is none, or several. */
export async function readField(document: PdfDocument, ref: PdfRef, view: number): Promise<FormField | null> {
  const walk: Walk = { document, view, visited: new Set(), fields: [] }
  await visit(walk, ref, '', new PdfDict(), 0)
  const [field, ...more] = walk.fields
  return more.length === 0 && field?.ref === ref ? field : null
}

type Walk = { document: PdfDocument; view: number; visited: Set<string>; fields: FormField[] }

async function visit(walk: Walk, node: PdfObject, path: string, above: PdfDict, depth: number): Promise<void> {
  if (!(node instanceof PdfRef) || depth > MAX_DEPTH || walk.fields.length > MAX_FIELDS) return
  if (walk.visited.has(node.toString())) return
  walk.visited.add(node.toString())
  const { document, view } = walk
  const dict = await document.get(node, view)
  if (!(dict instanceof PdfDict)) return
  const partial = textOf(await document.value(dict, 'T', view))
  const full = partial === null ? path : path === '' ? partial : `${path}.${partial}`
  const inherited = inherit(above, dict)
  const kids = await kidsOf(walk, dict)
  if (kids.some(({ named }) => named)) {
    for (const kid of kids) await visit(walk, kid.ref, full, inherited, depth + 1)
    return
  }
  const flags = await document.value(inherited, 'Ff', view)
  const isWidget = nameOf(await document.value(dict, 'Subtype', view)) === 'Widget' || dict.get('Rect') !== null
  walk.fields.push({
    name: full,
    ref: node,
    dict,
    type: typeOf(nameOf(await document.value(inherited, 'FT', view))),
    flags: typeof flags === 'number' ? flags : 0,
    value: inherited.get('V'),
    inherited,
    widgets: kids.length > 0 ? kids : isWidget ? [{ ref: node, dict }] : [],
  })
}

/** Kids with whether they are fields themselves (have a name) or only widgets. */
async function kidsOf(walk: Walk, dict: PdfDict): Promise<(Widget & { named: boolean })[]> {
  const { document, view } = walk
  const kids = await document.value(dict, 'Kids', view)
  const found: (Widget & { named: boolean })[] = []
  const seen = new Set<string>()
  for (const ref of isArray(kids) ? kids : []) {
    if (!(ref instanceof PdfRef) || seen.has(ref.toString()) || walk.visited.has(ref.toString())) continue
    seen.add(ref.toString())
    const kid = await document.get(ref, view)
    if (kid instanceof PdfDict) found.push({ ref, dict: kid, named: kid.get('T') !== null })
  }
  return found
}

function inherit(above: PdfDict, dict: PdfDict): PdfDict {
  const own = INHERITED.filter((key) => dict.get(key) !== null)
  return own.length === 0 ? above : above.with(Object.fromEntries(own.map((key) => [key, dict.get(key)])))
}

function typeOf(text: string | null): FieldType | null {
  return text === 'Sig' || text === 'Tx' || text === 'Btn' || text === 'Ch' ? text : null
}

/** A signature field that holds a signature, with the dictionary of it (12.8.1). */
export type SignedField = Readonly<{ field: FormField; signature: PdfDict; ref: PdfRef | null }>

/** Every signature (document time-stamps too) of the form, in the order of the fields. */
export function signedFields(document: PdfDocument, form: Form | null, view = 0): Promise<SignedField[]> {
  return signedIn(document, form?.fields ?? [], view)
}

export async function signedIn(
  document: PdfDocument,
  fields: readonly FormField[],
  view: number,
): Promise<SignedField[]> {
  const found: SignedField[] = []
  for (const field of fields) {
    if (field.type !== 'Sig') continue
    const signature = await document.resolve(field.value, view)
    if (signature instanceof PdfDict) {
      found.push({ field, signature, ref: field.value instanceof PdfRef ? field.value : null })
    }
  }
  return found
}
