import { useEffect, useId, useMemo, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { RefusalNotice, TONE_ICON } from '../../components/notice.tsx'
import { giveToEnvelopes } from '../../handover.ts'
import { useI18n } from '../../i18n/context.tsx'
import { CodeCheck } from './code-check.tsx'
import { standing } from './status.ts'
import { Timeline } from './timeline.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

/** Where an envelope stands, for whoever verifies its file: its people, and codes to be checked once more. */
export function EnvelopeSummary({ name, blob }: { name: string; blob: Blob }) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const id = useId()
  const file = useMemo<SourceFile>(() => ({ name, blob }), [name, blob])
  const [view, setView] = useState<EnvelopeView | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    envelopes
      .open(file, { signal })
      .then(setView)
      .catch((error: unknown) => {
        if (!isAbort(error)) setRefusal(refusalOf(error))
      })
    return () => controller.abort()
  }, [envelopes, file])
  if (refusal) return <RefusalNotice refusal={refusal} />
  if (!view) return <div className="working" aria-busy="true" />
  const state = standing(i18n, view)
  return (
    <section className="signature-card" aria-labelledby={id}>
      <h3 id={id}>
        <Icon name={TONE_ICON[state.tone]} />
        <span className="break">{i18n.t('envelope.inVerify', { title: view.manifest.title })}</span>
      </h3>
      <p className={`tag standing ${state.tone}`}>{state.title}</p>
      {state.meaning && <p className="small muted break">{state.meaning}</p>}
      <Timeline view={view} />
      {view.signatories
        .filter(({ simple }) => simple !== null)
        .map((one) => (
          <CodeCheck key={one.signatory.id} file={file} one={one} />
        ))}
      <div className="row no-print">
        <button type="button" className="button small" onClick={() => giveToEnvelopes([file])}>
          <Icon name="arrow" />
          {i18n.t(view.state.status === 'running' ? 'envelope.goAndSign' : 'envelope.goAndSee')}
        </button>
      </div>
    </section>
  )
}
