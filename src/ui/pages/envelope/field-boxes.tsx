import { useId, useState } from 'react'
import type { CSSProperties, KeyboardEvent, PointerEvent as ReactPointerEvent } from 'react'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { toBox, toPdfRect } from '../../viewer/geometry.ts'
import type { Box, PageSpace } from '../../viewer/geometry.ts'
import { CORNERS, follow, resized, stepped } from '../../viewer/move-box.ts'
import { overlapping } from './draft.ts'
import type { DraftField, DraftPerson } from './draft.ts'
import { PersonMark } from './person-mark.tsx'
import { fitField } from './place-field.ts'

type Props = Readonly<{
  space: PageSpace
  /** px per point as seen */
  scale: number
  page: number
  fields: readonly DraftField[]
  people: readonly DraftPerson[]
  chosen: number | null
  onChoose: (id: number) => void
  onChange: (field: DraftField) => void
  onRemove: (id: number) => void
}>

/** What each person will fill in, where it lies on the page. */
export function FieldBoxes(props: Props) {
  const { fields, page } = props
  return fields
    .filter((field) => field.page === page)
    .map((field) => <FieldBox key={field.id} {...props} field={field} />)
}

/** Moved by mouse, touch and arrows. Where it would lie on another it is shown refused, and goes back when it is let go. */
function FieldBox({
  field,
  space,
  scale,
  fields,
  people,
  chosen,
  onChoose,
  onChange,
  onRemove,
}: Props & { field: DraftField }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const helpId = useId()
  const [moving, setMoving] = useState<Box | null>(null)
  const box = moving ?? toBox(space, field.rect)
  const clash = moving ? overlapping(fields, { ...field, rect: toPdfRect(space, moving) }) : null
  const beside = labelBeside(box, space)
  const index = people.findIndex((one) => one.id === field.person)
  const person = people[index]
  const nameOf = (one: DraftField) => fieldName(i18n.t(`envelope.field_${one.kind}`), one)

  /** @returns whether it may lie there */
  const settle = (next: Box): boolean => {
    const rect = toPdfRect(space, next)
    if (overlapping(fields, { ...field, rect })) return false
    onChange({ ...field, rect })
    return true
  }
  const drag = (event: ReactPointerEvent<HTMLElement>, change: (dx: number, dy: number) => Box) => {
    if (event.button !== 0) return
    event.stopPropagation()
    onChoose(field.id)
    let last = box
    const move = (dx: number, dy: number) => {
      last = fitField(field.kind, change(dx, dy), space, scale)
      setMoving(last)
    }
    follow(event, move, () => {
      setMoving(null)
      if (!settle(last)) announce(i18n.t('preparing.overlapRefused'))
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault()
      return onRemove(field.id)
    }
    const wanted = stepped(box, event, scale)
    if (!wanted) return
    event.preventDefault()
    const next = fitField(field.kind, wanted, space, scale)
    if (settle(next)) return setMoving(null)
    // Arrows may pass over another field; only staying there is refused.
    setMoving(next)
    announce(i18n.t('preparing.overlapHere'))
  }
  const onBlur = () => {
    if (moving) announce(i18n.t('preparing.overlapRefused'))
    setMoving(null)
  }

  return (
    <div
      className="field-box"
      data-person={index % 8}
      data-kind={field.kind}
      data-chosen={chosen === field.id}
      data-refused={clash !== null}
      data-beside={beside.side}
      style={{ left: box.left, top: box.top, width: box.width, height: box.height, ...roomOf(beside) }}
    >
      <button
        type="button"
        className="face"
        data-field={field.id}
        aria-label={i18n.t('preparing.fieldOf', {
          field: nameOf(field),
          person: personName(i18n.t('preparing.person', { number: index + 1 }), person),
          page: field.page,
        })}
        aria-describedby={helpId}
        aria-pressed={chosen === field.id}
        onFocus={() => onChoose(field.id)}
        onBlur={onBlur}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => drag(event, (dx, dy) => ({ ...box, left: box.left + dx, top: box.top + dy }))}
      >
        <PersonMark index={index} />
        <span className="ellipsis">{nameOf(field)}</span>
      </button>
      <span className="visually-hidden" id={helpId}>
        {i18n.t('preparing.fieldKeys')}
      </span>
      {clash && <span className="refused-note">{i18n.t('preparing.overlapsWith', { field: nameOf(clash) })}</span>}
      {chosen === field.id &&
        CORNERS.map((corner) => (
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

/** A label as long as this is read beside a box on its right, px; where there is less room it goes to the roomier side. */
const LABEL = 120

type Beside = Readonly<{ side: 'right' | 'left'; room: number }>

/** The label of a check box stands beside it, and stays on the page. */
export function labelBeside({ left, width }: Box, page: Pick<PageSpace, 'width'>): Beside {
  const [before, after] = [left, page.width - left - width]
  return after >= LABEL || after >= before ? { side: 'right', room: after } : { side: 'left', room: before }
}

const roomOf = ({ room }: Beside) => ({ '--room': `${String(Math.max(0, Math.floor(room - 6)))}px` }) as CSSProperties

/** What its author called it, else what it is. */
export const fieldName = (kind: string, field: Readonly<{ label?: string }>): string => field.label?.trim() || kind

export const personName = (unnamed: string, person: Readonly<{ name: string }> | undefined): string =>
  person?.name.trim() || unnamed
