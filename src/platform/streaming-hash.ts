import { createSHA1, createSHA224, createSHA256, createSHA384, createSHA512 } from 'hash-wasm'
import type { DigestAlgorithm, StreamingHasher } from '../core/ports.ts'

const CREATE = {
  'SHA-1': createSHA1,
  'SHA-224': createSHA224,
  'SHA-256': createSHA256,
  'SHA-384': createSHA384,
  'SHA-512': createSHA512,
} as const

/** SHA-2 in WebAssembly, at about a quarter of WebCrypto's speed: only for what WebCrypto cannot take in one piece. */
export async function streamingHasher(digest: DigestAlgorithm): Promise<StreamingHasher> {
  const hash = await CREATE[digest]()
  hash.init()
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => Promise.resolve(hash.digest('binary')),
    digestWith(tail) {
      const state = hash.save()
      const value = hash.update(tail).digest('binary')
      hash.load(state)
      return Promise.resolve(value)
    },
  }
}
