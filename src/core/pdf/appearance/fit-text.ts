import type { TrueTypeFont } from '../font/sfnt.ts'

export type TextLine = Readonly<{ text: string; size: number; isName: boolean }>

export type FittedText = Readonly<{
  lines: readonly TextLine[]
  /** Of all lines with their spacing, in points. */
  height: number
  truncated: boolean
}>

/** Sizes of the details that are tried, largest first; below the last, text is cut. */
const LARGEST = 12
const SMALLEST = 4
/** Rather than writing everything smaller than this for one long word, the word is broken. */
const BREAK_BELOW = 6.5
const STEP = 0.25
const NAME_SCALE = 1.3
/** Distance of baselines in units of the size. */
const LEADING = 1.25

/**
 * The largest size at which name and details fit the box, wrapped at words; a long word is broken only at small sizes.
 * Nothing ever goes outside: what does not fit at the smallest size is cut with an ellipsis.
 *
 * @param width in points; @param height in points
 */
export function fitText(
  font: TrueTypeFont,
  name: string,
  details: readonly string[],
  { width, height }: Readonly<{ width: number; height: number }>,
): FittedText {
  const texts = [name, ...details].filter((text) => text !== '')
  for (let size = LARGEST; size >= SMALLEST; size -= STEP) {
    const lines = wrapAll(font, texts, name, size, width, size < BREAK_BELOW)
    const total = lines === null ? Infinity : heightOf(lines)
    if (lines && total <= height) return { lines, height: total, truncated: false }
  }
  const smallest = Math.min(SMALLEST, height / (LEADING * NAME_SCALE))
  const all = wrapAll(font, texts, name, smallest, width, true) ?? []
  const kept = [...all]
  while (kept.length > 1 && heightOf(kept) > height + 0.01) kept.pop()
  const truncated = kept.length < all.length
  const last = kept.at(-1)
  if (truncated && last) kept[kept.length - 1] = { ...last, text: withEllipsis(font, last, width) }
  return { lines: kept, height: heightOf(kept), truncated }
}

const heightOf = (lines: readonly TextLine[]): number => lines.reduce((sum, { size }) => sum + size * LEADING, 0)

/** Null when a word is wider than the box and may not be broken. */
function wrapAll(
  font: TrueTypeFont,
  texts: readonly string[],
  name: string,
  size: number,
  width: number,
  breakWords: boolean,
): TextLine[] | null {
  const lines: TextLine[] = []
  for (const [i, text] of texts.entries()) {
    const isName = i === 0 && text === name
    const own = isName ? size * NAME_SCALE : size
    const wrapped = wrap(font, text, width / own, breakWords)
    if (!wrapped) return null
    for (const line of wrapped) lines.push({ text: line, size: own, isName })
  }
  return lines
}

/** Lines of a text broken at spaces; null when a word is too wide and may not be broken. @param width in units of the font size */
export function wrap(font: TrueTypeFont, text: string, width: number, breakWords: boolean): string[] | null {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (font.widthOf(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    if (font.widthOf(word) <= width) continue
    if (!breakWords) return null
    const pieces = split(font, word, width)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  if (line !== '') lines.push(line)
  return lines
}

function split(font: TrueTypeFont, word: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (piece !== '' && font.widthOf(piece + character) > width) {
      pieces.push(piece)
      piece = ''
    }
    // A single character wider than the box is left out: it would spill.
    if (font.widthOf(character) <= width) piece += character
  }
  return piece === '' ? pieces : [...pieces, piece]
}

function withEllipsis(font: TrueTypeFont, { text, size }: TextLine, width: number): string {
  const mark = font.glyphOf(0x2026) === 0 ? '...' : '…'
  let kept = Array.from(text)
  while (kept.length > 0 && font.widthOf(kept.join('') + mark) * size > width) kept = kept.slice(0, -1)
  return `${kept.join('').trimEnd()}${mark}`
}

/** Where the first baseline lies below the top of its line, in units of the size. */
export const ASCENT = 0.95

export const leadingOf = (size: number): number => size * LEADING
