import { missingFields } from '../../../app/form-values.ts'
import type { SignEvent, SignOutcome } from '../../../app/sign-documents.ts'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import type { IconName } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { useServices } from '../../services.tsx'
import { containerFor } from './container.ts'
import { envelopesAmong } from './session.ts'
import type { SessionItem, SignSession } from './session.ts'

type Props = Readonly<{
  session: SignSession
  onOpen: (id: number) => void
  /** Absent: nothing is put on the table, nor taken off it. */
  onFiles?: ((files: readonly File[]) => void) | undefined
}>

/** Many documents: one row each with its own state, opened from here to be read. */
export function DocumentList({ session, onOpen, onFiles }: Props) {
  const i18n = useI18n()
  const { items, run } = session
  const size = items.reduce((sum, item) => sum + item.file.blob.size, 0)
  return (
    <div className="document-list">
      <header className="list-head">
        <h1>{i18n.t('sign.documents', { count: items.length })}</h1>
        <span className="muted small tabular">{i18n.bytes(size)}</span>
        {run.status === 'idle' && onFiles && (
          <div className="row end">
            <PickFiles onFiles={onFiles} className="button small">
              <Icon name="plus" />
              {i18n.t('sign.addFiles')}
            </PickFiles>
            <button type="button" className="button small quiet" onClick={session.clear}>
              {i18n.t('sign.removeAll')}
            </button>
          </div>
        )}
      </header>
      <ul className="rows">
        {items.map((item, index) => (
          <DocumentRow
            key={item.id}
            item={item}
            session={session}
            event={run.status === 'running' ? (run.events[index] ?? null) : null}
            outcome={run.status === 'done' ? (run.outcomes[index] ?? null) : null}
            onOpen={() => onOpen(item.id)}
            onRemove={onFiles && (() => session.remove(item.id))}
          />
        ))}
      </ul>
    </div>
  )
}

type RowState = Readonly<{ icon: IconName; tone: string; text: string }>

function stateOf(
  i18n: I18n,
  session: SignSession,
  item: SessionItem,
  event: SignEvent | null,
  outcome: SignOutcome | null,
): RowState {
  if (outcome) return outcomeState(i18n, outcome)
  if (event?.outcome) return outcomeState(i18n, event.outcome)
  if (event) return { icon: 'clock', tone: 'muted', text: i18n.t(`sign.state_${event.state}`) }
  const { inspection } = item
  if (session.run.status === 'running') return { icon: 'clock', tone: 'muted', text: i18n.t('sign.state_waiting') }
  if (!inspection) return { icon: 'clock', tone: 'muted', text: i18n.t('sign.state_reading') }
  if (envelopesAmong(session).includes(item)) return { icon: 'alert', tone: 'warn', text: i18n.t('sign.rowEnvelope') }
  const container = containerFor(inspection, session.options)
  if (inspection.pdf?.encryption === 'password-required') {
    return { icon: 'alert', tone: 'warn', text: i18n.t('sign.rowLocked') }
  }
  if (container === null || (container === 'embedded' && inspection.refused)) {
    const why = inspection.refused ? i18n.lookup('errors', inspection.refused.code)?.split('\n')[0] : null
    return { icon: 'alert', tone: 'warn', text: why ?? i18n.t('sign.rowCannot') }
  }
  const missing = container === 'embedded' ? missingFields(inspection.pdf?.form ?? null, item.values) : []
  if (missing.length > 0)
    return { icon: 'alert', tone: 'warn', text: i18n.t('sign.rowFields', { count: missing.length }) }
  return { icon: 'file', tone: 'muted', text: i18n.t(`sign.row_${container}`) }
}

function outcomeState(i18n: I18n, outcome: SignOutcome): RowState {
  if (outcome.status === 'signed') return { icon: 'check', tone: 'good', text: i18n.t('sign.state_signed') }
  if (outcome.status === 'cancelled') return { icon: 'minus', tone: 'muted', text: i18n.t('sign.state_cancelled') }
  const why = i18n.lookup('errors', outcome.refusal.code)?.split('\n')[0] ?? i18n.t('sign.state_failed')
  return { icon: 'cross', tone: 'bad', text: `${why} (${outcome.refusal.code})` }
}

type RowProps = Readonly<{
  item: SessionItem
  session: SignSession
  event: SignEvent | null
  outcome: SignOutcome | null
  onOpen: () => void
  onRemove: (() => void) | undefined
}>

function DocumentRow({ item, session, event, outcome, onOpen, onRemove }: RowProps) {
  const i18n = useI18n()
  const { results } = useServices()
  const state = stateOf(i18n, session, item, event, outcome)
  const pages = item.inspection?.pdf?.pages
  const about = [i18n.bytes(item.file.blob.size), pages === undefined ? null : i18n.t('sign.pages', { count: pages })]
  return (
    <li className="document-row">
      <button
        type="button"
        className="open"
        onClick={onOpen}
        title={i18n.t('sign.openDocument', { name: item.file.name })}
      >
        <span className="name break">{item.file.name}</span>
        <span className="muted small">{about.filter(Boolean).join(' · ')}</span>
      </button>
      <span className={`tag state ${state.tone}`}>
        <Icon name={state.icon} />
        <span>{state.text}</span>
      </span>
      <span className="do">
        {outcome?.status === 'signed' && (
          <button
            type="button"
            className="button quiet icon-only"
            aria-label={i18n.t('sign.downloadNamed', { name: outcome.result.file.name })}
            onClick={() => void results.download([outcome.result.id])}
          >
            <Icon name="download" />
          </button>
        )}
        {session.run.status === 'idle' && onRemove && (
          <button
            type="button"
            className="button quiet icon-only"
            aria-label={i18n.t('sign.removeNamed', { name: item.file.name })}
            onClick={onRemove}
          >
            <Icon name="close" />
          </button>
        )}
      </span>
    </li>
  )
}
