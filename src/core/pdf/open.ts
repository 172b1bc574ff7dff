import type { ByteSource } from '../bytes/byte-source.ts'
import { latin1, fromLatin1 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { readChain, revisionsOf } from './chain.ts'
import { PdfDocument } from './document.ts'
import type { PdfProblem } from './document.ts'
import { indexOfBytes, readIndirect } from './indirect.ts'
import type { PdfDict } from './objects.ts'
import { PdfRef, dictOf, isArray, nameOf } from './objects.ts'
import { mergeTrailers, recoveredSection, scanObjects } from './recovery.ts'
import type { Scan } from './recovery.ts'
import { WindowReader } from './window.ts'
import type { XrefEntry } from './xref.ts'

export type OpenOptions = Readonly<{ password?: string }>

/** `%PDF-` may stand this far from the start (as in the common readers). */
const HEADER_ZONE = 1024

/**
 * Opens a PDF for reading. Nothing but the tail, the cross-reference sections' heads, the catalog and the first page is
 * read; a file whose cross-reference data are unusable is scanned once, front to back.
 *
 * @throws SignError `FORMAT_EMPTY_FILE`, `FORMAT_NOT_PDF`, `FORMAT_UNRECOVERABLE`, `FORMAT_LIMIT_EXCEEDED`,
 *   `FORMAT_PASSWORD_REQUIRED`, `FORMAT_PASSWORD_INCORRECT`, `FORMAT_ENCRYPTION_UNSUPPORTED`
 */
export async function openPdf(source: ByteSource, options: OpenOptions = {}): Promise<PdfDocument> {
  if (source.size === 0) throw new SignError('FORMAT_EMPTY_FILE', 'the file is empty')
  const reader = new WindowReader(source)
  const { header, version } = await readHeader(reader)
  const chained = await openByChain(reader, header, version, options)
  if (chained && (await isUsable(chained))) return chained
  const recovered = await openByScan(reader, header, version, options)
  if (recovered && (!chained || (await isUsable(recovered)))) return recovered
  if (chained && (await chained.catalog())) {
    chained.problems.push({ id: 'pages-unreadable' })
    return chained
  }
  throw new SignError('FORMAT_UNRECOVERABLE', 'no usable cross-reference data and no catalog in the file')
}

async function readHeader(reader: WindowReader): Promise<{ header: number; version: string }> {
  const head = await reader.read(0, HEADER_ZONE)
  const header = indexOfBytes(head, latin1('%PDF-'))
  if (header < 0) throw new SignError('FORMAT_NOT_PDF', 'no PDF header')
  const version = /^%PDF-(\d\.\d)/.exec(fromLatin1(head.subarray(header, header + 8)))?.[1] ?? ''
  return { header, version }
}

async function openByChain(
  reader: WindowReader,
  header: number,
  version: string,
  options: OpenOptions,
): Promise<PdfDocument | null> {
  try {
    const { sections, base, repaired } = await readChain(reader, header)
    const revisions = await revisionsOf(reader, sections, base)
    const problems: PdfProblem[] = repaired ? [{ id: 'xref-repaired' }] : []
    const parts = { reader, header, version, base, sections, revisions, problems, recovered: false }
    return await withCrypt(new PdfDocument(parts), options)
  } catch (error) {
    if (error instanceof SignError && error.code === 'FORMAT_MALFORMED') return null
    throw error
  }
}

/** A catalog, a page tree and its first kid: what a wrong cross-reference table misses first. */
async function isUsable(document: PdfDocument): Promise<boolean> {
  const catalog = await document.catalog()
  const pages = await document.dict(catalog?.dict, 'Pages')
  if (!pages) return false
  const kids = await document.value(pages, 'Kids')
  return isArray(kids) && (kids.length === 0 || dictOf(await document.resolve(kids[0])) !== null)
}

async function openByScan(
  reader: WindowReader,
  header: number,
  version: string,
  options: OpenOptions,
): Promise<PdfDocument | null> {
  const scan = await scanObjects(reader)
  const entries = new Map<number, XrefEntry>()
  let highest = 0
  for (const [number, { offset, generation }] of scan.objects) {
    entries.set(number, { kind: 'offset', offset, generation })
    highest = Math.max(highest, number)
  }
  const trailer = mergeTrailers(await scannedTrailers(reader, scan), highest + 1)
  const section = recoveredSection(entries, trailer, reader.size)
  const revisions = await revisionsOf(reader, [section], header)
  const problems: PdfProblem[] = [{ id: 'xref-rebuilt' }]
  const parts = { reader, header, version, base: header, sections: [section], revisions, problems, recovered: true }
  const document = await withCrypt(new PdfDocument(parts), options)
  await addCompressed(document, scan, entries)
  await findRoot(document, scan, trailer)
  return (await document.catalog()) ? document : null
}

/** Dictionaries of `trailer` keywords and cross-reference streams in file order. */
async function scannedTrailers(reader: WindowReader, scan: Scan): Promise<PdfDict[]> {
  const found: { at: number; dict: PdfDict }[] = []
  const take = async (at: number, read: () => Promise<PdfDict | null>): Promise<void> => {
    try {
      const dict = await read()
      if (dict) found.push({ at, dict })
    } catch (error) {
      if (!(error instanceof SignError)) throw error
    }
  }
  for (const at of scan.trailers.slice(-1000)) {
    await take(at, () => reader.lex(at, (lexer) => (lexer.word('trailer') ? dictOf(lexer.object()) : null)))
  }
  for (const at of scan.xrefStreams.slice(-1000)) {
    await take(at, async () => {
      const dict = dictOf((await readIndirect(reader, at, () => Promise.resolve(null))).object)
      return nameOf(dict?.get('Type')) === 'XRef' ? dict : null
    })
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ dict }) => dict)
}

/** Adds objects of object streams that no later definition in the body replaces. */
async function addCompressed(document: PdfDocument, scan: Scan, entries: Map<number, XrefEntry>): Promise<void> {
  const containers = new Map([...scan.objects].map(([number, { offset }]) => [offset, number]))
  const newest = new Map([...scan.objects].map(([number, { offset }]) => [number, offset]))
  for (const offset of scan.objectStreams) {
    const container = containers.get(offset)
    if (container === undefined) continue
    const stream = await document.objectStream(container).catch(ignoreMalformed)
    stream?.numbers.forEach((number, index) => {
      if ((newest.get(number) ?? -1) > offset) return
      newest.set(number, offset)
      entries.set(number, { kind: 'compressed', stream: container, index })
    })
  }
  document.trailer().entries.set('Size', (document.sections[0]?.highest ?? 0) + 1)
}

function ignoreMalformed(error: unknown): null {
  if (error instanceof SignError) return null
  throw error
}

/** When no trailer names a catalog, the last object of that type is it. */
async function findRoot(document: PdfDocument, scan: Scan, trailer: PdfDict): Promise<void> {
  const isCatalog = (dict: PdfDict | null): boolean => dict !== null && dict.get('Pages') !== null
  const root = trailer.get('Root')
  if (root instanceof PdfRef && isCatalog(dictOf(await document.get(root)))) return
  const numbers = new Map([...scan.objects].map(([number, at]) => [at.offset, new PdfRef(number, at.generation)]))
  for (const offset of scan.catalogs.slice(-100).toReversed()) {
    const ref = numbers.get(offset)
    if (ref && isCatalog(dictOf(await document.get(ref)))) {
      trailer.entries.set('Root', ref)
      return
    }
  }
}

/** Decryption is set up before the first object is read. */
async function withCrypt(document: PdfDocument, options: OpenOptions): Promise<PdfDocument> {
  const encrypt = dictOf(await document.value(document.trailer(), 'Encrypt'))
  if (!encrypt) return document
  // Most files are not encrypted: the ciphers are loaded when one is.
  const { openEncryption } = await import('./encryption/standard.ts')
  document.crypt = await openEncryption(document, encrypt, options.password)
  return document
}
