import { useEffect, useState } from 'react'
import { LanguageSelect, useI18n } from '../i18n/context.tsx'
import { onRunningChange, runningVersion } from '../service-worker.ts'
import type { WorkerVersion } from '../service-worker.ts'
import { useServices } from '../services.tsx'

/** What this is, what it promises, and exactly which version runs. */
export function AboutPage() {
  const i18n = useI18n()
  const { version } = useServices()
  const [running, setRunning] = useState<WorkerVersion | null>(null)
  useEffect(() => {
    let current = true
    const ask = () => void runningVersion().then((known) => current && setRunning(known))
    ask()
    const stop = onRunningChange(ask)
    return () => {
      current = false
      stop()
    }
  }, [])
  return (
    <div className="page about-page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('common.aboutTitle')}</h1>
          <p className="muted">{i18n.t('common.aboutIntro')}</p>
        </div>
      </header>
      <div className="stack-wide">
        <section className="stack-tight">
          <h2>{i18n.t('common.aboutLocal')}</h2>
          <p>{i18n.t('common.aboutLocalMeans')}</p>
        </section>
        <section className="stack-tight">
          <h2>{i18n.t('common.aboutKeys')}</h2>
          <p>{i18n.t('common.aboutKeysMeans')}</p>
        </section>
        <section className="stack-tight">
          <h2>{i18n.t('common.aboutTrust')}</h2>
          <p>{i18n.t('common.aboutTrustMeans')}</p>
        </section>
        <dl className="facts">
          <div className="about-language">
            <dt>{i18n.t('common.language')}</dt>
            <dd>
              <LanguageSelect />
            </dd>
          </div>
          <dt>{i18n.t('common.version')}</dt>
          <dd>{version}</dd>
          <dt>{i18n.t('common.build')}</dt>
          <dd>{running ? <code>{running.build}</code> : i18n.t('common.buildUnknown')}</dd>
          <dt>{i18n.t('common.offline')}</dt>
          <dd>{running ? i18n.t('common.offlineReady', { count: running.files }) : i18n.t('common.offlineNot')}</dd>
        </dl>
      </div>
    </div>
  )
}
