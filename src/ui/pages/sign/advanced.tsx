import { useId } from 'react'
import { openFields } from '../../../app/form-values.ts'
import type { DocMdp } from '../../../core/pdf/restrictions.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { formOf } from './form-state.ts'
import type { SignSession } from './session.ts'

const LEVELS = [1, 2, 3] as const satisfies readonly DocMdp[]

/** What an author may want of the first signature: to certify the document, and to close its form. Of one document only. */
export function AdvancedChoice({ session, disabled }: { session: SignSession; disabled: boolean }) {
  const i18n = useI18n()
  const id = useId()
  const { items, author, setAuthor } = session
  const [item = null, ...others] = items
  const pdf = others.length === 0 ? item?.inspection?.pdf : null
  const form = others.length === 0 ? formOf(item, session) : null
  const fields = openFields(form).length > 0 ? (form?.fields ?? []).map(({ name }) => name) : []
  if (!pdf?.mayCertify && fields.length === 0) return null
  const { certify, lock } = author
  return (
    <details className="details advanced">
      <summary>
        <Icon name="chevron" />
        {i18n.t('sign.advanced')}
      </summary>
      <fieldset className="stack-tight" disabled={disabled}>
        {pdf?.mayCertify && (
          <div className="field">
            <label htmlFor={`${id}-certify`}>{i18n.t('sign.certify')}</label>
            <select
              id={`${id}-certify`}
              className="select"
              aria-describedby={`${id}-means`}
              value={certify ?? 0}
              onChange={(event) => setAuthor({ certify: LEVELS.find((level) => level === Number(event.target.value)) })}
            >
              <option value={0}>{i18n.t('sign.certify_0')}</option>
              {LEVELS.map((level) => (
                <option key={level} value={level}>
                  {i18n.t(`sign.certify_${level}`)}
                </option>
              ))}
            </select>
            <p className="hint" id={`${id}-means`}>
              {i18n.t('sign.certifyMeans')}
            </p>
          </div>
        )}
        {fields.length > 0 && (
          <label className="choice">
            <input
              type="checkbox"
              checked={lock !== undefined}
              // By name, and not all there will ever be: a later time-stamp or evidence must stay possible.
              onChange={(event) =>
                setAuthor({ lock: event.target.checked ? { action: 'Include', fields } : undefined })
              }
            />
            <span>{i18n.t('sign.lockFields')}</span>
            <span className="hint">{i18n.t('sign.lockFieldsMeans')}</span>
          </label>
        )}
      </fieldset>
    </details>
  )
}
