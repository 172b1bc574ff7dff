import { PdfDict, PdfStream, isArray, nameOf, type PdfObject } from '../objects.ts'
import { pageGeometry, type PageBox, type PdfPage } from '../pages.ts'
import { rectOf } from '../signature-field.ts'
import { checkTriggers } from './actions.ts'
import { placeOf, type Look } from './look.ts'
import { isOpaque } from './opacity.ts'
import { checkStream } from './resources.ts'

/** Flags of ISO 32000-2, table 167. */
const HIDDEN = (1 << 1) | (1 << 5)
/** Shows nothing of its own on the page. */
const SILENT = new Set(['Widget', 'Link', 'Popup', 'PrinterMark', 'TrapNet'])
/** Made to show text or a picture of their own, or to blot out what is beneath. */
const SHOWING = new Set([
  'FreeText',
  'Stamp',
  'Redact',
  'Watermark',
  'Screen',
  'Movie',
  '3D',
  'RichMedia',
  'Projection',
])
/** Drawn by the reader itself with the interior colour /IC when there is no appearance. */
const FILLED = new Set(['Square', 'Circle', 'Polygon', 'Line', 'PolyLine', 'Redact'])
/** Points squared: what is smaller hides no word. */
const MIN_AREA = 25
/** Of the icon of a note, which readers draw about 20 points wide. */
const ICON_AREA = 1024

/** Actions of an annotation, its external streams, and whether it hides, or may later show, something over the page. */
export async function checkAnnotation(look: Look, page: PdfPage, object: PdfObject): Promise<void> {
  if (!look.isFirst('annotation', object)) return
  const annotation = await look.resolve(object)
  if (!(annotation instanceof PdfDict)) return
  const where = placeOf(page.index + 1, object)
  await checkTriggers(look, annotation, where)
  const subtype = nameOf(await look.value(annotation, 'Subtype')) ?? ''
  if (SILENT.has(subtype)) return
  const appearances = await appearancesOf(look, annotation)
  for (const stream of appearances) await checkStream(look, stream, where)
  const flags = await look.value(annotation, 'F')
  const isHidden = typeof flags === 'number' && (flags & HIDDEN) !== 0
  const place = `${where}: ${subtype || '?'}`
  if (isHidden) {
    if (appearances.length > 0) look.note('content-annotation-hidden', 'warning', place)
    return
  }
  if ((await areaOverPage(look, page, annotation)) < (subtype === 'Text' ? ICON_AREA : MIN_AREA)) return
  const covers =
    appearances.length > 0 ? await covering(look, subtype, appearances) : await isFilled(look, subtype, annotation)
  if (covers) look.note('content-annotation-covers', 'warning', place)
}

/** Every normal appearance: one stream, or one for each state. */
async function appearancesOf(look: Look, annotation: PdfDict): Promise<readonly PdfStream[]> {
  const normal = await look.value(await look.dict(annotation, 'AP'), 'N')
  if (normal instanceof PdfStream) return [normal]
  const streams: PdfStream[] = []
  for (const state of normal instanceof PdfDict ? normal.entries.values() : []) {
    const stream = await look.resolve(state)
    if (stream instanceof PdfStream) streams.push(stream)
  }
  return streams
}

/** A page that shows nothing has nothing to be hidden. */
async function areaOverPage(look: Look, page: PdfPage, annotation: PdfDict): Promise<number> {
  if (page.dict.get('Contents') === null) return 0
  const rect = await rectOf(look.document, annotation)
  if (!rect) return 0
  const { box } = await pageGeometry(look.document, page)
  return overlap(box, rect)
}

function overlap(box: PageBox, [left, bottom, right, top]: readonly [number, number, number, number]): number {
  const width = Math.min(box.right, right) - Math.max(box.left, left)
  const height = Math.min(box.top, top) - Math.max(box.bottom, bottom)
  return width > 0 && height > 0 ? width * height : 0
}

async function covering(look: Look, subtype: string, appearances: readonly PdfStream[]): Promise<boolean> {
  if (SHOWING.has(subtype)) return true
  for (const stream of appearances) if (await isOpaque(look, stream)) return true
  return false
}

async function isFilled(look: Look, subtype: string, annotation: PdfDict): Promise<boolean> {
  if (SHOWING.has(subtype) && subtype !== 'Redact') return true
  const interior = await look.value(annotation, 'IC')
  return FILLED.has(subtype) && isArray(interior) && interior.length > 0
}
