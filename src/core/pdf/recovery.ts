import { matchesAt } from './indirect.ts'
import { latin1 } from '../bytes/bytes.ts'
import { isDigit, isWhite } from './lexer.ts'
import { PdfDict } from './objects.ts'
import type { WindowReader } from './window.ts'
import type { XrefEntry, XrefSection } from './xref.ts'

/** What a scan of the whole file finds when its cross-reference sections cannot be used. */
export type Scan = Readonly<{
  /** Offset of the last definition of each object. */
  objects: ReadonlyMap<number, { offset: number; generation: number }>
  /** Offsets of `trailer` keywords, in file order. */
  trailers: readonly number[]
  /** Objects whose bytes name these types, in file order: offsets of their headers. */
  xrefStreams: readonly number[]
  objectStreams: readonly number[]
  catalogs: readonly number[]
}>

const STEP = 1 << 20
const OVERLAP = 64
/** Object numbers above this are not looked at. */
const MAX_NUMBER = 8_388_607

const WORDS = {
  trailer: latin1('trailer'),
  xref: latin1('/XRef'),
  stream: latin1('/ObjStm'),
  catalog: latin1('/Catalog'),
}

/** Reads the file once, front to back. */
export async function scanObjects(reader: WindowReader): Promise<Scan> {
  const objects = new Map<number, { offset: number; generation: number }>()
  const found = {
    trailers: [] as number[],
    xrefStreams: [] as number[],
    objectStreams: [] as number[],
    catalogs: [] as number[],
  }
  let header = -1
  for (let start = 0; start < reader.size; start += STEP) {
    const from = Math.max(0, start - OVERLAP)
    const bytes = await reader.read(from, start + STEP + OVERLAP)
    const end = Math.min(bytes.length, start + STEP - from)
    for (let i = start - from; i < end; i++) {
      const byte = bytes[i]
      if (byte === 111) {
        const object = headerBefore(bytes, i)
        if (!object) continue
        header = from + object.at
        objects.set(object.number, { offset: header, generation: object.generation })
      } else if (byte === 116 && matchesAt(bytes, WORDS.trailer, i)) found.trailers.push(from + i)
      else if (byte === 47 && header >= 0) {
        if (matchesAt(bytes, WORDS.xref, i)) found.xrefStreams.push(header)
        else if (matchesAt(bytes, WORDS.stream, i)) found.objectStreams.push(header)
        else if (matchesAt(bytes, WORDS.catalog, i)) found.catalogs.push(header)
      }
    }
  }
  return { objects, ...found }
}

/** The object number and generation before an `obj` at `at`. */
function headerBefore(bytes: Uint8Array, at: number): { at: number; number: number; generation: number } | null {
  if (bytes[at + 1] !== 98 || bytes[at + 2] !== 106) return null
  const generation = integerBefore(bytes, at)
  const number = generation && integerBefore(bytes, generation.at)
  // Object 0 is the head of the free list and never an object.
  if (!number || number.value === 0 || number.value > MAX_NUMBER || generation.value > 65535) return null
  return { at: number.at, number: number.value, generation: generation.value }
}

function integerBefore(bytes: Uint8Array, end: number): { at: number; value: number } | null {
  let at = end
  while (at > 0 && isWhite(bytes[at - 1] ?? 0)) at--
  if (at === end || at === 0) return null
  let value = 0
  let scale = 1
  const last = at
  for (; at > 0 && isDigit(bytes[at - 1] ?? 0) && last - at < 10; at--) {
    value += ((bytes[at - 1] ?? 48) - 48) * scale
    scale *= 10
  }
  return at === last ? null : { at, value }
}

/** A section made from a scan; `entries` may still grow when object streams are opened. */
export function recoveredSection(entries: Map<number, XrefEntry>, trailer: PdfDict, size: number): XrefSection {
  return {
    kind: 'recovered',
    span: { start: size, end: size },
    trailer,
    get highest() {
      let highest = 0
      for (const number of entries.keys()) highest = Math.max(highest, number)
      return highest
    },
    covers: (number) => entries.has(number),
    lookup: (number) => Promise.resolve(entries.get(number) ?? null),
    entries: () => Promise.resolve(entries),
  }
}

/** Keeps of several trailers what locates the document. */
export function mergeTrailers(trailers: readonly PdfDict[], size: number): PdfDict {
  const merged = new PdfDict([['Size', size]])
  for (const key of ['Root', 'Info', 'ID', 'Encrypt']) {
    for (const trailer of trailers) {
      const value = trailer.get(key)
      if (value !== null) merged.entries.set(key, value)
    }
  }
  return merged
}
