import { smallBytes, unreadable, type BytesOrBlob } from './small-blob.ts'

/** Random access over a document. Reads copy at most what was asked for. */
export interface ByteSource {
  readonly size: number
  /** Bytes [start, end), clamped to the size. Of a small file a view that others share: do not write. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** @throws SignError `FORMAT_MALFORMED` when the file changed or vanished underneath. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(start, end) {
      const small = smallBytes(blob)
      if (small) return (await small).subarray(start, end)
      try {
        return new Uint8Array(await blob.slice(start, Math.min(end, blob.size)).arrayBuffer())
      } catch (cause) {
        throw unreadable(cause)
      }
    },
  }
}

/** Of what a file holds. */
export function sourceOf(content: BytesOrBlob): ByteSource {
  if (content instanceof Blob) return blobSource(content)
  return { size: content.length, read: (start, end) => Promise.resolve(content.subarray(start, end)) }
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) }
}
