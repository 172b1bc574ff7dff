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

function png(data: Uint8Array, row: number, pixel: number): Uint8Array {
  const rows = Math.ceil(data.length / (row + 1))
  const out = new Uint8Array(Math.max(0, data.length - rows))
  for (let r = 0; r < rows; r++) {
    const from = r * (row + 1)
    const to = r * row
    const length = Math.min(row, data.length - from - 1)
    const kind = data[from] ?? 0
    for (let i = 0; i < length; i++) {
      const left = i >= pixel ? (out[to + i - pixel] ?? 0) : 0
      const up = r > 0 ? (out[to + i - row] ?? 0) : 0
      const corner = r > 0 && i >= pixel ? (out[to + i - row - pixel] ?? 0) : 0
      out[to + i] = (data[from + 1 + i] ?? 0) + predict(kind, left, up, corner)
    }
  }
  return out
}

/** RFC 2083, section 6. */
function predict(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    case 4:
      return paeth(left, up, corner)
    default:
      return 0
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
