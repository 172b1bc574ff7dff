import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { FormState } from './form-state.ts'
import type { SignSession } from './session.ts'

const SHOWN = 4

type Props = Readonly<{ session: SignSession; form: FormState }>

/** Above the act: what of the form still stands in the way, each a step away, or what will be written with the signature. */
export function FormStatus({ session, form }: Props) {
  const i18n = useI18n()
  const { missing, unwritable, changed, closed } = form
  const [item] = session.items
  if (closed !== null) return <p className="small muted">{i18n.t('sign.formXfa')}</p>
  if (unwritable.length > 0) {
    return (
      <Notice tone="warn" title={i18n.t('sign.formUnwritable')}>
        <ul className="plain-list">
          {unwritable.slice(0, SHOWN).map(({ field, characters }) => (
            <li key={field.name}>
              <FieldLink session={session} name={field.name} label={field.label} /> {characters}
            </li>
          ))}
        </ul>
      </Notice>
    )
  }
  if (missing.length > 0) {
    return (
      <Notice tone="warn" title={i18n.t('sign.formMissing', { count: missing.length })}>
        <ul className="plain-list">
          {missing.slice(0, SHOWN).map((field) => (
            <li key={field.name}>
              <FieldLink session={session} name={field.name} label={field.label} />
            </li>
          ))}
          {missing.length > SHOWN && <li>{i18n.t('sign.formMore', { count: missing.length - SHOWN })}</li>}
        </ul>
      </Notice>
    )
  }
  if (changed === 0 || !item) return null
  return (
    <p className="small muted">
      {i18n.t('sign.formFilled', { count: changed })}{' '}
      <button type="button" className="link-button" onClick={() => session.clearValues(item.id)}>
        {i18n.t('sign.formReset')}
      </button>
    </p>
  )
}

function FieldLink({ session, name, label }: { session: SignSession; name: string; label: string }) {
  return (
    <button type="button" className="link-button break" onClick={() => session.show({ field: name })}>
      {label}
    </button>
  )
}
