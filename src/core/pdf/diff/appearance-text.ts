import type { PdfDocument } from '../document.ts'
import { Keyword, Lexer } from '../lexer.ts'
import { PdfDict, PdfName, PdfStream, PdfString, isArray, nameOf, type PdfObject } from '../objects.ts'
import { textOf } from '../text.ts'
import { parseToUnicode, type CodeMap } from './to-unicode.ts'

/** The text that an appearance shows, or why that cannot be said. */
export type AppearanceText = Readonly<{ text: string } | { fault: string }>

const MAX_CONTENT = 1 << 20
const MAX_OPERATORS = 100_000

/** Operators that paint what is not text: an image, another XObject, a shading. */
const PAINTS = new Set(['Do', 'BI', 'sh'])

/** Reads the text of a field's appearance stream; every font must say what its codes mean (ISO 32000-2, 9.10). */
export async function appearanceText(document: PdfDocument, stream: PdfStream, view: number): Promise<AppearanceText> {
  const content = await document.decodedOrNull(stream, view, MAX_CONTENT)
  if (!content) return { fault: 'the appearance cannot be decoded' }
  const resources = await document.dict(stream.dict, 'Resources', view)
  const fonts = await document.dict(resources, 'Font', view)
  const shown: { font: string | null; bytes: Uint8Array }[] = []
  const fault = readOperators(content, shown)
  if (fault) return { fault }
  let text = ''
  const maps = new Map<string, CodeMap | null>()
  for (const { font, bytes } of shown) {
    const name = font ?? ''
    if (!maps.has(name)) maps.set(name, await codeMap(document, await document.dict(fonts, name, view), view))
    const map = maps.get(name)
    if (!map) return { fault: `the text of font ${name} cannot be read` }
    text += map(bytes)
  }
  return { text }
}

function readOperators(content: Uint8Array, shown: { font: string | null; bytes: Uint8Array }[]): string | null {
  const lexer = new Lexer(content, 0, true)
  let operands: PdfObject[] = []
  let font: string | null = null
  for (let count = 0; ; count++) {
    if (count > MAX_OPERATORS) return 'the appearance is too long'
    lexer.skip()
    if (lexer.peek() < 0) return null
    const token = nextToken(lexer)
    if (token === undefined) return 'the appearance cannot be read'
    if (!(token instanceof Keyword)) {
      operands.push(token)
      continue
    }
    if (PAINTS.has(token.text)) return `the appearance paints with ${token.text}`
    const last = operands.at(-1)
    if (token.text === 'Tf') font = nameOf(operands[0])
    if (['Tj', "'", '"'].includes(token.text) && last instanceof PdfString) shown.push({ font, bytes: last.bytes })
    if (token.text === 'TJ' && isArray(last)) {
      for (const item of last) if (item instanceof PdfString) shown.push({ font, bytes: item.bytes })
    }
    operands = []
  }
}

/** An operand or an operator; undefined for what is neither. */
function nextToken(lexer: Lexer): PdfObject | Keyword | undefined {
  try {
    return lexer.token()
  } catch {
    return undefined
  }
}

/** Null: nothing says what the codes of this font mean. */
async function codeMap(document: PdfDocument, font: PdfDict | null, view: number): Promise<CodeMap | null> {
  if (!font) return null
  const toUnicode = await document.value(font, 'ToUnicode', view)
  if (toUnicode instanceof PdfStream) {
    return streamMap(document, toUnicode, view)
  }
  if (nameOf(await document.value(font, 'Subtype', view)) === 'Type0') return null
  const encoding = await document.value(font, 'Encoding', view)
  const differences = encoding instanceof PdfDict ? await document.value(encoding, 'Differences', view) : null
  const named = isArray(differences) ? readDifferences(differences) : new Map<number, string>()
  if (!named) return null
  return (bytes) =>
    [...bytes].map((byte) => named.get(byte) ?? textOf(new PdfString(Uint8Array.of(byte))) ?? '').join('')
}

const maps = new WeakMap<PdfStream, Promise<CodeMap | null>>()

/** All fields of a revision are usually written with one font: its map is read once. */
function streamMap(document: PdfDocument, stream: PdfStream, view: number): Promise<CodeMap | null> {
  const read = async (): Promise<CodeMap | null> => {
    const map = await document.decodedOrNull(stream, view, MAX_CONTENT)
    return map && parseToUnicode(map)
  }
  // A filter or its parameters behind a reference may be another one in another state of the file.
  if (!FILTERS.every((key) => isPlain(stream.dict.get(key)))) return read()
  const known = maps.get(stream) ?? read()
  maps.set(stream, known)
  return known
}

const FILTERS = ['Filter', 'F', 'DecodeParms', 'DP']
const isPlain = (value: PdfObject): boolean => value === null || nameOf(value) !== null

/** Null: a name that means another character than its code, for all we know. */
function readDifferences(differences: readonly PdfObject[]): Map<number, string> | null {
  const map = new Map<number, string>()
  let code = 0
  for (const item of differences) {
    if (typeof item === 'number') {
      code = item
      continue
    }
    if (!(item instanceof PdfName)) return null
    const known = glyph(item.value)
    if (known !== null) map.set(code, known)
    // Outside ASCII a name that we do not know is that of PDFDocEncoding: Acrobat writes these.
    else if (code > 32 && code < 127 && code !== 39 && code !== 96) return null
    code++
  }
  return map
}

const GLYPHS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'space= exclam=! quotedbl=" numbersign=# dollar=$ percent=% ampersand=& quotesingle=\' parenleft=( parenright=) asterisk=* ' +
    'plus=+ comma=, hyphen=- period=. slash=/ zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ' +
    'colon=: semicolon=; less=< equal== greater=> question=? at=@ bracketleft=[ backslash=\\ bracketright=] ' +
    'asciicircum=^ underscore=_ grave=` braceleft={ bar=| braceright=} asciitilde=~'
  )
    .split(/ (?=[a-z])/)
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
)

function glyph(name: string): string | null {
  if (/^[A-Za-z]$/.test(name)) return name
  const known = Object.hasOwn(GLYPHS, name) ? GLYPHS[name] : undefined
  if (known !== undefined) return known
  const hex = /^uni([0-9A-F]{4})$/.exec(name)?.[1] ?? /^u([0-9A-F]{4,6})$/.exec(name)?.[1]
  return hex === undefined ? null : String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff))
}
