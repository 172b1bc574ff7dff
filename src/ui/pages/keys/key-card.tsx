import { useId, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { CertificateFactsList, CertificateSummary, unusableText } from '../../components/certificate.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { ExpiryNotice } from '../../components/expiry-notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'
import { KeyMore } from './key-more.tsx'
import { StandingGrants } from './standing-grants.tsx'

type Props = Readonly<{ card: KeyCard; onChanged: () => Promise<void> }>

/** One certificate: who, until when, where its key lives, what it can and cannot do. */
export function KeyCardView({ card, onChanged }: Props) {
  const i18n = useI18n()
  const { keys } = useServices()
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const name = nameOn(card)
  const download = async (encoding: 'pem' | 'der') => {
    try {
      saveFile(await keys.exportCertificate(card.ref, encoding))
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <article className="key-card" aria-label={name}>
      <div className="key-head">
        <CertificateSummary card={card} heading />
        {card.label !== name && <span className="key-label small ellipsis">{card.label}</span>}
      </div>
      {card.maySign === null && <ExpiryNotice card={card} onRenewed={() => void onChanged()} />}
      <KeyNotes card={card} />
      <details className="details">
        <summary>
          <Icon name="chevron" />
          {i18n.t('keys.details')}
        </summary>
        <CertificateFactsList certificate={card.certificate} />
      </details>
      {refusal && <RefusalNotice refusal={refusal} />}
      <StandingGrants card={card} />
      <KeyMore card={card} onChanged={onChanged} />
      <div className="row">
        <button type="button" className="button small" onClick={() => void download('pem')}>
          <Icon name="download" />
          {i18n.t('keys.exportPem')}
        </button>
        <button type="button" className="button small" onClick={() => void download('der')}>
          <Icon name="download" />
          {i18n.t('keys.exportDer')}
        </button>
        {card.managed && (
          <>
            <button type="button" className="button small" onClick={() => setDialog('rename')}>
              {i18n.t('keys.rename')}
            </button>
            <button type="button" className="button small quiet text-bad" onClick={() => setDialog('remove')}>
              {i18n.t('keys.remove')}
            </button>
          </>
        )}
      </div>
      {dialog === 'rename' && <RenameDialog card={card} onClose={() => setDialog(null)} onChanged={onChanged} />}
      {dialog === 'remove' && <RemoveDialog card={card} onClose={() => setDialog(null)} onChanged={onChanged} />}
    </article>
  )
}

function KeyNotes({ card }: { card: KeyCard }) {
  const i18n = useI18n()
  return (
    <ul className="key-notes small">
      {card.maySign !== null && <li className="text-bad">{unusableText(i18n, card)}</li>}
      {card.unreadableBy.length > 0 && (
        <li>{i18n.t('keys.unreadableBy', { verifiers: i18n.list(card.unreadableBy) })}</li>
      )}
      {card.place === 'browser' && !card.backedUp && <li>{i18n.t('keys.onlyHere')}</li>}
      <li className="muted">
        {card.lastUsedAt ? i18n.t('keys.lastUsed', { time: i18n.dateTime(card.lastUsedAt) }) : i18n.t('keys.neverUsed')}
      </li>
    </ul>
  )
}

type DialogProps = Readonly<{ card: KeyCard; onClose: () => void; onChanged: () => Promise<void> }>

function RenameDialog({ card, onClose, onChanged }: DialogProps) {
  const i18n = useI18n()
  const { keys } = useServices()
  const id = useId()
  const [label, setLabel] = useState(card.label)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const rename = async () => {
    try {
      await keys.rename(card.ref, label.trim())
      await onChanged()
      onClose()
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <FormDialog
      title={i18n.t('keys.rename')}
      act={i18n.t('keys.renameSave')}
      ready={label.trim() !== ''}
      onClose={onClose}
      onSubmit={() => void rename()}
    >
      <div className="field">
        <label htmlFor={`${id}-label`}>{i18n.t('keys.label')}</label>
        <input
          id={`${id}-label`}
          className="input"
          data-focus
          maxLength={64}
          value={label}
          onChange={(event) => setLabel(event.target.value)}
        />
        <p className="hint">{i18n.t('keys.labelHint')}</p>
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}

function RemoveDialog({ card, onClose, onChanged }: DialogProps) {
  const i18n = useI18n()
  const { keys } = useServices()
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const remove = async () => {
    try {
      await keys.remove(card.ref)
      await onChanged()
      onClose()
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <FormDialog
      title={i18n.t('keys.removeTitle', { name: card.label })}
      act={i18n.t('keys.removeForEver')}
      danger
      keep={i18n.t('keys.keep')}
      onClose={onClose}
      onSubmit={() => void remove()}
    >
      <Notice tone="bad" title={i18n.t('keys.removeWarning')}>
        <p>{i18n.t('keys.removeMeans')}</p>
      </Notice>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
