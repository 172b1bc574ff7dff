import type { Box } from './geometry.ts'

/** RGBA rows, as a canvas gives them. */
export type Pixels = Readonly<{ data: Uint8ClampedArray; width: number; height: number }>

/** The raster in which differences are gathered, px. */
const CELL = 8
/** Cells no further apart than this are one area. */
const NEAR = 2
/** More areas than this say nothing to anybody: then one around them all. */
const MAX_AREAS = 12
/** Of 255; the same drawing gives the same pixels, but for rounding. */
const TOLERANCE = 2

/** Where two pictures of one page differ, in px of the pictures, top to bottom; empty: nowhere. Of another size: everywhere. */
export function changedAreas(before: Pixels, after: Pixels): readonly Box[] {
  const { width, height } = after
  if (before.width !== width || before.height !== height) return [{ left: 0, top: 0, width, height }]
  const columns = Math.ceil(width / CELL)
  const rows = Math.ceil(height / CELL)
  const open = changedCells(before, after, columns)
  const areas: Box[] = []
  for (const start of open) {
    const area = gather(start, open, columns, rows)
    const [left, top] = [area.left * CELL, area.top * CELL]
    areas.push({
      left,
      top,
      width: Math.min((area.right + 1) * CELL, width) - left,
      height: Math.min((area.bottom + 1) * CELL, height) - top,
    })
  }
  return areas.length > MAX_AREAS ? [around(areas)] : areas
}

function changedCells(before: Pixels, after: Pixels, columns: number): Set<number> {
  const cells = new Set<number>()
  const { width } = after
  for (let i = 0; i < after.data.length; i++) {
    if (Math.abs((before.data[i] ?? 0) - (after.data[i] ?? 0)) <= TOLERANCE) continue
    const pixel = i >> 2
    const x = pixel % width
    cells.add(Math.floor((pixel - x) / width / CELL) * columns + Math.floor(x / CELL))
  }
  return cells
}

type Cells = { left: number; top: number; right: number; bottom: number }

/** Takes a cell and all that lie near it out of `open`. */
function gather(start: number, open: Set<number>, columns: number, rows: number): Cells {
  const area = { left: columns, top: rows, right: 0, bottom: 0 }
  const waiting = [start]
  open.delete(start)
  for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
    const x = cell % columns
    const y = Math.floor(cell / columns)
    area.left = Math.min(area.left, x)
    area.right = Math.max(area.right, x)
    area.top = Math.min(area.top, y)
    area.bottom = Math.max(area.bottom, y)
    for (let ny = Math.max(0, y - NEAR); ny <= Math.min(rows - 1, y + NEAR); ny++) {
      for (let nx = Math.max(0, x - NEAR); nx <= Math.min(columns - 1, x + NEAR); nx++) {
        if (open.delete(ny * columns + nx)) waiting.push(ny * columns + nx)
      }
    }
  }
  return area
}

function around(areas: readonly Box[]): Box {
  const left = Math.min(...areas.map((area) => area.left))
  const top = Math.min(...areas.map((area) => area.top))
  const right = Math.max(...areas.map((area) => area.left + area.width))
  const bottom = Math.max(...areas.map((area) => area.top + area.height))
  return { left, top, width: right - left, height: bottom - top }
}
