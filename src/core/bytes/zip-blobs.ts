import { Zip, ZipPassThrough } from 'fflate'
import { SignError } from '../errors.ts'

export type ZipBlobsOptions = Readonly<{ signal?: AbortSignal; progress?: (done: number) => void; modified: Date }>

/** Without Zip64, which fflate does not write: APPNOTE 4.3.6, 4.4.1.4. */
const MOST_BYTES = 2 ** 32 - 2 ** 22
const MOST_ENTRIES = 65_535
const CHUNK = 2 ** 20
/** So much is gathered before it becomes a Blob, which browsers keep out of the heap. */
const PART = 2 ** 24

/**
 * A zip of the blobs, stored without compression (PDF and Office files are compressed already), read piece by piece.
 *
 * @param entries names must be unique
 * @throws SignError `FORMAT_LIMIT_EXCEEDED` over 4 GB or 65,535 files; `FORMAT_MALFORMED` when a blob cannot be read; AbortError
 */
export async function zipBlobs(
  entries: readonly Readonly<{ name: string; blob: Blob }>[],
  { signal, progress, modified }: ZipBlobsOptions,
): Promise<Blob> {
  const total = entries.reduce((sum, { blob, name }) => sum + blob.size + 2 * name.length + 200, 0)
  if (total > MOST_BYTES || entries.length > MOST_ENTRIES) {
    throw new SignError('FORMAT_LIMIT_EXCEEDED', 'too much for one zip', { details: { files: entries.length } })
  }
  const parts = gather()
  let done = 0
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    parts.add(chunk)
  })
  for (const { name, blob } of entries) {
    const file = new ZipPassThrough(name)
    file.mtime = modified
    zip.add(file)
    for (let at = 0; at < blob.size; at += CHUNK) {
      signal?.throwIfAborted()
      const bytes = await read(blob.slice(at, at + CHUNK), name)
      file.push(bytes)
      done += bytes.length
      progress?.(total === 0 ? 1 : done / total)
    }
    file.push(new Uint8Array(0), true)
  }
  zip.end()
  progress?.(1)
  return parts.blob()
}

async function read(slice: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await slice.arrayBuffer())
  } catch (cause) {
    throw new SignError('FORMAT_MALFORMED', `${name} can no longer be read`, { cause })
  }
}

function gather(): { add(chunk: Uint8Array): void; blob(): Blob } {
  const blobs: Blob[] = []
  let loose: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const flush = (): void => {
    if (loose.length > 0) blobs.push(new Blob(loose))
    loose = []
    size = 0
  }
  return {
    add(chunk) {
      loose.push(chunk as Uint8Array<ArrayBuffer>)
      size += chunk.length
      if (size >= PART) flush()
    },
    blob() {
      flush()
      return new Blob(blobs, { type: 'application/zip' })
    },
  }
}
