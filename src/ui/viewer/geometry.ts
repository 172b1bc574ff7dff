import type { PdfRect } from '../../core/formats/format.ts'

/** What pdf.js's PageViewport knows: it accounts for /Rotate, the crop box and /UserUnit. Lengths in CSS px. */
export interface PageSpace {
  readonly width: number
  readonly height: number
  convertToPdfPoint(x: number, y: number): readonly number[]
  convertToViewportPoint(x: number, y: number): readonly number[]
}

/** As seen: px from the page's upper left corner. */
export type Box = Readonly<{ left: number; top: number; width: number; height: number }>

/** Smaller than this nothing can be read in it (px at scale 1). */
export const MIN_BOX = { width: 40, height: 16 } as const

function span(a: readonly number[], b: readonly number[]): { low: [number, number]; high: [number, number] } {
  const [ax = 0, ay = 0] = a
  const [bx = 0, by = 0] = b
  return { low: [Math.min(ax, bx), Math.min(ay, by)], high: [Math.max(ax, bx), Math.max(ay, by)] }
}

const hundredth = (value: number) => Math.round(value * 100) / 100

/** Into the page's default user space, whatever its rotation; lower left corner first. */
export function toPdfRect(space: PageSpace, box: Box): PdfRect {
  const { low, high } = span(
    space.convertToPdfPoint(box.left, box.top),
    space.convertToPdfPoint(box.left + box.width, box.top + box.height),
  )
  return [hundredth(low[0]), hundredth(low[1]), hundredth(high[0]), hundredth(high[1])]
}

export function toBox(space: PageSpace, rect: PdfRect): Box {
  const { low, high } = span(
    space.convertToViewportPoint(rect[0], rect[1]),
    space.convertToViewportPoint(rect[2], rect[3]),
  )
  return { left: low[0], top: low[1], width: high[0] - low[0], height: high[1] - low[1] }
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high))

/** Kept on the page and no smaller than can be read; the size gives way before the place does. */
export function fitBox(
  box: Box,
  page: { width: number; height: number },
  scale: number,
  least: { width: number; height: number } = MIN_BOX,
): Box {
  const width = clamp(box.width, Math.min(least.width * scale, page.width), page.width)
  const height = clamp(box.height, Math.min(least.height * scale, page.height), page.height)
  return { left: clamp(box.left, 0, page.width - width), top: clamp(box.top, 0, page.height - height), width, height }
}

/** Between two corners, in any order. */
export function boxBetween(x1: number, y1: number, x2: number, y2: number): Box {
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) }
}

/** Where a new signature is proposed: lower right, clear of the margin; never wider than the page. */
export function proposedBox(page: { width: number; height: number }, scale: number): Box {
  const width = Math.min(200 * scale, page.width * 0.6)
  const height = Math.min(64 * scale, page.height * 0.2)
  const margin = Math.min(40 * scale, page.width * 0.08)
  return fitBox(
    { left: page.width - margin - width, top: page.height - 1.6 * margin - height, width, height },
    page,
    scale,
  )
}

/** 72 points of 25.4 mm: what people measure paper in. `scale` px per point. */
export function toMillimetres(px: number, scale: number): number {
  return Math.round((px / scale) * (25.4 / 72) * 10) / 10
}

export function fromMillimetres(mm: number, scale: number): number {
  return mm * (72 / 25.4) * scale
}
