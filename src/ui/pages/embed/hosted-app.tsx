import { useEffect, useLayoutEffect, useRef } from 'react'
import type { ReactNode, RefObject } from 'react'
import type { HostedRuntime, HostedSnapshot, Look } from '../../../app/hosted-runtime.ts'
import { inkOn, readableOn } from '../../accent.ts'
import { useKeptFocus } from '../../components/kept-focus.ts'
import { LiveRegion } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { ProviderPrompts } from '../../components/provider-prompts.tsx'
import { LanguageProvider, useI18n, useLanguage } from '../../i18n/context.tsx'
import type { Opening } from '../../i18n/context.tsx'
import { ServicesProvider } from '../../services.tsx'
import { UnsavedActs } from './delivery-panel.tsx'
import { hostName, RuntimeProvider, useHosted, useRuntime } from './hosted-context.tsx'
import { HostedSign } from './hosted-sign.tsx'
import { useDesk, type LoadDesk } from './use-desk.ts'
import '../../styles/index.css'
import '../../styles/hosted.css'

type Props = Readonly<{
  runtime: HostedRuntime
  opening?: Opening | null
  /** Always the same. */
  loadDesk: LoadDesk
  /** What was asked first stands in the page: when it is painted there is time for the rest. */
  onShown?: (() => void) | undefined
}>

/** The page in a CRM's frame, and the window that it opens: no chrome, the host's language and colours. */
export function HostedApp({ runtime, opening = null, loadDesk, onShown }: Props) {
  // From the first sight on: the window may be opened before the desk is there.
  useKeptFocus()
  return (
    <RuntimeProvider value={runtime}>
      <Dressed opening={opening}>
        <LiveRegion>
          <Content loadDesk={loadDesk} onShown={onShown} />
        </LiveRegion>
      </Dressed>
    </RuntimeProvider>
  )
}

function Dressed({ opening, children }: { opening: Opening | null; children: ReactNode }) {
  const { services, look } = useHosted()
  // Before the first paint: a change of colours after it is a flash, and drawing twice.
  useLayoutEffect(() => wear(look), [look])
  return (
    <ServicesProvider value={services}>
      <LanguageProvider locale={look.locale ?? undefined} opening={opening}>
        {children}
      </LanguageProvider>
    </ServicesProvider>
  )
}

/** Through CSSOM: the CSP allows no inline style. */
export function wear({ mode, accent }: Look): void {
  const root = document.documentElement
  root.dataset['chrome'] = 'none'
  if (mode === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = mode
  if (accent && /^#[0-9a-f]{6}$/i.test(accent)) {
    root.style.setProperty('--accent', accent)
    root.style.setProperty('--accent-ink', inkOn(accent))
    // On the least kind of each theme's grounds.
    const [light, dark] = [readableOn('#f0f2f4', accent), readableOn('#24282e', accent)]
    root.style.setProperty('--accent-text', `light-dark(${light}, ${dark})`)
    root.style.setProperty('--accent-soft', `color-mix(in oklab, ${accent} 14%, var(--surface))`)
  }
}

/** ms that a host which has just connected takes to say what it wants. */
const FIRST_WISH = 150

function Content({ loadDesk, onShown }: Pick<Props, 'loadDesk' | 'onShown'>) {
  const { i18n, isWhole } = useLanguage()
  const runtime = useRuntime()
  const { act, verifying, services, broken } = useHosted()
  const { desk, refusal } = useDesk(loadDesk)
  const hasAct = act !== null
  useEffect(() => {
    if (hasAct) return onShown?.()
    const timer = setTimeout(() => onShown?.(), FIRST_WISH)
    return () => clearTimeout(timer)
  }, [hasAct, onShown])
  const host = hostName(runtime.embedder)
  useEffect(() => {
    document.title = i18n.t('hosted.frameTitle', { host })
  }, [i18n, host])
  const main = useRef<HTMLElement>(null)
  useWishedHeight(main, act !== null)
  const missing = broken ?? refusal
  return (
    <main className="hosted" data-mode={runtime.mode} ref={main}>
      {runtime.mode === 'window' && <p className="hosted-for small">{i18n.t('hosted.forHost', { host })}</p>}
      {missing && (
        <div className="hosted-empty">
          <RefusalNotice refusal={missing} />
        </div>
      )}
      {act && !missing && <HostedSign key={act.command.requestId} open={act} desk={desk} />}
      {!act && verifying && desk && services && isWhole && <desk.Verify key={verifying.name} ask={verifying} />}
      {!act && !verifying && !missing && (
        <div className="hosted-empty">
          <h1 className="visually-hidden">{i18n.t('hosted.frameTitle', { host })}</h1>
          <Idle />
        </div>
      )}
      {services && isWhole && <ProviderPrompts />}
    </main>
  )
}

/** px: a page of a document and the act beside it, without scrolling the page around the frame. */
const WORKSPACE_HEIGHT = 720

/** Tells a host that lets its frame grow how tall it would be best; a host that gives it a place of its own ignores it. */
function useWishedHeight(main: RefObject<HTMLElement | null>, signing: boolean): void {
  const { host } = useRuntime()
  const told = useRef(0)
  useEffect(() => {
    const inner = main.current?.lastElementChild
    if (!inner) return undefined
    const measure = (): void => {
      const parts = Array.from(inner.children, (child) => child.getBoundingClientRect())
      const tall = Math.max(...parts.map(({ bottom }) => bottom)) - Math.min(...parts.map(({ top }) => top))
      const height = signing ? WORKSPACE_HEIGHT : Math.ceil(tall) + 64
      if (!Number.isFinite(height) || Math.abs(height - told.current) < 2) return
      told.current = height
      host.tell('resize', { height })
    }
    const observer = new ResizeObserver(measure)
    for (const child of inner.children) observer.observe(child)
    measure()
    return () => observer.disconnect()
  })
}

/** A business process signs here; who looks in sees what, and why not. */
function Unattended({ documents, refusal }: NonNullable<HostedSnapshot['unattended']>) {
  const i18n = useI18n()
  const { embedder } = useRuntime()
  const { delivery } = useHosted()
  const host = hostName(embedder)
  if (!refusal) {
    return (
      <div className="stack" aria-busy="true">
        <p>{i18n.t('consent.unattendedRuns', { host, count: documents })}</p>
        {delivery?.status === 'unsaved' && <UnsavedActs answer={delivery.answer} log={null} />}
      </div>
    )
  }
  return (
    <RefusalNotice refusal={refusal}>
      {refusal.code === 'UNATTENDED_NOT_GRANTED' && (
        <p>
          <a href="./#/keys" target="_blank" rel="noopener">
            {i18n.t('consent.grantOpen')}
          </a>
        </p>
      )}
    </RefusalNotice>
  )
}

function Idle() {
  const i18n = useI18n()
  const { embedder, mode } = useRuntime()
  const { delivery, unattended } = useHosted()
  if (unattended) return <Unattended {...unattended} />
  if (mode === 'window' && delivery?.status === 'saved') return <p>{i18n.t('hosted.mayClose')}</p>
  return <p className="muted">{i18n.t('hosted.idle', { host: hostName(embedder) })}</p>
}
