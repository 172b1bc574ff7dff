import { expect, test } from 'vitest'
import { SignError } from '../../core/errors.ts'
import { readMarkPicture } from './mark-picture.ts'

async function picture(
  type: string,
  width: number,
  height: number,
  draw: (c: OffscreenCanvasRenderingContext2D) => void,
) {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  draw(context)
  return canvas.convertToBlob({ type })
}

const refusal = (file: Blob): Promise<unknown> =>
  readMarkPicture(file).then(
    () => 'read',
    (error: unknown) => (error instanceof SignError ? error.code : error),
  )

test('a PNG keeps its transparency and loses its empty margin', async () => {
  const file = await picture('image/png', 40, 30, (context) => {
    context.fillStyle = 'rgb(200 0 0 / 50%)'
    context.fillRect(10, 5, 8, 4)
  })
  const mark = await readMarkPicture(file)
  if (mark.kind !== 'image') throw new Error('no picture')
  expect([mark.width, mark.height, mark.rgba.length]).toEqual([8, 4, 128])
  const [red = 0, , , alpha = 0] = mark.rgba
  expect(red).toBeGreaterThan(195)
  expect(Math.abs(alpha - 128)).toBeLessThan(3)
})

test('a JPEG is made as large as it is of use', async () => {
  const file = await picture('image/jpeg', 1800, 600, (context) => {
    context.fillStyle = 'navy'
    context.fillRect(0, 0, 1800, 600)
  })
  expect(await readMarkPicture(file)).toMatchObject({ kind: 'image', width: 900, height: 300 })
})

test('what is hostile or no picture is refused with a code', async () => {
  const good = new Uint8Array(await (await picture('image/png', 9, 9, (c) => c.fillRect(0, 0, 9, 9))).arrayBuffer())
  const bomb = Uint8Array.from(good)
  new DataView(bomb.buffer).setUint32(16, 60_000)
  new DataView(bomb.buffer).setUint32(20, 60_000)
  const lying = Uint8Array.from(good)
  new DataView(lying.buffer).setUint32(16, 4000)
  expect(await refusal(new Blob([bomb]))).toBe('FORMAT_IMAGE_TOO_LARGE')
  expect(await refusal(new Blob([new Uint8Array(5_000_001)]))).toBe('FORMAT_IMAGE_TOO_LARGE')
  expect(await refusal(new Blob([lying]))).toBe('FORMAT_IMAGE_UNSUPPORTED')
  expect(await refusal(new Blob([good.subarray(0, 40)]))).toBe('FORMAT_IMAGE_UNSUPPORTED')
  expect(await refusal(new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/png' }))).toBe(
    'FORMAT_IMAGE_UNSUPPORTED',
  )
  expect(await refusal(new Blob([]))).toBe('FORMAT_IMAGE_UNSUPPORTED')
  const empty = await picture('image/png', 9, 9, () => undefined)
  expect(await refusal(empty)).toBe('FORMAT_IMAGE_UNSUPPORTED')
})
