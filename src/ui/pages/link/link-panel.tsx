import { useI18n } from '../../i18n/context.tsx'
import type { PanelProps } from '../embed/hosted-panel.tsx'
import { hostName, useHosted, useRuntime } from '../embed/hosted-context.tsx'
import { SignPanel } from '../sign/sign-panel.tsx'
import { Unsigned } from '../sign/unsigned.tsx'
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
