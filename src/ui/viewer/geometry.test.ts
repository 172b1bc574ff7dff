import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boxBetween, fitBox, fromMillimetres, proposedBox, toBox, toMillimetres, toPdfRect } from './geometry.ts'
import type { PageSpace } from './geometry.ts'

/** The transform of ISO 32000-2, 8.3.2.3 and 14.11.2: crop box, /Rotate clockwise, /UserUnit, y downwards. */
function pageSpace(
  view: readonly [number, number, number, number],
  rotate: 0 | 90 | 180 | 270,
  scale: number,
): PageSpace {
  const [x0, y0, x1, y1] = view
  const [w, h] = [(x1 - x0) * scale, (y1 - y0) * scale]
  const sideways = rotate % 180 !== 0
  const forward = (x: number, y: number): [number, number] => {
    const [u, v] = [(x - x0) * scale, (y - y0) * scale]
    if (rotate === 0) return [u, h - v]
    if (rotate === 90) return [v, u]
    return rotate === 180 ? [w - u, v] : [h - v, w - u]
  }
  const backward = (a: number, b: number): [number, number] => {
    if (rotate === 0) return [x0 + a / scale, y0 + (h - b) / scale]
    if (rotate === 90) return [x0 + b / scale, y0 + a / scale]
    return rotate === 180 ? [x0 + (w - a) / scale, y0 + b / scale] : [x0 + (w - b) / scale, y0 + (h - a) / scale]
  }
  return {
    width: sideways ? h : w,
    height: sideways ? w : h,
    convertToPdfPoint: backward,
    convertToViewportPoint: forward,
  }
}

const A4 = [0, 0, 595, 842] as const
const CROPPED = [50, 100, 450, 700] as const

describe('from what is seen to the PDF', () => {
  test('on an upright page the upper left corner is the highest y', () => {
    expect(toPdfRect(pageSpace(A4, 0, 1), { left: 10, top: 20, width: 100, height: 30 })).toEqual([10, 792, 110, 822])
  })

  test('at any scale the same place on paper', () => {
    expect(toPdfRect(pageSpace(A4, 0, 2), { left: 20, top: 40, width: 200, height: 60 })).toEqual([10, 792, 110, 822])
  })

  test('a page rotated by 90: its upper left corner is the lower left of the paper', () => {
    expect(toPdfRect(pageSpace(A4, 90, 1), { left: 0, top: 0, width: 100, height: 30 })).toEqual([0, 0, 30, 100])
  })

  test('upside down', () => {
    expect(toPdfRect(pageSpace(A4, 180, 1), { left: 0, top: 0, width: 100, height: 30 })).toEqual([495, 0, 595, 30])
  })

  test('rotated by 270', () => {
    expect(toPdfRect(pageSpace(A4, 270, 1), { left: 0, top: 0, width: 100, height: 30 })).toEqual([565, 742, 595, 842])
  })

  test('a crop box shifts the origin', () => {
    expect(toPdfRect(pageSpace(CROPPED, 0, 1), { left: 0, top: 0, width: 10, height: 10 })).toEqual([50, 690, 60, 700])
  })

  test('there and back is the same box, on any page', () => {
    const rotations = fc.constantFrom(0, 90, 180, 270) as fc.Arbitrary<0 | 90 | 180 | 270>
    const side = fc.double({ min: 1, max: 300, noNaN: true })
    fc.assert(
      fc.property(
        rotations,
        fc.constantFrom(A4, CROPPED),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        side,
        side,
        (rotate, view, scale, left, top) => {
          const space = pageSpace(view, rotate, scale)
          const box = { left, top, width: 80, height: 40 }
          const back = toBox(space, toPdfRect(space, box))
          // Rectangles are kept to hundredths of a point.
          for (const part of ['left', 'top', 'width', 'height'] as const) {
            expect(Math.abs(back[part] - box[part])).toBeLessThan(0.02 * scale + 1e-9)
          }
        },
      ),
      { seed: 7 },
    )
  })
})

describe('a box stays on its page', () => {
  const page = { width: 600, height: 800 }

  test('whatever was dragged where', () => {
    const number = fc.double({ min: -3000, max: 3000, noNaN: true })
    fc.assert(
      fc.property(number, number, number, number, (left, top, width, height) => {
        const box = fitBox({ left, top, width, height }, page, 1)
        expect(box.left).toBeGreaterThanOrEqual(0)
        expect(box.top).toBeGreaterThanOrEqual(0)
        expect(box.left + box.width).toBeLessThanOrEqual(page.width + 1e-9)
        expect(box.top + box.height).toBeLessThanOrEqual(page.height + 1e-9)
        expect(box.width).toBeGreaterThanOrEqual(40)
      }),
      { seed: 7 },
    )
  })

  test('on a page smaller than the smallest box it fills the page', () => {
    expect(fitBox({ left: 5, top: 5, width: 10, height: 10 }, { width: 30, height: 12 }, 1)).toEqual({
      left: 0,
      top: 0,
      width: 30,
      height: 12,
    })
  })

  test('the proposed place lies on the page', () => {
    const box = proposedBox(page, 1)
    expect(box.left + box.width).toBeLessThan(page.width)
    expect(box.top + box.height).toBeLessThan(page.height)
  })
})

test('two corners in any order make one box', () => {
  expect(boxBetween(50, 60, 10, 20)).toEqual({ left: 10, top: 20, width: 40, height: 40 })
})

test('millimetres of paper', () => {
  expect(toMillimetres(fromMillimetres(125, 1.5), 1.5)).toBe(125)
  expect(toMillimetres(72, 1)).toBe(25.4)
})
