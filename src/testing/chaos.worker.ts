import { smallFile } from '../core/bytes/small-blob.ts'
import { SignError } from '../core/errors.ts'
import type { SignedFile, ToBeSigned } from '../core/formats/format.ts'
import { serve, type Door } from '../worker/serve.ts'

/** What the chaos tests call; every way in which a worker can go wrong. */
export interface ChaosMethods {
  echo: [params: unknown, value: unknown]
  refuse: [params: null, value: never]
  mistake: [params: null, value: never]
  uncloneable: [params: null, value: unknown]
  steps: [params: number, value: string]
  wait: [params: null, value: never]
  hang: [params: number, value: null]
  throwLater: [params: null, value: never]
  get: [params: string, value: Uint8Array]
  sign: [params: readonly ToBeSigned[], value: readonly Uint8Array[]]
  /** A file of so many octets, and whether this side still had the one made before. */
  file: [params: number, value: Readonly<{ file: SignedFile; left: number }>]
}

let made = new Uint8Array(0)

serve(self as unknown as Door, (network) => ({
  echo: (params) => Promise.resolve(params),
  refuse: () => Promise.reject(new SignError('FORMAT_NOT_PDF', 'no header', { details: { got: 'PNG' } })),
  mistake: () => Promise.reject(new RangeError('page 7 of 3')),
  uncloneable: () => Promise.resolve(() => 1),
  async steps(count: number, { progress, signal }) {
    for (let i = 1; i <= count; i++) {
      signal.throwIfAborted()
      progress('digesting', i / count)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    return 'done'
  },
  wait: (_params, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  hang(milliseconds: number) {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
    return Promise.resolve(null)
  },
  throwLater: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('a bug outside any call')
      })
    }),
  get: (url: string, { signal }) => network.get(url, signal),
  sign: (toBeSigned: readonly ToBeSigned[], { sign }) => sign(toBeSigned),
  file(size: number) {
    const left = made.length
    made = new Uint8Array(size).fill(size)
    return Promise.resolve({ file: smallFile('a.bin', 'x/y', made), left })
  },
}))
