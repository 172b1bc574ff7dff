import { expect, test } from 'vitest'
import { browserEngine } from '../../platform/engine.ts'
import type { DigestAlgorithm } from '../ports.ts'
import { toHex } from './bytes.ts'
import { digestBlob } from './digest-blob.ts'

const ABC: Record<DigestAlgorithm, string> = {
  'SHA-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'SHA-224': '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  'SHA-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'SHA-384': 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  'SHA-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
}

test('the known digests of "abc", in one piece and streamed (FIPS 180-4)', async () => {
  for (const [name, hex] of Object.entries(ABC)) {
    const digest = name as DigestAlgorithm
    const blob = new Blob(['a', 'bc'])
    expect(toHex(await digestBlob(blob, digest, browserEngine))).toBe(hex)
    expect(toHex(await digestBlob(blob, digest, browserEngine, { oneShot: 0 }))).toBe(hex)
  }
})

test('streaming over many chunks and slices gives what one piece gives', async () => {
  const bytes = Uint8Array.from({ length: 3_500_001 }, (_, i) => (i * 31) ^ (i >> 8))
  const whole = new Blob([bytes])
  const blob = new Blob([whole.slice(0, 1_234_567), new Uint8Array(17), whole.slice(1_300_000)])
  const seen: number[] = []
  const streamed = await digestBlob(blob, 'SHA-256', browserEngine, { oneShot: 1, progress: (done) => seen.push(done) })
  expect(streamed).toEqual(await digestBlob(blob, 'SHA-256', browserEngine))
  expect(seen.at(-1)).toBe(1)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
})

test('an empty blob has the digest of nothing', async () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  expect(toHex(await digestBlob(new Blob([]), 'SHA-256', browserEngine, { oneShot: -1 }))).toBe(empty)
  expect(toHex(await digestBlob(new Blob([]), 'SHA-256', browserEngine))).toBe(empty)
})

test('a cancel stops between chunks', async () => {
  const controller = new AbortController()
  const blob = new Blob([new Uint8Array(8_000_000)])
  const running = digestBlob(blob, 'SHA-256', browserEngine, {
    oneShot: 1,
    signal: controller.signal,
    progress: () => controller.abort(),
  })
  await expect(running).rejects.toMatchObject({ name: 'AbortError' })
})

test('what is long for this engine and digest is streamed, and has the same digest', async () => {
  const blob = new Blob([Uint8Array.from({ length: (2 << 20) + 5 }, (_, i) => i * 7)])
  for (const digest of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
    const streamed: DigestAlgorithm[] = []
    const engine = {
      ...browserEngine,
      oneShot: (name: DigestAlgorithm) => (name === 'SHA-512' ? 1 << 20 : 1 << 24),
      hasher(name: DigestAlgorithm) {
        streamed.push(name)
        return browserEngine.hasher(name)
      },
    }
    const expected = new Uint8Array(await browserEngine.subtle.digest(digest, await blob.arrayBuffer()))
    expect(toHex(await digestBlob(blob, digest, engine))).toBe(toHex(expected))
    expect(streamed).toEqual(digest === 'SHA-512' ? ['SHA-512'] : [])
  }
})
