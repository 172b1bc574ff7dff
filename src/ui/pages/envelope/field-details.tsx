import { use, useId, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { fromMillimetres, toBox, toMillimetres, toPdfRect } from '../../viewer/geometry.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { useSpace } from '../../viewer/use-space.ts'
import { overlapping } from './draft.ts'
import type { DraftField } from './draft.ts'
import { fieldName } from './field-boxes.tsx'
import { fitField, onOtherPage } from './place-field.ts'
import { BindingsContext, bound } from './proposal.ts'

type Props = Readonly<{
  field: DraftField
  fields: readonly DraftField[]
  view: PdfView
  onChange: (field: DraftField) => void
  onRemove: () => void
  onShowPage: (page: number) => void
}>

const SIDES = ['left', 'top', 'width', 'height'] as const
const WORDS = ['label', 'binding', 'suggestion'] as const
type Problem = Readonly<{ input: string; text: string }>

/** The chosen field in words and exact numbers: for keyboards, and for people who know where. */
export function FieldDetails({ field, fields, view, onChange, onRemove, onShowPage }: Props) {
  const i18n = useI18n()
  const id = useId()
  const bindings = use(BindingsContext)
  const space = useSpace(view, field.page)
  const [problem, setProblem] = useState<Problem | null>(null)
  const box = space && toBox(space, field.rect)
  const problemOf = (input: string) => (problem?.input === input ? problem.text : null)

  const place = (input: string, next: DraftField) => {
    const clash = overlapping(fields, next)
    if (clash) {
      const name = fieldName(i18n.t(`envelope.field_${clash.kind}`), clash)
      return setProblem({ input, text: i18n.t('preparing.overlapsWith', { field: name }) })
    }
    setProblem(null)
    onChange(next)
  }
  const onPage = async (page: number) => {
    if (!Number.isInteger(page) || page < 1 || page > view.pages || !space) return
    const to = (await view.page(page)).getViewport({ scale: 1 })
    place('page', { ...field, page, rect: onOtherPage(field, space, to) })
    onShowPage(page)
  }
  const onSide = (side: (typeof SIDES)[number], millimetres: number) => {
    if (!space || !box || !Number.isFinite(millimetres)) return
    const next = fitField(field.kind, { ...box, [side]: fromMillimetres(millimetres, 1) }, space, 1)
    place(side, { ...field, rect: toPdfRect(space, next) })
  }
  const free = field.kind === 'text' || field.kind === 'checkbox'
  return (
    <fieldset className="field-details">
      <legend className="visually-hidden">
        {i18n.t('preparing.detailsOf', { field: fieldName(i18n.t(`envelope.field_${field.kind}`), field) })}
      </legend>
      <div className="exact">
        <NumberField
          id={`${id}-page`}
          label={i18n.t('sign.boxPage')}
          value={field.page}
          min={1}
          max={view.pages}
          problem={problemOf('page')}
          onValue={(page) => void onPage(page)}
        />
        {SIDES.map((side) => (
          <NumberField
            key={side}
            id={`${id}-${side}`}
            label={i18n.t(`sign.box_${side}`)}
            value={box ? toMillimetres(box[side], 1) : 0}
            min={0}
            max={2000}
            step={0.5}
            problem={problemOf(side)}
            onValue={(value) => onSide(side, value)}
          />
        ))}
      </div>
      {field.kind !== 'signature' &&
        WORDS.filter((word) => word === 'binding' || free || word === 'suggestion').map((word) => (
          <div className="field" key={word}>
            <label htmlFor={`${id}-${word}`}>
              {i18n.t(`preparing.${word}`)} <span className="muted">{i18n.t('sign.optionalMark')}</span>
            </label>
            <input
              id={`${id}-${word}`}
              className="input"
              maxLength={word === 'suggestion' ? 2000 : 200}
              value={field[word]}
              disabled={word === 'suggestion' && field.kind === 'date'}
              list={word === 'binding' && bindings.length > 0 ? `${id}-bindings` : undefined}
              onChange={({ target: { value } }) =>
                onChange(word === 'binding' ? bound(field, value, bindings) : { ...field, [word]: value })
              }
            />
            {word !== 'label' && <p className="hint">{i18n.t(`preparing.${word}Hint`)}</p>}
          </div>
        ))}
      <datalist id={`${id}-bindings`}>
        {bindings.map(({ name, label }) => (
          <option key={name} value={name}>
            {label ?? name}
          </option>
        ))}
      </datalist>
      {field.kind !== 'signature' && field.kind !== 'date' && (
        <label className="choice">
          <input
            type="checkbox"
            checked={field.required}
            onChange={(event) => onChange({ ...field, required: event.target.checked })}
          />
          <span>{i18n.t(field.kind === 'checkbox' ? 'preparing.mustTick' : 'preparing.mustFill')}</span>
        </label>
      )}
      <div>
        <button type="button" className="button small" onClick={onRemove}>
          <Icon name="trash" />
          {i18n.t('preparing.removeField')}
        </button>
      </div>
    </fieldset>
  )
}
