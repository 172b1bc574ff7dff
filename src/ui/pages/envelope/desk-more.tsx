import { useState } from 'react'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { ActProgress } from './act-progress.tsx'
import { ReasonDialog, ReturnDialog } from './ask-dialogs.tsx'
import { CodeCheck } from './code-check.tsx'
import { CodesToGive } from './codes-to-give.tsx'
import type { Deed } from './desk.tsx'
import { Letters } from './letters.tsx'
import type { EnvelopeRun } from './use-run.ts'
import { useRunEnvelope } from './use-run-envelope.ts'

type Props = Readonly<{
  file: SourceFile
  view: EnvelopeView
  run: EnvelopeRun
  letters: boolean
  onResult: (result: EnvelopeResult, deed: Deed) => void
}>

/** For whoever looks after the envelope: letters, the record, codes to be checked, and the ways to send it back or end it. */
export function DeskMore({ file, view, run, letters, onResult }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const [asking, setAsking] = useState<'return' | 'close' | null>(null)
  const { manifest, state } = view
  const simple = view.signatories.filter((one) => one.simple !== null)
  const acted = view.signatories.some(({ state: own }) => ['signed', 'pending', 'declined'].includes(own.status))
  const mayReturn = manifest.resend && acted && state.status !== 'broken' && state.status !== 'complete'
  const close = () => setAsking(null)
  const report = () =>
    run.start(async (options) => {
      saveFile(await envelopes.report(view, options))
    })
  return (
    <div className="stack">
      {run.refusal && <RefusalNotice refusal={run.refusal} />}
      {run.step && <ActProgress run={run} />}
      {letters && (
        <details className="details">
          <summary>
            <Icon name="chevron" />
            {i18n.t('envelope.letters')}
          </summary>
          <div className="stack">
            <CodesToGive view={view} />
            <Letters file={file} view={view} untitled />
          </div>
        </details>
      )}
      {simple.map((one) => (
        <CodeCheck key={one.signatory.id} file={file} one={one} />
      ))}
      <div className="row">
        <button type="button" className="button small" onClick={report}>
          <Icon name="download" />
          {i18n.t('envelope.report')}
        </button>
        {mayReturn && (
          <button type="button" className="button small" onClick={() => setAsking('return')}>
            {i18n.t('envelope.returnTo')}…
          </button>
        )}
        {state.status === 'running' && (
          <button type="button" className="button small quiet text-bad" onClick={() => setAsking('close')}>
            {i18n.t('envelope.closeIt')}…
          </button>
        )}
      </div>
      {asking === 'return' && (
        <ReturnDialog
          view={view}
          onClose={close}
          onSend={(who, reason) => {
            close()
            run.start(async (options) =>
              onResult(await envelopes.newRound({ file, signatory: who, reason }, options), {
                act: 'returned',
                signatory: who,
              }),
            )
          }}
        />
      )}
      {asking === 'close' && (
        <ReasonDialog
          title={i18n.t('envelope.closeTitle')}
          means={i18n.t('envelope.closeMeans')}
          act={i18n.t('envelope.closeIt')}
          onClose={close}
          onSend={(reason) => {
            close()
            run.start(async (options) =>
              onResult(await envelopes.close({ file, reason }, options), { act: 'closed', signatory: null }),
            )
          }}
        />
      )}
    </div>
  )
}
