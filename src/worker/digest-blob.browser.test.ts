import { expect, test } from 'vitest'

test('a blob that is read piece by piece is read to its end, whatever the collector does meanwhile', async () => {
  const worker = new Worker(new URL('../testing/digest.worker.ts', import.meta.url), { type: 'module' })
  const base = new Blob([crypto.getRandomValues(new Uint8Array(65_536)), new Uint8Array(3_400_000)])
  const found = new Set<string>()
  for (let i = 0; i < 400; i++) {
    const answer = new Promise<string>((resolve) => {
      worker.onmessage = ({ data }) => typeof data !== 'number' && resolve(String(data))
      setTimeout(() => resolve('hangs'), 15_000)
    })
    worker.postMessage(new Blob([new Blob([base]), new Uint8Array(17_000)]))
    found.add(await answer)
    expect(found.has('hangs'), `read ${i}`).toBe(false)
  }
  expect(found.size).toBe(1)
  worker.terminate()
}, 120_000)
