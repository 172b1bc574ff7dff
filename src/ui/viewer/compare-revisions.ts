/** Draws a signed revision and what the file is now, page by page, and finds where they differ. */
import { AnnotationMode } from 'pdfjs-dist'
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist'
import { changedAreas, type Pixels } from './changed-areas.ts'
import { changedWords, type WordChange } from './changed-words.ts'
import type { Box } from './geometry.ts'
import { openPdf, ownWorker } from './pdf-document.ts'

/** Pixels of one picture: enough to read ordinary print in it. */
const PIXELS = 900_000
/** Pages that are drawn at most, and of those that differ, shown at most. */
const MAX_PAGES = 100
const MAX_SHOWN = 8
/** For all pages together, in milliseconds: a hostile file may be drawn for ever. */
const PATIENCE = 60_000
const MAX_FIELDS = 50

export type FieldChange = Readonly<{ name: string; before: string; after: string }>

/** A page that looks or reads another way. `null`: there is no such page on this side. */
export type PagePair = Readonly<{
  /** 1-based */
  page: number
  before: ImageBitmap | null
  after: ImageBitmap | null
  /** In fractions of the page, 0 to 1. */
  areas: readonly Box[]
  words: readonly WordChange[]
  fields: readonly FieldChange[]
}>

export type ComparisonStep =
  | Readonly<{ kind: 'comparing'; page: number; total: number }>
  | Readonly<{ kind: 'differs'; pair: PagePair }>
  /** Why not all pages were looked at; null: all were. */
  | Readonly<{ kind: 'end'; stopped: 'shown' | 'pages' | 'time' | null }>

type Options = Readonly<{
  scriptUrl: (url: string) => string
  /** 1-based pages that are known to be changed: looked at first. */
  first: readonly number[]
  signal: AbortSignal
  /** Of both. */
  password?: string | undefined
}>

/** @throws PdfOpenError when either state cannot be opened; AbortError */
export async function* compareRevisions(
  before: Blob,
  after: Blob,
  { scriptUrl, first, signal, password }: Options,
): AsyncGenerator<ComparisonStep> {
  const own = ownWorker(scriptUrl)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('drawing took too long', 'TimeoutError')), PATIENCE)
  const limit = AbortSignal.any([signal, late.signal])
  try {
    const options = { scriptUrl, password, worker: own.worker }
    const open = async (blob: Blob) => (await within(limit, openPdf(blob, options))).document
    const [old, now] = [await open(before), await open(after)]
    const total = Math.max(old.numPages, now.numPages)
    let shown = 0
    for (const page of orderOf(total, first)) {
      yield { kind: 'comparing', page, total }
      const pair = await within(limit, comparePage(old, now, page, limit))
      if (!pair) continue
      yield { kind: 'differs', pair }
      if (++shown < MAX_SHOWN) continue
      yield { kind: 'end', stopped: 'shown' }
      return
    }
    yield { kind: 'end', stopped: total > MAX_PAGES ? 'pages' : null }
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error
    yield { kind: 'end', stopped: 'time' }
  } finally {
    clearTimeout(timer)
    own.end()
  }
}

function orderOf(total: number, first: readonly number[]): readonly number[] {
  const known = first.filter((page) => page >= 1 && page <= total)
  const all = Array.from({ length: Math.min(total, MAX_PAGES) }, (_, i) => i + 1)
  return [...new Set([...known, ...all])].slice(0, MAX_PAGES)
}

/** What a hung worker never answers ends with the signal. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function comparePage(
  old: PDFDocumentProxy,
  now: PDFDocumentProxy,
  page: number,
  signal: AbortSignal,
): Promise<PagePair | null> {
  const [before, after] = [await pageOf(old, page), await pageOf(now, page)]
  const [was, is] = [before && (await drawn(before, signal)), after && (await drawn(after, signal))]
  const areas = was && is ? areasOf(was, is) : []
  const words = changedWords(await textOf(before), await textOf(after))
  const fields = changedFields(await valuesOf(before), await valuesOf(after))
  before?.cleanup()
  after?.cleanup()
  if (was && is && areas.length === 0 && words.length === 0 && fields.length === 0) return null
  return {
    page,
    before: was && (await createImageBitmap(was)),
    after: is && (await createImageBitmap(is)),
    areas,
    words,
    fields,
  }
}

async function pageOf(document: PDFDocumentProxy, page: number): Promise<PDFPageProxy | null> {
  return page <= document.numPages ? document.getPage(page) : null
}

/** A page of operators without end stops being drawn with the signal, not only being waited for. */
async function drawn(page: PDFPageProxy, signal: AbortSignal): Promise<HTMLCanvasElement> {
  const own = page.getViewport({ scale: 1 })
  const viewport = page.getViewport({ scale: Math.min(2, Math.sqrt(PIXELS / Math.max(1, own.width * own.height))) })
  const canvas = globalThis.document.createElement('canvas')
  canvas.width = Math.max(1, Math.floor(viewport.width))
  canvas.height = Math.max(1, Math.floor(viewport.height))
  const drawing = page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE })
  const stop = () => drawing.cancel()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await drawing.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return canvas
}

function areasOf(before: HTMLCanvasElement, after: HTMLCanvasElement): readonly Box[] {
  const { width, height } = after
  return changedAreas(pixelsOf(before), pixelsOf(after)).map((area) => ({
    left: area.left / width,
    top: area.top / height,
    width: area.width / width,
    height: area.height / height,
  }))
}

function pixelsOf(canvas: HTMLCanvasElement): Pixels {
  const { width, height } = canvas
  return canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: new Uint8ClampedArray(), width, height }
}

async function textOf(page: PDFPageProxy | null): Promise<string> {
  if (!page) return ''
  const { items } = await page.getTextContent()
  return items.map((item) => ('str' in item ? item.str : '')).join(' ')
}

/** What form fields say: their values are drawn, but are no text of the page. */
async function valuesOf(page: PDFPageProxy | null): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for (const { fieldName, fieldValue } of ((await page?.getAnnotations()) ?? []) as readonly Record<
    string,
    unknown
  >[]) {
    if (typeof fieldName !== 'string' || fieldName === '') continue
    const parts = Array.isArray(fieldValue) ? fieldValue : [fieldValue]
    values.set(
      fieldName,
      parts
        .filter((part) => typeof part === 'string')
        .join(', ')
        .slice(0, 200),
    )
  }
  return values
}

function changedFields(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly FieldChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names
    .map((name) => ({ name, before: before.get(name) ?? '', after: after.get(name) ?? '' }))
    .filter((field) => field.before !== field.after)
    .slice(0, MAX_FIELDS)
}
