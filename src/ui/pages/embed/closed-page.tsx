import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { Refusal } from '../../../core/formats/format.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { LanguageProvider, useI18n } from '../../i18n/context.tsx'
import type { Opening } from '../../i18n/context.tsx'
import { hostName } from './hosted-context.tsx'
import '../../styles/index.css'
import '../../styles/hosted.css'

/** Why a frame or window does not open. */
export type Closed =
  | Readonly<{ kind: 'refused'; origins: readonly string[] }>
  | Readonly<{ kind: 'unknown-embedder' }>
  | Readonly<{ kind: 'sandboxed' }>
  | Readonly<{ kind: 'not-framed' }>
  | Readonly<{ kind: 'no-opener' }>
  | Readonly<{ kind: 'connecting'; origin: string }>
  | Readonly<{ kind: 'failed'; refusal: Refusal }>

/** A page that says why, and always the way out: the signer in a tab. */
export function ClosedPage({ closed, opening = null }: { closed: Closed; opening?: Opening | null }) {
  return (
    <LanguageProvider locale={opening?.locale} opening={opening}>
      <main className="hosted">
        <div className="hosted-empty">
          <Reason closed={closed} />
        </div>
      </main>
    </LanguageProvider>
  )
}

function Reason({ closed }: { closed: Closed }) {
  const i18n = useI18n()
  useEffect(() => {
    document.title = 'Countersign'
  }, [])
  const lastGood = closed.kind === 'failed' ? closed.refusal.details['lastGood'] : undefined
  switch (closed.kind) {
    case 'connecting':
      return <p aria-busy="true">{i18n.t('hosted.connecting', { host: hostName(closed.origin) })}</p>
    case 'refused':
      return (
        <Said title={i18n.t('hosted.refusedTitle')}>
          <p>{i18n.t('hosted.refusedMeans', { host: i18n.list(closed.origins.map(hostName)) })}</p>
          <TabLink />
        </Said>
      )
    case 'unknown-embedder':
      return (
        <Said title={i18n.t('hosted.refusedTitle')}>
          <p>{i18n.t('hosted.refusedUnknown')}</p>
          <TabLink />
        </Said>
      )
    case 'sandboxed':
      return (
        <Said title={i18n.t('hosted.sandboxedTitle')}>
          <p>{i18n.t('hosted.sandboxedMeans')}</p>
          <TabLink />
        </Said>
      )
    case 'not-framed':
      return (
        <Said title={i18n.t('hosted.notFramed')}>
          <p>{i18n.t('hosted.notFramedMeans')}</p>
          <TabLink />
        </Said>
      )
    case 'no-opener':
      return (
        <Said title={i18n.t('hosted.noOpener')}>
          <p>{i18n.t('hosted.noOpenerMeans')}</p>
        </Said>
      )
    case 'failed':
      return closed.refusal.code === 'CONFIG_INVALID' ? (
        <WrongConfig refusal={closed.refusal} />
      ) : (
        <>
          <RefusalNotice refusal={closed.refusal}>
            {typeof lastGood === 'string' && <p>{i18n.t('hosted.configCopy', { date: i18n.dateTime(lastGood) })}</p>}
          </RefusalNotice>
          <TabLink />
        </>
      )
  }
}

function Said({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="stack">
      <h1>{title}</h1>
      {children}
    </div>
  )
}

function TabLink() {
  const i18n = useI18n()
  return (
    <p>
      <a className="button" href="./" target="_blank" rel="noopener">
        {i18n.t('hosted.openHere')}
      </a>
    </p>
  )
}

/** Every mistake of config.json, under its path: for whoever runs the site. */
export function WrongConfig({ refusal }: { refusal: Refusal }) {
  const i18n = useI18n()
  return (
    <Said title={i18n.t('hosted.configTitle')}>
      <p>{i18n.t('hosted.configMeans')}</p>
      <dl className="facts">
        {Object.entries(refusal.details).map(([path, problem]) => (
          <div key={path}>
            <dt className="mono">{path}</dt>
            <dd className="break">{String(problem)}</dd>
          </div>
        ))}
      </dl>
      <p className="code small muted">{refusal.code}</p>
    </Said>
  )
}
