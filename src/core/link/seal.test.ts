import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { testRandom } from '../../testing/ports.ts'
import { seal, unseal } from './seal.ts'

const ports = { engine: testEngine, random: testRandom }
const key = testRandom.bytes(32)
const file = (bytes: Uint8Array, name = 'Договор 14-B.pdf') => ({
  name,
  type: 'application/pdf',
  blob: new Blob([bytes.slice()]),
})
/** Longer than one call of the generator gives. */
const document = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())
const HEADER = 56
const small = { chunkLog2: 16 }

describe('a sealed document', () => {
  test('law: unseal(seal(x)) = x, whatever the length, chunk borders included', async () => {
    const around = fc.constantFrom(0, 1, 2 ** 16 - 80, 2 ** 16 - 60, 2 ** 16, 2 ** 17 - 70, 2 ** 17, 200_000)
    await fc.assert(
      fc.asyncProperty(around, fc.integer({ min: 0, max: 40 }), fc.string(), async (length, more, name) => {
        const bytes = document(length + more)
        const opened = await unseal(await seal(file(bytes, name), key, ports, small), key, ports)
        expect(opened).toMatchObject({ name, type: 'application/pdf' })
        expect(await bytesOf(opened.blob)).toEqual(bytes)
        expect(opened.blob.type).toBe('application/pdf')
      }),
      { numRuns: 12 },
    )
  })

  test('law: no octet may be changed, wherever it stands', async () => {
    const sealed = await bytesOf(await seal(file(document(100_000)), key, ports, small))
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = sealed.slice()
        changed[at] = (changed[at] ?? 0) ^ flip
        const code = await unseal(new Blob([changed]), key, ports).then(
          () => 'opened',
          (error: { code?: string }) => error.code,
        )
        expect(['LINK_DAMAGED', 'LINK_KEY_INCORRECT']).toContain(code)
      }),
      { numRuns: 40 },
    )
  })

  test('no chunk may be cut off, repeated, moved or added', async () => {
    const sealed = await seal(file(document(3 * 2 ** 16 - 200)), key, ports, small)
    const whole = 2 ** 16 + 16
    const chunk = (index: number) => sealed.slice(HEADER + index * whole, HEADER + (index + 1) * whole)
    const header = sealed.slice(0, HEADER)
    const cases = {
      'the last chunk cut off': [header, chunk(0), chunk(1)],
      'cut within a chunk': [sealed.slice(0, sealed.size - 1)],
      'two chunks changed over': [header, chunk(1), chunk(0), chunk(2)],
      'a chunk twice': [header, chunk(0), chunk(0), chunk(1), chunk(2)],
      'one more octet': [sealed, Uint8Array.of(0)],
      'the header alone': [header],
      nothing: [],
    }
    for (const [name, parts] of Object.entries(cases)) {
      await expect(unseal(new Blob(parts), key, ports), name).rejects.toMatchObject({ code: 'LINK_DAMAGED' })
    }
  })

  test('another key is told apart from a damaged document', async () => {
    const sealed = await seal(file(document(10)), key, ports)
    await expect(unseal(sealed, testRandom.bytes(32), ports)).rejects.toMatchObject({ code: 'LINK_KEY_INCORRECT' })
  })

  test('a header that asks for more than a reader will hold, and a later version, are refused', async () => {
    const sealed = await bytesOf(await seal(file(document(10)), key, ports))
    for (const [at, value] of [
      [4, 2],
      [5, 40],
      [5, 3],
      [6, 1],
      [0, 0x25],
    ] as const) {
      const changed = sealed.slice()
      changed[at] = value
      await expect(unseal(new Blob([changed]), key, ports)).rejects.toMatchObject({ code: 'LINK_DAMAGED' })
    }
  })

  test('nothing of the document or its name is readable, and the same document never looks the same', async () => {
    const bytes = new TextEncoder().encode('top secret '.repeat(100))
    const [one, other] = await Promise.all([0, 1].map(() => seal(file(bytes, 'secret.pdf'), key, ports)))
    const text = await one?.text()
    expect(text).not.toContain('secret')
    expect(text).not.toBe(await other?.text())
  })

  test('a cancel stops it', async () => {
    const signal = AbortSignal.abort()
    await expect(seal(file(document(10)), key, ports, { signal })).rejects.toMatchObject({ name: 'AbortError' })
    const sealed = await seal(file(document(10)), key, ports)
    await expect(unseal(sealed, key, ports, signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
