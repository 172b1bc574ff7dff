import type { FieldKind, FieldRect } from '../../../core/envelope/manifest.ts'
import { fitBox, toBox, toPdfRect } from '../../viewer/geometry.ts'
import type { Box, PageSpace } from '../../viewer/geometry.ts'
import type { DraftField } from './draft.ts'

type Size = Readonly<{ width: number; height: number }>

/** As first put on the page, and the least that can still be read, in points. */
const SIZES: Readonly<Record<FieldKind, Readonly<{ first: Size; least: Size }>>> = {
  signature: { first: { width: 180, height: 56 }, least: { width: 72, height: 28 } },
  name: { first: { width: 180, height: 20 }, least: { width: 40, height: 12 } },
  company: { first: { width: 180, height: 20 }, least: { width: 40, height: 12 } },
  date: { first: { width: 110, height: 20 }, least: { width: 40, height: 12 } },
  text: { first: { width: 180, height: 20 }, least: { width: 40, height: 12 } },
  mark: { first: { width: 44, height: 24 }, least: { width: 20, height: 12 } },
  checkbox: { first: { width: 14, height: 14 }, least: { width: 9, height: 9 } },
}

const GRID = 12
const MARGIN = 40

/** Kept on the page and large enough for what goes in. `scale` px per point as seen. */
export function fitField(kind: FieldKind, box: Box, space: PageSpace, scale: number): Box {
  return fitBox(box, space, scale, SIZES[kind].least)
}

/** At a point of the page as seen: its upper left corner there. */
export function boxAt(kind: FieldKind, at: Readonly<{ x: number; y: number }>, space: PageSpace, scale: number): Box {
  const { width, height } = SIZES[kind].first
  return fitField(kind, { left: at.x, top: at.y, width: width * scale, height: height * scale }, space, scale)
}

/** Its name stands beside a box, so that much room is left to the right of it (points). */
const BESIDE_BOX = 90

/**
 * The first place from the lower left upwards that no field has, and no text if that can be; null: the page is full of fields.
 *
 * @param space the page at one px per point
 * @param texts where words lie on it
 */
export function freeBox(
  kind: FieldKind,
  page: number,
  fields: readonly DraftField[],
  space: PageSpace,
  texts: readonly FieldRect[],
): Box | null {
  const taken = fields
    .filter((field) => field.page === page)
    .map((field) => {
      const box = toBox(space, field.rect)
      return field.kind === 'checkbox' ? { ...box, width: box.width + BESIDE_BOX } : box
    })
  const words = texts.map((rect) => toBox(space, rect))
  return firstFree(kind, space, [...taken, ...words]) ?? firstFree(kind, space, taken)
}

function firstFree(kind: FieldKind, space: PageSpace, taken: readonly Box[]): Box | null {
  const { width, height } = SIZES[kind].first
  const reach = kind === 'checkbox' ? BESIDE_BOX : width
  for (let top = space.height - MARGIN - height; top >= MARGIN; top -= GRID) {
    for (let left = MARGIN; left + width <= space.width - MARGIN; left += GRID) {
      const box = { left, top, width, height }
      if (!taken.some((other) => touch({ ...box, width: reach }, other))) return box
    }
  }
  return null
}

/** Some room between, so that borders do not run into each other (points). */
const BETWEEN = 4

const touch = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width + BETWEEN &&
  b.left < a.left + a.width + BETWEEN &&
  a.top < b.top + b.height + BETWEEN &&
  b.top < a.top + a.height + BETWEEN

/** The same size and distance from the upper left corner on another page. */
export function onOtherPage(field: DraftField, from: PageSpace, to: PageSpace): DraftField['rect'] {
  return toPdfRect(to, fitField(field.kind, toBox(from, field.rect), to, 1))
}
