import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { equalBytes, utf8 } from './bytes.ts'
import { zipBlobs } from './zip-blobs.ts'

const modified = new Date('2026-03-04T05:06:08Z')

test('what goes in comes out, names in any script', async () => {
  const big = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * 7) & 0xff)
  const zip = await zipBlobs(
    [
      { name: 'Договор № 14.pdf', blob: new Blob([big]) },
      { name: 'empty.txt', blob: new Blob([]) },
      { name: 'a.txt', blob: new Blob(['hello']) },
    ],
    { modified },
  )
  const back = unzipSync(new Uint8Array(await zip.arrayBuffer()))
  expect(Object.keys(back)).toEqual(['Договор № 14.pdf', 'empty.txt', 'a.txt'])
  expect(equalBytes(back['Договор № 14.pdf'] ?? new Uint8Array(0), big)).toBe(true)
  expect(back['empty.txt']).toHaveLength(0)
  expect(back['a.txt']).toEqual(utf8('hello'))
})

test('a cancel stops it; progress ends at 1', async () => {
  const entries = [{ name: 'a', blob: new Blob([new Uint8Array(5_000_000)]) }]
  const controller = new AbortController()
  const running = zipBlobs(entries, { modified, signal: controller.signal, progress: () => controller.abort() })
  await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  const seen: number[] = []
  await zipBlobs(entries, { modified, progress: (done) => seen.push(done) })
  expect(seen.at(-1)).toBe(1)
})

test('more than a zip holds is refused before anything is read', async () => {
  const huge = { size: 2 ** 32, slice: () => new Blob([]) } as unknown as Blob
  await expect(zipBlobs([{ name: 'a', blob: huge }], { modified })).rejects.toMatchObject({
    code: 'FORMAT_LIMIT_EXCEEDED',
  })
})
