import { useId, useState } from 'react'
import type { KeyboardEvent, PointerEvent as ReactPointerEvent } from 'react'
import type { PdfRect } from '../../core/formats/format.ts'
import type { SignatureAppearance } from '../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../i18n/context.tsx'
import { AppearancePreview } from './appearance-preview.tsx'
import { boxBetween, fitBox, toBox, toPdfRect } from './geometry.ts'
import type { Box, PageSpace } from './geometry.ts'
import { CORNERS, follow, resized, stepped } from './move-box.ts'

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
    const next = stepped(box, event, scale)
    if (!next) return
    event.preventDefault()
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
