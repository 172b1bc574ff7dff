import type { StrokeMark } from './appearance.ts'

/** A pen stroke as it is drawn: from `start` along cubic Bézier curves, each two control points and an end. */
export type PenPath = Readonly<{
  start: readonly [x: number, y: number]
  curves: readonly (readonly [x1: number, y1: number, x2: number, y2: number, x: number, y: number])[]
}>

const MAX_PATHS = 2000

/**
 * Pen strokes smoothed through the middles of their segments, in units of the mark, y downwards; in the PDF and in the
 * preview alike. A tap is a dot: one curve that goes nowhere.
 */
export function penPaths({ paths }: StrokeMark): readonly PenPath[] {
  return paths.slice(0, MAX_PATHS).flatMap((path) => {
    const count = path.length >> 1
    if (count === 0 || !path.every(Number.isFinite)) return []
    const at = (i: number): [number, number] => [path[2 * i] ?? 0, path[2 * i + 1] ?? 0]
    const start = at(0)
    const curves: PenPath['curves'][number][] = []
    let [px, py] = start
    for (let i = 1; i < count; i++) {
      const [cx, cy] = at(i)
      const [nx, ny] = i + 1 < count ? at(i + 1) : [cx, cy]
      const [ex, ey] = i + 1 < count ? [(cx + nx) / 2, (cy + ny) / 2] : [cx, cy]
      // A quadratic curve through control point c, as a cubic one.
      const [ax, ay] = [px + (2 / 3) * (cx - px), py + (2 / 3) * (cy - py)]
      const [bx, by] = [ex + (2 / 3) * (cx - ex), ey + (2 / 3) * (cy - ey)]
      curves.push([ax, ay, bx, by, ex, ey])
      ;[px, py] = [ex, ey]
    }
    if (count === 1) curves.push([...start, ...start, ...start])
    return [{ start, curves }]
  })
}

/** Thickness of the pen in a box of that width, in points. */
export const penWidth = (mark: StrokeMark, width: number): number =>
  Math.max(0.3, (mark.thickness * width) / mark.width)
