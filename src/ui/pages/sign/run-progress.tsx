import { useEffect } from 'react'
import type { FileState } from '../../../app/sign-documents.ts'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { Run, SessionItem } from './session.ts'

type Props = Readonly<{
  run: Extract<Run, { status: 'running' }>
  items: readonly SessionItem[]
  onCancel: () => void
  /** In place of "nothing is uploaded". */
  note?: string | undefined
}>

const ORDER: readonly FileState[] = ['waiting', 'reading', 'digesting', 'signing', 'writing', 'checking', 'keeping']

/** How far one file is, its states being taken for equally long. */
function fraction(state: FileState, done: number): number {
  const at = ORDER.indexOf(state)
  return at < 0 ? 1 : (at + done) / ORDER.length
}

/** What is being done, how far, and the way to stop. Tenths are enough to be heard. */
export function RunProgress({ run, items, onCancel, note }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const many = run.total > 1
  const [only] = run.events
  const doing = many
    ? i18n.t('sign.signedOf', { done: run.finished, total: run.total })
    : i18n.t(`sign.state_${only?.state ?? 'waiting'}`)
  const value = many ? run.finished / run.total : only ? fraction(only.state, only.done) : 0
  // Five hundred files are ten announcements.
  const step = Math.max(1, Math.ceil(run.total / 10))
  const heard = many ? i18n.t('sign.signedOf', { done: run.finished - (run.finished % step), total: run.total }) : doing
  useEffect(() => announce(heard), [heard, announce])
  return (
    <div className="stack" data-landing tabIndex={-1}>
      <div className="row-between">
        <span className="ellipsis">{doing}</span>
        <button type="button" className="button small" onClick={onCancel}>
          {i18n.t('common.cancel')}
        </button>
      </div>
      <progress
        className="progress"
        max={1}
        value={value}
        aria-label={i18n.t('sign.progressOf', { count: items.length })}
      />
      <p className="small muted">{many ? i18n.t('sign.cancelKeeps') : (note ?? i18n.t('sign.nothingLeaves'))}</p>
    </div>
  )
}
