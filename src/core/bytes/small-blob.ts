/**
 * Reading a Blob and making one each cost a trip to another process, which for a small file is most of what signing costs. So the
 * bytes of a small Blob are read once and found again for as long as the Blob itself is held.
 */
import { SignError } from '../errors.ts'
import { concatBytes } from './bytes.ts'

/** In bytes; what is larger is read piece by piece. */
export const SMALL = 1 << 20

const known = new WeakMap<Blob, Promise<Uint8Array<ArrayBuffer>>>()

/**
 * All bytes of a Blob of up to 1 MiB, or of one that is held, shared by everyone who asks: do not write. Null: it is larger.
 *
 * @throws SignError `FORMAT_MALFORMED` (the promise) when the file changed or vanished underneath
 */
export function smallBytes(blob: Blob): Promise<Uint8Array<ArrayBuffer>> | null {
  const there = known.get(blob)
  if (there || blob.size > SMALL) return there ?? null
  return readWhole(blob)
}

function readWhole(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const read = blob.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    (cause: unknown) => {
      throw unreadable(cause)
    },
  )
  known.set(blob, read)
  return read
}

/** Whether its bytes are, or will be, read once for everyone. */
export const isAtHand = (content: BytesOrBlob): boolean =>
  !(content instanceof Blob) || content.size <= SMALL || known.has(content)

/** In bytes: a file up to this size is held while everything in it is verified. */
const HELD = 16 << 20

/**
 * Runs `body` with the bytes of the file at hand to everyone who asks `smallBytes`, if it is not larger than 16 MiB. For who reads here and
 * there and digests many parts: each slice of a Blob costs as much as a small file. Nothing is held afterwards.
 */
export async function holding<T>(file: Readonly<{ blob: Blob }>, body: () => Promise<T>): Promise<T> {
  const content = contentOf(file)
  if (!(content instanceof Blob) || isAtHand(content) || content.size > HELD) return body()
  // Whoever reads hears of a failure.
  void readWhole(content).catch(() => undefined)
  try {
    return await body()
  } finally {
    known.delete(content)
  }
}

/** A small Blob whose bytes are known without reading it: they must not be written to afterwards. */
export function smallBlob(bytes: Uint8Array<ArrayBuffer>, type: string): Blob {
  const blob = new Blob([bytes], { type })
  known.set(blob, Promise.resolve(bytes))
  return blob
}

export type BytesOrBlob = Uint8Array<ArrayBuffer> | Blob

type NamedBlob = Readonly<{ name: string; type: string; blob: Blob }>

const held = new WeakMap<object, Uint8Array<ArrayBuffer>>()

/** A file of bytes, which are given away: its Blob is made when somebody asks for it, as to copy the object does. */
export function smallFile(name: string, type: string, bytes: Uint8Array<ArrayBuffer>): NamedBlob {
  let made: Blob | null = null
  const file = {
    name,
    type,
    get blob() {
      made ??= smallBlob(bytes, type)
      return made
    },
  }
  held.set(file, bytes)
  return file
}

/** The bytes of a `smallFile`, shared: do not write. Null for any other file. */
export const heldBytes = (file: Readonly<{ blob: Blob }>): Uint8Array<ArrayBuffer> | null => held.get(file) ?? null

/** What a file holds, as it is at hand. */
export const contentOf = (file: Readonly<{ blob: Blob }>): BytesOrBlob => heldBytes(file) ?? file.blob

/** The bytes of what is small; a larger Blob as it is. */
export const atHand = async (content: BytesOrBlob): Promise<BytesOrBlob> =>
  content instanceof Blob ? ((await smallBytes(content)) ?? content) : content

/** Bytes [start, end) without a copy: of bytes a view, of a Blob a slice. */
export const partOf = (content: BytesOrBlob, start: number, end: number): BytesOrBlob =>
  content instanceof Blob ? content.slice(start, end) : content.subarray(start, end)

/** In bytes. */
export const sizeOf = (content: BytesOrBlob): number => (content instanceof Blob ? content.size : content.length)

/** The bytes of parts when all of them are small or at hand; null when one is not. */
export async function smallParts(parts: readonly BytesOrBlob[]): Promise<readonly Uint8Array<ArrayBuffer>[] | null> {
  const read: Uint8Array<ArrayBuffer>[] = []
  for (const part of parts) {
    const bytes = part instanceof Blob ? smallBytes(part) : part
    if (bytes === null || (bytes instanceof Uint8Array && bytes.length > HELD)) return null
    read.push(bytes instanceof Uint8Array ? bytes : await bytes)
  }
  return read
}

/** The parts one after the other when all of them are small, without a Blob in between; null when one is not. */
export async function joinSmall(parts: readonly BytesOrBlob[]): Promise<Uint8Array<ArrayBuffer> | null> {
  const read = await smallParts(parts)
  const [only] = read ?? []
  return read && (read.length === 1 && only ? only : concatBytes(read))
}

/** What a failed read of a Blob is in our own words. */
export function unreadable(cause: unknown): SignError {
  return new SignError('FORMAT_MALFORMED', 'the file can no longer be read: it was changed or removed', { cause })
}
