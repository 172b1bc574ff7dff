import { lazy, Suspense, useState } from 'react'
import { expiryReminder } from '../../app/expiry-reminder.ts'
import type { KeyCard } from '../../app/manage-keys.ts'
import { refusalOf } from '../../app/refusal.ts'
import type { Refusal } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.tsx'
import { nameOn } from '../use-keys.ts'
import { Icon } from './icon.tsx'
import { useAnnounce } from './live.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import { saveFile } from './save-file.ts'

const NewKeyDialog = lazy(async () => ({ default: (await import('./new-key-form.tsx')).NewKeyDialog }))

export const RENEWAL_YEARS = 3

/** A certificate of a person that this app can make anew by itself: no issuer has to be asked. */
export const isRenewable = (card: KeyCard): boolean => card.managed && card.selfSigned && !card.certificate.isCa

type Props = Readonly<{
  card: KeyCard
  /** The certificate that takes the old one's place: of the same key, or of a new one. */
  onRenewed: (card: KeyCard) => void
}>

/** Thirty days before the end and after it: that it ends, and the ways on, one click each. */
export function ExpiryNotice({ card, onRenewed }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { requests } = useServices()
  const [making, setMaking] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  if (card.validity !== 'expires-soon' && card.validity !== 'expired') return null
  const own = isRenewable(card)
  const act = async () => {
    setRefusal(null)
    try {
      if (!own) return saveFile(await requests.request(card.ref, null))
      const renewed = await requests.renewSelfSigned(card.ref, RENEWAL_YEARS)
      announce(i18n.t('keyring.renewed', { date: i18n.date(renewed.certificate.notAfter) }))
      onRenewed(renewed)
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <>
      <Notice tone="warn" title={i18n.t(`keyring.expiry_${card.validity}`)}>
        <p>{i18n.t(own ? 'keyring.expiryOwn' : 'keyring.expiryIssued')}</p>
        <div className="row">
          <button type="button" className="button small" onClick={() => void act()}>
            {i18n.t(own ? 'keyring.renew' : 'keyring.saveRequest')}
          </button>
          <button type="button" className="button small quiet" onClick={() => setMaking(true)}>
            {i18n.t('keyring.renewNewKey')}
          </button>
        </div>
      </Notice>
      {refusal && <RefusalNotice refusal={refusal} />}
      {making && (
        <Suspense fallback={null}>
          <NewKeyDialog
            like={card}
            onClose={() => setMaking(false)}
            onCreated={(made) => {
              setMaking(false)
              onRenewed(made)
            }}
          />
        </Suspense>
      )}
    </>
  )
}

/** A file for the person's own calendar, when they want one; this page itself never notifies. */
export function ReminderButton({ card }: { card: KeyCard }) {
  const i18n = useI18n()
  const { clock } = useServices()
  const save = () => {
    const name = nameOn(card)
    const url = new URL(hrefOf('keys'), location.href).href
    const file = expiryReminder(card, clock.now(), {
      summary: i18n.t('keyring.reminderSummary', { name, date: i18n.date(card.certificate.notAfter) }),
      description: i18n.t('keyring.reminderText', { url }),
    })
    if (file) saveFile(file)
  }
  if (card.validity === 'expired') return null
  return (
    <button type="button" className="button small nowrap" onClick={save}>
      <Icon name="download" />
      {i18n.t('keyring.reminder')}
    </button>
  )
}
