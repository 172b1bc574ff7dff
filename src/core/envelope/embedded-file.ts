/** Files inside a PDF: the name tree /EmbeddedFiles and the associated files /AF. ISO 32000-2, 7.9.6, 7.11.4 and 14.13. */
import { compareBytes } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { PdfDocument } from '../pdf/document.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, isArray, name, type PdfObject } from '../pdf/objects.ts'
import { textString } from '../pdf/serialize.ts'
import { catalogRef } from '../pdf/signature-field.ts'
import { textOf } from '../pdf/text.ts'
import type { PdfUpdate } from '../pdf/update.ts'

export type NewFile = Readonly<{ name: string; description: string; stream: PdfStream }>

const MOST_FILES = 10_000
const MAX_DEPTH = 32

type Entry = Readonly<{ key: PdfString; value: PdfObject }>

/** Attaches a file to the document. The name tree becomes one sorted leaf: readers take it whatever its shape was. */
export async function addEmbeddedFile(update: PdfUpdate, file: NewFile): Promise<void> {
  const { document } = update
  const catalog = await catalogRef(update)
  const root = await update.get(catalog)
  if (!(root instanceof PdfDict)) throw new SignError('FORMAT_MALFORMED', 'the catalog cannot be read')
  const specification = update.add(
    PdfDict.of({
      Type: name('Filespec'),
      F: textString(file.name),
      UF: textString(file.name),
      Desc: textString(file.description),
      EF: fileStreams(update.add(file.stream)),
      AFRelationship: name('Data'),
    }),
  )
  const names = await update.resolve(root.get('Names'))
  const before = names instanceof PdfDict ? names : new PdfDict()
  const entries = [...(await entriesOf(document, 0)), { key: textString(file.name), value: specification }]
  const leaf = entries
    .toSorted((a, b) => compareBytes(a.key.bytes, b.key.bytes))
    .flatMap(({ key, value }) => [key, value])
  const tree = update.add(PdfDict.of({ Names: leaf }))
  const associated = await update.resolve(root.get('AF'))
  await update.change(catalog, {
    Names: before.with({ EmbeddedFiles: tree }),
    AF: [...(isArray(associated) ? associated : []), specification],
  })
}

const fileStreams = (stream: PdfRef): PdfDict => PdfDict.of({ F: stream, UF: stream })

/** A file that the document carries: its names and its streams, each once. */
export type EmbeddedFile = Readonly<{ names: readonly string[]; streams: readonly PdfStream[] }>

/**
 * All files that the document carries, by /EmbeddedFiles or /AF; a specification that stands in both is one file.
 *
 * @throws SignError `FORMAT_LIMIT_EXCEEDED`
 */
export async function listFiles(document: PdfDocument, view: number): Promise<readonly EmbeddedFile[]> {
  const catalog = await document.catalog(view)
  const associated = await document.value(catalog?.dict, 'AF', view)
  const named = (await entriesOf(document, view)).map(({ value }) => value)
  const files: EmbeddedFile[] = []
  const seen = new Set<string | PdfObject>()
  for (const value of [...named, ...(isArray(associated) ? associated.slice(0, MOST_FILES) : [])]) {
    const id = value instanceof PdfRef ? value.toString() : value
    if (seen.has(id)) continue
    seen.add(id)
    const dict = await document.resolve(value, view)
    if (!(dict instanceof PdfDict)) continue
    const names = [textOf(await document.value(dict, 'UF', view)), textOf(await document.value(dict, 'F', view))]
    const known = names.filter((each) => each !== null)
    files.push({ names: [...new Set(known)], streams: await streamsOf(document, dict, view) })
  }
  return files
}

async function streamsOf(document: PdfDocument, specification: PdfDict, view: number): Promise<readonly PdfStream[]> {
  const entries = await document.dict(specification, 'EF', view)
  const streams = new Map<string, PdfStream>()
  for (const key of ['UF', 'F']) {
    const ref = entries?.get(key) ?? null
    const stream = await document.resolve(ref, view)
    if (stream instanceof PdfStream) streams.set(ref instanceof PdfRef ? ref.toString() : key, stream)
  }
  return [...streams.values()]
}

/**
 * The files of that name that the document carries, decoded.
 *
 * @param limit of one file's decoded bytes @throws SignError `FORMAT_LIMIT_EXCEEDED`, `FORMAT_UNSUPPORTED`
 */
export async function embeddedFiles(
  document: PdfDocument,
  fileName: string,
  view: number,
  limit: number,
): Promise<readonly Uint8Array[]> {
  const files = (await listFiles(document, view)).filter(({ names }) => names.includes(fileName))
  const streams = new Set(files.flatMap((file) => file.streams))
  return Promise.all([...streams].map((stream) => document.decoded(stream, view, limit)))
}

/** Pairs of the name tree /EmbeddedFiles. */
async function entriesOf(document: PdfDocument, view: number): Promise<readonly Entry[]> {
  const catalog = await document.catalog(view)
  const names = await document.dict(catalog?.dict, 'Names', view)
  const entries: Entry[] = []
  const visited = new Set<PdfObject>()
  const visit = async (node: PdfObject, depth: number): Promise<void> => {
    const dict = await document.resolve(node, view)
    if (!(dict instanceof PdfDict) || depth > MAX_DEPTH || visited.has(dict)) return
    visited.add(dict)
    const pairs = await document.value(dict, 'Names', view)
    for (let i = 0; isArray(pairs) && i + 1 < pairs.length; i += 2) {
      const key = await document.resolve(pairs[i], view)
      if (key instanceof PdfString) entries.push({ key, value: pairs[i + 1] ?? null })
      if (entries.length > MOST_FILES) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'too many files in the document')
    }
    const kids = await document.value(dict, 'Kids', view)
    for (const kid of isArray(kids) ? kids : []) await visit(kid, depth + 1)
  }
  await visit(names?.get('EmbeddedFiles') ?? null, 0)
  return entries
}
