import { expect, test } from 'vitest'
import { changedAreas, type Pixels } from './changed-areas.ts'

const WIDTH = 200
const HEIGHT = 120

/** White, with black rectangles [left, top, width, height]. */
function picture(...boxes: readonly (readonly [number, number, number, number])[]): Pixels {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255)
  for (const [left, top, width, height] of boxes) {
    for (let y = top; y < top + height; y++) data.fill(0, (y * WIDTH + left) * 4, (y * WIDTH + left + width) * 4)
  }
  return { data, width: WIDTH, height: HEIGHT }
}

test('the same picture differs nowhere, nor by rounding', () => {
  expect(changedAreas(picture([10, 10, 20, 20]), picture([10, 10, 20, 20]))).toEqual([])
  const rounded = { ...picture(), data: picture().data.map((value) => value - 2) }
  expect(changedAreas(picture(), rounded)).toEqual([])
})

test('one area around each group of differences, also of one pixel', () => {
  const areas = changedAreas(picture([10, 10, 1, 1]), picture([100, 80, 30, 10], [140, 80, 4, 4]))
  expect(areas).toEqual([
    { left: 8, top: 8, width: 8, height: 8 },
    { left: 96, top: 80, width: 48, height: 16 },
  ])
})

test('areas end at the edge of the picture', () => {
  expect(changedAreas(picture(), picture([190, 110, 10, 10]))).toEqual([{ left: 184, top: 104, width: 16, height: 16 }])
})

test('scattered everywhere: one area around all', () => {
  const dots = Array.from({ length: 20 }, (_, i) => [(i % 5) * 40, Math.floor(i / 5) * 30, 2, 2] as const)
  expect(changedAreas(picture(), picture(...dots))).toEqual([{ left: 0, top: 0, width: 168, height: 96 }])
})

test('another size: the whole page', () => {
  const small = { data: new Uint8ClampedArray(4), width: 1, height: 1 }
  expect(changedAreas(small, picture())).toEqual([{ left: 0, top: 0, width: WIDTH, height: HEIGHT }])
})
