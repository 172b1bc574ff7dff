import encodeQR from 'qr'
import { writable } from '../font/embed.ts'
import { TrueTypeFont } from '../font/sfnt.ts'
import { PEN } from './appearance.ts'
import type { AppearanceLayout, Color, DrawItem, SignatureAppearance, SignatureMark } from './appearance.ts'
import { ASCENT, fitText, leadingOf } from './fit-text.ts'

const INK: Color = [0.09, 0.11, 0.15]
const SOFT: Color = [0.33, 0.36, 0.42]
const ACCENT: Color = [0.13, 0.36, 0.72]

type Box = Readonly<{ x: number; y: number; width: number; height: number }>

type Draft = {
  items: DrawItem[]
  missing: Set<string>
  truncated: boolean
  plainMark: boolean
  font: TrueTypeFont
  accent: Color
}

/**
 * Lays a visible signature out in a box. The same list is drawn into the PDF and shown as the live preview.
 *
 * @param size of the box as the reader sees it (page rotation undone), in points
 * @throws RangeError when the font cannot be used
 */
export function layoutAppearance(
  appearance: SignatureAppearance,
  size: Readonly<{ width: number; height: number }>,
): AppearanceLayout {
  const draft: Draft = {
    items: [],
    missing: new Set(),
    truncated: false,
    plainMark: false,
    font: new TrueTypeFont(appearance.font),
    accent: appearance.accent ?? ACCENT,
  }
  const pad = Math.min(6, 0.08 * Math.min(size.width, size.height))
  const outer: Box = { x: 0, y: 0, ...size }
  const inner = inset(outer, pad)
  const left = placeQr(draft, appearance.qr, inner, pad)
  switch (appearance.template) {
    case 'text':
      placeBarredText(draft, appearance, left, pad)
      break
    case 'mark-and-text':
      placeMarkAndText(draft, appearance, left, pad)
      break
    case 'mark':
      placeMarkOverName(draft, appearance, left, pad)
      break
    case 'stamp':
      placeStamp(draft, appearance, outer, left, pad)
      break
  }
  const { items, missing, truncated, plainMark } = draft
  return { ...size, items, missing: [...missing], truncated, plainMark }
}

const inset = ({ x, y, width, height }: Box, by: number): Box => ({
  x: x + by,
  y: y + by,
  width: Math.max(0, width - 2 * by),
  height: Math.max(0, height - 2 * by),
})

/** Rows from the top, with a quiet zone of two; true is dark. Throws for more text than a code holds. */
export const qrModules = (text: string): boolean[][] => encodeQR(text, 'raw', { ecc: 'medium', border: 2 })

/** A square at the right, at most 40 % of the width; what remains is returned. */
function placeQr(draft: Draft, text: string | undefined, box: Box, gap: number): Box {
  if (!text) return box
  const modules = qrModules(text)
  const size = Math.min(box.height, 0.4 * box.width)
  const x = box.x + box.width - size
  draft.items.push({ kind: 'qr', x, y: box.y + (box.height - size) / 2, size, modules })
  return { ...box, width: box.width - size - gap }
}

/** A narrow bar in the accent colour, text beside it. */
function placeBarredText(draft: Draft, appearance: SignatureAppearance, box: Box, pad: number): void {
  const bar = Math.min(2.5, pad / 2)
  draft.items.push({ kind: 'fill', x: box.x, y: box.y, width: bar, height: box.height, color: draft.accent })
  const x = box.x + bar + pad
  placeText(draft, appearance, { ...box, x, width: box.x + box.width - x }, 'left')
}

/** The mark beside the text in a wide box, above it in a tall one. */
function placeMarkAndText(draft: Draft, appearance: SignatureAppearance, box: Box, gap: number): void {
  if (!appearance.mark) return placeBarredText(draft, appearance, box, gap)
  if (box.width >= 1.5 * box.height) {
    const width = 0.42 * box.width
    placeMark(draft, appearance, { ...box, width })
    const x = box.x + width + gap
    draft.items.push({
      kind: 'fill',
      x: x - gap / 2,
      y: box.y + 0.1 * box.height,
      width: 0.5,
      height: 0.8 * box.height,
      color: draft.accent,
    })
    placeText(draft, appearance, { ...box, x: x + gap / 2, width: box.width - width - 1.5 * gap }, 'left')
    return
  }
  const height = 0.5 * box.height
  placeMark(draft, appearance, { ...box, y: box.y + box.height - height, height })
  placeText(draft, appearance, { ...box, height: height - gap }, 'center')
}

/** The mark above a line with the name under it, as on paper. */
function placeMarkOverName(draft: Draft, appearance: SignatureAppearance, box: Box, gap: number): void {
  if (!appearance.mark) return placeText(draft, appearance, box, 'center')
  const below = Math.min(0.5 * box.height, 8 + 9 * (1 + appearance.details.length))
  const line = box.y + below
  placeMark(draft, appearance, { ...box, y: line + gap / 3, height: box.height - below - gap / 3 })
  draft.items.push({ kind: 'fill', x: box.x, y: line, width: box.width, height: 0.6, color: SOFT })
  placeText(draft, appearance, { ...box, height: below - gap / 3 }, 'center')
}

/** A rounded frame around the centred text; a mark goes to its left. */
function placeStamp(draft: Draft, appearance: SignatureAppearance, outer: Box, box: Box, pad: number): void {
  const thickness = Math.min(1.5, 0.03 * Math.min(outer.width, outer.height))
  const edge = inset(outer, thickness / 2)
  draft.items.push({ kind: 'frame', ...edge, radius: Math.min(6, 1.2 * pad), thickness, color: draft.accent })
  const room = inset(box, thickness)
  if (!appearance.mark || room.width < 1.5 * room.height) {
    return placeText(draft, appearance, room, 'center', draft.accent)
  }
  const width = 0.4 * room.width
  placeMark(draft, appearance, { ...room, width })
  placeText(
    draft,
    appearance,
    { ...room, x: room.x + width + pad, width: room.width - width - pad },
    'center',
    draft.accent,
  )
}

/** As large as fits with its own proportions, in the middle. */
function placeMark(draft: Draft, { mark }: SignatureAppearance, box: Box): void {
  if (!mark || box.width <= 0 || box.height <= 0) return
  if (mark.kind === 'typed') return placeTyped(draft, mark, box)
  if (mark.width <= 0 || mark.height <= 0) return
  const scale = Math.min(box.width / mark.width, box.height / mark.height)
  const [width, height] = [mark.width * scale, mark.height * scale]
  const [x, y] = [box.x + (box.width - width) / 2, box.y + (box.height - height) / 2]
  draft.items.push({ kind: 'mark', x, y, width, height })
}

/** One line, as large as fits; a hand that lacks a letter is not mixed with another font. */
function placeTyped(draft: Draft, mark: Extract<SignatureMark, { kind: 'typed' }>, box: Box): void {
  const hand = new TrueTypeFont(mark.font)
  const inHand = writable(hand, mark.text)
  const isPlain = inHand.missing.length > 0
  draft.plainMark ||= isPlain
  const font = isPlain ? draft.font : hand
  const shown = isPlain ? writable(draft.font, mark.text) : inHand
  for (const character of isPlain ? shown.missing : []) draft.missing.add(character)
  const text = shown.text.trim()
  const width = font.widthOf(text)
  if (width <= 0) return
  const { ascent, descent, unitsPerEm } = font.metrics
  const size = Math.min(box.width / width, (box.height * unitsPerEm) / (ascent - descent))
  const x = box.x + (box.width - width * size) / 2
  const y = box.y + (box.height - ((ascent + descent) / unitsPerEm) * size) / 2
  draft.items.push({ kind: 'text', x, y, size, text, color: PEN, ...(isPlain ? {} : { hand: true }) })
}

function placeText(
  draft: Draft,
  { name, details }: SignatureAppearance,
  box: Box,
  align: 'left' | 'center',
  nameColor: Color = INK,
): void {
  if (box.width <= 0 || box.height <= 0) return
  const { font } = draft
  const shown = [name, ...details].map((text) => {
    const { text: clean, missing } = writable(font, text)
    for (const character of missing) draft.missing.add(character)
    return clean.trim()
  })
  const fitted = fitText(font, shown[0] ?? '', shown.slice(1), box)
  draft.truncated ||= fitted.truncated
  let top = box.y + box.height - (box.height - fitted.height) / 2
  for (const { text, size, isName } of fitted.lines) {
    const spare = box.width - font.widthOf(text) * size
    const x = align === 'left' ? box.x : box.x + Math.max(0, spare / 2)
    draft.items.push({ kind: 'text', x, y: top - size * ASCENT, size, text, color: isName ? nameColor : SOFT })
    top -= leadingOf(size)
  }
}
