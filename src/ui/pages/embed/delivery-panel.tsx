import { useEffect } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { DeliveryState } from '../../../app/delivery.ts'
import type { DeliverableAnswer } from '../../../core/host.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { hostName, useRuntime } from './hosted-context.tsx'

/** Signed; now the host must have it. A success is never shown before the host has said so. */
export function DeliveryPanel({ state, log }: { state: DeliveryState; log: ActivityLog }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { embedder } = useRuntime()
  const title = i18n.t(`hosted.delivery_${state.status}`, { host: hostName(embedder) })
  useEffect(() => announce(title), [announce, title])
  return (
    <div className="sign-panel" data-landing tabIndex={-1}>
      <div className="sign-options">
        {state.status === 'saving' && (
          <div className="stack" aria-busy="true">
            <p>{title}</p>
            <progress className="progress" max={state.total} value={state.finished || undefined} aria-label={title} />
          </div>
        )}
        {state.status === 'saved' && <Saved title={title} answer={state.answer} />}
        {state.status === 'unsaved' && (
          <Notice tone="warn" title={title}>
            <p>{i18n.t('hosted.unsavedMeans')}</p>
          </Notice>
        )}
        {state.status === 'unsaved' && <RefusalNotice refusal={state.refusal} tone="warn" />}
      </div>
      {state.status === 'unsaved' && <UnsavedActs answer={state.answer} log={log} />}
    </div>
  )
}

/** By whom, or what became of an envelope. */
export const whatWasDone = (i18n: I18n, answer: DeliverableAnswer): string =>
  answer.status === 'signed'
    ? i18n.t('hosted.signedBy', { name: answer.signature.signer })
    : i18n.t(`hosted.envelope_${answer.act}`, { title: answer.envelope.title })

function Saved({ title, answer }: { title: string; answer: DeliverableAnswer }) {
  const i18n = useI18n()
  const { mode } = useRuntime()
  const log = answer.status === 'signed' ? answer.log : undefined
  const all = answer.documents.every(({ stored }) => stored) || mode === 'window'
  return (
    <Notice tone={all ? 'good' : 'warn'} title={all ? title : i18n.t('hosted.handedOut')}>
      <p>{whatWasDone(i18n, answer)}</p>
      {mode === 'window' && <p>{i18n.t('hosted.mayClose')}</p>}
      {log && (
        <p>
          <button
            type="button"
            className="link-button"
            onClick={() => saveFile({ name: 'activity-log.json', blob: log })}
          >
            {i18n.t('hosted.saveLog')}
          </button>
        </p>
      )}
    </Notice>
  )
}

/** The ways on when the host has not stored it: again, or by hand. */
export function UnsavedActs({ answer, log }: { answer: DeliverableAnswer; log: ActivityLog | null }) {
  const i18n = useI18n()
  const { delivery, mode } = useRuntime()
  const waiting = answer.documents.filter(({ stored }) => !stored)
  const download = () => {
    for (const { name, blob } of waiting) saveFile({ name, blob })
    void log?.add('downloaded', { documents: waiting.length })
  }
  return (
    <div className="sign-act">
      {mode === 'frame' && (
        <button type="button" className="button primary wide act" onClick={() => delivery.retry()}>
          {i18n.t('hosted.saveAgain')}
        </button>
      )}
      <button type="button" className="button wide" onClick={download}>
        <Icon name="download" />
        {i18n.t('hosted.download', { count: waiting.length })}
      </button>
      {mode === 'frame' && (
        <button type="button" className="button quiet" onClick={() => delivery.giveUp()}>
          {i18n.t('hosted.finishUnsaved')}
        </button>
      )}
    </div>
  )
}
