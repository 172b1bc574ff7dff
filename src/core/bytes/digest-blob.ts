import type { DigestAlgorithm, Engine } from '../ports.ts'
import { concatBytes } from './bytes.ts'
import { smallParts, unreadable, type BytesOrBlob } from './small-blob.ts'

/** WebCrypto takes a message in one piece and copies it; just under 2 GiB Chromium crashes the tab, so stop well before. */
const ONE_SHOT = 2 ** 30
const CHUNK = 2 ** 20

export type DigestBlobOptions = Readonly<{
  signal?: AbortSignal
  /** 0 to 1 */
  progress?: (done: number) => void
  /** Above this many bytes the blob is streamed through one reused buffer. Absent: as the engine says. */
  oneShot?: number
}>

/**
 * Digest of a whole Blob, or of parts one after the other, read once. Spans of a file are passed as slices of it: that copies nothing.
 *
 * @throws SignError `FORMAT_MALFORMED` when the file changed or vanished underneath; AbortError.
 */
export async function digestBlob(
  content: Blob | readonly BytesOrBlob[],
  digest: DigestAlgorithm,
  engine: Engine,
  options: DigestBlobOptions = {},
): Promise<Uint8Array> {
  const { signal, progress, oneShot = engine.oneShot?.(digest) ?? ONE_SHOT } = options
  signal?.throwIfAborted()
  const small = digest === 'SHA-224' ? null : await smallParts(content instanceof Blob ? [content] : content)
  const length = small?.reduce((sum, part) => sum + part.length, 0) ?? 0
  if (small && length <= oneShot) {
    const value = new Uint8Array(await engine.subtle.digest(digest, inOnePiece(small, length)))
    progress?.(1)
    return value
  }
  const blob = content instanceof Blob ? content : new Blob([...content])
  // WebCrypto has no SHA-224.
  if (blob.size > oneShot || digest === 'SHA-224') return streamDigest(blob, digest, engine, options)
  let bytes: ArrayBuffer
  try {
    bytes = await blob.arrayBuffer()
  } catch (cause) {
    throw unreadable(cause)
  }
  signal?.throwIfAborted()
  progress?.(0.5)
  const value = new Uint8Array(await engine.subtle.digest(digest, bytes))
  signal?.throwIfAborted()
  progress?.(1)
  return value
}

/** Larger ones than this are not worth keeping memory for. */
const SCRATCH = 2 ** 18
let scratch = new Uint8Array(0)

/** Until the next call only: WebCrypto copies what it is given before it returns, so one buffer does for every small file. */
function inOnePiece(parts: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = parts
  if (parts.length === 1 && only) return only
  if (length > SCRATCH) return concatBytes(parts)
  if (scratch.length < length) scratch = new Uint8Array(SCRATCH)
  let at = 0
  for (const part of parts) {
    scratch.set(part, at)
    at += part.length
  }
  return scratch.subarray(0, length)
}

async function streamDigest(
  blob: Blob,
  digest: DigestAlgorithm,
  engine: Engine,
  { signal, progress }: DigestBlobOptions,
): Promise<Uint8Array> {
  const hasher = await engine.hasher(digest)
  let done = 0
  for await (const chunk of chunksOf(blob, signal)) {
    hasher.update(chunk)
    done += chunk.length
    progress?.(blob.size === 0 ? 1 : done / blob.size)
  }
  if (done !== blob.size) throw unreadable(new RangeError(`expected ${blob.size} bytes, got ${done}`))
  return hasher.digest()
}

/**
 * Readers at work. Chromium holds on to nothing while a read into one's own buffer waits for its first bytes: once the collector has taken
 * stream and reader, that read never ends.
 */
const reading = new Set<ReadableStreamBYOBReader>()

/**
 * The bytes of a Blob, piece by piece, each valid until the next is asked for.
 *
 * One buffer is read into again and again, so that memory does not wait for the collector.
 */
export async function* chunksOf(blob: Blob, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader({ mode: 'byob' })
  reading.add(reader)
  let buffer = new ArrayBuffer(CHUNK)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await reader.read(new Uint8Array(buffer)).catch((cause: unknown) => {
        throw unreadable(cause)
      })
      if (done) return
      yield value
      buffer = value.buffer
    }
  } finally {
    reading.delete(reader)
    await reader.cancel().catch(() => undefined)
  }
}
