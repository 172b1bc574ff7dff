import { useRef, useState } from 'react'
import type { PointerEvent as ReactPointerEvent } from 'react'
import type { SignatureMark } from '../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../i18n/context.tsx'
import { Dialog } from './dialog.tsx'

const SIZE = { width: 440, height: 160 } as const
const THICKNESS = 3
const MARGIN = 4

type Props = Readonly<{ onClose: () => void; onMark: (mark: SignatureMark) => void }>

/** Cut to what was drawn, so that the mark fills the room it gets. */
function cropped(paths: readonly (readonly number[])[]): SignatureMark {
  const xs = paths.flatMap((path) => path.filter((_each, index) => index % 2 === 0))
  const ys = paths.flatMap((path) => path.filter((_each, index) => index % 2 === 1))
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN]
  const shift = (value: number, index: number) => Math.round((value - (index % 2 === 0 ? left : top)) * 10) / 10
  return {
    kind: 'strokes',
    width: Math.max(...xs) + MARGIN - left,
    height: Math.max(...ys) + MARGIN - top,
    thickness: THICKNESS,
    paths: paths.map((path) => path.map(shift)),
  }
}

/** A place to draw one's hand by mouse, pen or finger. A decoration: the certificate signs, not the drawing. */
export function MarkPad({ onClose, onMark }: Props) {
  const i18n = useI18n()
  const [paths, setPaths] = useState<readonly (readonly number[])[]>([])
  const drawing = useRef(false)
  const point = (event: ReactPointerEvent<SVGSVGElement>): [number, number] => {
    const edge = event.currentTarget.getBoundingClientRect()
    const round = (value: number) => Math.round(value * 10) / 10
    return [
      round(((event.clientX - edge.left) * SIZE.width) / edge.width),
      round(((event.clientY - edge.top) * SIZE.height) / edge.height),
    ]
  }
  const onPointerDown = (event: ReactPointerEvent<SVGSVGElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drawing.current = true
    const at = point(event)
    setPaths((now) => [...now, [...at, ...at]])
  }
  const onPointerMove = (event: ReactPointerEvent<SVGSVGElement>) => {
    if (!drawing.current) return
    const at = point(event)
    setPaths((now) => [...now.slice(0, -1), [...(now.at(-1) ?? []), ...at]])
  }
  const stop = () => {
    drawing.current = false
  }
  return (
    <Dialog
      title={i18n.t('sign.drawMark')}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" disabled={paths.length === 0} onClick={() => setPaths([])}>
            {i18n.t('sign.drawAgain')}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={paths.length === 0}
            onClick={() => onMark(cropped(paths))}
          >
            {i18n.t('sign.useMark')}
          </button>
        </>
      }
    >
      <div className="stack">
        <p className="small muted">{i18n.t('sign.drawMarkMeans')}</p>
        <svg
          className="mark-pad"
          viewBox={`0 0 ${String(SIZE.width)} ${String(SIZE.height)}`}
          role="img"
          aria-label={i18n.t('sign.drawMark')}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={stop}
          onPointerCancel={stop}
        >
          <line x1="24" x2={SIZE.width - 24} y1="124" y2="124" className="base" />
          {paths.map((path, index) => (
            <path key={index} d={`M${path.slice(0, 2).join(' ')} L${path.slice(2).join(' ')}`} className="stroke" />
          ))}
        </svg>
      </div>
    </Dialog>
  )
}
