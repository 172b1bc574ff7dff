import { useId, useState, useSyncExternalStore } from 'react'
import type { OpenPrompt } from '../../app/prompts.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { Dialog } from './dialog.tsx'
import { FormDialog } from './form-dialog.tsx'

/** What a token or a key file asks: its PIN, its password, or that two codes be compared. Stands once in every page. */
export function ProviderPrompts() {
  const { prompts } = useServices()
  const current = useSyncExternalStore(prompts.onChange, prompts.current)
  if (!current) return null
  return current.kind === 'code' ? (
    <CodePrompt key={current.id} open={current} />
  ) : (
    <SecretPrompt key={current.id} open={current} />
  )
}

type Of<Kind extends OpenPrompt['kind']> = Readonly<{ open: Extract<OpenPrompt, { kind: Kind }> }>

function CodePrompt({ open }: Of<'code'>) {
  const i18n = useI18n()
  return (
    <Dialog
      title={i18n.t('keyring.pairTitle')}
      onClose={() => open.answer('cancelled')}
      footer={
        <button type="button" className="button" onClick={() => open.answer('cancelled')}>
          {i18n.t('common.cancel')}
        </button>
      }
    >
      <div className="stack">
        <p>{i18n.t('keyring.pairText')}</p>
        <p className="pairing-code" aria-label={i18n.t('keyring.pairCode')}>
          {open.request.code.replace(/(...)(?=.)/g, '$1 ')}
        </p>
      </div>
    </Dialog>
  )
}

function SecretPrompt({ open }: Of<'secret'>) {
  const i18n = useI18n()
  const id = useId()
  const [secret, setSecret] = useState('')
  const { kind, subject, triesLeft, previous } = open.request
  const noun = kind === 'pin' ? 'pin' : 'password'
  return (
    <FormDialog
      title={i18n.t(`keyring.${noun}Title`, { subject })}
      act={i18n.t('keyring.proceed')}
      ready={secret !== ''}
      onClose={() => open.answer(null)}
      onSubmit={() => open.answer(secret)}
    >
      <div className="field">
        <label htmlFor={`${id}-secret`}>{i18n.t(`keyring.${noun}`)}</label>
        <input
          id={`${id}-secret`}
          className="input"
          type="password"
          autoComplete="off"
          inputMode={kind === 'pin' ? 'numeric' : undefined}
          value={secret}
          aria-invalid={previous === 'incorrect'}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setSecret(event.target.value)}
        />
        <p className={previous === 'incorrect' ? 'problem' : 'hint'} id={`${id}-hint`}>
          {previous === 'incorrect' && `${i18n.t('keyring.pinWrong')} `}
          {triesLeft !== undefined && (previous === 'incorrect' || triesLeft < 3)
            ? i18n.t('keyring.triesLeft', { count: triesLeft })
            : kind === 'pin' && previous !== 'incorrect' && i18n.t('keyring.pinStays')}
        </p>
      </div>
    </FormDialog>
  )
}
