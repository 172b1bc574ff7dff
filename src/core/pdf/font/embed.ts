import { zlibSync } from 'fflate'
import { latin1 } from '../../bytes/bytes.ts'
import { PdfDict, PdfStream, PdfString, name } from '../objects.ts'
import type { PdfObject, PdfRef } from '../objects.ts'
import type { PdfUpdate } from '../update.ts'
import type { TrueTypeFont } from './sfnt.ts'
import { subsetFont } from './subset.ts'

/** A font written into the update: its object and how text is shown in it. */
export type EmbeddedFont = Readonly<{
  ref: PdfRef
  /** Hex of the text's character codes, for `Tj`. */
  encode(text: string): string
}>

const stream = (data: Uint8Array, entries: Readonly<Record<string, PdfObject>> = {}): PdfStream =>
  new PdfStream(PdfDict.of({ Filter: name('FlateDecode') }).with(entries), { data: zlibSync(data) })

/**
 * Embeds the glyphs of some texts as a composite font: Type0 over CIDFontType2, Identity-H, with widths and ToUnicode
 * (ISO 32000-2, 9.7), as PDF/A asks (ISO 19005-1, 6.3).
 *
 * @param texts every character must be in the font (see `writable`)
 */
export function embedFont(update: Pick<PdfUpdate, 'add'>, font: TrueTypeFont, texts: readonly string[]): EmbeddedFont {
  const codes = new Map<number, number>()
  for (const text of texts) {
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0
      codes.set(code, font.glyphOf(code))
    }
  }
  const { bytes, glyphs } = subsetFont(
    font,
    [...codes.values()].toSorted((a, b) => a - b),
  )
  const cids = new Map(glyphs.map((glyph, cid) => [glyph, cid]))
  const cidOf = (code: number): number => cids.get(codes.get(code) ?? 0) ?? 0
  const { metrics } = font
  const scaled = (units: number): number => Math.round((units * 1000) / metrics.unitsPerEm)
  const base = `${subsetTag(glyphs)}+${metrics.postScriptName}`
  const descriptor = update.add(
    PdfDict.of({
      Type: name('FontDescriptor'),
      FontName: name(base),
      // Nonsymbolic, as every Latin text font (table 121).
      Flags: 32,
      FontBBox: metrics.bbox.map(scaled),
      ItalicAngle: metrics.italicAngle,
      Ascent: scaled(metrics.ascent),
      Descent: scaled(metrics.descent),
      CapHeight: scaled(metrics.capHeight),
      StemV: 80,
      FontFile2: update.add(stream(bytes, { Length1: bytes.length })),
      CIDSet: update.add(stream(cidSet(glyphs.length))),
    }),
  )
  const descendant = update.add(
    PdfDict.of({
      Type: name('Font'),
      Subtype: name('CIDFontType2'),
      BaseFont: name(base),
      CIDSystemInfo: PdfDict.of({
        Registry: new PdfString(latin1('Adobe')),
        Ordering: new PdfString(latin1('Identity')),
        Supplement: 0,
      }),
      FontDescriptor: descriptor,
      DW: scaled(font.advance(0)),
      W: [0, glyphs.map((glyph) => scaled(font.advance(glyph)))],
      CIDToGIDMap: name('Identity'),
    }),
  )
  const ref = update.add(
    PdfDict.of({
      Type: name('Font'),
      Subtype: name('Type0'),
      BaseFont: name(base),
      Encoding: name('Identity-H'),
      DescendantFonts: [descendant],
      ToUnicode: update.add(stream(toUnicode(new Map([...codes.keys()].map((code) => [cidOf(code), code]))))),
    }),
  )
  const encode = (text: string): string =>
    Array.from(text, (character) => hex4(cidOf(character.codePointAt(0) ?? 0))).join('')
  return { ref, encode }
}

const hex4 = (value: number): string => value.toString(16).padStart(4, '0').toUpperCase()

/** Six capital letters that depend on what is in the subset (9.9.2). */
function subsetTag(glyphs: readonly number[]): string {
  let hash = 7
  for (const glyph of glyphs) hash = (hash * 31 + glyph) % 308_915_776
  return Array.from({ length: 6 }, (_, i) => String.fromCharCode(65 + (Math.floor(hash / 26 ** i) % 26))).join('')
}

/** Every CID of the subset (PDF/A-1, 6.3.5). */
function cidSet(count: number): Uint8Array {
  const bits = new Uint8Array((count + 7) >> 3)
  for (let i = 0; i < count; i++) bits[i >> 3] = (bits[i >> 3] ?? 0) | (0x80 >> (i & 7))
  return bits
}

/** 9.10.3: character codes to UTF-16BE, in blocks of a hundred. */
function toUnicode(codes: ReadonlyMap<number, number>): Uint8Array {
  const lines = [...codes]
    .toSorted(([a], [b]) => a - b)
    .map(([cid, code]) => {
      const text = String.fromCodePoint(code)
      return `<${hex4(cid)}> <${Array.from({ length: text.length }, (_, i) => hex4(text.charCodeAt(i))).join('')}>`
    })
  const blocks: string[] = []
  for (let i = 0; i < lines.length; i += 100) {
    const block = lines.slice(i, i + 100)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`)
  }
  return latin1(`/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${blocks.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`)
}

/** The text as this font can show it: composed, unknown characters as question marks. `missing` are those, once each. */
export function writable(font: TrueTypeFont, text: string): { text: string; missing: string[] } {
  const missing = new Set<string>()
  let out = ''
  for (const character of text.normalize('NFC').replace(/\s+/g, ' ')) {
    if (font.glyphOf(character.codePointAt(0) ?? 0) !== 0) out += character
    else {
      missing.add(character)
      out += '?'
    }
  }
  return { text: out, missing: [...missing] }
}
