import { createHash, randomFillSync, webcrypto } from 'node:crypto'
import type { Clock, DigestAlgorithm, Engine, Ports, Random } from '../core/ports.ts'

const HASH: Record<DigestAlgorithm, string> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/** WebCrypto of Node; what is streamed goes to OpenSSL, which takes chunks in half the time, and holds no copy of the file. */
export const nodeEngine: Engine = {
  id: 'node',
  subtle: webcrypto.subtle as unknown as SubtleCrypto,
  oneShot: () => 2 ** 22,
  hasher(digest) {
    const hash = createHash(HASH[digest])
    return Promise.resolve({
      update: (chunk) => void hash.update(chunk),
      digest: () => Promise.resolve(new Uint8Array(hash.digest())),
      digestWith: (tail) => Promise.resolve(new Uint8Array(hash.copy().update(tail).digest())),
    })
  },
}

const random: Random = { bytes: (length) => randomFillSync(new Uint8Array(length)) }
const clock: Clock = { now: () => new Date() }

/** No network: a server that fetches what a hostile certificate names could be sent anywhere. */
export const nodePorts: Ports = { clock, random, engine: nodeEngine }
