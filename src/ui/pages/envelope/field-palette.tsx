import { useState } from 'react'
import type { PointerEvent as ReactPointerEvent } from 'react'
import type { FieldKind } from '../../../core/envelope/manifest.ts'
import { Icon } from '../../components/icon.tsx'
import type { IconName } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { follow } from '../../viewer/move-box.ts'
import { FIELD_KINDS } from './draft.ts'

/** Where a field was let go: on this page, so many px from its upper left corner, at this scale. */
export type DropPoint = Readonly<{ page: number; x: number; y: number; width: number }>

type Props = Readonly<{
  person: number
  mayAdd: (kind: FieldKind) => boolean
  /** By click or Enter: where there is room. */
  onAdd: (kind: FieldKind) => void
  onDrop: (kind: FieldKind, at: DropPoint) => void
}>

const ICONS: Readonly<Record<FieldKind, IconName>> = {
  signature: 'pen',
  name: 'person',
  company: 'building',
  date: 'clock',
  text: 'text',
  checkbox: 'box',
  mark: 'initials',
}

/** A click that slips by this much (px) is still a click. */
const SLIP = 6

function pageUnder(x: number, y: number): DropPoint | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const page = element.closest<HTMLElement>('.pdf-page')
    if (!page) continue
    const edge = page.getBoundingClientRect()
    return { page: Number(page.dataset.page), x: x - edge.left, y: y - edge.top, width: edge.width }
  }
  return null
}

/** Kinds of fields as buttons: pressed, one lies where there is room; dragged, where it is let go. */
export function FieldPalette({ person, mayAdd, onAdd, onDrop }: Props) {
  const i18n = useI18n()
  const [ghost, setGhost] = useState<Readonly<{ kind: FieldKind; x: number; y: number }> | null>(null)
  const drag = (event: ReactPointerEvent<HTMLElement>, kind: FieldKind) => {
    if (event.button !== 0 || !mayAdd(kind)) return
    const { clientX, clientY, currentTarget } = event
    let at: Readonly<{ x: number; y: number }> | null = null
    const move = (dx: number, dy: number) => {
      if (!at && Math.hypot(dx, dy) < SLIP) return
      at = { x: clientX + dx, y: clientY + dy }
      setGhost({ kind, ...at })
    }
    follow(event, move, () => {
      setGhost(null)
      if (!at) return
      // The click that ends a drag is none.
      currentTarget.addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => currentTarget.removeEventListener('click', swallow, { capture: true }), 0)
      const point = pageUnder(at.x, at.y)
      if (point) onDrop(kind, point)
    })
  }
  return (
    <div className="field-palette" data-person={person % 8}>
      {FIELD_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          className="button small"
          aria-disabled={!mayAdd(kind)}
          onPointerDown={(event) => drag(event, kind)}
          onClick={() => mayAdd(kind) && onAdd(kind)}
        >
          <Icon name={ICONS[kind]} />
          {i18n.t(`envelope.field_${kind}`)}
        </button>
      ))}
      {ghost && (
        <span
          className="field-ghost"
          data-person={person % 8}
          style={{ left: ghost.x, top: ghost.y }}
          aria-hidden="true"
        >
          {i18n.t(`envelope.field_${ghost.kind}`)}
        </span>
      )}
    </div>
  )
}

function swallow(event: Event): void {
  event.stopPropagation()
  event.preventDefault()
}
