import { Keyword, Lexer } from '../lexer.ts'
import { FieldFlag } from '../fields.ts'
import type { FormField, Widget } from '../fields.ts'
import { PdfDict, PdfString, isArray } from '../objects.ts'
import type { PdfObject } from '../objects.ts'
import { numberText } from '../serialize.ts'
import { rectOf } from '../signature-field.ts'
import type { PdfUpdate } from '../update.ts'

/** How a text or choice widget shows its value. */
export type WidgetStyle = Readonly<{
  /** As the reader sees it: /MK /R undone. */
  width: number
  height: number
  rotate: 0 | 90 | 180 | 270
  /** 0: as large as fits. */
  fontSize: number
  /** Operators that set the colour of the text. */
  color: string
  align: 'left' | 'center' | 'right'
  multiline: boolean
  /** Number of cells of a comb, 0 for none. */
  comb: number
  borderWidth: number
  /** Operators that paint background and border. */
  frame: string
}>

/** Null when the widget has no area. */
export async function readStyle(update: PdfUpdate, field: FormField, widget: Widget): Promise<WidgetStyle | null> {
  const rect = await rectOf(update.document, widget.dict)
  if (!rect) return null
  const mk = await update.resolve(widget.dict.get('MK'))
  const characteristics = mk instanceof PdfDict ? mk : new PdfDict()
  const turn = await update.resolve(characteristics.get('R'))
  const rotate = turn === 90 || turn === 180 || turn === 270 ? turn : 0
  const [across, up] = [rect[2] - rect[0], rect[3] - rect[1]]
  const [width, height] = rotate % 180 === 0 ? [across, up] : [up, across]
  const borderWidth = await readBorder(update, widget.dict, characteristics)
  const { fontSize, color } = await readDefaultAppearance(update, field, widget)
  const quadding = await update.resolve(widget.dict.get('Q') ?? field.inherited.get('Q'))
  const limit = await update.resolve(field.inherited.get('MaxLen'))
  const isComb = (field.flags & FieldFlag.comb) !== 0 && field.type === 'Tx'
  return {
    width,
    height,
    rotate,
    fontSize,
    color,
    align: quadding === 1 ? 'center' : quadding === 2 ? 'right' : 'left',
    multiline: (field.type === 'Tx' && (field.flags & FieldFlag.multiline) !== 0) || isList(field),
    comb: isComb && typeof limit === 'number' && limit > 0 && limit < 1000 ? Math.floor(limit) : 0,
    borderWidth,
    frame: await readFrame(update, characteristics, { width, height, borderWidth }),
  }
}

const isList = ({ type, flags }: FormField): boolean => type === 'Ch' && (flags & FieldFlag.combo) === 0

async function readBorder(update: PdfUpdate, widget: PdfDict, characteristics: PdfDict): Promise<number> {
  const style = await update.resolve(widget.get('BS'))
  const width = style instanceof PdfDict ? await update.resolve(style.get('W')) : null
  if (typeof width === 'number') return Math.max(0, Math.min(width, 20))
  return characteristics.get('BC') === null ? 0 : 1
}

/** /DA: font size and colour (12.7.4.3). The font itself is ours, since theirs may lack the letters. */
async function readDefaultAppearance(
  update: PdfUpdate,
  field: FormField,
  widget: Widget,
): Promise<{ fontSize: number; color: string }> {
  const form = await update.document.dict((await update.document.catalog())?.dict, 'AcroForm')
  const found = widget.dict.get('DA') ?? field.inherited.get('DA') ?? form?.get('DA') ?? null
  const text = await update.resolve(found)
  let fontSize = 0
  let color = '0 g'
  if (!(text instanceof PdfString)) return { fontSize, color }
  const lexer = new Lexer(text.bytes, 0, true)
  let operands: PdfObject[] = []
  for (let i = 0; i < 200; i++) {
    const token = lexer.token()
    if (!(token instanceof Keyword)) {
      operands.push(token)
      continue
    }
    if (token.text === '') break
    const numbers = operands.filter((operand) => typeof operand === 'number')
    if (token.text === 'Tf') fontSize = numbers.at(-1) ?? 0
    else if (COLOR_OPERANDS[token.text] === numbers.length) color = `${numbers.map(numberText).join(' ')} ${token.text}`
    operands = []
  }
  return { fontSize: fontSize > 0 && fontSize < 300 ? fontSize : 0, color }
}

const COLOR_OPERANDS: Readonly<Record<string, number>> = { g: 1, rg: 3, k: 4 }

/** /BG and /BC of /MK, in as many components as they have (table 192). */
async function readFrame(
  update: PdfUpdate,
  characteristics: PdfDict,
  { width, height, borderWidth }: { width: number; height: number; borderWidth: number },
): Promise<string> {
  const background = await colorOf(update, characteristics.get('BG'), ['g', 'rg', 'k'])
  const border = await colorOf(update, characteristics.get('BC'), ['G', 'RG', 'K'])
  const parts: string[] = []
  const size = `${numberText(width)} ${numberText(height)} re f`
  if (background) parts.push(`q ${background} 0 0 ${size} Q`)
  if (border && borderWidth > 0) {
    const inset = numberText(borderWidth / 2)
    const inner = `${numberText(width - borderWidth)} ${numberText(height - borderWidth)}`
    parts.push(`q ${border} ${numberText(borderWidth)} w ${inset} ${inset} ${inner} re S Q`)
  }
  return parts.join('\n')
}

async function colorOf(update: PdfUpdate, object: PdfObject, operators: readonly string[]): Promise<string | null> {
  const array = await update.resolve(object)
  if (!isArray(array)) return null
  const values = array.filter((value) => typeof value === 'number')
  const operator = { 1: operators[0], 3: operators[1], 4: operators[2] }[values.length]
  return operator && values.length === array.length ? `${values.map(numberText).join(' ')} ${operator}` : null
}
