import { useI18n } from '../../i18n/context.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import type { PanelProps } from '../embed/hosted-panel.tsx'
import { hostName, useHosted, useRuntime } from '../embed/hosted-context.tsx'
import type { SignSession } from '../sign/session.ts'
import { SignPanel } from '../sign/sign-panel.tsx'
import { LinkDelivery } from './link-delivery.tsx'

/** The act of a signing link: as on the standalone page, but it says where the document goes. */
export function LinkPanel({ session, listing, signer, onChoose, onCreate, view }: PanelProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const { delivery } = useHosted()
  if (delivery) return <LinkDelivery state={delivery} />
  if (session.run.status === 'done') return <Unsigned session={session} />
  const host = hostName(runtime.embedder)
  const goes = runtime.host.capabilities.has('save') ? i18n.t('link.goesBack', { host }) : i18n.t('link.goesNowhere')
  return (
    <SignPanel
      session={session}
      listing={listing}
      chosen={signer}
      onChoose={onChoose}
      onCreate={onCreate}
      view={view}
      note={goes}
    />
  )
}

/** The run is over and nothing is on its way: it failed or was cancelled. For a moment also: the delivery is about to begin. */
function Unsigned({ session }: { session: SignSession }) {
  const i18n = useI18n()
  const { run } = session
  const [outcome] = run.status === 'done' ? run.outcomes : []
  if (outcome?.status === 'signed') return <div className="sign-panel" aria-busy="true" />
  return (
    <div className="sign-panel result-panel">
      <div className="sign-options">
        <h1>{i18n.t('sign.notSigned')}</h1>
        {outcome?.status === 'failed' && <RefusalNotice refusal={outcome.refusal} />}
      </div>
      <div className="sign-act">
        <button type="button" className="button wide" onClick={session.keepFailed}>
          {i18n.t('link.tryAgain')}
        </button>
      </div>
    </div>
  )
}
