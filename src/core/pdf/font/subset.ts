import type { TrueTypeFont } from './sfnt.ts'

/** A font program with only some glyphs, numbered from 0 in the order of `glyphs`; glyph 0 is always .notdef. */
export type FontSubset = Readonly<{ bytes: Uint8Array; glyphs: readonly number[] }>

/** Composite glyph flags (glyf table). */
const WORDS = 1
const SCALE = 8
const MORE = 32
const TWO_SCALES = 64
const MATRIX = 128

/** Cuts a font down to the glyphs given and those that they are composed of. */
export function subsetFont(font: TrueTypeFont, wanted: Iterable<number>): FontSubset {
  const order = new Map<number, number>()
  const take = (glyph: number): void => {
    if (order.has(glyph)) return
    order.set(glyph, order.size)
    for (const { glyph: part } of components(font.outline(glyph))) take(part)
  }
  take(0)
  for (const glyph of wanted) take(glyph)
  const glyphs = [...order.keys()]
  const outlines = glyphs.map((glyph) => renumbered(font.outline(glyph), order))
  return { bytes: assemble(font, glyphs, outlines), glyphs }
}

/** Components of a composite glyph with where their index stands; none for a simple one. */
function components(outline: Uint8Array): { glyph: number; at: number }[] {
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength)
  const found: { glyph: number; at: number }[] = []
  if (outline.length < 10 || view.getInt16(0) >= 0) return found
  for (let at = 10; ;) {
    const flags = view.getUint16(at)
    found.push({ glyph: view.getUint16(at + 2), at: at + 2 })
    at += 4 + (flags & WORDS ? 4 : 2)
    if (flags & SCALE) at += 2
    else if (flags & TWO_SCALES) at += 4
    else if (flags & MATRIX) at += 8
    if (!(flags & MORE)) return found
  }
}

function renumbered(outline: Uint8Array, order: ReadonlyMap<number, number>): Uint8Array {
  const parts = components(outline)
  if (parts.length === 0) return outline
  const copy = outline.slice()
  const view = new DataView(copy.buffer)
  for (const { glyph, at } of parts) view.setUint16(at, order.get(glyph) ?? 0)
  return copy
}

/** Tables a CIDFontType2 program must have (ISO 32000-2, 9.9), and those that hints need. */
function assemble(font: TrueTypeFont, glyphs: readonly number[], outlines: readonly Uint8Array[]): Uint8Array {
  const lengths = outlines.map((outline) => (outline.length + 3) & ~3)
  const glyf = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  const loca = new DataView(new ArrayBuffer(4 * (glyphs.length + 1)))
  const hmtx = new DataView(new ArrayBuffer(4 * glyphs.length))
  let at = 0
  glyphs.forEach((glyph, i) => {
    loca.setUint32(4 * i, at)
    glyf.set(outlines[i] ?? new Uint8Array(), at)
    at += lengths[i] ?? 0
    hmtx.setUint16(4 * i, font.advance(glyph))
    hmtx.setInt16(4 * i + 2, font.leftSideBearing(glyph))
  })
  loca.setUint32(4 * glyphs.length, at)
  const copy = (tag: string): Uint8Array => {
    const { start, length } = font.table(tag)
    return font.bytes.slice(start, start + length)
  }
  const head = copy('head')
  const headView = new DataView(head.buffer)
  headView.setUint32(8, 0)
  headView.setInt16(50, 1)
  const maxp = copy('maxp')
  new DataView(maxp.buffer).setUint16(4, glyphs.length)
  const hhea = copy('hhea')
  new DataView(hhea.buffer).setUint16(34, glyphs.length)
  const hints = ['cvt ', 'fpgm', 'prep']
    .filter((tag) => font.has(tag))
    .map((tag): [string, Uint8Array] => [tag, copy(tag)])
  const tables: [string, Uint8Array][] = [
    ...hints,
    ['glyf', glyf],
    ['head', head],
    ['hhea', hhea],
    ['hmtx', new Uint8Array(hmtx.buffer)],
    ['loca', new Uint8Array(loca.buffer)],
    ['maxp', maxp],
  ]
  return pack(tables.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function pack(tables: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const head = 12 + 16 * tables.length
  const out = new Uint8Array(tables.reduce((sum, [, data]) => sum + ((data.length + 3) & ~3), head))
  const view = new DataView(out.buffer)
  const power = Math.floor(Math.log2(tables.length))
  view.setUint32(0, 0x00010000)
  view.setUint16(4, tables.length)
  view.setUint16(6, 16 * 2 ** power)
  view.setUint16(8, power)
  view.setUint16(10, 16 * (tables.length - 2 ** power))
  let at = head
  tables.forEach(([tag, data], i) => {
    out.set(data, at)
    for (let c = 0; c < 4; c++) view.setUint8(12 + 16 * i + c, tag.charCodeAt(c))
    view.setUint32(16 + 16 * i, checksum(out.subarray(at, (at + data.length + 3) & ~3)))
    view.setUint32(20 + 16 * i, at)
    view.setUint32(24 + 16 * i, data.length)
    at = (at + data.length + 3) & ~3
  })
  const headAt = tables.findIndex(([tag]) => tag === 'head')
  const adjustment = view.getUint32(20 + 16 * headAt) + 8
  view.setUint32(adjustment, (0xb1b0afba - checksum(out)) >>> 0)
  return out
}

/** Sum of 32-bit words, the last padded by zeros. */
function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let sum = 0
  for (let at = 0; at + 4 <= bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  return sum
}
