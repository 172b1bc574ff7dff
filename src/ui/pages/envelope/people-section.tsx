import { useId, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent as ReactPointerEvent } from 'react'
import type { DraftProblem } from '../../../core/envelope/draft.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { follow } from '../../viewer/move-box.ts'
import { mayJoin, movePerson, newPerson, orderKind, orderOf, settled, withOrder } from './draft.ts'
import type { DraftPerson } from './draft.ts'
import { personName } from './field-boxes.tsx'
import { PersonForm } from './person-form.tsx'
import { PersonMark } from './person-mark.tsx'

type Props = Readonly<{
  people: readonly DraftPerson[]
  problems: readonly DraftProblem[]
  onPeople: (people: readonly DraftPerson[]) => void
  onRemove: (id: string) => void
}>

/** Everybody, in the order they act; reordered by buttons, Alt with arrows, or by dragging the handle. */
export function PeopleSection({ people, problems, onPeople, onRemove }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const list = useRef<HTMLOListElement>(null)
  const [open, setOpen] = useState<string | null>(people[0]?.id ?? null)
  const [dragged, setDragged] = useState<string | null>(null)
  const steps = orderOf(people)

  const move = (id: string, to: number) => {
    const next = movePerson(people, id, to)
    const at = next.findIndex((one) => one.id === id)
    if (at === people.findIndex((one) => one.id === id)) return
    onPeople(next)
    announce(i18n.t('preparing.movedTo', { place: at + 1, count: next.length }))
  }
  const onDrag = (event: ReactPointerEvent<HTMLElement>, id: string) => {
    if (event.button !== 0) return
    setDragged(id)
    const top = event.clientY
    let order = people
    const onMove = (_dx: number, dy: number) => {
      const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect())
      const at = rows.findIndex((row) => top + dy < row.top + row.height)
      const to = at < 0 ? rows.length - 1 : at
      if (order.findIndex((one) => one.id === id) === to) return
      order = movePerson(order, id, to)
      onPeople(order)
    }
    follow(event, onMove, () => setDragged(null))
  }
  const add = () => {
    const person = newPerson(people)
    onPeople(settled([...people, person]))
    setOpen(person.id)
  }
  return (
    <div className="stack">
      <OrderChoice people={people} onPeople={onPeople} />
      <ol className="people" ref={list}>
        {people.map((person, index) => (
          <PersonRow
            key={person.id}
            person={person}
            index={index}
            of={people.length}
            step={steps.findIndex((group) => group.includes(person.id)) + 1}
            joins={mayJoin(people, index)}
            dragged={dragged === person.id}
            open={open === person.id}
            problems={problems.filter(
              ({ path }) => path.split('.')[1] === String(index) && path.startsWith('signatories.'),
            )}
            visaTaken={people.some((one) => one.role === 'visa' && one.id !== person.id)}
            onOpen={() => setOpen(open === person.id ? null : person.id)}
            onMove={(to) => move(person.id, to)}
            onDrag={(event) => onDrag(event, person.id)}
            onChange={(next) => onPeople(settled(people.map((one) => (one.id === next.id ? next : one))))}
            onRemove={people.length > 1 ? () => onRemove(person.id) : undefined}
          />
        ))}
      </ol>
      <div>
        <button type="button" className="button small" onClick={add}>
          <Icon name="plus" />
          {i18n.t('preparing.addPerson')}
        </button>
      </div>
    </div>
  )
}

/** One after another, all at once, or as the rows below say. */
function OrderChoice({ people, onPeople }: Pick<Props, 'people' | 'onPeople'>) {
  const i18n = useI18n()
  const group = useId()
  const kind = orderKind(people)
  if (!people.some((_one, index) => mayJoin(people, index))) return null
  return (
    <fieldset className="stack-tight">
      <legend className="section-label">{i18n.t('preparing.order')}</legend>
      <div className="segmented">
        {(['sequential', 'parallel', 'mixed'] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={group}
              checked={kind === each}
              disabled={each === 'mixed' && kind !== 'mixed'}
              onChange={() => each !== 'mixed' && onPeople(withOrder(people, each === 'parallel'))}
            />
            <span>{i18n.t(`preparing.order_${each}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type RowProps = Readonly<{
  person: DraftPerson
  index: number
  of: number
  /** 1-based; 0: has no turn. */
  step: number
  joins: boolean
  dragged: boolean
  open: boolean
  problems: readonly DraftProblem[]
  visaTaken: boolean
  onOpen: () => void
  onMove: (to: number) => void
  onDrag: (event: ReactPointerEvent<HTMLElement>) => void
  onChange: (person: DraftPerson) => void
  onRemove: (() => void) | undefined
}>

function PersonRow(props: RowProps) {
  const { person, index, of, step, joins, dragged, open, problems, visaTaken } = props
  const { onOpen, onMove, onDrag, onChange, onRemove } = props
  const i18n = useI18n()
  const id = useId()
  const name = personName(i18n.t('preparing.person', { number: index + 1 }), person)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    onMove(index + (event.key === 'ArrowUp' ? -1 : 1))
  }
  return (
    <li className="person-row" data-dragged={dragged} data-together={person.together}>
      <div className="person-line">
        <span className="drag-handle" aria-hidden="true" onPointerDown={onDrag}>
          <Icon name="grip" />
        </span>
        <PersonMark index={index} />
        <button
          type="button"
          className="person-open"
          aria-expanded={open}
          aria-controls={id}
          onClick={onOpen}
          onKeyDown={onKeyDown}
        >
          <span className="break">{name}</span>
          <span className="small muted break">
            {step > 0 && `${i18n.t('preparing.step', { number: step })} · `}
            {i18n.t(`envelope.role_${person.role}`)}
            {person.role !== 'copy' && ` · ${i18n.t(`envelope.kind_${person.kind}`)}`}
          </span>
        </button>
        {problems.length > 0 && !open && (
          <span className="tag warn">
            <Icon name="alert" />
            <span className="visually-hidden">{i18n.t('preparing.incomplete')}</span>
          </span>
        )}
        <span className="person-move">
          <button
            type="button"
            className="button quiet icon-only"
            aria-label={i18n.t('preparing.moveUp', { name })}
            aria-disabled={index === 0}
            onClick={() => onMove(index - 1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            className="button quiet icon-only"
            aria-label={i18n.t('preparing.moveDown', { name })}
            aria-disabled={index === of - 1}
            onClick={() => onMove(index + 1)}
          >
            <Icon name="down" />
          </button>
        </span>
      </div>
      {joins && (
        <label className="choice together">
          <input
            type="checkbox"
            checked={person.together}
            onChange={(event) => onChange({ ...person, together: event.target.checked })}
          />
          <span className="small">{i18n.t('preparing.together')}</span>
        </label>
      )}
      <div id={id} hidden={!open}>
        {open && (
          <PersonForm
            person={person}
            problems={problems}
            visaTaken={visaTaken}
            onChange={onChange}
            onRemove={onRemove}
          />
        )}
      </div>
    </li>
  )
}
