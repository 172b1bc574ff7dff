import { useEffect } from 'react'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { EnvelopeRun } from './use-run.ts'

/** What is being done, and the way out of it. */
export function ActProgress({ run }: { run: EnvelopeRun }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { step } = run
  const text = step ? i18n.t(`envelope.step_${step.name}`) : ''
  useEffect(() => announce(text), [announce, text])
  if (!step) return null
  return (
    <div className="stack-tight" data-landing tabIndex={-1}>
      <div className="row-between">
        <span>{text}</span>
        <button type="button" className="button small" onClick={run.cancel}>
          {i18n.t('common.cancel')}
        </button>
      </div>
      <progress className="progress" max={1} value={step.done} aria-label={text} />
    </div>
  )
}
