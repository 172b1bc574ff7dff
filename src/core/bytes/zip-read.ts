import { Inflate } from 'fflate'
import { SignError } from '../errors.ts'
import type { ByteSource } from './byte-source.ts'

/** One file of a zip archive as its central directory tells it. */
export type ZipEntry = Readonly<{
  name: string
  /** 0 stored, 8 deflated. */
  method: number
  compressedSize: number
  size: number
  crc32: number
  /** Of the local header. */
  offset: number
  /** Length of the extra field of the central header. */
  extraLength: number
  encrypted: boolean
}>

/** Something that readers may see differently; `id` is stable. */
export type ZipProblem = Readonly<{
  id: 'zip-duplicate-name' | 'zip-unsafe-name' | 'zip-loose-bytes'
  evidence: string
}>

export interface ZipArchive {
  /** In the order of the central directory. */
  readonly entries: readonly ZipEntry[]
  readonly problems: readonly ZipProblem[]
  /**
   * The content of an entry, checked against its length and CRC-32.
   *
   * @throws SignError `FORMAT_MALFORMED`, `FORMAT_LIMIT_EXCEEDED` (a bomb), `FORMAT_UNSUPPORTED` (method, encryption)
   */
  read(entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>>
}

const MAX_ENTRIES = 1000
const MAX_RATIO = 100
/** Below this size any ratio is harmless. */
const FREE_SIZE = 1 << 20
const MAX_SIZE = 1 << 30
const END_RECORD = 22
const MAX_COMMENT = 0xffff

const malformed = (message: string): SignError => new SignError('FORMAT_MALFORMED', message)
const tooMuch = (message: string): SignError => new SignError('FORMAT_LIMIT_EXCEEDED', message)

/**
 * Opens a zip archive (APPNOTE 6.3.10) by its central directory, within bounds: at most 1,000 entries, at most 1:100 compression
 * above 1 MiB. Zip64 and several disks are refused.
 *
 * @throws SignError `FORMAT_MALFORMED`, `FORMAT_LIMIT_EXCEEDED`, `FORMAT_UNSUPPORTED`
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const end = await readEnd(source)
  const directory = viewOf(await source.read(end.directory, end.directory + end.directorySize))
  const entries: ZipEntry[] = []
  for (let at = 0; at < directory.byteLength;) {
    const { entry, next } = readCentral(directory, at)
    entries.push(entry)
    at = next
    if (entries.length > MAX_ENTRIES) throw tooMuch(`more than ${MAX_ENTRIES} files in the archive`)
  }
  if (entries.length !== end.count) throw malformed(`${entries.length} files instead of ${end.count}`)
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  if (total > MAX_SIZE) throw tooMuch(`${total} bytes when unpacked`)
  const starts = await Promise.all(entries.map((entry) => dataStart(source, entry)))
  const problems = [...nameProblems(entries), ...looseBytes(entries, starts, end.directory)]
  return {
    entries,
    problems,
    async read(entry) {
      const start = starts[entries.indexOf(entry)]
      if (start === undefined) throw new RangeError('an entry of another archive')
      return unpack(entry, await source.read(start, start + entry.compressedSize))
    },
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

async function readEnd(source: ByteSource): Promise<{ directory: number; directorySize: number; count: number }> {
  const from = Math.max(0, source.size - END_RECORD - MAX_COMMENT)
  const tail = viewOf(await source.read(from, source.size))
  for (let at = tail.byteLength - END_RECORD; at >= 0; at--) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue
    // The comment must end the file: another end record within it is somebody's trick.
    if (at + END_RECORD + tail.getUint16(at + 20, true) !== tail.byteLength) continue
    const count = tail.getUint16(at + 10, true)
    const directorySize = tail.getUint32(at + 12, true)
    const directory = tail.getUint32(at + 16, true)
    if (tail.getUint16(at + 4, true) !== 0 || count !== tail.getUint16(at + 8, true)) throw malformed('several disks')
    if (directory === 0xffffffff || count === 0xffff) throw new SignError('FORMAT_UNSUPPORTED', 'Zip64 is not read')
    if (directory + directorySize > from + at) throw malformed('the central directory is not where it should be')
    return { directory, directorySize, count }
  }
  throw malformed('no end of central directory')
}

function readCentral(view: DataView, at: number): { entry: ZipEntry; next: number } {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50)
    throw malformed('a broken central directory')
  const nameLength = view.getUint16(at + 28, true)
  const extraLength = view.getUint16(at + 30, true)
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true)
  if (next > view.byteLength) throw malformed('a broken central directory')
  const flags = view.getUint16(at + 8, true)
  const entry: ZipEntry = {
    name: nameOf(view, at + 46, nameLength),
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    extraLength,
    encrypted: (flags & 1) !== 0,
  }
  return { entry, next }
}

/** UTF-8 whether the flag says so or not: what is not UTF-8 gets U+FFFD and matches no reference. */
function nameOf(view: DataView, at: number, length: number): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(view.buffer, view.byteOffset + at, length))
}

/** Where the data start; the local header must tell the same name and method, or two readers would see two files. */
async function dataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const head = viewOf(await source.read(entry.offset, entry.offset + 30))
  if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50)
    throw malformed(`no local header of ${entry.name}`)
  const nameLength = head.getUint16(26, true)
  const name = viewOf(await source.read(entry.offset + 30, entry.offset + 30 + nameLength))
  if (nameOf(name, 0, name.byteLength) !== entry.name || head.getUint16(8, true) !== entry.method) {
    throw malformed(`two different headers of ${entry.name}`)
  }
  return entry.offset + 30 + nameLength + head.getUint16(28, true)
}

function nameProblems(entries: readonly ZipEntry[]): readonly ZipProblem[] {
  const problems: ZipProblem[] = []
  const seen = new Set<string>()
  for (const { name } of entries) {
    // Windows and macOS make one file of names that differ in case.
    const key = name.normalize('NFC').toLowerCase()
    if (seen.has(key)) problems.push({ id: 'zip-duplicate-name', evidence: name })
    seen.add(key)
    if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\0|\\/.test(name))
      problems.push({ id: 'zip-unsafe-name', evidence: name })
  }
  return problems
}

/** Bytes that no entry owns, before, between or over the files. Data descriptors (at most 24 bytes) are passed over. */
function looseBytes(entries: readonly ZipEntry[], starts: readonly number[], directory: number): readonly ZipProblem[] {
  const spans = entries.map((entry, i) => ({ start: entry.offset, end: (starts[i] ?? 0) + entry.compressedSize }))
  const sorted = spans.toSorted((a, b) => a.start - b.start)
  const problems: ZipProblem[] = []
  let at = 0
  for (const { start, end } of [...sorted, { start: directory, end: directory }]) {
    const gap = start - at
    if (gap < 0 || gap > 24) problems.push({ id: 'zip-loose-bytes', evidence: `${at}..${start}` })
    at = Math.max(at, end)
  }
  return problems
}

function unpack(entry: ZipEntry, data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (entry.encrypted) throw new SignError('FORMAT_UNSUPPORTED', `${entry.name} is encrypted`)
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SignError('FORMAT_UNSUPPORTED', `${entry.name} uses compression method ${entry.method}`)
  }
  const content = entry.method === 0 ? Uint8Array.from(data) : inflate(entry, data)
  if (content.length !== entry.size || crc32(content) !== entry.crc32) throw malformed(`${entry.name} is damaged`)
  return content
}

function inflate(entry: ZipEntry, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const limit = Math.max(FREE_SIZE, data.length * MAX_RATIO)
  if (entry.size > limit) throw tooMuch(`${entry.name} unpacks to ${entry.size} bytes from ${data.length}`)
  const out = new Uint8Array(entry.size)
  let length = 0
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > entry.size) throw malformed(`${entry.name} is longer than it says`)
    out.set(chunk, length)
    length += chunk.length
  })
  const STEP = 1 << 16
  try {
    for (let at = 0; at < data.length; at += STEP) stream.push(data.subarray(at, at + STEP), at + STEP >= data.length)
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('FORMAT_MALFORMED', `${entry.name} cannot be unpacked`, { cause })
  }
  return out.subarray(0, length)
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
