import { useEffect, useRef, useState } from 'react'
import type { MouseEvent } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { KeyCard, KeyListing, KeyRef } from '../../../app/manage-keys.ts'
import { useActGuard, type ActVisibility } from '../../components/act-guard.ts'
import { CertificatePicker } from '../../components/certificate-picker.tsx'
import { useHandedFocus } from '../../components/handed-focus.ts'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { RunProgress } from '../sign/run-progress.tsx'
import { useLook } from '../sign/look.ts'
import { useFormState } from '../sign/form-state.ts'
import { FormStatus } from '../sign/form-status.tsx'
import { actLabel, obstacle, SignPanel } from '../sign/sign-panel.tsx'
import type { SignSession } from '../sign/session.ts'
import { Unsigned } from '../sign/unsigned.tsx'
import { DeliveryPanel } from './delivery-panel.tsx'
import { hostName, useHosted, useRuntime } from './hosted-context.tsx'
import { LadderPanel, ladderReason, TabLink, WaitingPanel, Ways, type LadderReason } from './ladder-panel.tsx'

export type PanelProps = Readonly<{
  open: OpenCommand
  loaded: readonly LoadedDocument[]
  log: ActivityLog
  session: SignSession
  /** The open PDF, when the document is one. */
  view: PdfView | null
  listing: KeyListing | null
  /** The certificate that will sign. */
  signer: KeyCard | null
  /** The host named a certificate that is not here. */
  missing: boolean
  onChoose: (key: KeyRef) => void
  onCreate: () => void
}>

/** The act in a host's name: in a frame it is guarded against what the page lays over it, in our own window it is the usual one. */
export function HostedPanel(props: PanelProps) {
  const runtime = useRuntime()
  const { delivery, reach, window } = useHosted()
  if (delivery) return <DeliveryPanel state={delivery} log={props.log} />
  if (window.status === 'open') return <WaitingPanel {...props} />
  if (runtime.mode === 'window') return <WindowPanel {...props} />
  if (reach.kind !== 'own') return <Ladder {...props} reason={ladderReason(reach)} />
  return <OwnPanel {...props} />
}

/** Keys are in reach; yet what confirms may not be: nothing set up so far, or the page around us forbids passkeys. */
function OwnPanel(props: PanelProps) {
  const { confirmation } = useRuntime()
  const { gates } = useServices()
  const { signer } = props
  const [enrolled, setEnrolled] = useState(true)
  const gated = confirmation === 'totp' || confirmation === 'passkey'
  useEffect(() => {
    if (!gated || !signer) return
    gates.enrolled(signer.ref, confirmation).then(setEnrolled, () => setEnrolled(false))
  }, [gates, gated, confirmation, signer])
  if (confirmation === 'passkey' && !gates.passkeysAllowed()) return <Ladder {...props} reason="passkey" />
  return enrolled ? <FramePanel {...props} /> : <Ladder {...props} reason="enrol" />
}

function WindowPanel(props: PanelProps) {
  const { session, listing, signer, onChoose, onCreate, open, log, view } = props
  return (
    <div className="hosted-window-panel">
      {session.run.status === 'done' ? (
        <Unsigned session={session} />
      ) : (
        <SignPanel
          session={session}
          listing={listing}
          chosen={signer}
          onChoose={onChoose}
          onCreate={onCreate}
          view={view}
        />
      )}
      <Ways open={open} log={log} disabled={session.run.status === 'running'} />
    </div>
  )
}

function Ladder({ open, loaded, log, session, reason }: PanelProps & { reason: LadderReason }) {
  const runtime = useRuntime()
  const onWindow = () => void runtime.signInWindow(withValues(open, session), loaded)
  return <LadderPanel open={open} log={log} reason={reason} onWindow={onWindow} />
}

/** What was filled in goes along, as far as it can be told whose it is. */
function withValues(open: OpenCommand, { items }: SignSession): OpenCommand {
  const [only] = items
  if (!only || items.length > 1) return open
  return { ...open, command: { ...open.command, fields: { ...open.command.fields, ...only.values } } }
}

/** Keys are in reach: sign here, if the button can be seen to be seen. */
function FramePanel(props: PanelProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const { open, loaded, log, session, listing, signer, missing, onChoose } = props
  const { run, items } = session
  const { finish } = useLook(session, signer)
  const form = useFormState(session)
  const blocked = obstacle(i18n, session, signer, form)
  const toWindow = () => void runtime.signInWindow(withValues(open, session), loaded)
  const { window } = useHosted()
  const panel = useHandedFocus()
  return (
    <div className="sign-panel" ref={panel}>
      <div className="sign-options">
        {missing ? (
          <Notice tone="warn" title={i18n.t('hosted.certificateMissing')}>
            <p>{i18n.t('hosted.certificateMissingMeans')}</p>
          </Notice>
        ) : (
          <CertificatePicker
            listing={listing}
            chosen={signer}
            onChoose={onChoose}
            onCreate={toWindow}
            onWindow={toWindow}
            disabled={run.status === 'running' || open.command.signer !== null}
          />
        )}
        <p className="small muted">{i18n.t('hosted.keysHere', { origin: hostName(location.origin) })}</p>
        {window.refusal && (
          <RefusalNotice refusal={window.refusal}>
            {window.refusal.code === 'CONSENT_WINDOW_BLOCKED' && <TabLink />}
          </RefusalNotice>
        )}
        {run.status === 'idle' && run.refusal && <RefusalNotice refusal={run.refusal} />}
        <Failures session={session} />
      </div>
      <div className="sign-act">
        {run.status === 'running' ? (
          <RunProgress run={run} items={items} onCancel={session.cancel} />
        ) : (
          <>
            {form && <FormStatus session={session} form={form} />}
            <GuardedAct
              label={signer ? actLabel(i18n, items, nameOn(signer)) : i18n.t('sign.act')}
              ready={signer !== null && items.every((item) => item.inspection !== null)}
              blocked={signer === null ? null : blocked}
              log={log}
              onSign={() => signer && void session.sign(signer.ref, finish)}
              onWindow={toWindow}
            />
            <Ways open={open} log={log} disabled={false} />
          </>
        )}
      </div>
    </div>
  )
}

function Failures({ session }: { session: SignSession }) {
  const { run } = session
  if (run.status !== 'done') return null
  return run.outcomes.map(
    (outcome) => outcome.status === 'failed' && <RefusalNotice key={outcome.index} refusal={outcome.refusal} />,
  )
}

type ActProps = Readonly<{
  label: string
  ready: boolean
  /** Why the person cannot sign yet, in words. */
  blocked: string | null
  log: ActivityLog
  onSign: () => void
  onWindow: () => void
}>

function GuardedAct({ label, ready, blocked, log, onSign, onWindow }: ActProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const button = useRef<HTMLButtonElement>(null)
  const visibility = useActGuard(button, true)
  const allowed = ready && blocked === null && visibility === 'clear'
  const press = (event: MouseEvent) => {
    // What a script, or a person who cannot see the whole button, does is no consent.
    if (event.nativeEvent.isTrusted && allowed) return onSign()
    if (visibility !== 'covered') return
    void log.add('refused', { code: 'CONSENT_COVERED' })
    runtime.host.tell('error', { code: 'CONSENT_COVERED', message: 'the Sign button was not wholly visible' })
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button primary wide act"
        aria-disabled={!allowed}
        data-way="act"
        data-visibility={visibility}
        onClick={press}
      >
        <Icon name="pen" />
        <span>{label}</span>
      </button>
      {blocked !== null && <p className="small muted">{blocked}</p>}
      <GuardNote visibility={visibility} />
      <button
        type="button"
        className={visibility === 'unsupported' ? 'button primary wide' : 'link-button small'}
        data-way="window"
        onClick={onWindow}
      >
        {i18n.t('hosted.signInWindow')}
      </button>
    </>
  )
}

function GuardNote({ visibility }: { visibility: ActVisibility }) {
  const i18n = useI18n()
  if (visibility === 'clear' || visibility === 'settling') return null
  return (
    <Notice tone="warn" title={i18n.t(visibility === 'covered' ? 'hosted.covered' : 'hosted.cannotTell')}>
      <p>{i18n.t('hosted.coveredMeans')}</p>
    </Notice>
  )
}
