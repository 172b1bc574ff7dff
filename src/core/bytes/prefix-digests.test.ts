import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { toHex } from './bytes.ts'
import { prefixDigests, type Prefix } from './prefix-digests.ts'
import { holding, SMALL } from './small-blob.ts'

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7 + (i >> 3)) & 255)
const blob = new Blob([bytes])

const covered = ({ end, tail }: Prefix): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytes.subarray(0, end), ...(tail ? bytes.subarray(tail.start, tail.end) : [])])

const prefix = fc
  .record({ end: fc.nat(5000), from: fc.nat(5000), length: fc.nat(5000), hasTail: fc.boolean() })
  .map(({ end, from, length, hasTail }): Prefix => {
    const start = Math.max(end, from)
    return hasTail ? { end, tail: { start, end: Math.min(5000, start + length) } } : { end }
  })

test('each digest is that of the bytes it covers, in one pass or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(prefix, { minLength: 1, maxLength: 14 }),
      fc.constantFrom('SHA-256' as const, 'SHA-384' as const),
      async (prefixes, algorithm) => {
        for (const content of [blob, bytes]) {
          const digests = prefixDigests(content, prefixes, testEngine)
          for (const [i, each] of prefixes.entries()) {
            const expected = new Uint8Array(await testEngine.subtle.digest(algorithm, covered(each)))
            expect(toHex(await digests.digest(i, algorithm))).toBe(toHex(expected))
          }
        }
      },
    ),
    { seed: 5, numRuns: 60 },
  )
})

test('a file too large to be held gives the same', async () => {
  const start = new Uint8Array(1 << 20).fill(3)
  const large = new Blob([start, blob])
  const at = (offset: number): number => start.length + offset
  const prefixes = [{ end: at(100), tail: { start: at(200), end: at(300) } }, { end: at(400) }]
  const digests = prefixDigests(large, prefixes, testEngine)
  for (const [i, { end, tail }] of prefixes.entries()) {
    const whole = Uint8Array.from([
      ...start,
      ...covered({ end: end - start.length, ...(tail && { tail: { start: 200, end: 300 } }) }),
    ])
    const expected = new Uint8Array(await testEngine.subtle.digest('SHA-256', whole))
    expect(toHex(await digests.digest(i, 'SHA-256'))).toBe(toHex(expected))
  }
})

test('a few beginnings of a large file are read once, each with its own part behind it', async () => {
  const large = new Uint8Array((1 << 20) + 5000).map((_, i) => (i * 31 + (i >> 7)) & 255)
  let reads = 0
  class Counted extends Blob {
    override slice(...range: [number?, number?, string?]): Blob {
      reads++
      return super.slice(...range)
    }
  }
  const size = large.length
  const prefixes: Prefix[] = [
    { end: size },
    { end: size - 900, tail: { start: size - 700, end: size - 200 } },
    { end: size - 900, tail: { start: size - 300, end: size } },
    { end: size - 800, tail: { start: size - 800, end: size - 100 } },
    // Beyond the end there is nothing.
    { end: size + 7, tail: { start: size + 9, end: size + 20 } },
  ]
  await Promise.all(
    [prefixes.slice(0, 4), prefixes.slice(1), prefixes.slice(0, 2)].map(async (some) => {
      const digests = prefixDigests(new Counted([large]), some, testEngine, { mayHold: true })
      for (const [i, { end, tail }] of some.entries()) {
        const parts = [...large.subarray(0, end), ...(tail ? large.subarray(tail.start, tail.end) : [])]
        const expected = await testEngine.subtle.digest('SHA-256', Uint8Array.from(parts))
        expect(toHex(await digests.digest(i, 'SHA-256'))).toBe(toHex(new Uint8Array(expected)))
      }
    }),
  )
  expect(reads).toBe(3)
})

test('many beginnings of a file are read in one pass', async () => {
  let asked = 0
  const counting = {
    ...testEngine,
    hasher: (name: 'SHA-256') => {
      asked++
      return testEngine.hasher(name)
    },
  }
  const prefixes = Array.from({ length: 12 }, (_, i) => ({ end: 4000 + i }))
  const digests = prefixDigests(blob, prefixes, counting as typeof testEngine)
  await Promise.all(prefixes.map((_, i) => digests.digest(i, 'SHA-256')))
  expect(asked).toBe(1)
})

test('a larger file, read piece by piece or held: the same digests', async () => {
  const large = Uint8Array.from({ length: SMALL + 70_000 }, (_, i) => (i * 31 + (i >> 7)) & 255)
  const file = new Blob([large])
  const many = Array.from({ length: 9 }, (_, i) => ({
    end: SMALL + 1000 * i,
    tail: { start: SMALL + 1000 * i + 500, end: SMALL + 1000 * i + 5000 },
  }))
  for (const prefixes of [many, many.slice(0, 2)]) {
    const values = async () => {
      const digests = prefixDigests(file, prefixes, testEngine)
      return Promise.all(prefixes.map(async (_, i) => toHex(await digests.digest(i, 'SHA-256'))))
    }
    const expected = prefixes.map(async ({ end, tail }) => {
      const parts = [...large.subarray(0, end), ...large.subarray(tail.start, tail.end)]
      return toHex(new Uint8Array(await testEngine.subtle.digest('SHA-256', Uint8Array.from(parts))))
    })
    expect(await values()).toEqual(await Promise.all(expected))
    expect(await holding({ blob: file }, values)).toEqual(await Promise.all(expected))
  }
})

test('a file that ends before its beginnings do is told', async () => {
  const digests = prefixDigests(
    blob,
    Array.from({ length: 9 }, () => ({ end: 6000 })),
    testEngine,
  )
  await expect(digests.digest(0, 'SHA-256')).rejects.toMatchObject({ code: 'FORMAT_MALFORMED' })
})

test('two beginnings of a file that must be read are read once; of one at hand each is hashed in one piece', async () => {
  const large = new Blob([new Uint8Array(3 << 20).fill(7)])
  for (const [content, passes] of [
    [large, 1],
    [blob, 0],
  ] as const) {
    let asked = 0
    const engine = {
      ...testEngine,
      hasher(name: 'SHA-256') {
        asked++
        return testEngine.hasher(name)
      },
    }
    const prefixes = [{ end: content.size - 40 }, { end: content.size }]
    const digests = prefixDigests(content, prefixes, engine as typeof testEngine)
    for (const [i, { end }] of prefixes.entries()) {
      const expected = new Uint8Array(
        await testEngine.subtle.digest('SHA-256', await content.slice(0, end).arrayBuffer()),
      )
      expect(toHex(await digests.digest(i, 'SHA-256'))).toBe(toHex(expected))
    }
    expect(asked).toBe(passes)
  }
})
