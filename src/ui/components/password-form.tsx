import { useEffect, useId, useState } from 'react'
import { useI18n } from '../i18n/context.tsx'

type PasswordProps = Readonly<{
  label: string
  tried: boolean
  onUnlock: (password: string) => void
  /** Absent: the document is of no use without. */
  onCancel?: () => void
}>

/** Asks for what opens a document. `tried`: the last one did not. */
export function PasswordForm({ label, tried, onUnlock, onCancel }: PasswordProps) {
  const i18n = useI18n()
  const id = useId()
  const [empty, setEmpty] = useState(true)
  useEffect(() => {
    // Of several locked documents the first.
    if (!(document.activeElement instanceof HTMLInputElement)) document.getElementById(id)?.focus()
  }, [id])
  return (
    <form
      className="stack password-form"
      onSubmit={(event) => {
        event.preventDefault()
        const field = event.currentTarget.elements.namedItem('password')
        if (field instanceof HTMLInputElement && field.value !== '') onUnlock(field.value)
      }}
    >
      <div className="field">
        <label htmlFor={id}>{label}</label>
        <input
          id={id}
          name="password"
          className="input"
          type="password"
          autoComplete="off"
          aria-invalid={tried}
          onChange={(event) => setEmpty(event.target.value === '')}
        />
        {tried && <p className="problem">{i18n.t('sign.passwordWrong')}</p>}
      </div>
      <div className="row">
        <button type="submit" className="button" disabled={empty}>
          {i18n.t('sign.open')}
        </button>
        {onCancel && (
          <button type="button" className="button quiet" onClick={onCancel}>
            {i18n.t('common.cancel')}
          </button>
        )}
      </div>
    </form>
  )
}
