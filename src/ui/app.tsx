import { Activity, lazy, Suspense, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { Services } from '../app/services.ts'
import { Icon, Mark } from './components/icon.tsx'
import { useKeptFocus } from './components/kept-focus.ts'
import { LiveRegion } from './components/live.tsx'
import { ProviderPrompts } from './components/provider-prompts.tsx'
import { LanguageProvider, LanguageSelect, useI18n } from './i18n/context.tsx'
import { SignPage } from './pages/sign/sign-page.tsx'
import { hrefOf, useRoute } from './routes.ts'
import type { Route } from './routes.ts'
import { ServicesProvider } from './services.tsx'
import { SettingsBar } from './settings-bar.tsx'
import { UpdateBar } from './update-bar.tsx'
import './styles/index.css'

const VerifyPage = lazy(async () => ({ default: (await import('./pages/verify/verify-page.tsx')).VerifyPage }))
const EnvelopePage = lazy(async () => ({
  default: (await import('./pages/envelope/confirmed-page.tsx')).ConfirmedEnvelopePage,
}))
const KeysPage = lazy(async () => ({ default: (await import('./pages/keys/keys-page.tsx')).KeysPage }))
const CompanyPage = lazy(async () => ({ default: (await import('./pages/ca/company-page.tsx')).CompanyPage }))
const AboutPage = lazy(async () => ({ default: (await import('./pages/about-page.tsx')).AboutPage }))

/** The standalone app: pages that keep their state while another is looked at. */
export function App({ services }: { services: Services }) {
  return (
    <ServicesProvider value={services}>
      <LanguageProvider>
        <LiveRegion>
          <Shell />
          <ProviderPrompts />
        </LiveRegion>
      </LanguageProvider>
    </ServicesProvider>
  )
}

function Shell() {
  const i18n = useI18n()
  const route = useRoute()
  useKeptFocus()
  useEffect(() => {
    document.title = `${i18n.t(`common.nav_${route}`)} · Countersign`
  }, [i18n, route])
  return (
    <div className="shell">
      <header className="topbar no-print">
        <a className="wordmark" href={hrefOf('sign')} aria-label="Countersign">
          <Mark />
          <span>Countersign</span>
        </a>
        <nav className="nav" aria-label={i18n.t('common.navigation')}>
          {(['sign', 'envelope', 'verify', 'keys'] as const).map((each) => (
            <a key={each} href={hrefOf(each)} aria-current={route === each ? 'page' : undefined}>
              {i18n.t(`common.nav_${each}`)}
            </a>
          ))}
        </nav>
        <div className="end">
          <LanguageSelect />
          <a
            className="button quiet small about"
            href={hrefOf('about')}
            aria-current={route === 'about' ? 'page' : undefined}
          >
            <Icon name="info" />
            <span>{i18n.t('common.nav_about')}</span>
          </a>
        </div>
      </header>
      <div className="bars">
        <UpdateBar />
        <SettingsBar />
      </div>
      <main className="main">
        <Page shown={route === 'sign'}>
          <SignPage />
        </Page>
        <Visited route={route} name="envelope">
          <EnvelopePage />
        </Visited>
        <Visited route={route} name="verify">
          <VerifyPage />
        </Visited>
        <Visited route={route} name="keys">
          <KeysPage />
        </Visited>
        <Visited route={route} name="company">
          <CompanyPage />
        </Visited>
        {route === 'about' && (
          <Suspense fallback={null}>
            <AboutPage />
          </Suspense>
        )}
      </main>
    </div>
  )
}

/** Hidden, a page stops its effects and keeps its state: a look at the keys does not lose the documents. */
function Page({ shown, children }: { shown: boolean; children: ReactNode }) {
  return (
    <Activity mode={shown ? 'visible' : 'hidden'}>
      <Suspense fallback={<div className="page" aria-busy="true" />}>{children}</Suspense>
    </Activity>
  )
}

/** Not built before its first visit. */
function Visited({ route, name, children }: { route: Route; name: Route; children: ReactNode }) {
  const shown = route === name
  const [seen, setSeen] = useState(shown)
  if (shown && !seen) setSeen(true)
  return seen ? <Page shown={shown}>{children}</Page> : null
}
