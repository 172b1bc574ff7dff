import { afterEach, expect, test, vi } from 'vitest'
import { afterPaint } from './after-paint.ts'

afterEach(() => vi.restoreAllMocks())

test('what was put into the page has had its frame, and one more for what was pressed', async () => {
  const frames: FrameRequestCallback[] = []
  vi.spyOn(window, 'requestAnimationFrame').mockImplementation((callback) => frames.push(callback))
  let painted = false
  const wait = afterPaint().then(() => (painted = true))
  for (const frame of [1, 2]) {
    expect(frames).toHaveLength(frame)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(painted).toBe(false)
    frames[frame - 1]?.(performance.now())
  }
  await wait
})

test('a page that is never drawn is not waited for', async () => {
  vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0)
  const started = performance.now()
  await afterPaint()
  expect(performance.now() - started).toBeGreaterThan(100)
})
