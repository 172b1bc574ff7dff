import type { ByteSource } from '../bytes/byte-source.ts'
import { latin1, fromLatin1 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { readChain, revisionsOf } from './chain.ts'
import { PdfDocument } from './document.ts'
import type { PdfProblem } from './document.ts'
import { indexOfBytes } from './indirect.ts'
import { dictOf, isArray } from './objects.ts'
import { WindowReader } from './window.ts'

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
  // Most files are sound: the search is loaded for one that is not.
  const { openByScan } = await import('./open-by-scan.ts')
  const recovered = await openByScan({ reader, header, version }, (document) => withCrypt(document, options))
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

/** Decryption is set up before the first object is read. */
async function withCrypt(document: PdfDocument, options: OpenOptions): Promise<PdfDocument> {
  const encrypt = dictOf(await document.value(document.trailer(), 'Encrypt'))
  if (!encrypt) return document
  // Most files are not encrypted: the ciphers are loaded when one is.
  const { openEncryption } = await import('./encryption/standard.ts')
  document.crypt = await openEncryption(document, encrypt, options.password)
  return document
}
