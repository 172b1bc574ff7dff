/** Whether each document that an envelope stands for is at hand and is the one that its manifest names. */
import { toHex } from '../bytes/bytes.ts'
import { digestBlob } from '../bytes/digest-blob.ts'
import { SignError } from '../errors.ts'
import type { SourceFile } from '../formats/format.ts'
import type { PdfDocument } from '../pdf/document.ts'
import type { PdfStream } from '../pdf/objects.ts'
import type { Ports } from '../ports.ts'
import { listFiles, type EmbeddedFile } from './embedded-file.ts'
import { MANIFEST_NAME, type EnclosedDocument } from './enclosed.ts'
import type { EnvelopeManifest } from './manifest.ts'

/**
 * `attached`: in the file and what the manifest names. `added`: handed over beside it, and what the manifest names. `missing`: not at
 * hand. `changed`: in the file, but not what the manifest names.
 */
export type EnclosedState = 'attached' | 'added' | 'missing' | 'changed'

export type EnclosedView = EnclosedDocument &
  Readonly<{
    state: EnclosedState
    /** Where it begins in the envelope's file, when it stands there; its bytes are that slice. */
    start: number | null
  }>

type CheckRequest = Readonly<{
  /** The envelope's file. */
  file: SourceFile
  document: PdfDocument
  manifest: EnvelopeManifest
  /** Of the preparer's revision: what was attached later is nobody's document. */
  view: number
  /** Files that may be documents that travel beside. */
  beside: readonly SourceFile[]
  signal?: AbortSignal | undefined
}>

/**
 * Every enclosed document in the order of the manifest.
 *
 * @throws SignError `ENVELOPE_MANIFEST_INVALID` when the file carries another document than those named
 */
export async function checkEnclosed(
  { file, document, manifest, view, beside, signal }: CheckRequest,
  { engine }: Ports,
): Promise<readonly EnclosedView[]> {
  const { enclosures = [] } = manifest
  if (enclosures.length === 0) return []
  const carried = await listFiles(document, view)
  const known = new Set([MANIFEST_NAME, ...enclosures.filter(({ attached }) => attached).map(({ name }) => name)])
  const stranger = carried.find(({ names }) => names.length === 0 || names.some((name) => !known.has(name)))
  if (stranger) {
    const why = `${stranger.names[0] ?? 'a file without a name'} is attached and not named`
    throw new SignError('ENVELOPE_MANIFEST_INVALID', `the envelope is not as its manifest says: ${why}`, {
      details: { why },
    })
  }
  const digest = async (blob: Blob): Promise<string> =>
    toHex(await digestBlob(blob, 'SHA-256', engine, signal ? { signal } : {}))
  const handed = await digestsOf(enclosures, beside, digest)
  const views: EnclosedView[] = []
  for (const one of enclosures) {
    if (!one.attached) {
      views.push({ ...one, state: handed.has(one.sha256) ? 'added' : 'missing', start: null })
      continue
    }
    const found = carried.filter(({ names }) => names.includes(one.name))
    const stream = plainStream(one, found)
    const isSame =
      stream !== null && (await digest(file.blob.slice(stream.start, stream.start + one.size))) === one.sha256
    const state = found.length === 0 ? 'missing' : isSame ? 'attached' : 'changed'
    views.push({ ...one, state, start: isSame ? stream.start : null })
  }
  return views
}

/** It stands there once, unfiltered and of that size, so that nothing has to be inflated and no two readers take different bytes. */
function plainStream(one: EnclosedDocument, found: readonly EmbeddedFile[]): PdfStream | null {
  const [stream, ...others] = found.flatMap(({ streams }) => streams)
  const isPlain =
    found.length === 1 &&
    others.length === 0 &&
    stream?.data === null &&
    stream.length === one.size &&
    ['Filter', 'F', 'DecodeParms', 'DP'].every((key) => stream.dict.get(key) === null)
  return isPlain && stream ? stream : null
}

/** Digests of those files that can be one of them by their size: others need not be read. */
async function digestsOf(
  enclosed: readonly EnclosedDocument[],
  files: readonly SourceFile[],
  digest: (blob: Blob) => Promise<string>,
): Promise<ReadonlySet<string>> {
  const sizes = new Set(enclosed.filter(({ attached }) => !attached).map(({ size }) => size))
  const found = new Set<string>()
  for (const { blob } of files) if (sizes.has(blob.size)) found.add(await digest(blob))
  return found
}

/** A file that somebody handed over: the document that it is (index in the manifest), or why it is none. */
export type Matched = Readonly<
  | { index: number }
  /** It goes by a document's name and is not that document. */
  | { code: 'ENVELOPE_DOCUMENT_CHANGED'; name: string }
  /** It is none of this envelope's documents. */
  | { code: 'ENVELOPE_DOCUMENT_UNKNOWN'; name: string }
>

/** In the order of `files`. */
export async function matchDocuments(
  enclosed: readonly EnclosedDocument[],
  files: readonly SourceFile[],
  { engine }: Ports,
  signal?: AbortSignal,
): Promise<readonly Matched[]> {
  const matched: Matched[] = []
  for (const { name, blob } of files) {
    const isPossible = enclosed.some(({ size }) => size === blob.size)
    const sha256 = isPossible ? toHex(await digestBlob(blob, 'SHA-256', engine, signal ? { signal } : {})) : null
    const index = enclosed.findIndex((one) => one.sha256 === sha256)
    if (index >= 0) matched.push({ index })
    else {
      const isNamed = enclosed.some((one) => one.name.toLowerCase() === name.toLowerCase())
      matched.push({ code: isNamed ? 'ENVELOPE_DOCUMENT_CHANGED' : 'ENVELOPE_DOCUMENT_UNKNOWN', name })
    }
  }
  return matched
}

/** Bytes of a document that stands in the envelope's file. */
export const attachedBlob = (file: Blob, { start, size, mediaType }: EnclosedView): Blob | null =>
  start === null ? null : file.slice(start, start + size, mediaType)

/**
 * Nobody signs for a document that he does not have.
 *
 * @throws SignError `ENVELOPE_DOCUMENT_CHANGED`, `ENVELOPE_DOCUMENT_MISSING` (details: names, count)
 */
export function requireDocuments(enclosed: readonly EnclosedView[]): void {
  const refuse = (code: 'ENVELOPE_DOCUMENT_CHANGED' | 'ENVELOPE_DOCUMENT_MISSING', state: EnclosedState): void => {
    const names = enclosed.filter((one) => one.state === state).map(({ name }) => name)
    if (names.length === 0) return
    const details = { names: names.slice(0, 5).join(', '), count: names.length }
    throw new SignError(code, `${state}: ${details.names}`, { details })
  }
  refuse('ENVELOPE_DOCUMENT_CHANGED', 'changed')
  refuse('ENVELOPE_DOCUMENT_MISSING', 'missing')
}
