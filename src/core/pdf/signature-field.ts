import { SignError } from '../errors.ts'
import { archiveRules } from './archive-rules.ts'
import type { PdfDocument } from './document.ts'
import type { Form, FormField, Widget } from './fields.ts'
import { PdfDict, PdfRef, PdfStream, countOf, isArray, name } from './objects.ts'
import type { PdfObject, Resolver } from './objects.ts'
import { pageAt, statedPageCount } from './pages.ts'
import type { PdfPage } from './pages.ts'
import { textString } from './serialize.ts'
import type { PdfUpdate } from './update.ts'

/** A rectangle in the page's default user space: points (times /UserUnit), origin bottom left, before /Rotate. */
export type PdfRect = readonly [x1: number, y1: number, x2: number, y2: number]

/** Where a signature goes. Pages count from 1; -1 is the last. Without a rectangle a new field is invisible. */
export type SignatureTarget =
  Readonly<{ kind: 'existing'; name: string }> | Readonly<{ kind: 'new'; name?: string; page?: number; rect?: PdfRect }>

/** Draws the appearance of a widget of that size; null for none. */
export type DrawWidget = (
  update: PdfUpdate,
  page: PdfPage | null,
  rect: PdfRect,
) => Promise<Readonly<{ form: PdfRef; rotate: number }> | null>

export type Placement = Readonly<{
  draw: DrawWidget
  /** /TU: what the field says to those who cannot see it. */
  alt?: string
  /** Nobody has signed the document yet: a new field may be entered into its structure tree. */
  mayTag?: boolean
  /** /Lock of a new field. */
  lock?: PdfDict
}>

/** Annotation flags: Print and Locked (ISO 32000-2, table 167). */
const PRINT_LOCKED = 132
/** SignaturesExist and AppendOnly (table 225). */
const SIG_FLAGS = 3

/**
 * Puts a signature dictionary into a field, rewriting as few objects as possible.
 *
 * @returns the field's full name
 * @throws SignError `FORMAT_FIELD_NOT_FOUND`, `FORMAT_FIELD_SIGNED`, `FORMAT_FIELD_INVALID`, `FORMAT_PAGE_OUT_OF_RANGE`,
 *   `FORMAT_NO_PAGES`; RangeError for an impossible name or rectangle
 */
export async function placeSignature(
  update: PdfUpdate,
  form: Form | null,
  target: SignatureTarget,
  signature: PdfRef,
  { draw, alt, lock, mayTag = false }: Placement,
): Promise<string> {
  if (target.kind === 'existing') {
    const field = emptyField(form, target.name)
    await fillField(update, field, signature, draw)
    if (lock) await update.change(field.ref, { Lock: lock })
    await setSigFlags(update, form)
    return field.name
  }
  const page = await targetPage(update.document, target.page ?? 1)
  const rect = target.rect ? normalRect(target.rect) : null
  const partial = newName(form, target.name)
  const field = update.allocate()
  const drawn = rect ? await draw(update, page, rect) : null
  // PDF/A-1 asks for an appearance even of what is not seen (ISO 19005-1, 6.9); its successors do not.
  const isShown = rect !== null || (await archiveRules(update.document)).part === 1
  const tag = drawn && alt && mayTag && page?.ref ? await tagged(update, page.ref, field, alt) : null
  update.set(
    field,
    PdfDict.of({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name('Sig'),
      T: textString(partial),
      F: PRINT_LOCKED,
      Rect: rect ?? [0, 0, 0, 0],
      P: page?.ref ?? undefined,
      V: signature,
      TU: alt ? textString(alt) : undefined,
      AP: drawn
        ? PdfDict.of({ N: drawn.form })
        : isShown
          ? PdfDict.of({ N: emptyForm(update, rect ?? undefined) })
          : undefined,
      MK: drawn && drawn.rotate !== 0 ? PdfDict.of({ R: drawn.rotate }) : undefined,
      Lock: lock,
      StructParent: tag ?? undefined,
    }),
  )
  if (page) await addAnnotation(update, page, field)
  await addField(update, form, field)
  return partial
}

/** Few documents are tagged, and fewer signatures are seen. */
async function tagged(update: PdfUpdate, page: PdfRef, field: PdfRef, alt: string): Promise<number | null> {
  const { tagWidget } = await import('./structure.ts')
  return tagWidget(update, page, field, alt)
}

/** The empty signature field of that name. */
export function emptyField(form: Form | null, fieldName: string): FormField {
  const field = form?.fields.find((each) => each.name === fieldName && each.type === 'Sig')
  if (!field)
    throw new SignError('FORMAT_FIELD_NOT_FOUND', 'no signature field of that name', { details: { field: fieldName } })
  if (field.value !== null) {
    throw new SignError('FORMAT_FIELD_SIGNED', 'the field is signed already', { details: { field: fieldName } })
  }
  return field
}

async function fillField(update: PdfUpdate, field: FormField, signature: PdfRef, draw: DrawWidget): Promise<void> {
  await update.change(field.ref, { V: signature })
  for (const widget of field.widgets) {
    const rect = await rectOf(update.document, widget.dict)
    if (!rect) continue
    const drawn = await draw(update, await pageOf(update.document, widget), rect)
    if (drawn) await update.change(widget.ref, { AP: PdfDict.of({ N: drawn.form }) })
    else if ((await update.document.dict(widget.dict, 'AP')) === null) {
      await update.change(widget.ref, { AP: PdfDict.of({ N: emptyForm(update, rect) }) })
    }
  }
}

/** A visible widget must have an appearance, be it empty. */
function emptyForm(update: PdfUpdate, [x1, y1, x2, y2]: PdfRect = [0, 0, 0, 0]): PdfRef {
  const dict = PdfDict.of({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, x2 - x1, y2 - y1] })
  return update.add(new PdfStream(dict, { data: new Uint8Array() }))
}

/** The rectangle of a widget, null when it has no area. */
export async function rectOf(reader: Resolver, widget: PdfDict): Promise<PdfRect | null> {
  const array = await reader.resolve(widget.get('Rect'))
  if (!isArray(array)) return null
  const [a, b, c, d] = await Promise.all(array.slice(0, 4).map((item) => reader.resolve(item)))
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') return null
  const rect: PdfRect = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  return rect[2] > rect[0] && rect[3] > rect[1] ? rect : null
}

/** The page a widget says it is on; null when it does not. */
export async function pageOf(document: PdfDocument, widget: Widget): Promise<PdfPage | null> {
  const ref = widget.dict.get('P')
  const dict = await document.resolve(ref)
  if (!(ref instanceof PdfRef) || !(dict instanceof PdfDict)) return null
  return { index: -1, ref, dict, parent: null, kid: 0, inherited: await inheritedOf(document, dict) }
}

/** Inheritable attributes by climbing /Parent. */
async function inheritedOf(document: PdfDocument, page: PdfDict): Promise<PdfDict> {
  let found = new PdfDict()
  let node: PdfDict | null = page
  for (let depth = 0; node && depth < 64; depth++) {
    const here = node
    const missing = ['Resources', 'MediaBox', 'CropBox', 'Rotate'].filter(
      (key) => found.get(key) === null && here.get(key) !== null,
    )
    found = found.with(Object.fromEntries(missing.map((key) => [key, here.get(key)])))
    node = await document.dict(here, 'Parent')
  }
  return found
}

async function targetPage(document: PdfDocument, page: number): Promise<PdfPage | null> {
  if (!Number.isInteger(page) || page === 0) throw new RangeError('pages count from 1, or from -1 backwards')
  const count = await statedPageCount(document)
  const index = page > 0 ? page - 1 : (count ?? 0) + page
  const found = index >= 0 ? await pageAt(document, index) : null
  if (found) return found
  const first = await pageAt(document, 0)
  if (first) {
    const details = { page, pages: count ?? 1 }
    throw new SignError('FORMAT_PAGE_OUT_OF_RANGE', 'the document has no such page', { details })
  }
  // A page tree that claims pages but leads to none can still hold an invisible signature.
  if (count === null || count === 0) throw new SignError('FORMAT_NO_PAGES', 'the document has no pages')
  return null
}

function normalRect([a, b, c, d]: PdfRect): PdfRect {
  const rect: PdfRect = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  if (!rect.every(Number.isFinite) || rect[2] - rect[0] <= 0 || rect[3] - rect[1] <= 0) {
    throw new RangeError('the rectangle has no area')
  }
  // Hundredths of a point are finer than any screen or printer.
  return rect.map((value) => Math.round(value * 100) / 100) as unknown as PdfRect
}

const STEMS = ['Sig_', 'Approval_', ...Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `${letter}_sig_`)]

/** `Sig_01` and so on: no name may be a prefix of another (some verifiers match fields by prefix). */
function newName(form: Form | null, wanted: string | undefined): string {
  const taken = form?.rootNames ?? []
  if (wanted !== undefined) {
    if (wanted === '' || wanted.includes('.')) throw new RangeError('a field name is not empty and has no period')
    if (taken.includes(wanted)) {
      throw new SignError('FORMAT_FIELD_INVALID', 'a field of that name exists', { details: { field: wanted } })
    }
    return wanted
  }
  for (const stem of STEMS) {
    for (let i = 1; i < 100; i++) {
      const candidate = stem + String(i).padStart(2, '0')
      if (!taken.some((other) => other.startsWith(candidate) || (other !== '' && candidate.startsWith(other))))
        return candidate
    }
  }
  throw new SignError('FORMAT_LIMIT_EXCEEDED', 'no field name is left')
}

async function addAnnotation(update: PdfUpdate, page: PdfPage, field: PdfRef): Promise<void> {
  if (page.ref) return update.push(page.ref, 'Annots', field)
  if (!page.parent) return
  // A page written directly into /Kids becomes an object of its own.
  const annotations = await update.resolve(page.dict.get('Annots'))
  const moved = update.add(page.dict.with({ Annots: [...(isArray(annotations) ? annotations : []), field] }))
  const parent = await update.get(page.parent)
  const value = parent instanceof PdfDict ? parent.get('Kids') : null
  const kids = await update.resolve(value)
  if (!isArray(kids)) throw new SignError('FORMAT_MALFORMED', 'the page tree cannot be read')
  const replaced = kids.map((kid, i) => (i === page.kid ? moved : kid))
  if (value instanceof PdfRef) update.set(value, replaced)
  else await update.change(page.parent, { Kids: replaced })
}

/** Adds a root field to the form, making a form where there is none. */
async function addField(update: PdfUpdate, form: Form | null, field: PdfRef): Promise<void> {
  if (form?.ref) {
    await update.push(form.ref, 'Fields', field)
    return setSigFlags(update, form)
  }
  const catalog = await catalogRef(update)
  if (!form) {
    const made = update.add(PdfDict.of({ Fields: [field], SigFlags: SIG_FLAGS }))
    return update.change(catalog, { AcroForm: made })
  }
  const value = form.dict.get('Fields')
  const fields = await update.resolve(value)
  const extended = [...(isArray(fields) ? fields : []), field]
  if (value instanceof PdfRef && isArray(fields)) {
    update.set(value, extended)
    return setSigFlags(update, form)
  }
  return changeForm(update, form, { Fields: extended, SigFlags: SIG_FLAGS })
}

async function setSigFlags(update: PdfUpdate, form: Form | null): Promise<void> {
  if (!form) return
  const flags = countOf(await update.resolve(form.dict.get('SigFlags'))) ?? 0
  if ((flags & SIG_FLAGS) === SIG_FLAGS) return
  return changeForm(update, form, { SigFlags: flags | SIG_FLAGS })
}

/** Replaces entries of /AcroForm, an object of its own or written into the catalog. */
export async function changeForm(
  update: PdfUpdate,
  form: Form,
  entries: Readonly<Record<string, PdfObject>>,
): Promise<void> {
  if (form.ref) return update.change(form.ref, entries)
  const catalog = await catalogRef(update)
  const dict = await update.get(catalog)
  const current = dict instanceof PdfDict ? dict.get('AcroForm') : null
  return update.change(catalog, { AcroForm: (current instanceof PdfDict ? current : form.dict).with(entries) })
}

/** The reference of the catalog. @throws SignError `FORMAT_NOT_INCREMENTAL` when it is no object of its own. */
export async function catalogRef(update: PdfUpdate): Promise<PdfRef> {
  const ref = (await update.document.catalog())?.ref
  if (!ref) throw new SignError('FORMAT_NOT_INCREMENTAL', 'the catalog is not an indirect object')
  return ref
}
