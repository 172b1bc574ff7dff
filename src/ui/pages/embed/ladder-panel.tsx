import { useEffect, useState } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import type { Reach } from '../../../app/hosted-runtime.ts'
import { useHandedFocus } from '../../components/handed-focus.ts'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { CancelButton } from './cancel-button.tsx'
import { DeclineButton } from './decline.tsx'
import { hostName, useHosted, useRuntime } from './hosted-context.tsx'

export type LadderReason = Extract<Reach, { reason: unknown }>['reason'] | 'ask' | 'passkey' | 'enrol'

export const ladderReason = (reach: Exclude<Reach, { kind: 'own' }>): LadderReason =>
  reach.kind === 'window' ? reach.reason : 'ask'

type LadderProps = Readonly<{
  open: OpenCommand
  log: ActivityLog
  reason: LadderReason
  /** Within a click. */
  onWindow: () => void
}>

/** The host hears of it once, though one panel takes the other's place. */
const told = new WeakMap<OpenCommand, LadderReason>()

/** The frame cannot see the keys: why, and the ways to them. */
export function LadderPanel({ open, log, reason, onWindow }: LadderProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const { reach, window } = useHosted()
  const [asking, setAsking] = useState(false)
  const panel = useHandedFocus()
  useEffect(() => {
    if (told.get(open) === reason) return
    told.set(open, reason)
    runtime.host.tell(reach.kind === 'ask' ? 'storage-access-needed' : 'key-required', { reason })
  }, [runtime, open, reach.kind, reason])
  const ask = async () => {
    setAsking(true)
    await runtime.askStorage()
    setAsking(false)
  }
  return (
    <div className="sign-panel" ref={panel}>
      <div className="sign-options">
        <Notice tone="idle" title={i18n.t('hosted.keysLiveAt', { origin: hostName(location.origin) })}>
          <p>{i18n.t(`hosted.reach_${reason}`)}</p>
        </Notice>
        {window.refusal && (
          <RefusalNotice
            refusal={window.refusal}
            tone={window.refusal.code === 'CONSENT_WINDOW_CLOSED' ? 'warn' : 'bad'}
          >
            {window.refusal.code === 'CONSENT_WINDOW_BLOCKED' && <TabLink />}
          </RefusalNotice>
        )}
      </div>
      <div className="sign-act">
        <button type="button" className="button primary wide act" data-way="act" onClick={onWindow}>
          <Icon name="pen" />
          <span>{i18n.t('hosted.signInWindow')}</span>
        </button>
        {reach.kind === 'ask' && (
          <button type="button" className="button wide" data-way="ask" disabled={asking} onClick={() => void ask()}>
            {i18n.t('hosted.allowKeys')}
          </button>
        )}
        <Ways open={open} log={log} disabled={false} />
      </div>
    </div>
  )
}

/** The last rung: a tab of our own. The document goes there by hand. */
export function TabLink() {
  const i18n = useI18n()
  return (
    <p>
      <a href="./" target="_blank" rel="noopener">
        {i18n.t('hosted.openTab', { origin: hostName(location.origin) })}
      </a>
    </p>
  )
}

/** The person signs in the other window; this one says so and can be left. */
export function WaitingPanel({ open, log }: Pick<LadderProps, 'open' | 'log'>) {
  const i18n = useI18n()
  return (
    <div className="sign-panel" data-landing tabIndex={-1}>
      <div className="sign-options">
        <Notice tone="idle" title={i18n.t('hosted.waitingTitle')}>
          <p>{i18n.t('hosted.waitingMeans')}</p>
        </Notice>
      </div>
      <div className="sign-act">
        <CancelButton open={open} log={log} />
      </div>
    </div>
  )
}

export function Ways({ open, log, disabled }: { open: OpenCommand; log: ActivityLog; disabled: boolean }) {
  if (disabled) return null
  return (
    <div className="row hosted-ways">
      <DeclineButton open={open} log={log} />
      <CancelButton open={open} log={log} />
    </div>
  )
}
