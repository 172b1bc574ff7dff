import { useEffect, useState } from 'react'
import type { KeyCard, StorageState } from '../../../app/manage-keys.ts'
import { ReminderButton } from '../../components/expiry-notice.tsx'
import { Icon } from '../../components/icon.tsx'
import { NewKeyDialog } from '../../components/new-key-form.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { nameOn, sameKey, useKeys } from '../../use-keys.ts'
import { OtherKeys } from '../../components/other-keys.tsx'
import { hrefOf } from '../../routes.ts'
import { KeyCardView } from './key-card.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { InstallCertificate } from './install-certificate.tsx'
import { RestoreDialog } from './restore-dialog.tsx'

export function KeysPage() {
  const i18n = useI18n()
  const { listing, refresh } = useKeys()
  const [dialog, setDialog] = useState<'create' | 'restore' | 'import' | null>(null)
  const [fresh, setFresh] = useState<readonly KeyCard[]>([])
  const added = (cards: readonly KeyCard[]) => {
    setDialog(null)
    setFresh(cards)
    void refresh()
  }
  // A key that was deleted meanwhile is not new any more.
  const shown = fresh.filter((card) => listing?.keys.some(({ ref }) => sameKey(ref, card.ref)))
  const newKey = (
    <button type="button" className="button primary" onClick={() => setDialog('create')}>
      <Icon name="plus" />
      {i18n.t('keys.newKey')}
    </button>
  )
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('keys.title')}</h1>
          <p className="muted">{i18n.t('keys.intro')}</p>
        </div>
        {listing && listing.keys.length > 0 && newKey}
      </header>
      <div className="key-list" aria-busy={listing === null}>
        {shown.map((card) => (
          <Fresh key={card.ref.id} card={card} onClose={() => setFresh((now) => now.filter((one) => one !== card))} />
        ))}
        {listing?.keys.map((card) => (
          <KeyCardView key={`${card.ref.provider}/${card.ref.id}`} card={card} onChanged={refresh} />
        ))}
        {listing?.keys.length === 0 && (
          <div className="empty">
            <Icon name="key" />
            <h2>{i18n.t('keys.none')}</h2>
            <p className="muted">{i18n.t('keys.noneMeans')}</p>
            {newKey}
          </div>
        )}
      </div>
      <div className="stack-wide">
        <div className="row">
          <button type="button" className="button small" onClick={() => setDialog('restore')}>
            {i18n.t('keyring.restore')}
          </button>
          <button type="button" className="button small" onClick={() => setDialog('import')}>
            {i18n.t('keyring.importFile')}
          </button>
          <InstallCertificate onInstalled={(card) => added([card])} />
          <a className="link-button small" href={hrefOf('company')}>
            {i18n.t('keyring.caTitle')}
          </a>
        </div>
        {listing && <OtherKeys listing={listing} onOpened={refresh} withPicker />}
      </div>
      <StorageLine keys={listing?.keys ?? []} />
      {dialog === 'create' && <NewKeyDialog onClose={() => setDialog(null)} onCreated={(card) => added([card])} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} onImported={added} />}
      {dialog === 'restore' && (
        <RestoreDialog
          onClose={() => setDialog(null)}
          onRestored={() => {
            setDialog(null)
            void refresh()
          }}
        />
      )}
    </div>
  )
}

/** Once, after a certificate came: the one thing that is easily forgotten later. */
function Fresh({ card, onClose }: { card: KeyCard; onClose: () => void }) {
  const i18n = useI18n()
  return (
    <Notice tone="good" title={i18n.t('keyring.freshTitle', { name: nameOn(card) })}>
      <p>{i18n.t('keyring.freshMeans', { date: i18n.date(card.certificate.notAfter) })}</p>
      <div className="row">
        <ReminderButton card={card} />
        <button type="button" className="button small quiet" onClick={onClose}>
          {i18n.t('common.close')}
        </button>
      </div>
    </Notice>
  )
}

/** What the browser promised about these keys, and the way to ask it. */
function StorageLine({ keys: cards }: { keys: readonly KeyCard[] }) {
  const i18n = useI18n()
  const { keys } = useServices()
  const [storage, setStorage] = useState<StorageState | null>(null)
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    let current = true
    keys
      .storage()
      .then((state) => current && setStorage(state))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [keys, cards])
  if (!storage) return null
  if (storage.unavailable) {
    return <RefusalNotice refusal={{ code: storage.unavailable, message: 'storage', details: {} }} />
  }
  const ask = async () => {
    setStorage(await keys.requestPersistence())
    setAsked(true)
  }
  return (
    <section className="storage-line small" aria-label={i18n.t('keys.storage')}>
      <Icon name={storage.persisted ? 'check' : 'info'} />
      <p>
        {i18n.t(storage.persisted ? 'keys.persisted' : 'keys.notPersisted')}{' '}
        {!storage.persisted && asked && <span>{i18n.t('keys.persistRefused')}</span>}
      </p>
      {storage.persisted === false && !asked && (
        <button type="button" className="button small" onClick={() => void ask()}>
          {i18n.t('keys.askToKeep')}
        </button>
      )}
    </section>
  )
}
