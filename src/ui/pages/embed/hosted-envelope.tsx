import { lazy, Suspense, useCallback, useRef } from 'react'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { envelopeAnswer } from '../../../app/envelope-summary.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { Services } from '../../../app/services.ts'
import { SignError } from '../../../core/errors.ts'
import type { EnvelopeAct } from '../../../core/host-envelope.ts'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { LinkDelivery } from '../link/link-delivery.tsx'
import { CancelButton } from './cancel-button.tsx'
import { DeliveryPanel } from './delivery-panel.tsx'
import { hostName, useHosted, useRuntime } from './hosted-context.tsx'
import { TabLink } from './ladder-panel.tsx'
import { inspectOnce } from './inspect-once.ts'
import type { LoadedProps, Turn } from './hosted-sign.tsx'

const Act = lazy(async () => ({ default: (await import('./envelope-act.tsx')).EnvelopeAct }))

/**
 * Whether the act is one on an envelope. A file that claims to be one and is not in order is one too: its page says what is
 * wrong, and it is not signed as if it were any document.
 */
async function isFor(
  { command }: OpenCommand,
  loaded: readonly LoadedDocument[],
  services: Services,
): Promise<boolean> {
  if (command.envelope) return true
  const [only, ...others] = loaded
  if (!only || others.length > 0 || command.unattended) return false
  const file = { name: only.document.name, blob: only.document.blob }
  // Only what somebody certified for filling in can be an envelope: nothing else is read through.
  const { pdf } = await inspectOnce(services.documents, file)
  if (pdf?.docMdp !== 2) return false
  const envelopes = await services.envelopes()
  try {
    await envelopes.open(file)
    return true
  } catch (error) {
    return (
      error instanceof SignError && error.code.startsWith('ENVELOPE_') && error.code !== 'ENVELOPE_MANIFEST_MISSING'
    )
  }
}

export const envelopeTurn: Turn = { isFor, View: HostedEnvelope }

/**
 * An envelope on a host's behalf. In a frame it leads to the window: placing boxes and filling them in want room, and there the
 * address bar says whose page it is.
 */
function HostedEnvelope(props: LoadedProps) {
  const runtime = useRuntime()
  const { delivery } = useHosted()
  if (delivery)
    return runtime.mode === 'link' ? (
      <div className="hosted-empty">
        <LinkDelivery state={delivery} />
      </div>
    ) : (
      <DeliveryPanel state={delivery} log={props.log} />
    )
  return runtime.mode === 'frame' ? <ToWindow {...props} /> : <Here {...props} />
}

function ToWindow({ open, loaded, log }: LoadedProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const { window } = useHosted()
  const { name } = loaded[0]?.document ?? { name: '' }
  const preparing = open.command.envelope?.kind === 'prepare'
  if (window.status === 'open') {
    return (
      <div className="hosted-empty">
        <Notice tone="idle" title={i18n.t('hosted.waitingTitle')}>
          <p>{i18n.t('hosted.waitingMeans')}</p>
        </Notice>
        <CancelButton open={open} log={log} />
      </div>
    )
  }
  return (
    <div className="hosted-empty">
      <Notice tone="idle" title={i18n.t(preparing ? 'hosted.envelopePrepare' : 'hosted.envelopeAct', { name })}>
        <p>{i18n.t('hosted.envelopeWindow', { origin: hostName(location.origin) })}</p>
      </Notice>
      {window.refusal && (
        <RefusalNotice refusal={window.refusal} tone={window.refusal.code === 'CONSENT_WINDOW_CLOSED' ? 'warn' : 'bad'}>
          {window.refusal.code === 'CONSENT_WINDOW_BLOCKED' && <TabLink />}
        </RefusalNotice>
      )}
      <button type="button" className="button primary act" onClick={() => void runtime.signInWindow(open, loaded)}>
        <Icon name="pen" />
        <span>{i18n.t('hosted.envelopeOpen')}</span>
      </button>
      <CancelButton open={open} log={log} />
    </div>
  )
}

function Here({ open, loaded, log }: LoadedProps) {
  const runtime = useRuntime()
  const services = useServices()
  const [document] = loaded
  const done = useRef(false)
  const onResult = useCallback(
    async (result: EnvelopeResult, act: EnvelopeAct) => {
      if (done.current || !document) return
      done.current = true
      const envelopes = await services.envelopes()
      await log.add(act, { id: document.asked.id, sha256: result.view.sha256 })
      const answer = await envelopeAnswer({
        requestId: open.command.requestId,
        receipt: crypto.randomUUID(),
        document,
        act,
        result,
        notices: envelopes.notices(result.view, { link: () => '' }),
        digest: runtime.digest,
      })
      await runtime.finish(open, answer, log)
      // The host has it: it need not wait in this browser any longer.
      const kept = [result.result, ...result.detached].map(({ id }) => id)
      await services.results.discard(kept).catch(() => undefined)
    },
    [document, services, log, open, runtime],
  )
  if (!document) return null
  return (
    <Suspense fallback={<div className="workspace" aria-busy="true" />}>
      <Act open={open} documents={loaded} log={log} onResult={(result, act) => void onResult(result, act)} />
    </Suspense>
  )
}
