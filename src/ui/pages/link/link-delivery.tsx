import { useEffect } from 'react'
import type { DeliveryState } from '../../../app/delivery.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { DeliverableAnswer } from '../../../core/host.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { whatWasDone } from '../embed/delivery-panel.tsx'
import { hostName, useRuntime } from '../embed/hosted-context.tsx'
import { TransferProgress } from '../embed/transfer-progress.tsx'

/** Signed: on its way back, back, or not yet. The signed file is always to be had. */
export function LinkDelivery({ state }: { state: DeliveryState }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { embedder, host } = useRuntime()
  const takesBack = host.capabilities.has('save')
  const status = takesBack ? state.status : 'kept'
  const title = i18n.t(`link.delivery_${status}`, { host: hostName(embedder) })
  useEffect(() => announce(title), [announce, title])
  return (
    <div className="sign-panel link-delivery" data-landing tabIndex={-1}>
      <div className="sign-options">
        {state.status === 'saving' && <TransferProgress idle={title} />}
        {state.status === 'saved' && (
          <Notice tone={takesBack ? 'good' : 'idle'} title={title}>
            <p>{whatWasDone(i18n, state.answer)}</p>
            <p>{i18n.t(takesBack ? 'link.mayClose' : 'link.takeAndSend')}</p>
          </Notice>
        )}
        {state.status === 'unsaved' && (
          <Notice tone="warn" title={title}>
            <p>{i18n.t('hosted.unsavedMeans')}</p>
          </Notice>
        )}
        {state.status === 'unsaved' && <RefusalNotice refusal={state.refusal} tone="warn" />}
      </div>
      {state.status !== 'saving' && (
        <Ways
          answer={state.answer}
          refused={state.status === 'unsaved' ? state.refusal.code : null}
          isOnly={!takesBack}
        />
      )}
    </div>
  )
}

type WaysProps = Readonly<{ answer: DeliverableAnswer; refused: ErrorCode | null; isOnly: boolean }>

function Ways({ answer, refused, isOnly }: WaysProps) {
  const i18n = useI18n()
  const { delivery } = useRuntime()
  const download = () => {
    for (const { name, blob } of answer.documents) saveFile({ name, blob })
  }
  // The signed file stays among those that wait to be downloaded.
  const openNow = async () => {
    await delivery.received(answer.receipt.id)
    location.reload()
  }
  return (
    <div className="sign-act">
      {refused === 'HOST_CONFLICT' && (
        <button type="button" className="button primary wide act" onClick={() => void openNow()}>
          {i18n.t('link.openNow')}
        </button>
      )}
      {refused !== null && refused !== 'HOST_CONFLICT' && (
        <button type="button" className="button primary wide act" onClick={() => delivery.retry()}>
          {i18n.t('link.sendAgain')}
        </button>
      )}
      <button type="button" className={`button wide ${isOnly ? 'primary act' : ''}`} onClick={download}>
        <Icon name="download" />
        {i18n.t(refused !== null || isOnly ? 'sign.download' : 'link.keepCopy')}
      </button>
    </div>
  )
}
