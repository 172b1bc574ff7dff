import { useId, useState } from 'react'
import type { KeyboardEvent, PointerEvent as ReactPointerEvent } from 'react'
import type { PdfRect } from '../../core/formats/format.ts'
import type { SignatureAppearance } from '../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../i18n/context.tsx'
import { AppearancePreview } from './appearance-preview.tsx'
import { boxBetween, fitBox, toBox, toPdfRect } from './geometry.ts'
import type { Box, PageSpace } from './geometry.ts'

type Corner = 'nw' | 'ne' | 'sw' | 'se'
const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se']
const STEP_POINTS = 4

type Props = Readonly<{
  space: PageSpace
  /** px per point as seen */
  scale: number
  rect: PdfRect
  page: number
  /** Null while the font is loaded. */
  preview: SignatureAppearance | null
  onChange: (rect: PdfRect) => void
}>

/** Follows one pointer from here to its release; `done` gets the last place. */
function follow(event: ReactPointerEvent<HTMLElement>, move: (dx: number, dy: number) => void, done: () => void) {
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

function resized(box: Box, corner: Corner, dx: number, dy: number): Box {
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

/** The visible signature's place: dragged and resized by mouse or touch, moved by arrows and resized by Shift with arrows. */
export function SignatureBox({ space, scale, rect, page, preview, onChange }: Props) {
  const i18n = useI18n()
  const helpId = useId()
  const [moving, setMoving] = useState<Box | null>(null)
  const box = moving ?? toBox(space, rect)

  const drag = (event: ReactPointerEvent<HTMLElement>, change: (dx: number, dy: number) => Box) => {
    if (event.button !== 0) return
    event.stopPropagation()
    let last = box
    const move = (dx: number, dy: number) => {
      last = fitBox(change(dx, dy), space, scale)
      setMoving(last)
    }
    follow(event, move, () => {
      setMoving(null)
      onChange(toPdfRect(space, last))
    })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key]
    if (!arrow) return
    event.preventDefault()
    const step = STEP_POINTS * scale
    const [x, y] = [arrow[0] * step, arrow[1] * step]
    const next = event.shiftKey
      ? { ...box, width: box.width + x, height: box.height + y }
      : { ...box, left: box.left + x, top: box.top + y }
    onChange(toPdfRect(space, fitBox(next, space, scale)))
  }

  return (
    <div className="signature-box" style={{ left: box.left, top: box.top, width: box.width, height: box.height }}>
      <button
        type="button"
        className="face"
        aria-label={i18n.t('viewer.box', { page })}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => drag(event, (dx, dy) => ({ ...box, left: box.left + dx, top: box.top + dy }))}
      />
      {preview && (
        <span className="look">
          <AppearancePreview appearance={preview} width={box.width / scale} height={box.height / scale} />
        </span>
      )}
      <span className="visually-hidden" id={helpId}>
        {i18n.t('viewer.boxKeys')}
      </span>
      {CORNERS.map((corner) => (
        <span
          key={corner}
          className={`grip ${corner}`}
          aria-hidden="true"
          onPointerDown={(event) => drag(event, (dx, dy) => resized(box, corner, dx, dy))}
        />
      ))}
    </div>
  )
}

type DrawProps = Readonly<{ space: PageSpace; scale: number; onDraw: (rect: PdfRect) => void }>

/** The empty page under the box: dragging a mouse or pen draws it anew. A finger scrolls, and moves the box itself. */
export function DrawLayer({ space, scale, onDraw }: DrawProps) {
  const [drawn, setDrawn] = useState<Box | null>(null)
  const onPointerDown = (event: ReactPointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || event.pointerType === 'touch') return
    const edge = event.currentTarget.getBoundingClientRect()
    const [x, y] = [event.clientX - edge.left, event.clientY - edge.top]
    let last: Box | null = null
    const move = (dx: number, dy: number) => {
      last = boxBetween(x, y, x + dx, y + dy)
      setDrawn(last)
    }
    follow(event, move, () => {
      setDrawn(null)
      // A click that slipped by a few pixels is no box.
      if (last && last.width > 12 && last.height > 8) onDraw(toPdfRect(space, fitBox(last, space, scale)))
    })
  }
  return (
    <div className="draw-layer" onPointerDown={onPointerDown}>
      {drawn && <div className="drawn" style={{ ...drawn }} />}
    </div>
  )
}
