import type { EnvelopeField, FieldRect } from '../../../core/envelope/manifest.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { toBox } from '../../viewer/geometry.ts'
import type { PageSpace } from '../../viewer/geometry.ts'
import type { Answers } from './answers.ts'
import { fieldName } from './field-boxes.tsx'
import '../../styles/answer-marks.css'

type Props = Readonly<{
  space: PageSpace
  /** px per point as seen */
  scale: number
  page: number
  view: EnvelopeView
  /** Whose fields can be filled now; null: nobody's. */
  who: string | null
  answers: Answers | null
  missing: ReadonlySet<string>
  /** Today, as it will be written. */
  date: string
  onPick: (field: EnvelopeField) => void
}>

type Placed = EnvelopeField & Readonly<{ rect: FieldRect }>

const isPlaced = (field: EnvelopeField): field is Placed => field.rect !== null

/**
 * Where on the page something is still to be filled: one's own to be pressed, the others' as places. Out of the reading
 * order: the same fields stand in the panel, with their labels.
 */
export function AnswerMarks({ space, scale, page, view, who, answers, missing, date, onPick }: Props) {
  const i18n = useI18n()
  return view.signatories.flatMap(({ signatory, state, fields }) => {
    if (state.status === 'signed' || state.status === 'pending') return []
    const filled = new Set(fields.filter(({ value }) => value !== null).map(({ field }) => field.name))
    const placed = signatory.fields.filter(isPlaced).filter((field) => field.page === page && !filled.has(field.name))
    return placed.map((field) => {
      const style = boxStyle(toBox(space, field.rect), scale)
      const own = signatory.id === who
      const text = own && answers ? ownText(field, answers, date) : ''
      const name = fieldName(i18n.t(`envelope.field_${field.kind}`), field)
      if (!own) {
        return (
          <span key={field.name} className="answer-place" style={style} aria-hidden="true">
            <span className="ellipsis">{field.kind === 'checkbox' ? '' : `${signatory.name}: ${name}`}</span>
          </span>
        )
      }
      return (
        <button
          key={field.name}
          type="button"
          className="answer-mark"
          tabIndex={-1}
          aria-hidden="true"
          data-kind={field.kind}
          data-filled={text !== ''}
          data-missing={missing.has(field.name)}
          title={name}
          style={style}
          onClick={() => onPick(field)}
        >
          {field.kind === 'checkbox' ? (
            text !== '' && <Icon name="check" />
          ) : (
            <span className="ellipsis">{text || name}</span>
          )}
        </button>
      )
    })
  })
}

function boxStyle(box: Readonly<{ left: number; top: number; width: number; height: number }>, scale: number) {
  return { ...box, fontSize: Math.max(8, Math.min(box.height * 0.62, 13 * scale)) }
}

function ownText(field: EnvelopeField, answers: Answers, date: string): string {
  switch (field.kind) {
    case 'name':
      return answers.name
    case 'company':
      return answers.company
    case 'date':
      return date
    case 'signature':
      return ''
    case 'checkbox':
      return answers.values[field.name] === true ? 'x' : ''
    case 'text':
    case 'mark':
      return String(answers.values[field.name] ?? '')
  }
}
