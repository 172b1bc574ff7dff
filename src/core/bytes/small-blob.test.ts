import { expect, test } from 'vitest'
import { blobSource } from './byte-source.ts'
import {
  atHand,
  contentOf,
  heldBytes,
  holding,
  joinSmall,
  partOf,
  SMALL,
  smallBlob,
  smallBytes,
  smallFile,
} from './small-blob.ts'

test('a small file is read once, whoever asks and however often', async () => {
  let reads = 0
  class Counted extends Blob {
    override arrayBuffer(): Promise<ArrayBuffer> {
      reads++
      return super.arrayBuffer()
    }
  }
  const blob = new Counted(['hello'])
  const source = blobSource(blob)
  expect(await Promise.all([source.read(0, 2), source.read(1, 9), smallBytes(blob)])).toEqual([
    Uint8Array.of(104, 101),
    Uint8Array.of(101, 108, 108, 111),
    Uint8Array.of(104, 101, 108, 108, 111),
  ])
  expect(reads).toBe(1)
})

test('a large one is not held, alone or among parts', async () => {
  const large = new Blob([new Uint8Array(SMALL + 1)])
  expect(smallBytes(large)).toBeNull()
  expect(await joinSmall([Uint8Array.of(1), large])).toBeNull()
  expect(await blobSource(large).read(SMALL, SMALL + 5)).toHaveLength(1)
})

test('a file is held for as long as it is worked with, read once, and not longer', async () => {
  let reads = 0
  class Counted extends Blob {
    override arrayBuffer(): Promise<ArrayBuffer> {
      reads++
      return super.arrayBuffer()
    }
  }
  const blob = new Counted([new Uint8Array(SMALL + 1).fill(7)])
  const last = await holding({ blob }, async () => {
    expect(await joinSmall([blob, Uint8Array.of(8)])).toHaveLength(SMALL + 2)
    const inner = await holding({ blob }, () => blobSource(blob).read(SMALL, SMALL + 5))
    expect(await smallBytes(blob)).toHaveLength(SMALL + 1)
    return inner
  })
  expect([last, reads]).toEqual([Uint8Array.of(7), 1])
  expect(smallBytes(blob)).toBeNull()
  await expect(holding({ blob }, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no')
  expect(smallBytes(blob)).toBeNull()
  const huge = new Counted([new Uint8Array((16 << 20) + 1)])
  await holding({ blob: huge }, () => Promise.resolve(expect(smallBytes(huge)).toBeNull()))
})

test('parts are joined in their order; a made Blob is known and holds the same', async () => {
  const bytes = await joinSmall([Uint8Array.of(1), new Blob([Uint8Array.of(2, 3)]), Uint8Array.of(4)])
  expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4))
  const blob = smallBlob(bytes ?? new Uint8Array(), 'text/plain')
  expect(await smallBytes(blob)).toBe(bytes)
  expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytes)
})

test('a file that can no longer be read has its code, each time', async () => {
  class Gone extends Blob {
    override arrayBuffer(): Promise<ArrayBuffer> {
      return Promise.reject(new DOMException('gone', 'NotReadableError'))
    }
  }
  const source = blobSource(new Gone(['x']))
  for (let i = 0; i < 2; i++) await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'FORMAT_MALFORMED' })
})

test('the Blob of a small file is made when it is asked for, once; before that its bytes do', async () => {
  const { Blob: Native } = globalThis
  let made = 0
  globalThis.Blob = class extends Native {
    constructor(...given: ConstructorParameters<typeof Native>) {
      super(...given)
      made++
    }
  }
  try {
    const bytes = Uint8Array.of(1, 2, 3)
    const file = smallFile('a.pdf', 'application/pdf', bytes)
    expect(heldBytes(file)).toBe(bytes)
    expect(contentOf(file)).toBe(bytes)
    expect(made).toBe(0)
    expect(file.blob).toBe(file.blob)
    expect(made).toBe(1)
    expect(await file.blob.text()).toBe('\u0001\u0002\u0003')
    expect(file.blob.type).toBe('application/pdf')
    // A copy is a plain file.
    expect(structuredClone({ ...file, blob: null })).toEqual({ name: 'a.pdf', type: 'application/pdf', blob: null })
    expect(heldBytes({ ...file })).toBeNull()
  } finally {
    globalThis.Blob = Native
  }
})

test('parts are taken of bytes and of Blobs alike; what is small is at hand as bytes', async () => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  expect(partOf(bytes, 1, 3)).toEqual(Uint8Array.of(2, 3))
  expect(await atHand(partOf(new Blob([bytes]), 1, 3))).toEqual(Uint8Array.of(2, 3))
  const large = new Blob([new Uint8Array(SMALL + 1)])
  expect(await atHand(large)).toBe(large)
  expect(await atHand(bytes)).toBe(bytes)
})
