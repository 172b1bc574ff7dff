import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import { Dialog } from '../../components/dialog.tsx'
import { useI18n } from '../../i18n/context.tsx'

type ReasonProps = Readonly<{
  title: string
  means: string
  act: string
  danger?: boolean
  /** Whether it can be sent as it stands, beside a reason. */
  ready?: boolean
  onSend: (reason: string) => void
  onClose: () => void
  children?: ReactNode
}>

/** To stop something takes a reason, for those who wait. */
export function ReasonDialog({
  title,
  means,
  act,
  danger = true,
  ready = true,
  onSend,
  onClose,
  children,
}: ReasonProps) {
  const i18n = useI18n()
  const id = useId()
  const [reason, setReason] = useState('')
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {i18n.t('common.cancel')}
          </button>
          <button
            type="button"
            className={`button ${danger ? 'danger' : 'primary'}`}
            disabled={reason.trim() === '' || !ready}
            onClick={() => onSend(reason.trim())}
          >
            {act}
          </button>
        </>
      }
    >
      <div className="stack">
        <p>{means}</p>
        {children}
        <div className="field">
          <label htmlFor={id}>{i18n.t('envelope.reason')}</label>
          <textarea
            id={id}
            className="input"
            data-focus
            rows={3}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
    </Dialog>
  )
}

type ReturnProps = Readonly<{
  view: EnvelopeView
  onSend: (signatory: string, reason: string) => void
  onClose: () => void
}>

/** Who is asked once more: one of those who have signed or declined. */
export function ReturnDialog({ view, onSend, onClose }: ReturnProps) {
  const i18n = useI18n()
  const group = useId()
  const acted = view.signatories.filter(({ state }) => ['signed', 'pending', 'declined'].includes(state.status))
  const [who, setWho] = useState(acted.length === 1 ? (acted[0]?.signatory.id ?? null) : null)
  return (
    <ReasonDialog
      title={i18n.t('envelope.returnTitle')}
      means={i18n.t('envelope.returnMeans')}
      act={i18n.t('envelope.return')}
      danger={false}
      ready={who !== null}
      onSend={(reason) => who !== null && onSend(who, reason)}
      onClose={onClose}
    >
      <fieldset className="stack-tight">
        <legend className="section-label">{i18n.t('envelope.returnToWhom')}</legend>
        {acted.map((one) => (
          <label className="choice" key={one.signatory.id}>
            <input
              type="radio"
              name={group}
              checked={who === one.signatory.id}
              onChange={() => setWho(one.signatory.id)}
            />
            <span>{one.name}</span>
          </label>
        ))}
      </fieldset>
    </ReasonDialog>
  )
}

type DelegateProps = Readonly<{
  onSend: (to: Readonly<{ name: string; email: string }>) => void
  onClose: () => void
}>

export function DelegateDialog({ onSend, onClose }: DelegateProps) {
  const i18n = useI18n()
  const id = useId()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const ready = name.trim() !== '' && /^[^\s@<>]+@[^\s@<>]+$/.test(email.trim())
  return (
    <Dialog
      title={i18n.t('envelope.delegateTitle')}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {i18n.t('common.cancel')}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={!ready}
            onClick={() => onSend({ name: name.trim(), email: email.trim() })}
          >
            {i18n.t('envelope.delegate')}
          </button>
        </>
      }
    >
      <div className="stack">
        <p>{i18n.t('envelope.delegateMeans')}</p>
        <div className="field">
          <label htmlFor={`${id}-name`}>{i18n.t('envelope.name')}</label>
          <input
            id={`${id}-name`}
            className="input"
            data-focus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-email`}>{i18n.t('envelope.email')}</label>
          <input
            id={`${id}-email`}
            className="input"
            type="email"
            maxLength={200}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </div>
      </div>
    </Dialog>
  )
}
