/** The reserved place of a signature and the range around it: ISO 32000-2, 12.8.1. */
import { latin1 } from '../../bytes/bytes.ts'
import { PdfRaw } from '../../pdf/objects.ts'
import type { AppendedBytes } from '../../pdf/update.ts'

export type Placeholder = Readonly<{
  contents: PdfRaw
  byteRange: PdfRaw
  /** Of /Contents: two for each octet. */
  digits: number
}>

/**
 * @param octets upper bound of what /Contents will hold; @param size of the file that is written behind, in bytes
 */
export function reserve(octets: number, size: number): Placeholder {
  const digits = 2 * octets
  // Every number of the range is below the length of the result.
  const width = String(size + digits + (64 << 20)).length
  const byteRange = new PdfRaw(`[0 ${'0'.repeat(width)} ${'0'.repeat(width)} ${'0'.repeat(width)}]`)
  return { contents: new PdfRaw(`<${'0'.repeat(digits)}>`), byteRange, digits }
}

/**
 * Fills in `[0 a b c]`: a is where `<` stands, b is just past `>`, b + c is the length of the file.
 *
 * @returns offset in `built.bytes` of the first hex digit of /Contents
 */
export function fillByteRange(built: AppendedBytes, { contents, byteRange }: Placeholder, size: number): number {
  const at = markOf(built, contents)
  const start = size + at
  const end = start + contents.text.length
  const text = `[0 ${start} ${end} ${size + built.bytes.length - end}]`.padEnd(byteRange.text.length)
  built.bytes.set(latin1(text), markOf(built, byteRange))
  return at + 1
}

function markOf(built: AppendedBytes, token: PdfRaw): number {
  const at = built.marks.get(token)
  if (at === undefined) throw new TypeError('a placeholder was not written')
  return at
}
