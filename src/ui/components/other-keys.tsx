import { useEffect, useRef, useState } from 'react'
import type { KeyListing, ProviderState } from '../../app/manage-keys.ts'
import { refusalOf } from '../../app/refusal.ts'
import { isAbort } from '../../core/errors.ts'
import type { Refusal } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { useAnnounce } from './live.tsx'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'

/**
 * A place of its own above the page for Fortify's element. It stays in the document after a key was picked, only closed: the
 * element's connection to the bridge ends when it leaves.
 */
function openPickerHome(label: string): HTMLElement {
  const home = document.createElement('div')
  home.className = 'fortify-picker'
  home.popover = 'manual'
  home.role = 'dialog'
  home.ariaLabel = label
  document.body.append(home)
  home.showPopover()
  return home
}

const SHOWN = ['fortify', 'webusb'] as const
type Shown = (typeof SHOWN)[number]
const isShown = (id: string): id is Shown => SHOWN.some((one) => one === id)

type Props = Readonly<{
  listing: KeyListing
  onOpened: (listing: KeyListing) => void
  /** Offers Fortify's own list too; not inside a modal dialog, under which nothing else can be reached. */
  withPicker?: boolean
  /** In a frame: signs in a window of our own, where every way to a key is open. */
  onWindow?: (() => void) | undefined
}>

/** The ways to keys that do not live in this browser; nothing is reached before a person presses. */
export function OtherKeys({ listing, onOpened, withPicker = false, onWindow }: Props) {
  const i18n = useI18n()
  const { keys, pickToken } = useServices()
  const announce = useAnnounce()
  const [busy, setBusy] = useState<Shown | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const offered = listing.providers.filter(
    (one) => isShown(one.provider) && one.unavailable !== 'KEY_BRIDGE_UNSUPPORTED',
  )
  if (offered.length === 0) return null

  const open = async (id: Shown) => {
    const controller = new AbortController()
    running.current = controller
    setBusy(id)
    setRefusal(null)
    try {
      const next = await keys.open(id, controller.signal)
      const found = next.keys.filter((card) => card.ref.provider === id).length
      announce(found === 0 ? i18n.t('keyring.noneFound') : i18n.t('keyring.connected', { count: found }))
      onOpened(next)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(null)
    }
  }

  const pick = async () => {
    const controller = new AbortController()
    running.current = controller
    setBusy('fortify')
    setRefusal(null)
    const home = openPickerHome(i18n.t('keyring.fortifyPicker'))
    try {
      const picked = await pickToken(home, i18n.locale, controller.signal)
      home.hidePopover()
      if (!picked) home.remove()
      onOpened(await keys.list())
    } catch (error) {
      home.remove()
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(null)
    }
  }

  return (
    <section className="stack-tight" aria-label={i18n.t('keyring.otherKeys')}>
      <h2 className="section-label">{i18n.t('keyring.otherKeys')}</h2>
      {offered.map((one) =>
        isShown(one.provider) ? (
          <SourceButton key={one.provider} id={one.provider} state={one} busy={busy} onOpen={open} />
        ) : null,
      )}
      {withPicker && offered.some((one) => one.provider === 'fortify') && (
        <p className="small">
          <button type="button" className="link-button" disabled={busy !== null} onClick={() => void pick()}>
            {i18n.t('keyring.fortifyPicker')}
          </button>
        </p>
      )}
      {busy === 'fortify' && (
        <div className="row-between small">
          <span className="muted">{i18n.t('keyring.connectHint')}</span>
          <button type="button" className="button small" onClick={() => running.current?.abort()}>
            {i18n.t('common.cancel')}
          </button>
        </div>
      )}
      {refusal && (
        <RefusalNotice refusal={refusal}>
          {onWindow && isOfPlace(refusal) && (
            <p>
              <button type="button" className="button small" onClick={onWindow}>
                {i18n.t('hosted.signInWindow')}
              </button>
            </p>
          )}
          {refusal.details['triesLeft'] === 1 && <p>{i18n.t('keyring.triesLeft', { count: 1 })}</p>}
          {refusal.details['triesLow'] === true && <p>{i18n.t('keyring.triesLow')}</p>}
          {refusal.details['loopback'] === 'prompt' && <p>{i18n.t('keyring.fortifyAsked')}</p>}
          {refusal.code === 'KEY_BRIDGE_NOT_FOUND' && (
            <p>
              <a href="https://fortifyapp.com/" target="_blank" rel="noopener noreferrer">
                {i18n.t('keyring.fortifyGet')}
              </a>
            </p>
          )}
        </RefusalNotice>
      )}
    </section>
  )
}

/** What another place of the page may change, but no second try in this one. */
const isOfPlace = ({ code }: Refusal): boolean => code === 'KEY_NEEDS_WINDOW' || code === 'KEY_LOOPBACK_DENIED'

type ButtonProps = Readonly<{
  id: Shown
  state: ProviderState
  busy: Shown | null
  onOpen: (id: Shown) => Promise<void>
}>

function SourceButton({ id, busy, onOpen }: ButtonProps) {
  const i18n = useI18n()
  return (
    <button type="button" className="source-button" disabled={busy !== null} onClick={() => void onOpen(id)}>
      <Icon name="key" />
      <span className="source-text">
        <span>{busy === id ? i18n.t('keyring.connecting') : i18n.t(`keyring.${id}`)}</span>
        <span className="muted small">{i18n.t(`keyring.${id}Hint`)}</span>
      </span>
    </button>
  )
}
