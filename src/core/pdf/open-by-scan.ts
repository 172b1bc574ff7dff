import { SignError } from '../errors.ts'
import { revisionsOf } from './chain.ts'
import { PdfDocument } from './document.ts'
import type { PdfProblem } from './document.ts'
import { readIndirect } from './indirect.ts'
import type { PdfDict } from './objects.ts'
import { PdfRef, dictOf, nameOf } from './objects.ts'
import { mergeTrailers, recoveredSection, scanObjects } from './recovery.ts'
import type { Scan } from './recovery.ts'
import type { WindowReader } from './window.ts'
import type { XrefEntry } from './xref.ts'

type Head = Readonly<{ reader: WindowReader; header: number; version: string }>

/**
 * A file whose cross-reference data are unusable, by a scan front to back; null without a catalog.
 *
 * @param withCrypt sets up the decryption before anything but the trailer is read
 */
export async function openByScan(
  { reader, header, version }: Head,
  withCrypt: (document: PdfDocument) => Promise<PdfDocument>,
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
  const document = await withCrypt(new PdfDocument(parts))
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
