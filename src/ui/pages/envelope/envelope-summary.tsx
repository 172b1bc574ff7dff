import { useCallback, useEffect, useId, useMemo, useState } from 'react'
import { summaryOf } from '../../../app/envelope-summary.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { filesOf, isAwaited, NOTHING_BESIDE, takeBeside, type Beside } from '../../../app/take-beside.ts'
import { isAbort } from '../../../core/errors.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { EnvelopeSummary as Summary } from '../../../core/host-envelope.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { RefusalNotice, TONE_ICON } from '../../components/notice.tsx'
import { giveToEnvelopes } from '../../handover.ts'
import { useI18n } from '../../i18n/context.tsx'
import { CodeCheck } from './code-check.tsx'
import { EnclosedList } from './enclosed-list.tsx'
import { standing } from './status.ts'
import { Timeline } from './timeline.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

type Read = Readonly<{ view: EnvelopeView; beside: Beside }>

type Props = Readonly<{
  name: string
  blob: Blob
  /** What else is verified: documents that travel beside may be among them. */
  others: readonly SourceFile[]
  /** It was read: as the report of the page tells it. */
  onRead: (envelope: Summary) => void
}>

/** Where an envelope stands, for whoever verifies its file: its documents and people, and codes to be checked once more. */
export function EnvelopeSummary({ name, blob, others, onRead }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const id = useId()
  const file = useMemo<SourceFile>(() => ({ name, blob }), [name, blob])
  const [read, setRead] = useState<Read | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const take = useCallback(
    async ({ view, beside }: Read, files: readonly SourceFile[], signal: AbortSignal): Promise<Read> => {
      if (!isAwaited(view) || files.length === 0) return { view, beside }
      const taken = await takeBeside(envelopes, view, beside, files, { signal })
      return { view: await envelopes.open(file, { signal, beside: filesOf(taken) }), beside: taken }
    },
    [envelopes, file],
  )
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    envelopes
      .open(file, { signal })
      .then((view) => take({ view, beside: NOTHING_BESIDE }, others, signal))
      // What else is verified need not belong to it: nothing is wrong with that.
      .then(({ view, beside }) => setRead({ view, beside: { ...beside, wrong: [] } }))
      .catch((error: unknown) => {
        if (!isAbort(error)) setRefusal(refusalOf(error))
      })
    return () => controller.abort()
  }, [envelopes, file, others, take])
  useEffect(() => {
    if (read) onRead(summaryOf(read.view, []))
  }, [read, onRead])
  const add = (files: readonly File[]) => {
    if (!read) return
    const given = files.map((one) => ({ name: one.name, blob: one }))
    take(read, given, new AbortController().signal).then(setRead, (error: unknown) => setRefusal(refusalOf(error)))
  }
  if (refusal) return <RefusalNotice refusal={refusal} />
  if (!read) return <div className="working" aria-busy="true" />
  const { view, beside } = read
  const state = standing(i18n, view)
  return (
    <section className="signature-card" aria-labelledby={id}>
      <h3 id={id}>
        <Icon name={TONE_ICON[state.tone]} />
        <span className="break">{i18n.t('envelope.inVerify', { title: view.manifest.title })}</span>
      </h3>
      <p className={`tag standing ${state.tone}`}>{state.title}</p>
      {state.meaning && <p className="small muted break">{state.meaning}</p>}
      <EnclosedList blob={blob} view={view} beside={beside} onFiles={add} />
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
