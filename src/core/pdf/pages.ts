import { PdfDict, PdfRef, countOf, isArray, nameOf } from './objects.ts'
import type { PdfObject } from './objects.ts'
import type { PdfDocument } from './document.ts'

/** A page with what it inherits from the page tree (ISO 32000-2, 7.7.3.4). */
export type PdfPage = Readonly<{
  /** 0-based. */
  index: number
  /** Null when the page is written directly into /Kids: then `parent` and `kid` say where. */
  ref: PdfRef | null
  dict: PdfDict
  parent: PdfRef | null
  kid: number
  /** Resources, MediaBox, CropBox and Rotate, from the page or an ancestor; values may be references. */
  inherited: PdfDict
}>

const INHERITED = ['Resources', 'MediaBox', 'CropBox', 'Rotate']
const MAX_DEPTH = 256
/** Nodes that one walk visits at most. */
const MAX_NODES = 2_000_000

/** A node of the page tree whose kids are gone through. */
type Branch = Readonly<{ ref: PdfRef | null; kids: readonly PdfObject[]; inherited: PdfDict }> & { next: number }

/**
 * The pages in order, read one by one as the caller goes on. A node met twice, a tree too deep or a kid that is no
 * dictionary is passed over.
 */
export async function* walkPages(document: PdfDocument, view = 0): AsyncGenerator<PdfPage> {
  const catalog = await document.catalog(view)
  const root = { ref: null, kids: [catalog?.dict.get('Pages') ?? null], inherited: new PdfDict(), next: 0 }
  const branches: Branch[] = [root]
  const visited = new Set<number>()
  let index = 0
  let nodes = 0
  for (let branch = branches.at(-1); branch; branch = branches.at(-1)) {
    const kid = branch.next++
    const node = branch.kids[kid]
    if (node === undefined) {
      branches.pop()
      continue
    }
    if (branches.length > MAX_DEPTH + 1 || ++nodes > MAX_NODES) continue
    const ref = node instanceof PdfRef ? node : null
    if (ref && visited.has(ref.number)) continue
    if (ref) visited.add(ref.number)
    const dict = await document.resolve(node, view)
    if (!(dict instanceof PdfDict)) continue
    const inherited = inherit(branch.inherited, dict)
    const kids = await document.value(dict, 'Kids', view)
    const type = nameOf(await document.value(dict, 'Type', view))
    if (isArray(kids) && type !== 'Page') branches.push({ ref, kids, inherited, next: 0 })
    else if (type !== 'Pages') yield { index: index++, ref, dict, inherited, parent: branch.ref, kid }
  }
}

/** The page of that 0-based index; null when there are not so many. */
export async function pageAt(document: PdfDocument, index: number, view = 0): Promise<PdfPage | null> {
  for await (const page of walkPages(document, view)) if (page.index === index) return page
  return null
}

/** /Count of the page tree's root if it is believable, else by walking. */
export async function countPages(document: PdfDocument, view = 0): Promise<number> {
  let count = 0
  for await (const _page of walkPages(document, view)) count++
  return count
}

function inherit(above: PdfDict, dict: PdfDict): PdfDict {
  const own = INHERITED.filter((key) => dict.get(key) !== null)
  if (own.length === 0) return above
  return above.with(Object.fromEntries(own.map((key) => [key, dict.get(key)])))
}

export type PageBox = Readonly<{ left: number; bottom: number; right: number; top: number }>

/** What places things on a page: the visible box in default user space, clockwise rotation, size of a unit in points. */
export type PageGeometry = Readonly<{ box: PageBox; rotate: 0 | 90 | 180 | 270; userUnit: number }>

const LETTER: PageBox = { left: 0, bottom: 0, right: 612, top: 792 }

/** CropBox within MediaBox (14.11.2), /Rotate normalised, /UserUnit. Broken values fall back as in the common viewers. */
export async function pageGeometry(document: PdfDocument, page: PdfPage, view = 0): Promise<PageGeometry> {
  const media = (await boxOf(document, page.inherited.get('MediaBox'), view)) ?? LETTER
  const crop = await boxOf(document, page.inherited.get('CropBox'), view)
  const box = (crop && intersect(crop, media)) ?? media
  const turn = await document.value(page.inherited, 'Rotate', view)
  const quarter = typeof turn === 'number' && turn % 90 === 0 ? (((turn / 90) % 4) + 4) % 4 : 0
  const unit = await document.value(page.dict, 'UserUnit', view)
  const rotate = ([0, 90, 180, 270] as const)[quarter] ?? 0
  return { box, rotate, userUnit: typeof unit === 'number' && unit > 0 ? unit : 1 }
}

async function boxOf(document: PdfDocument, object: PdfObject, view: number): Promise<PageBox | null> {
  const array = await document.resolve(object, view)
  if (!isArray(array) || array.length < 4) return null
  const numbers = await Promise.all(array.slice(0, 4).map((item) => document.resolve(item, view)))
  const [a, b, c, d] = numbers
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') return null
  const box = { left: Math.min(a, c), bottom: Math.min(b, d), right: Math.max(a, c), top: Math.max(b, d) }
  return box.right > box.left && box.top > box.bottom ? box : null
}

function intersect(a: PageBox, b: PageBox): PageBox | null {
  const box = {
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.min(a.right, b.right),
    top: Math.min(a.top, b.top),
  }
  return box.right > box.left && box.top > box.bottom ? box : null
}

/** /Count of the page tree as the file states it, null when it is no count. */
export async function statedPageCount(document: PdfDocument, view = 0): Promise<number | null> {
  const catalog = await document.catalog(view)
  const pages = await document.dict(catalog?.dict, 'Pages', view)
  return countOf(await document.value(pages, 'Count', view))
}
