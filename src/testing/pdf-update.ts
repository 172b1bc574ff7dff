import { fromLatin1, latin1, concatBytes } from '../core/bytes/bytes.ts'
import { appendClassic, type BuildOptions, type PdfObjects } from './pdf-builder.ts'

/** What the last `startxref` of a file says. */
export function lastStartxref(file: Uint8Array): number {
  const text = fromLatin1(file)
  const match = /startxref\s+(\d+)/.exec(text.slice(text.lastIndexOf('startxref')))
  return Number(match?.[1] ?? 0)
}

/** An update as any writer would append it: objects, a classic section, a trailer. */
export function update(file: Uint8Array, objects: PdfObjects, options: BuildOptions = {}): Uint8Array {
  return appendClassic(file, objects, lastStartxref(file), options)
}

/** Objects behind the end of the file, with neither table nor trailer: some viewers scan and show them. */
export function appendLoose(file: Uint8Array, objects: PdfObjects, tail = ''): Uint8Array {
  const body = Object.entries(objects).map(([number, text]) => `${number} 0 obj\n${text}\nendobj\n`)
  return concatBytes([file, latin1(body.join('') + tail)])
}

/** The same file with each match replaced by text of the same length (padded by spaces). @throws Error when nothing matches */
export function overwrite(file: Uint8Array, pattern: RegExp, replacement: string): Uint8Array {
  const text = fromLatin1(file)
  if (!pattern.test(text)) throw new Error(`${String(pattern)} is not in the file`)
  pattern.lastIndex = 0
  return latin1(text.replace(pattern, (match) => replacement.slice(0, match.length).padEnd(match.length)))
}

/** The text of an object as it stands last in the file. @throws Error when it is not there */
export function objectText(file: Uint8Array, number: number): string {
  const found = [
    ...fromLatin1(file).matchAll(new RegExp(`(?<![0-9])${number} 0 obj\\s*([\\s\\S]*?)\\s*endobj`, 'g')),
  ].at(-1)
  if (!found?.[1]) throw new Error(`no object ${number}`)
  return found[1]
}
