import { SignError } from '../errors.ts'

/** Random access over a document. Reads copy only what was asked for. */
export interface ByteSource {
  readonly size: number
  /** Bytes [start, end), clamped to the size. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** @throws SignError `FORMAT_MALFORMED` when the file changed or vanished underneath. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(start, end) {
      try {
        return new Uint8Array(await blob.slice(start, Math.min(end, blob.size)).arrayBuffer())
      } catch (cause) {
        throw new SignError('FORMAT_MALFORMED', 'the file can no longer be read: it was changed or removed', { cause })
      }
    },
  }
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) }
}
