import type { EnvelopeField } from '../../../core/envelope/manifest.ts'
import type { SignatoryView } from '../../../core/envelope/view.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { Answers } from './answers.ts'
import { fieldName } from './field-boxes.tsx'

type Props = Readonly<{
  one: SignatoryView
  /** Begins the id of every control: `${id}-${field name}`. */
  id: string
  answers: Answers
  missing: ReadonlySet<string>
  date: string
  disabled: boolean
  onAnswers: (answers: Answers) => void
  onShowPage: (page: number) => void
}>

/** Everything that one signatory fills in, in words: name and company to be corrected, the date not. */
export function AnswerForm({ one, id, answers, missing, date, disabled, onAnswers, onShowPage }: Props) {
  const i18n = useI18n()
  const { fields } = one.signatory
  const free = fields.filter(({ kind }) => kind === 'checkbox' || kind === 'text' || kind === 'mark')
  const named = (['name', 'company'] as const).map((kind) => ({
    kind,
    field: fields.find((each) => each.kind === kind),
  }))
  const set = (name: string, value: string | boolean) =>
    onAnswers({ ...answers, values: { ...answers.values, [name]: value } })
  return (
    <fieldset className="stack" disabled={disabled}>
      <legend className="section-label">{i18n.t('envelope.fillIn')}</legend>
      {free.map((field) =>
        field.kind === 'checkbox' ? (
          <Tick
            key={field.name}
            id={`${id}-${field.name}`}
            field={field}
            ticked={answers.values[field.name] === true}
            missing={missing.has(field.name)}
            onTick={(ticked) => set(field.name, ticked)}
            onFocus={() => onShowPage(field.page)}
          />
        ) : (
          <TextAnswer
            key={field.name}
            id={`${id}-${field.name}`}
            label={fieldName(i18n.t(`envelope.field_${field.kind}`), field)}
            required={field.required}
            hint={field.suggestion ? i18n.t('envelope.suggested') : null}
            value={String(answers.values[field.name] ?? '')}
            missing={missing.has(field.name)}
            onText={(text) => set(field.name, text)}
            onFocus={() => onShowPage(field.page)}
          />
        ),
      )}
      {named.map(({ kind, field }) => (
        <TextAnswer
          key={kind}
          id={`${id}-${field?.name ?? kind}`}
          label={i18n.t(kind === 'name' ? 'envelope.yourName' : 'envelope.yourCompany')}
          required={field?.required ?? kind === 'name'}
          hint={kind === 'name' ? i18n.t('envelope.correctIt') : null}
          value={answers[kind]}
          missing={field !== undefined && missing.has(field.name)}
          onText={(text) => onAnswers({ ...answers, [kind]: text })}
          onFocus={() => field && onShowPage(field.page)}
        />
      ))}
      <dl className="facts">
        <dt>{i18n.t('envelope.field_date')}</dt>
        <dd>
          {date} <span className="muted">{i18n.t('envelope.dateAutomatic')}</span>
        </dd>
      </dl>
    </fieldset>
  )
}

type TickProps = Readonly<{
  id: string
  field: EnvelopeField
  ticked: boolean
  missing: boolean
  onTick: (ticked: boolean) => void
  onFocus: () => void
}>

function Tick({ id, field, ticked, missing, onTick, onFocus }: TickProps) {
  const i18n = useI18n()
  return (
    <div className="tick" data-missing={missing}>
      <label className="choice">
        <input
          id={id}
          type="checkbox"
          checked={ticked}
          required={field.required}
          aria-invalid={missing}
          aria-describedby={missing ? `${id}-problem` : undefined}
          onFocus={onFocus}
          onChange={(event) => onTick(event.target.checked)}
        />
        <span className="break">
          {fieldName(i18n.t('envelope.field_checkbox'), field)}
          {!field.required && <span className="muted"> {i18n.t('sign.optionalMark')}</span>}
        </span>
      </label>
      {missing && (
        <p className="small text-bad" id={`${id}-problem`}>
          {i18n.t('envelope.tickThis')}
        </p>
      )}
    </div>
  )
}

type TextProps = Readonly<{
  id: string
  label: string
  required: boolean
  hint: string | null
  value: string
  missing: boolean
  onText: (text: string) => void
  onFocus: () => void
}>

function TextAnswer({ id, label, required, hint, value, missing, onText, onFocus }: TextProps) {
  const i18n = useI18n()
  const note = missing ? i18n.t('envelope.fillThis') : hint
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {!required && <span className="muted">{i18n.t('sign.optionalMark')}</span>}
      </label>
      <input
        id={id}
        className="input"
        maxLength={2000}
        value={value}
        required={required}
        aria-invalid={missing}
        aria-describedby={note === null ? undefined : `${id}-note`}
        onFocus={onFocus}
        onChange={(event) => onText(event.target.value)}
      />
      {note !== null && (
        <p className={missing ? 'problem' : 'hint'} id={`${id}-note`}>
          {note}
        </p>
      )}
    </div>
  )
}
