import { PdfDict, PdfRef, countOf, dictOf, isArray, name, nameOf } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { textString } from './serialize.ts'
import type { PdfUpdate } from './update.ts'

const MAX_NODES = 10_000

/**
 * Gives a new widget its place in a tagged document, so that screen readers meet it and say `alt` (ISO 32000-2, 14.7.5.3,
 * 14.8.4, 14.9.3). Only for a document that nobody has signed: to the difference analyses of others a later change of the
 * structure tree is no signing, and would throw doubt on the signatures before it. There /TU of the field has to do.
 *
 * @returns /StructParent of the widget; null when the document is not tagged or its tree is of an unusual shape
 */
export async function tagWidget(update: PdfUpdate, page: PdfRef, widget: PdfRef, alt: string): Promise<number | null> {
  const { document } = update
  const catalog = (await document.catalog())?.dict
  const marks = await document.dict(catalog, 'MarkInfo')
  const rootRef = catalog?.get('StructTreeRoot')
  const root = dictOf(await document.resolve(rootRef))
  if ((await document.value(marks, 'Marked')) !== true || !(rootRef instanceof PdfRef) || !root) return null
  const parents = dictOf(await document.resolve(root.get('ParentTree')))
  const key = parents ? await nextKey(update, root, parents) : null
  if (!parents || key === null) return null
  const parent = await containerOf(update, rootRef, root)
  const element = update.add(
    PdfDict.of({
      Type: name('StructElem'),
      S: name('Form'),
      P: parent,
      Pg: page,
      Alt: textString(alt),
      K: PdfDict.of({ Type: name('OBJR'), Pg: page, Obj: widget }),
    }),
  )
  await appendKid(update, parent, element)
  await update.change(rootRef, { ParentTreeNextKey: key + 1, ...(await extended(update, root, parents, key, element)) })
  return key
}

/** The one element that holds all others, usually a Document; else the root itself. */
async function containerOf(update: PdfUpdate, rootRef: PdfRef, root: PdfDict): Promise<PdfRef> {
  const value = root.get('K')
  const resolved = await update.resolve(value)
  const only = isArray(resolved) && resolved.length === 1 ? resolved[0] : value
  const element = dictOf(await update.resolve(only))
  const isElement = element !== null && nameOf(await update.resolve(element.get('S'))) !== null
  return only instanceof PdfRef && isElement ? only : rootRef
}

async function appendKid(update: PdfUpdate, parent: PdfRef, element: PdfRef): Promise<void> {
  const dict = dictOf(await update.get(parent))
  const value = dict?.get('K') ?? null
  const kids = await update.resolve(value)
  if (value instanceof PdfRef && isArray(kids)) update.set(value, [...kids, element])
  else await update.change(parent, { K: [...(isArray(kids) ? kids : value === null ? [] : [value]), element] })
}

/** The first key that the parent tree does not use; null when the tree cannot be read to its end. */
async function nextKey(update: PdfUpdate, root: PdfDict, parents: PdfDict): Promise<number | null> {
  const stated = countOf(await update.resolve(root.get('ParentTreeNextKey')))
  if (stated !== null) return stated
  let highest = -1
  const waiting = [parents]
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen > MAX_NODES) return null
    const node = waiting.pop()
    const numbers = await update.resolve(node?.get('Nums'))
    for (const [i, item] of (isArray(numbers) ? numbers : []).entries()) {
      if (i % 2 === 0 && typeof item === 'number') highest = Math.max(highest, item)
    }
    const kids = await update.resolve(node?.get('Kids'))
    for (const kid of isArray(kids) ? kids : []) {
      const child = dictOf(await update.resolve(kid))
      if (child) waiting.push(child)
    }
  }
  return highest + 1
}

/** The new pair at the end of the parent tree, in a leaf of its own where it has leaves (7.9.7). @returns entries of the root */
async function extended(
  update: PdfUpdate,
  root: PdfDict,
  parents: PdfDict,
  key: number,
  element: PdfRef,
): Promise<Record<string, PdfObject>> {
  const value = root.get('ParentTree')
  const kids = await update.resolve(parents.get('Kids'))
  const numbers = await update.resolve(parents.get('Nums'))
  const leaf = (): PdfRef => update.add(PdfDict.of({ Limits: [key, key], Nums: [key, element] }))
  const entries: Record<string, PdfObject> = isArray(kids)
    ? { Kids: [...kids, leaf()] }
    : { Nums: [...(isArray(numbers) ? numbers : []), key, element] }
  if (!(value instanceof PdfRef)) return { ParentTree: parents.with(entries) }
  await update.change(value, entries)
  return {}
}
