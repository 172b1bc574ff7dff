import { useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal, SignedFile } from '../../../core/formats/format.ts'
import { isRenewable, ReminderButton, RENEWAL_YEARS } from '../../components/expiry-notice.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

/** What is seldom done with a key: a request to a CA, a renewal, its backup file once more. */
export function KeyMore({ card, onChanged }: { card: KeyCard; onChanged: () => Promise<void> }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { requests, backups } = useServices()
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const act = async (work: () => Promise<SignedFile | null>) => {
    setRefusal(null)
    try {
      const file = await work()
      if (file) saveFile(file)
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  const renew = async () => {
    const renewed = await requests.renewSelfSigned(card.ref, RENEWAL_YEARS)
    announce(i18n.t('keyring.renewed', { date: i18n.date(renewed.certificate.notAfter) }))
    await onChanged()
    return null
  }
  return (
    <details className="details">
      <summary>
        <Icon name="chevron" />
        {i18n.t('keyring.more')}
      </summary>
      <div className="stack-tight">
        {!card.certificate.isCa && (
          <More
            text={i18n.t('keyring.requestMeans')}
            button={i18n.t('keyring.saveRequest')}
            onAct={() => act(() => requests.request(card.ref, null))}
          />
        )}
        {isRenewable(card) && (
          <More text={i18n.t('keyring.renewMeans')} button={i18n.t('keyring.renew')} onAct={() => act(renew)} />
        )}
        {card.managed && card.backedUp && (
          <More
            text={i18n.t('keyring.backupYesMeans')}
            button={i18n.t('keyring.saveBackup')}
            onAct={() => act(() => backups.file(card.ref))}
          />
        )}
        {card.validity !== 'expired' && (
          <div className="key-deed small">
            <p className="muted">{i18n.t('keyring.reminderMeans')}</p>
            <ReminderButton card={card} />
          </div>
        )}
        {refusal && <RefusalNotice refusal={refusal} />}
      </div>
    </details>
  )
}

function More({ text, button, onAct }: { text: string; button: string; onAct: () => Promise<void> }) {
  return (
    <div className="key-deed small">
      <p className="muted">{text}</p>
      <button type="button" className="button small nowrap" onClick={() => void onAct()}>
        {button}
      </button>
    </div>
  )
}
