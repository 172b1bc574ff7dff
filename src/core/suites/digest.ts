/** Digests by name: WebCrypto's where it has them, the others loaded when a file needs them. */
import type { DigestName } from '../algorithms.ts'
import type { BytesOrBlob } from '../bytes/small-blob.ts'
import { digestBlob, type DigestBlobOptions } from '../bytes/digest-blob.ts'
import type { DigestAlgorithm, Engine, StreamingHasher } from '../ports.ts'

const NATIVE: ReadonlySet<string> = new Set(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])
const STREAMED_NATIVE: ReadonlySet<string> = new Set([...NATIVE, 'SHA-224'])

/** Whether the engine of the place has it. */
export const isPortDigest = (name: DigestName): name is DigestAlgorithm => STREAMED_NATIVE.has(name)

export async function digestBytes(engine: Engine, name: DigestName, data: Uint8Array): Promise<Uint8Array> {
  // WebCrypto takes no view of shared memory: the copy also frees it from what the caller does meanwhile.
  if (NATIVE.has(name)) return new Uint8Array(await engine.subtle.digest(name, new Uint8Array(data)))
  const hasher = await digestHasher(engine, name)
  hasher.update(data)
  return hasher.digest()
}

export async function digestHasher(engine: Engine, name: DigestName): Promise<StreamingHasher> {
  if (isPortDigest(name)) return engine.hasher(name)
  const { rareHasher } = await import('./rare-digests.ts')
  return rareHasher(name)
}

/** Digest of a whole Blob, or of parts, by any name; see `digestBlob`. */
export async function digestBlobAs(
  content: Blob | readonly BytesOrBlob[],
  name: DigestName,
  engine: Engine,
  options: DigestBlobOptions = {},
): Promise<Uint8Array> {
  if (isPortDigest(name)) return digestBlob(content, name, engine, options)
  // The streamed path of digestBlob, with another hasher behind the same port.
  const rare: Engine = { ...engine, hasher: () => digestHasher(engine, name) }
  return digestBlob(content, 'SHA-224', rare, options)
}
