import { useId, useState } from 'react'
import type { KeyCard, KeyListing, KeyRef } from '../../app/manage-keys.ts'
import { useI18n } from '../i18n/context.tsx'
import { CertificateSummary, unusableText } from './certificate.tsx'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'
import { OtherKeys } from './other-keys.tsx'
import { sameKey } from '../use-keys.ts'

type Props = Readonly<{
  listing: KeyListing | null
  chosen: KeyCard | null
  onChoose: (key: KeyRef) => void
  /** Opens the form for a new key. */
  onCreate: () => void
  disabled?: boolean
  /** In a frame: the way to the keys that the page around it keeps away. */
  onWindow?: () => void
}>

/** The certificate that will sign, and the way to another. Without chrome of its own: it fits a page, a frame and a window. */
export function CertificatePicker({ listing, chosen, onChoose, onCreate, disabled = false, onWindow }: Props) {
  const i18n = useI18n()
  const [open, setOpen] = useState(false)
  const labelId = useId()
  return (
    <section className="stack-tight" aria-labelledby={labelId}>
      <h2 className="section-label" id={labelId}>
        {i18n.t('sign.whoSigns')}
      </h2>
      {!listing && <div className="certificate-button placeholder" aria-busy="true" />}
      {listing && !chosen && <NoKey listing={listing} onCreate={onCreate} onWindow={onWindow} />}
      {chosen && (
        <button type="button" className="certificate-button" disabled={disabled} onClick={() => setOpen(true)}>
          <CertificateSummary card={chosen} />
          <span className="change">{i18n.t('sign.changeCertificate')}</span>
        </button>
      )}
      {open && listing && (
        <ChooseDialog
          listing={listing}
          chosen={chosen}
          onWindow={onWindow}
          onClose={() => setOpen(false)}
          onChoose={(key) => {
            onChoose(key)
            setOpen(false)
          }}
          onCreate={() => {
            setOpen(false)
            onCreate()
          }}
        />
      )}
    </section>
  )
}

type NoKeyProps = Readonly<{ listing: KeyListing; onCreate: () => void; onWindow: (() => void) | undefined }>

function NoKey({ listing, onCreate, onWindow }: NoKeyProps) {
  const i18n = useI18n()
  const blocked = listing.providers.find((provider) => provider.place === 'browser' && provider.unavailable)
  return (
    <div className="stack">
      <p className="small muted">{i18n.t('sign.noKeyYet')}</p>
      {blocked?.unavailable && (
        <RefusalNotice tone="warn" refusal={{ code: blocked.unavailable, message: blocked.provider, details: {} }} />
      )}
      <button type="button" className="button" onClick={onCreate}>
        <Icon name="plus" />
        {i18n.t('keys.newKey')}
      </button>
      <OtherKeys listing={listing} onOpened={() => undefined} onWindow={onWindow} />
    </div>
  )
}

type ChooseProps = Readonly<{
  listing: KeyListing
  chosen: KeyCard | null
  onWindow: (() => void) | undefined
  onChoose: (key: KeyRef) => void
  onCreate: () => void
  onClose: () => void
}>

function ChooseDialog({ listing, chosen, onChoose, onCreate, onClose, onWindow }: ChooseProps) {
  const i18n = useI18n()
  return (
    <Dialog
      title={i18n.t('sign.chooseCertificate')}
      onClose={onClose}
      footer={
        <button type="button" className="button" onClick={onCreate}>
          <Icon name="plus" />
          {i18n.t('keys.newKey')}
        </button>
      }
    >
      <ul className="certificate-list certificate-choice">
        {listing.keys.map((card) => (
          <li key={`${card.ref.provider}/${card.ref.id}`}>
            <button
              type="button"
              className="certificate-button"
              aria-current={chosen && sameKey(card.ref, chosen.ref) ? 'true' : undefined}
              data-focus={chosen && sameKey(card.ref, chosen.ref) ? true : undefined}
              disabled={card.maySign !== null}
              onClick={() => onChoose(card.ref)}
            >
              <CertificateSummary card={card} />
              {card.maySign !== null && <span className="small text-bad">{unusableText(i18n, card)}</span>}
              {chosen && sameKey(card.ref, chosen.ref) && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
      <OtherKeys listing={listing} onOpened={() => undefined} onWindow={onWindow} />
    </Dialog>
  )
}
