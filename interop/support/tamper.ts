import { readFileSync, writeFileSync } from 'node:fs'

/** A copy with one bit of one byte changed; `at` counts from the end when negative. */
export function flipByte(file: string, copy: string, at: number): string {
  const bytes = readFileSync(file)
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = (bytes[index] ?? 0) ^ 0x01
  writeFileSync(copy, bytes)
  return copy
}

/** Where `text` first stands in a file, in bytes. @throws Error when it does not. */
export function findText(file: string, text: string): number {
  const at = readFileSync(file).indexOf(text, 0, 'latin1')
  if (at < 0) throw new Error(`${file} does not hold ${text}`)
  return at
}
