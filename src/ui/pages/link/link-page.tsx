import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { HostedRuntime } from '../../../app/hosted-runtime.ts'
import { Mark } from '../../components/icon.tsx'
import { useKeptFocus } from '../../components/kept-focus.ts'
import { LiveRegion } from '../../components/live.tsx'
import { ProviderPrompts } from '../../components/provider-prompts.tsx'
import { LanguageProvider, LanguageSelect, useI18n } from '../../i18n/context.tsx'
import { ServicesProvider } from '../../services.tsx'
import { SettingsBar } from '../../settings-bar.tsx'
import { hostName, RuntimeProvider, useHosted, useRuntime } from '../embed/hosted-context.tsx'
import { HostedSign } from '../embed/hosted-sign.tsx'
import type { LoadedProps } from '../embed/hosted-sign.tsx'
import { envelopeTurn } from '../embed/hosted-envelope.tsx'
import { HostedVerify } from '../embed/hosted-verify.tsx'
import { LoadedSign } from '../embed/loaded-sign.tsx'
import type { Desk } from '../embed/use-desk.ts'
import { LinkDelivery } from './link-delivery.tsx'
import { LinkPanel } from './link-panel.tsx'
import '../../styles/index.css'
import '../../styles/hosted.css'

const LINK_DESK: Desk = { Sign: LinkSign, Verify: HostedVerify, turn: envelopeTurn }

function LinkSign(props: LoadedProps) {
  return <LoadedSign {...props} Panel={LinkPanel} />
}

/** A signing link, opened by somebody who may know nothing of this app: the document, the act, and where it goes. */
export function LinkPage({ runtime }: { runtime: HostedRuntime }) {
  useKeptFocus()
  return (
    <RuntimeProvider value={runtime}>
      <Served>
        <LanguageProvider>
          <LiveRegion>
            <Page />
            <ProviderPrompts />
          </LiveRegion>
        </LanguageProvider>
      </Served>
    </RuntimeProvider>
  )
}

function Served({ children }: { children: ReactNode }) {
  const { services } = useHosted()
  return services && <ServicesProvider value={services}>{children}</ServicesProvider>
}

function Page() {
  const i18n = useI18n()
  const runtime = useRuntime()
  const { act, delivery } = useHosted()
  const host = hostName(runtime.embedder)
  useEffect(() => {
    document.title = `${i18n.t('link.title')} · Countersign`
  }, [i18n])
  return (
    <div className="hosted" data-mode="link">
      <header className="link-bar no-print">
        <a className="wordmark" href="./" aria-label="Countersign">
          <Mark />
        </a>
        <h1 className="ellipsis">{i18n.t('link.from', { host })}</h1>
        <LanguageSelect />
      </header>
      <SettingsBar />
      <main className="link-main">
        {act ? (
          <HostedSign open={act} desk={LINK_DESK} />
        ) : (
          <div className="hosted-empty">{delivery && <LinkDelivery state={delivery} />}</div>
        )}
      </main>
    </div>
  )
}
