import { latin1 } from '../../bytes/bytes.ts'
import { wrap } from '../appearance/fit-text.ts'
import type { EmbeddedFont } from '../font/embed.ts'
import type { TrueTypeFont } from '../font/sfnt.ts'
import { PdfDict, PdfStream, name } from '../objects.ts'
import type { PdfObject, PdfRef } from '../objects.ts'
import { numberText } from '../serialize.ts'
import type { PdfUpdate } from '../update.ts'
import type { WidgetStyle } from './style.ts'

/** What all widgets of a form are drawn with. */
export type Ink = Readonly<{
  font: TrueTypeFont | null
  /** The letters of all that is shown; null when none are. */
  embedded: EmbeddedFont | null
  /** /ColorSpace of the resources; null: the colours are those of the device. */
  colors: PdfDict | null
}>

export type ShownText = Readonly<{ lines: readonly string[]; size: number }>

const LEADING = 1.2
const LARGEST = 12
const SMALLEST = 4

const padding = ({ borderWidth }: WidgetStyle): number => 2 + borderWidth

/** Lines and size as the widget shows them; size 0 of /DA means as large as fits (12.7.4.3). */
export function shownLines(style: WidgetStyle, lines: readonly string[], font: TrueTypeFont): ShownText {
  const width = Math.max(1, style.width - 2 * padding(style))
  const height = Math.max(1, style.height - style.borderWidth)
  const fit = (size: number): string[] | null => {
    if (!style.multiline) return lines.length <= 1 && font.widthOf(lines[0] ?? '') * size <= width ? [...lines] : null
    const wrapped = lines.flatMap((line) => wrap(font, line, width / size, true) ?? [])
    return wrapped.length * size * LEADING <= height ? wrapped : null
  }
  if (style.fontSize > 0) {
    const wrapped = lines.flatMap((line) =>
      style.multiline ? (wrap(font, line, width / style.fontSize, true) ?? []) : [line],
    )
    return { lines: wrapped, size: style.fontSize }
  }
  const largest = style.multiline ? LARGEST : Math.min(LARGEST, height / LEADING)
  for (let size = largest; size > SMALLEST; size -= 0.5) {
    const fitted = fit(size)
    if (fitted) return { lines: fitted, size }
  }
  return { lines: fit(SMALLEST) ?? lines, size: SMALLEST }
}

/** A form XObject in the shape of 12.7.4.3: background and border, then the text between `/Tx BMC` and `EMC`. */
export function drawTextWidget(
  update: PdfUpdate,
  style: WidgetStyle,
  shown: ShownText,
  font: TrueTypeFont,
  { embedded, colors }: Pick<Ink, 'embedded' | 'colors'>,
): PdfRef {
  const { width, height, rotate } = style
  const body = embedded ? textOperators(style, shown, font, embedded) : ''
  const content = `${style.frame}\n/Tx BMC\nq ${n(style.borderWidth)} ${n(style.borderWidth)} ${n(width - 2 * style.borderWidth)} ${n(height - 2 * style.borderWidth)} re W n\n${body}\nQ\nEMC`
  const dict = PdfDict.of({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: [0, 0, width, height],
    Matrix: matrix(rotate, width, height),
    Resources: PdfDict.of({
      Font: embedded ? PdfDict.of({ F0: embedded.ref }) : undefined,
      ColorSpace: colors ?? undefined,
    }),
  })
  return update.add(new PdfStream(dict, { data: latin1(content) }))
}

const n = (value: number): string => numberText(Math.round(value * 1000) / 1000)

function matrix(rotate: WidgetStyle['rotate'], width: number, height: number): PdfObject | undefined {
  if (rotate === 0) return undefined
  if (rotate === 90) return [0, 1, -1, 0, height, 0]
  return rotate === 180 ? [-1, 0, 0, -1, width, height] : [0, -1, 1, 0, 0, width]
}

function textOperators(
  style: WidgetStyle,
  { lines, size }: ShownText,
  font: TrueTypeFont,
  embedded: EmbeddedFont,
): string {
  const { width, height } = style
  const { ascent, descent, unitsPerEm } = font.metrics
  const parts = [`BT ${style.color} /F0 ${n(size)} Tf`]
  // One line stands in the middle; several start at the top.
  const middle = (height - ((ascent + descent) / unitsPerEm) * size) / 2
  const top = height - style.borderWidth - (ascent / unitsPerEm) * size - 1
  lines.forEach((line, i) => {
    const y = style.multiline ? top - i * size * LEADING : middle
    if (style.comb > 0) {
      const cell = width / style.comb
      Array.from(line).forEach((character, at) => {
        const x = at * cell + (cell - font.widthOf(character) * size) / 2
        parts.push(`1 0 0 1 ${n(x)} ${n(y)} Tm <${embedded.encode(character)}> Tj`)
      })
      return
    }
    const spare = width - 2 * padding(style) - font.widthOf(line) * size
    const shift = style.align === 'left' ? 0 : style.align === 'center' ? spare / 2 : spare
    parts.push(`1 0 0 1 ${n(padding(style) + shift)} ${n(y)} Tm <${embedded.encode(line)}> Tj`)
  })
  return `${parts.join('\n')}\nET`
}
