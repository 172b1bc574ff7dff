/** Digests that only old or rare signatures need. Verification only. */
import { md5, ripemd160 } from '@noble/hashes/legacy.js'
import { sha512_256 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512, shake256 } from '@noble/hashes/sha3.js'
import type { DigestName } from '../algorithms.ts'
import type { DigestAlgorithm, StreamingHasher } from '../ports.ts'
import { streebog } from './streebog.ts'

type Incremental = { update(chunk: Uint8Array): unknown; digest(): Uint8Array }

export function rareHasher(name: Exclude<DigestName, DigestAlgorithm>): StreamingHasher {
  const state = create(name)
  return {
    update(chunk) {
      state.update(chunk)
    },
    digest: () => Promise.resolve(state.digest()),
  }
}

function create(name: Exclude<DigestName, DigestAlgorithm>): Incremental {
  switch (name) {
    case 'MD5':
      return md5.create()
    case 'RIPEMD-160':
      return ripemd160.create()
    case 'SHA-512/256':
      return sha512_256.create()
    case 'SHA3-224':
      return sha3_224.create()
    case 'SHA3-256':
      return sha3_256.create()
    case 'SHA3-384':
      return sha3_384.create()
    case 'SHA3-512':
      return sha3_512.create()
    case 'SHAKE256':
      return shake256.create({ dkLen: 64 })
    case 'Streebog-256':
      return streebog(256)
    case 'Streebog-512':
      return streebog(512)
  }
}
