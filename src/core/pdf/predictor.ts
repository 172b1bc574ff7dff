import { SignError } from '../errors.ts'
import { countOf } from './objects.ts'
import type { PdfDict } from './objects.ts'

const parameter = (parameters: PdfDict, key: string, fallback: number): number =>
  countOf(parameters.get(key)) ?? fallback

/** Undoes the TIFF and PNG predictors of Flate and LZW (ISO 32000-2, 7.4.4.4). */
export function undoPredictor(data: Uint8Array, parameters: PdfDict | null): Uint8Array {
  const predictor = parameters === null ? 1 : parameter(parameters, 'Predictor', 1)
  if (parameters === null || predictor <= 1) return data
  const colors = parameter(parameters, 'Colors', 1)
  const bits = parameter(parameters, 'BitsPerComponent', 8)
  const columns = parameter(parameters, 'Columns', 1)
  const rowBits = colors * bits * columns
  if (rowBits === 0 || rowBits > 1 << 30 || ![1, 2, 4, 8, 16].includes(bits)) {
    throw new SignError('FORMAT_MALFORMED', 'impossible predictor parameters')
  }
  const row = Math.ceil(rowBits / 8)
  const pixel = Math.max(1, (colors * bits) >> 3)
  return predictor === 2 ? tiff(data, row, colors, bits) : png(data, row, pixel)
}

function tiff(data: Uint8Array, row: number, colors: number, bits: number): Uint8Array {
  if (bits !== 8) throw new SignError('FORMAT_UNSUPPORTED', 'TIFF predictor with other than 8 bits per component')
  const out = data.slice()
  for (let start = 0; start < out.length; start += row) {
    const end = Math.min(start + row, out.length)
    for (let i = start + colors; i < end; i++) out[i] = ((out[i] ?? 0) + (out[i - colors] ?? 0)) & 255
  }
  return out
}

/** RFC 2083, section 6: each row tells its own filter. Rows are many and short, so they are not cut into views. */
function png(data: Uint8Array, row: number, pixel: number): Uint8Array {
  const rows = Math.ceil(data.length / (row + 1))
  const out = new Uint8Array(Math.max(0, data.length - rows))
  for (let r = 0; r < rows; r++) {
    const from = r * (row + 1)
    const to = r * row
    const length = Math.min(row, data.length - from - 1)
    const kind = data[from] ?? 0
    if (kind === 2 && r > 0) addAbove(data, from + 1, out, to, row, length)
    else undoRow(kind, { data, from: from + 1, out, to, length, row, pixel })
  }
  return out
}

/** The filter that cross-reference streams use. */
function addAbove(data: Uint8Array, from: number, out: Uint8Array, to: number, row: number, length: number): void {
  for (let i = 0; i < length; i++) out[to + i] = (data[from + i] as number) + (out[to + i - row] as number)
}

type Row = Readonly<{
  data: Uint8Array
  from: number
  out: Uint8Array
  to: number
  length: number
  row: number
  pixel: number
}>

function undoRow(kind: number, { data, from, out, to, length, row, pixel }: Row): void {
  for (let i = 0; i < length; i++) {
    const left = i >= pixel ? (out[to + i - pixel] ?? 0) : 0
    const up = to > 0 ? (out[to + i - row] ?? 0) : 0
    const corner = to > 0 && i >= pixel ? (out[to + i - row - pixel] ?? 0) : 0
    out[to + i] = (data[from + i] ?? 0) + guess(kind, left, up, corner)
  }
}

function guess(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left
  if (kind === 2) return up
  if (kind === 3) return (left + up) >> 1
  return kind === 4 ? paeth(left, up, corner) : 0
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
