import { useCallback, useEffect, useState } from 'react'
import type { KeptResult } from '../../../app/signed-results.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

export function useKeptResults(): readonly KeptResult[] {
  const { results } = useServices()
  const [kept, setKept] = useState<readonly KeptResult[]>([])
  const refresh = useCallback(
    () =>
      results
        .list()
        .then(setKept)
        .catch(() => setKept([])),
    [results],
  )
  useEffect(() => {
    void refresh()
    return results.onChange(() => void refresh())
  }, [results, refresh])
  return kept
}

/** What was signed and not yet taken: a closed tab loses nothing. */
export function KeptResults() {
  const i18n = useI18n()
  const { results } = useServices()
  const [asking, setAsking] = useState(false)
  const waiting = useKeptResults().filter((each) => each.takenAt === null)
  if (waiting.length === 0) return null
  const ids = waiting.map((each) => each.id)
  return (
    <section className="kept" aria-labelledby="kept">
      <div className="row-between">
        <h2 id="kept">{i18n.t('sign.keptTitle', { count: waiting.length })}</h2>
        <div className="row">
          <button type="button" className="button small" onClick={() => void results.download(ids)}>
            <Icon name="download" />
            {i18n.t(waiting.length === 1 ? 'sign.download' : 'sign.downloadZip')}
          </button>
          <button type="button" className="button small quiet" onClick={() => setAsking(true)}>
            {i18n.t('sign.discard')}
          </button>
        </div>
      </div>
      <ul className="kept-list small">
        {waiting.slice(0, 5).map((each) => (
          <li key={each.id} className="row-between">
            <span className="ellipsis">{each.file.name}</span>
            <span className="muted nowrap">{i18n.dateTime(each.signedAt)}</span>
          </li>
        ))}
      </ul>
      {waiting.length > 5 && <p className="small muted">{i18n.t('common.andMore', { count: waiting.length - 5 })}</p>}
      {asking && (
        <FormDialog
          title={i18n.t('sign.discardTitle', { count: waiting.length })}
          act={i18n.t('sign.discard')}
          danger
          keep={i18n.t('keys.keep')}
          onClose={() => setAsking(false)}
          onSubmit={() => {
            setAsking(false)
            void results.discard(ids)
          }}
        >
          <p>{i18n.t('sign.discardMeans')}</p>
        </FormDialog>
      )}
    </section>
  )
}
