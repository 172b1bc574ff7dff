import { zlibSync } from 'fflate'
import { latin1 } from '../../bytes/bytes.ts'
import { archiveRules, CALIBRATED } from '../archive-rules.ts'
import { embedFont } from '../font/embed.ts'
import type { EmbeddedFont } from '../font/embed.ts'
import { TrueTypeFont } from '../font/sfnt.ts'
import { PdfDict, PdfStream, name } from '../objects.ts'
import type { PdfObject, PdfRef } from '../objects.ts'
import { pageGeometry } from '../pages.ts'
import type { PdfPage } from '../pages.ts'
import { numberText } from '../serialize.ts'
import type { PdfRect } from '../signature-field.ts'
import type { PdfUpdate } from '../update.ts'
import { PEN } from './appearance.ts'
import type { AppearanceLayout, Color, DrawItem, SignatureAppearance, SignatureMark, StrokeMark } from './appearance.ts'
import { addImage } from './image.ts'
import { layoutAppearance } from './layout.ts'
import { penPaths, penWidth } from './strokes.ts'

/** A form XObject for a widget and what the widget must say about its turning. */
export type DrawnAppearance = Readonly<{ form: PdfRef; rotate: 0 | 90 | 180 | 270; layout: AppearanceLayout }>

/**
 * Draws a signature for a widget of that rectangle, upright for the reader whatever the page's rotation and as large as
 * it looked in the preview whatever its /UserUnit. PDF/A documents stay so.
 */
export async function drawAppearance(
  update: PdfUpdate,
  page: PdfPage | null,
  [x1, y1, x2, y2]: PdfRect,
  appearance: SignatureAppearance,
): Promise<DrawnAppearance> {
  const { document } = update
  const { rotate, userUnit } = page ? await pageGeometry(document, page) : ({ rotate: 0, userUnit: 1 } as const)
  const [across, up] = [(x2 - x1) * userUnit, (y2 - y1) * userUnit]
  const size = rotate % 180 === 0 ? { width: across, height: up } : { width: up, height: across }
  const layout = layoutAppearance(appearance, size)
  const { part, hasIntent } = await archiveRules(document)
  // PDF/A-1 forbids transparency; later parts want to know in which colours it is blended.
  const mayBeTransparent = part === 0 || (part > 1 && hasIntent)
  const colorSpace = part === 0 ? name('DeviceRGB') : CALIBRATED
  const { mark } = appearance
  const fonts = {
    text: embedded(update, appearance.font, layout, false),
    hand: mark?.kind === 'typed' ? embedded(update, mark.font, layout, true) : null,
  }
  const drawsImage = mark?.kind === 'image' && layout.items.some((item) => item.kind === 'mark')
  const picture = drawsImage ? addImage(update, mark, colorSpace, mayBeTransparent) : null
  const resources = PdfDict.of({
    ColorSpace: PdfDict.of({ CS0: colorSpace }),
    Font: PdfDict.of({ F0: fonts.text?.ref, F1: fonts.hand?.ref }),
    XObject: picture ? PdfDict.of({ Im0: picture }) : undefined,
  })
  const dict = PdfDict.of({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: [0, 0, size.width, size.height],
    Matrix: uprightMatrix(rotate, size),
    Resources: resources,
    Filter: name('FlateDecode'),
  })
  const data = zlibSync(latin1(content(layout, fonts, mark)))
  return { form: update.add(new PdfStream(dict, { data })), rotate, layout }
}

type Fonts = Readonly<{ text: EmbeddedFont | null; hand: EmbeddedFont | null }>

/** Null when nothing is written in that font. */
function embedded(
  update: PdfUpdate,
  font: Uint8Array,
  { items }: AppearanceLayout,
  inHand: boolean,
): EmbeddedFont | null {
  const texts = items.flatMap((item) => (item.kind === 'text' && (item.hand === true) === inHand ? [item.text] : []))
  return texts.length > 0 ? embedFont(update, new TrueTypeFont(font), texts) : null
}

/** Turns the form against the page's clockwise /Rotate (12.5.5: its box is then fitted to the rectangle). */
function uprightMatrix(
  rotate: 0 | 90 | 180 | 270,
  { width, height }: { width: number; height: number },
): PdfObject | undefined {
  switch (rotate) {
    case 0:
      return undefined
    case 90:
      return [0, 1, -1, 0, height, 0]
    case 180:
      return [-1, 0, 0, -1, width, height]
    case 270:
      return [0, -1, 1, 0, 0, width]
  }
}

const n = (value: number): string => numberText(Math.round(value * 1000) / 1000)
const paint = ([r, g, b]: Color, operator: 'sc' | 'SC'): string =>
  `/CS0 ${operator === 'sc' ? 'cs' : 'CS'} ${n(r)} ${n(g)} ${n(b)} ${operator}`

function content({ width, height, items }: AppearanceLayout, fonts: Fonts, mark: SignatureMark | undefined): string {
  const body = items.map((item) => `q ${draw(item, fonts, mark)} Q`).join('\n')
  // The clip keeps any rounding within the box.
  return `q 0 0 ${n(width)} ${n(height)} re W n\n${body}\nQ`
}

/** Operators of a page or form whose resources have the colour space CS0 and, for texts, the font F0. */
export function drawItems(items: readonly DrawItem[], font: EmbeddedFont | null): string {
  return items.map((item) => `q ${draw(item, { text: font, hand: null }, undefined)} Q`).join('\n')
}

function draw(item: DrawItem, fonts: Fonts, mark: SignatureMark | undefined): string {
  switch (item.kind) {
    case 'text':
      return `${paint(item.color, 'sc')} BT ${item.hand ? '/F1' : '/F0'} ${n(item.size)} Tf ${n(item.x)} ${n(item.y)} Td <${(item.hand ? fonts.hand : fonts.text)?.encode(item.text) ?? ''}> Tj ET`
    case 'fill':
      return `${paint(item.color, 'sc')} ${n(item.x)} ${n(item.y)} ${n(item.width)} ${n(item.height)} re f`
    case 'frame':
      return `${paint(item.color, 'SC')} ${n(item.thickness)} w ${roundedRect(item)} S`
    case 'qr':
      return drawModules(item)
    case 'mark':
      if (!mark || mark.kind === 'typed') return ''
      if (mark.kind === 'image') return `${n(item.width)} 0 0 ${n(item.height)} ${n(item.x)} ${n(item.y)} cm /Im0 Do`
      return drawStrokes(mark, item)
  }
}

/** Distance of a Bézier control point for a quarter of a circle. */
const ARC = 0.5523

function roundedRect({
  x,
  y,
  width,
  height,
  radius,
}: {
  x: number
  y: number
  width: number
  height: number
  radius: number
}): string {
  const r = Math.min(radius, width / 2, height / 2)
  const k = r * (1 - ARC)
  const [right, top] = [x + width, y + height]
  return [
    `${n(x + r)} ${n(y)} m ${n(right - r)} ${n(y)} l`,
    `${n(right - k)} ${n(y)} ${n(right)} ${n(y + k)} ${n(right)} ${n(y + r)} c ${n(right)} ${n(top - r)} l`,
    `${n(right)} ${n(top - k)} ${n(right - k)} ${n(top)} ${n(right - r)} ${n(top)} c ${n(x + r)} ${n(top)} l`,
    `${n(x + k)} ${n(top)} ${n(x)} ${n(top - k)} ${n(x)} ${n(top - r)} c ${n(x)} ${n(y + r)} l`,
    `${n(x)} ${n(y + k)} ${n(x + k)} ${n(y)} ${n(x + r)} ${n(y)} c h`,
  ].join(' ')
}

/** Dark runs of each row on white: a code must keep its contrast whatever lies beneath. */
function drawModules({ x, y, size, modules }: Extract<DrawItem, { kind: 'qr' }>): string {
  const step = size / modules.length
  const parts = [`${paint([1, 1, 1], 'sc')} ${n(x)} ${n(y)} ${n(size)} ${n(size)} re f ${paint([0, 0, 0], 'sc')}`]
  modules.forEach((row, r) => {
    const bottom = y + size - (r + 1) * step
    for (let start = row.indexOf(true); start >= 0;) {
      const gap = row.indexOf(false, start)
      const end = gap < 0 ? row.length : gap
      parts.push(`${n(x + start * step)} ${n(bottom)} ${n((end - start) * step)} ${n(step)} re`)
      start = row.indexOf(true, end)
    }
  })
  return `${parts.join('\n')} f`
}

function drawStrokes(mark: StrokeMark, box: { x: number; y: number; width: number; height: number }): string {
  const scale = box.width / mark.width
  const at = (...points: readonly number[]): string =>
    points.map((value, i) => n(i % 2 === 0 ? box.x + value * scale : box.y + box.height - value * scale)).join(' ')
  const parts = [`${paint(PEN, 'SC')} 1 J 1 j ${n(penWidth(mark, box.width))} w`]
  for (const { start, curves } of penPaths(mark)) {
    parts.push(`${at(...start)} m`, ...curves.map((curve) => `${at(...curve)} c`), 'S')
  }
  return parts.join('\n')
}
