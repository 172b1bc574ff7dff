import { useEffect, useState } from 'react'
import { useAnnounce } from './components/live.tsx'
import { useI18n } from './i18n/context.tsx'
import { registerServiceWorker } from './service-worker.ts'
import type { OfflineState } from './service-worker.ts'
import { useServices } from './services.tsx'

/** A new version waits until the person says yes: nothing changes under a document that is being signed. */
export function UpdateBar() {
  const i18n = useI18n()
  const { scriptUrl } = useServices()
  const announce = useAnnounce()
  const [state, setState] = useState<OfflineState | null>(null)
  const [later, setLater] = useState(false)
  useEffect(() => registerServiceWorker(scriptUrl, setState), [scriptUrl])
  const text = state?.waiting && !later ? i18n.t('common.updateReady', { version: state.waiting.version }) : ''
  useEffect(() => {
    if (text) announce(text)
  }, [announce, text])
  if (!state?.waiting || later) return <div hidden />
  return (
    <div className="update-bar no-print">
      <p>{text}</p>
      <div className="row">
        <button type="button" className="button small" onClick={state.waiting.activate}>
          {i18n.t('common.updateNow')}
        </button>
        <button type="button" className="button small quiet" onClick={() => setLater(true)}>
          {i18n.t('common.updateLater')}
        </button>
      </div>
    </div>
  )
}
