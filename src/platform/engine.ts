import type { Engine } from '../core/ports.ts'

/** WebCrypto of the page or worker; the streaming hash is loaded when a file is too big for one piece. */
export const browserEngine: Engine = {
  id: 'browser',
  subtle: crypto.subtle,
  async hasher(digest) {
    const { streamingHasher } = await import('./streaming-hash.ts')
    return streamingHasher(digest)
  },
}
