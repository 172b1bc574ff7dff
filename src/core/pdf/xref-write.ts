import { zlibSync } from 'fflate'
import { name } from './objects.ts'
import type { PdfObject } from './objects.ts'
import type { XrefEntry } from './xref.ts'

type Entries = ReadonlyMap<number, XrefEntry>

/** Runs of consecutive object numbers. */
function runsOf(entries: Entries): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = []
  for (const number of [...entries.keys()].toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.first + last.count === number) last.count++
    else runs.push({ first: number, count: 1 })
  }
  return runs
}

/** A cross-reference table (ISO 32000-2, 7.5.4). Offsets as they are to be written; objects of streams have no place in it. */
export function xrefTable(entries: Entries): string {
  const lines = ['xref\n']
  for (const { first, count } of runsOf(entries)) {
    lines.push(`${first} ${count}\n`)
    for (let number = first; number < first + count; number++) {
      const entry = entries.get(number)
      const offset = entry?.kind === 'offset' ? entry.offset : 0
      const generation = entry?.kind === 'compressed' || !entry ? 0 : entry.generation
      const kind = entry?.kind === 'offset' ? 'n' : 'f'
      lines.push(`${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} ${kind}\r\n`)
    }
  }
  return lines.join('')
}

/** Compression pays only for the complete section of a recovered file. */
const COMPRESS_FROM = 1024

/** The rows of a cross-reference stream (7.5.8) and the keys that describe them. */
export function xrefRows(entries: Entries): { rows: Uint8Array; keys: Record<string, PdfObject> } {
  const runs = runsOf(entries)
  let largest = 0
  for (const entry of entries.values()) {
    largest = Math.max(largest, entry.kind === 'offset' ? entry.offset : entry.kind === 'compressed' ? entry.stream : 0)
  }
  const width = Math.max(1, Math.ceil(Math.log2(largest + 1) / 8))
  const row = 3 + width
  const rows = new Uint8Array(entries.size * row)
  let at = 0
  for (const { first, count } of runs) {
    for (let number = first; number < first + count; number++) {
      const [kind, second, third] = fieldsOf(entries.get(number))
      rows[at] = kind
      for (let i = 0, rest = second; i < width; i++, rest = Math.floor(rest / 256)) rows[at + width - i] = rest % 256
      rows[at + width + 1] = third >> 8
      rows[at + width + 2] = third & 255
      at += row
    }
  }
  const keys = { W: [1, width, 2], Index: runs.flatMap(({ first, count }) => [first, count]) }
  if (rows.length < COMPRESS_FROM) return { rows, keys }
  return { rows: zlibSync(rows), keys: { ...keys, Filter: name('FlateDecode') } }
}

function fieldsOf(entry: XrefEntry | undefined): [kind: number, second: number, third: number] {
  if (entry?.kind === 'offset') return [1, entry.offset, entry.generation]
  if (entry?.kind === 'compressed') return [2, entry.stream, entry.index]
  return [0, 0, entry?.generation ?? 65535]
}
