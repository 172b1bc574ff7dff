import type { KeyboardEvent, PointerEvent as ReactPointerEvent } from 'react'
import { boxBetween } from './geometry.ts'
import type { Box } from './geometry.ts'

export type Corner = 'nw' | 'ne' | 'sw' | 'se'
export const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se']
const STEP_POINTS = 4

/** Follows one pointer from here to its release, in CSS px from where it went down. */
export function follow(
  event: ReactPointerEvent<HTMLElement>,
  move: (dx: number, dy: number) => void,
  done: () => void,
): void {
  const target = event.currentTarget
  const { clientX, clientY, pointerId } = event
  const controller = new AbortController()
  const { signal } = controller
  target.setPointerCapture(pointerId)
  const onMove = (at: PointerEvent) => move(at.clientX - clientX, at.clientY - clientY)
  target.addEventListener('pointermove', onMove, { signal })
  const end = () => {
    controller.abort()
    done()
  }
  target.addEventListener('pointerup', end, { signal })
  target.addEventListener('pointercancel', end, { signal })
}

export function resized(box: Box, corner: Corner, dx: number, dy: number): Box {
  const left = corner.endsWith('w') ? box.left + dx : box.left
  const right = box.left + box.width + (corner.endsWith('e') ? dx : 0)
  const top = corner.startsWith('n') ? box.top + dy : box.top
  const bottom = box.top + box.height + (corner.startsWith('s') ? dy : 0)
  return boxBetween(left, top, right, bottom)
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Arrows move, Shift with arrows resizes, Alt makes the steps of one point; null: another key. @param scale px per point */
export function stepped(box: Box, event: KeyboardEvent, scale: number): Box | null {
  const arrow = ARROWS[event.key]
  if (!arrow) return null
  const step = (event.altKey ? 1 : STEP_POINTS) * scale
  const [x, y] = [arrow[0] * step, arrow[1] * step]
  return event.shiftKey
    ? { ...box, width: box.width + x, height: box.height + y }
    : { ...box, left: box.left + x, top: box.top + y }
}
