import { equalBytes } from '../../bytes/bytes.ts'
import type { PdfDocument } from '../document.ts'
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString, isArray, type PdfObject } from '../objects.ts'

const MAX_DEPTH = 256

/** Equal as written: references are compared by number, not followed; streams by dictionary and raw data. */
export async function sameObject(document: PdfDocument, a: PdfObject, b: PdfObject): Promise<boolean> {
  if (!(a instanceof PdfStream) || !(b instanceof PdfStream)) return sameValue(a, b)
  if (!sameValue(a.dict, b.dict)) return false
  return a.start === b.start || equalBytes(await document.raw(a), await document.raw(b))
}

/** As `sameObject` for anything but a stream. */
export function sameValue(a: PdfObject, b: PdfObject, depth = 0): boolean {
  if (a === b) return true
  if (depth > MAX_DEPTH || a === null || b === null) return false
  if (a instanceof PdfName) return b instanceof PdfName && a.value === b.value
  if (a instanceof PdfRef) return b instanceof PdfRef && a.number === b.number && a.generation === b.generation
  if (a instanceof PdfString) return b instanceof PdfString && equalBytes(a.bytes, b.bytes)
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i] ?? null, depth + 1))
  }
  if (a instanceof PdfDict) return b instanceof PdfDict && changedKeys(a, b, depth + 1).length === 0
  return false
}

/** Keys whose values differ; a key written twice differs from everything. */
export function changedKeys(a: PdfDict, b: PdfDict, depth = 0): readonly string[] {
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()])
  const twice = new Set(b.duplicateKeys)
  return [...keys].filter((key) => twice.has(key) || !sameValue(a.get(key), b.get(key), depth))
}
