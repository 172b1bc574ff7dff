/** TrueType fonts as we bundle them: what measuring and subsetting need (OpenType 1.9, ISO/IEC 14496-22). */

export type Metrics = Readonly<{
  unitsPerEm: number
  ascent: number
  /** Negative. */
  descent: number
  capHeight: number
  bbox: readonly [number, number, number, number]
  italicAngle: number
  postScriptName: string
}>

export type Table = Readonly<{ start: number; length: number }>

/** @throws RangeError when the bytes are no TrueType font with outlines */
export class TrueTypeFont {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly metrics: Metrics
  readonly glyphCount: number
  private readonly tables = new Map<string, Table>()
  private readonly glyphs: ReadonlyMap<number, number>
  private readonly longLoca: boolean
  private readonly longMetrics: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const count = this.view.getUint16(4)
    for (let i = 0; i < count; i++) {
      const at = 12 + 16 * i
      const tag = String.fromCharCode(...bytes.subarray(at, at + 4))
      const table = { start: this.view.getUint32(at + 8), length: this.view.getUint32(at + 12) }
      if (table.start + table.length > bytes.length) throw new RangeError(`the font's ${tag} table is cut off`)
      this.tables.set(tag, table)
    }
    const head = this.table('head').start
    this.longLoca = this.view.getInt16(head + 50) !== 0
    this.glyphCount = this.view.getUint16(this.table('maxp').start + 4)
    this.longMetrics = this.view.getUint16(this.table('hhea').start + 34)
    this.metrics = this.readMetrics(head)
    this.glyphs = this.readCmap()
  }

  /** @throws RangeError when the font lacks it */
  table(tag: string): Table {
    const table = this.tables.get(tag)
    if (!table) throw new RangeError(`the font has no ${tag} table`)
    return table
  }

  has(tag: string): boolean {
    return this.tables.has(tag)
  }

  /** Glyph of a code point, 0 when the font has none. */
  glyphOf(codePoint: number): number {
    return this.glyphs.get(codePoint) ?? 0
  }

  /** Advance width in font units. */
  advance(glyph: number): number {
    const at = Math.min(glyph, this.longMetrics - 1)
    return this.view.getUint16(this.table('hmtx').start + 4 * at)
  }

  leftSideBearing(glyph: number): number {
    const { start } = this.table('hmtx')
    if (glyph < this.longMetrics) return this.view.getInt16(start + 4 * glyph + 2)
    return this.view.getInt16(start + 4 * this.longMetrics + 2 * (glyph - this.longMetrics))
  }

  /** The outline's bytes; empty for a blank glyph. */
  outline(glyph: number): Uint8Array {
    if (glyph >= this.glyphCount) throw new RangeError('no such glyph')
    const loca = this.table('loca').start
    const glyf = this.table('glyf')
    const from = this.longLoca ? this.view.getUint32(loca + 4 * glyph) : 2 * this.view.getUint16(loca + 2 * glyph)
    const to = this.longLoca ? this.view.getUint32(loca + 4 * glyph + 4) : 2 * this.view.getUint16(loca + 2 * glyph + 2)
    if (to < from || to > glyf.length) throw new RangeError('a glyph lies outside its table')
    return this.bytes.subarray(glyf.start + from, glyf.start + to)
  }

  /** Width of a text in units of the font size. */
  widthOf(text: string): number {
    let sum = 0
    for (const character of text) sum += this.advance(this.glyphOf(character.codePointAt(0) ?? 0))
    return sum / this.metrics.unitsPerEm
  }

  private readMetrics(head: number): Metrics {
    const { view } = this
    const hhea = this.table('hhea').start
    const os2 = this.tables.get('OS/2')
    const ascent = view.getInt16(hhea + 4)
    const hasCapHeight = os2 !== undefined && os2.length >= 90
    return {
      unitsPerEm: view.getUint16(head + 18),
      ascent,
      descent: view.getInt16(hhea + 6),
      capHeight: hasCapHeight ? view.getInt16(os2.start + 88) : Math.round(ascent * 0.7),
      bbox: [view.getInt16(head + 36), view.getInt16(head + 38), view.getInt16(head + 40), view.getInt16(head + 42)],
      italicAngle: this.has('post') ? view.getInt32(this.table('post').start + 4) / 65536 : 0,
      postScriptName: this.readName(6) ?? 'Embedded',
    }
  }

  private readName(id: number): string | null {
    if (!this.has('name')) return null
    const { start } = this.table('name')
    const strings = start + this.view.getUint16(start + 4)
    for (let i = 0; i < this.view.getUint16(start + 2); i++) {
      const at = start + 6 + 12 * i
      if (this.view.getUint16(at) !== 3 || this.view.getUint16(at + 6) !== id) continue
      const from = strings + this.view.getUint16(at + 10)
      return new TextDecoder('utf-16be').decode(this.bytes.subarray(from, from + this.view.getUint16(at + 8)))
    }
    return null
  }

  /** Unicode subtables of formats 4 and 12. */
  private readCmap(): Map<number, number> {
    const { view } = this
    const { start } = this.table('cmap')
    const found = new Map<number, number>()
    for (let i = 0; i < view.getUint16(start + 2); i++) {
      const platform = view.getUint16(start + 4 + 8 * i)
      const at = start + view.getUint32(start + 8 + 8 * i)
      if (platform !== 0 && platform !== 3) continue
      const format = view.getUint16(at)
      if (format === 4) this.readSegments(at, found)
      else if (format === 12) this.readGroups(at, found)
    }
    return found
  }

  private readSegments(at: number, found: Map<number, number>): void {
    const { view } = this
    const segments = view.getUint16(at + 6) / 2
    for (let i = 0; i < segments; i++) {
      const end = view.getUint16(at + 14 + 2 * i)
      const first = view.getUint16(at + 16 + 2 * segments + 2 * i)
      const delta = view.getUint16(at + 16 + 4 * segments + 2 * i)
      const rangeAt = at + 16 + 6 * segments + 2 * i
      const range = view.getUint16(rangeAt)
      for (let code = first; code <= end && code < 0xffff; code++) {
        const direct = range === 0 ? code : view.getUint16(rangeAt + range + 2 * (code - first))
        const glyph = range !== 0 && direct === 0 ? 0 : (direct + delta) & 0xffff
        if (glyph !== 0) found.set(code, glyph)
      }
    }
  }

  private readGroups(at: number, found: Map<number, number>): void {
    const { view } = this
    for (let i = 0; i < Math.min(view.getUint32(at + 12), 10_000); i++) {
      const group = at + 16 + 12 * i
      const [first, last, glyph] = [view.getUint32(group), view.getUint32(group + 4), view.getUint32(group + 8)]
      for (let code = first; code <= Math.min(last, first + 0xffff); code++) found.set(code, glyph + code - first)
    }
  }
}
