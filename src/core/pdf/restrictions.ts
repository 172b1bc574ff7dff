import type { PdfDocument } from './document.ts'
import { signedFields } from './fields.ts'
import type { Form, FormField } from './fields.ts'
import { PdfDict, isArray, name, nameOf } from './objects.ts'
import type { PdfObject, PdfRef } from './objects.ts'
import { textString } from './serialize.ts'
import { textOf } from './text.ts'

/** What may still change after a certification (ISO 32000-2, table 257): 1 nothing, 2 fill forms and sign, 3 annotate too. */
export type DocMdp = 1 | 2 | 3

/** Fields that a signature froze (table 259). */
export type FieldLock = Readonly<{ action: 'All' | 'Include' | 'Exclude'; fields: readonly string[] }>

/** What signatures in the file forbid. */
export type Restrictions = Readonly<{
  /** A signature with DocMDP is there. */
  certified: boolean
  /** The strictest of the certification and of locks with /P; null: nothing is said. */
  docMdp: DocMdp | null
  locks: readonly FieldLock[]
}>

export async function readRestrictions(document: PdfDocument, form: Form | null, view = 0): Promise<Restrictions> {
  const catalog = await document.catalog(view)
  const perms = await document.dict(catalog?.dict, 'Perms', view)
  const author = await document.dict(perms, 'DocMDP', view)
  let certified = author !== null
  const levels: DocMdp[] = []
  const locks: FieldLock[] = []
  // /Perms that points to a signature without parameters means the default, 2.
  if (author && !(await transforms(document, author, view)).some(({ method }) => method === 'DocMDP')) levels.push(2)
  const signatures = (await signedFields(document, form, view)).map(({ signature }) => signature)
  for (const signature of author ? [author, ...signatures] : signatures) {
    for (const { method, parameters } of await transforms(document, signature, view)) {
      if (method === 'DocMDP') {
        const level = await document.value(parameters, 'P', view)
        levels.push(level === 1 || level === 3 ? level : 2)
        certified = true
      } else if (method === 'FieldMDP') {
        const lock = await readLock(document, parameters, view)
        if (lock) locks.push(lock)
      }
    }
  }
  const docMdp = levels.length === 0 ? null : levels.reduce((a, b) => (a < b ? a : b))
  return { certified, docMdp, locks }
}

/** Transform methods of a signature's /Reference (table 256). */
async function transforms(
  document: PdfDocument,
  signature: PdfDict,
  view: number,
): Promise<{ method: string | null; parameters: PdfDict | null }[]> {
  const references = await document.value(signature, 'Reference', view)
  const found: { method: string | null; parameters: PdfDict | null }[] = []
  for (const item of isArray(references) ? references : []) {
    const reference = await document.resolve(item, view)
    if (!(reference instanceof PdfDict)) continue
    const method = nameOf(await document.value(reference, 'TransformMethod', view))
    found.push({ method, parameters: await document.dict(reference, 'TransformParams', view) })
  }
  return found
}

/** A SigFieldLock dictionary or FieldMDP parameters: the two have the same keys. Null when it locks nothing. */
async function readLock(document: PdfDocument, dict: PdfDict | null, view = 0): Promise<FieldLock | null> {
  const action = nameOf(await document.value(dict, 'Action', view))
  if (action !== 'All' && action !== 'Include' && action !== 'Exclude') return null
  const fields = await document.value(dict, 'Fields', view)
  const names: string[] = []
  for (const item of isArray(fields) ? fields : []) {
    const text = textOf(await document.resolve(item, view))
    if (text !== null) names.push(text)
  }
  return { action, fields: names }
}

/** What an empty signature field asks of the one who signs it (table 236). */
export async function fieldLock(
  document: PdfDocument,
  field: FormField,
): Promise<{ lock: FieldLock | null; docMdp: DocMdp | null }> {
  const dict = await document.dict(field.dict, 'Lock')
  const level = await document.value(dict, 'P')
  return { lock: await readLock(document, dict), docMdp: level === 1 || level === 2 || level === 3 ? level : null }
}

/** A lock on a field holds for the fields below it. */
export function isLocked(locks: readonly FieldLock[], fieldName: string): boolean {
  return locks.some(({ action, fields }) => {
    if (action === 'All') return true
    const named = fields.some((each) => each === fieldName || fieldName.startsWith(`${each}.`))
    return action === 'Include' ? named : !named
  })
}

/** The /Reference entry that makes a signature a certification (12.8.2.2). */
export function docMdpReference(level: DocMdp): PdfDict {
  const parameters = PdfDict.of({ Type: name('TransformParams'), V: name('1.2'), P: level })
  return PdfDict.of({ Type: name('SigRef'), TransformMethod: name('DocMDP'), TransformParams: parameters })
}

/** The /Reference entry that freezes fields (12.8.2.4). */
export function fieldMdpReference({ action, fields }: FieldLock, catalog: PdfRef): PdfDict {
  const names: PdfObject = action === 'All' ? null : fields.map(textString)
  const parameters = PdfDict.of({ Type: name('TransformParams'), V: name('1.2'), Action: name(action) })
  return PdfDict.of({
    Type: name('SigRef'),
    TransformMethod: name('FieldMDP'),
    TransformParams: parameters.with({ Fields: names }),
    Data: catalog,
  })
}

/** The /Lock of a field that we make: what its signature freezes. */
export function lockDictionary({ action, fields }: FieldLock): PdfDict {
  const dict = PdfDict.of({ Type: name('SigFieldLock'), Action: name(action) })
  return action === 'All' ? dict : dict.with({ Fields: fields.map(textString) })
}
