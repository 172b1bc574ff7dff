import { useId } from 'react'
import type { DraftProblem, DraftProblemId } from '../../../core/envelope/draft.ts'
import { KEY_FAMILIES } from '../../../core/envelope/manifest.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { KINDS, ROLES } from './draft.ts'
import type { DraftPerson } from './draft.ts'

type Props = Readonly<{
  person: DraftPerson
  problems: readonly DraftProblem[]
  /** There is one visa: nobody else may have it. */
  visaTaken: boolean
  onChange: (person: DraftPerson) => void
  onRemove: (() => void) | undefined
}>

/** Who a person is, what he does and with which kind of signature, each kind said for what it is. */
export function PersonForm({ person, problems, visaTaken, onChange, onRemove }: Props) {
  const i18n = useI18n()
  const id = useId()
  const acts = person.role !== 'copy'
  const problem = (wanted: DraftProblemId) => problems.find((each) => each.id === wanted)
  const malformed = problem('email-malformed') !== undefined
  return (
    <div className="person-form">
      <div className="field">
        <label htmlFor={`${id}-name`}>{i18n.t('envelope.name')}</label>
        <input
          id={`${id}-name`}
          className="input"
          maxLength={200}
          autoComplete="off"
          value={person.name}
          onChange={(event) => onChange({ ...person, name: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-company`}>
          {i18n.t('preparing.company')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
        </label>
        <input
          id={`${id}-company`}
          className="input"
          maxLength={200}
          autoComplete="off"
          value={person.company}
          onChange={(event) => onChange({ ...person, company: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-emails`}>{i18n.t('preparing.emails')}</label>
        <textarea
          id={`${id}-emails`}
          className="input"
          rows={1}
          maxLength={1000}
          autoComplete="off"
          value={person.emails}
          aria-invalid={malformed}
          aria-describedby={`${id}-emails-hint`}
          onChange={(event) => onChange({ ...person, emails: event.target.value })}
        />
        <p className={malformed ? 'problem' : 'hint'} id={`${id}-emails-hint`}>
          {i18n.t(malformed ? 'preparing.problem_email-malformed' : 'preparing.emailsHint')}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}-role`}>{i18n.t('preparing.role')}</label>
        <select
          id={`${id}-role`}
          className="select"
          value={person.role}
          aria-describedby={`${id}-role-hint`}
          onChange={(event) =>
            onChange({ ...person, role: ROLES.find((each) => each === event.target.value) ?? 'signer' })
          }
        >
          {ROLES.map((role) => (
            <option key={role} value={role} disabled={role === 'visa' && visaTaken}>
              {i18n.t(`envelope.role_${role}`)}
            </option>
          ))}
        </select>
        <p className="hint" id={`${id}-role-hint`}>
          {i18n.t(`preparing.roleMeans_${person.role}`)}
        </p>
      </div>
      {acts && (
        <fieldset className="stack-tight">
          <legend className="section-label">{i18n.t('preparing.kind')}</legend>
          <div className="choices">
            {KINDS.map((kind) => (
              <label className="choice" key={kind}>
                <input
                  type="radio"
                  name={`${id}-kind`}
                  checked={person.kind === kind}
                  disabled={kind === 'simple' && person.role === 'visa'}
                  onChange={() => onChange({ ...person, kind })}
                />
                <span>{i18n.t(`envelope.kind_${kind}`)}</span>
                {person.kind === kind && <span className="hint">{i18n.t(`preparing.kindMeans_${kind}`)}</span>}
              </label>
            ))}
          </div>
          {problem('simple-not-covered') && (
            <p className="small text-bad">{i18n.t('preparing.problem_simple-not-covered')}</p>
          )}
        </fieldset>
      )}
      {acts && person.kind !== 'simple' && <Families person={person} onChange={onChange} />}
      {acts && (
        <label className="choice">
          <input
            type="checkbox"
            checked={person.mayDelegate}
            onChange={(event) => onChange({ ...person, mayDelegate: event.target.checked })}
          />
          <span>{i18n.t('preparing.mayDelegate')}</span>
        </label>
      )}
      {onRemove && (
        <div>
          <button type="button" className="button small" onClick={onRemove}>
            <Icon name="trash" />
            {i18n.t('preparing.removePerson')}
          </button>
        </div>
      )}
    </div>
  )
}

/** Which keys may sign; none ticked is any. */
function Families({ person, onChange }: Pick<Props, 'person' | 'onChange'>) {
  const i18n = useI18n()
  const { algorithms } = person
  return (
    <details className="details" open={algorithms.length > 0}>
      <summary className="small">
        <Icon name="chevron" />
        {i18n.t('preparing.algorithms')}
      </summary>
      <fieldset className="families">
        <legend className="visually-hidden">{i18n.t('preparing.algorithms')}</legend>
        {KEY_FAMILIES.map((family) => (
          <label className="choice" key={family}>
            <input
              type="checkbox"
              checked={algorithms.includes(family)}
              onChange={(event) =>
                onChange({
                  ...person,
                  algorithms: event.target.checked
                    ? [...algorithms, family]
                    : algorithms.filter((each) => each !== family),
                })
              }
            />
            <span>{family}</span>
          </label>
        ))}
        <p className="small muted">{i18n.t('preparing.algorithmsHint')}</p>
      </fieldset>
    </details>
  )
}
