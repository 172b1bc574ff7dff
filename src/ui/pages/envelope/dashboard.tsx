import { useMemo, useState } from 'react'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { SCROLLED } from '../../components/scrolled.ts'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { COLUMNS, csvOf, rowsOf, sortedRows } from './dashboard-rows.ts'
import type { Column, OpenedFile, Row, Sorting } from './dashboard-rows.ts'
import '../../styles/envelope-table.css'
import { useRunEnvelope } from './use-run-envelope.ts'

type Props = Readonly<{
  files: readonly OpenedFile[]
  /** How many are still being read. */
  reading: number
  onOpen: (index: number) => void
  onCompare: (index: number, other: number) => void
  onFiles: (files: readonly File[]) => void
  onClear: () => void
}>

/** Many envelopes at once: who has signed, whose turn it is, what is overdue, what to do next. */
export function Dashboard({ files, reading, onOpen, onCompare, onFiles, onClear }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const { clock } = useServices()
  const [sorting, setSorting] = useState<Sorting>({ column: 'deadline', descending: false })
  const rows = useMemo(
    () => rowsOf(i18n, files, clock.now(), (first, second) => envelopes.compare(first, second)),
    [i18n, files, clock, envelopes],
  )
  const sorted = useMemo(() => sortedRows(rows, sorting, i18n.locale), [rows, sorting, i18n])
  const exportCsv = () =>
    saveFile({ name: 'envelopes.csv', blob: new Blob([csvOf(i18n, sorted)], { type: 'text/csv;charset=utf-8' }) })
  const late = rows.filter((row) => row.overdue).length
  return (
    <div className="page dashboard">
      <header className="page-head">
        <div>
          <h1>{i18n.t('envelope.dashboard')}</h1>
          <p className="muted" aria-live="polite">
            {reading > 0
              ? i18n.t('envelope.readingMany', { done: files.length, total: files.length + reading })
              : `${i18n.t('envelope.envelopes', { count: files.length })}${late > 0 ? ` · ${i18n.t('envelope.lateCount', { count: late })}` : ''}`}
          </p>
        </div>
        <div className="row">
          <PickFiles onFiles={onFiles} accept=".pdf,application/pdf" className="button small">
            <Icon name="plus" />
            {i18n.t('sign.addFiles')}
          </PickFiles>
          <button type="button" className="button small" disabled={reading > 0} onClick={exportCsv}>
            <Icon name="download" />
            {i18n.t('envelope.exportCsv')}
          </button>
          <button type="button" className="button small quiet" onClick={onClear}>
            {i18n.t('verify.startAgain')}
          </button>
        </div>
      </header>
      <section className="table-scroll" aria-label={i18n.t('envelope.dashboard')} {...SCROLLED}>
        <table className="issued envelopes">
          <caption className="visually-hidden">{i18n.t('envelope.dashboard')}</caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <SortHead key={column} column={column} sorting={sorting} onSorting={setSorting} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <EnvelopeRow key={row.index} row={row} onOpen={onOpen} onCompare={onCompare} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}

type HeadProps = Readonly<{ column: Column; sorting: Sorting; onSorting: (sorting: Sorting) => void }>

function SortHead({ column, sorting, onSorting }: HeadProps) {
  const i18n = useI18n()
  const own = sorting.column === column
  const order = sorting.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" aria-sort={own ? order : undefined}>
      <button
        type="button"
        className="sort"
        onClick={() => onSorting({ column, descending: own && !sorting.descending })}
      >
        {i18n.t(`envelope.column_${column}`)}
        {own && <Icon name={sorting.descending ? 'down' : 'up'} />}
      </button>
    </th>
  )
}

const STATUS_TONE: Readonly<Record<string, string>> = {
  complete: 'good',
  declined: 'bad',
  broken: 'bad',
  closed: 'warn',
  expired: 'warn',
}

type RowProps = Readonly<{ row: Row } & Pick<Props, 'onOpen' | 'onCompare'>>

function EnvelopeRow({ row, onOpen, onCompare }: RowProps) {
  const i18n = useI18n()
  const { view } = row
  const tone = view && view.cover !== 'differs' ? (STATUS_TONE[view.state.status] ?? '') : 'bad'
  const { other } = row
  return (
    <tr data-copy={row.copy ?? undefined}>
      <th scope="row">
        {view ? (
          <button type="button" className="link-button break" onClick={() => onOpen(row.index)}>
            {row.title}
          </button>
        ) : (
          <span className="break">{row.title}</span>
        )}
        {row.documents !== '' && <span className="small muted break block">{row.documents}</span>}
        {view && row.title !== row.file.name && <span className="small muted break block">{row.file.name}</span>}
      </th>
      <td data-column={i18n.t('envelope.column_status')}>
        <span className={`tag ${tone}`}>{row.status}</span>
      </td>
      <td data-column={i18n.t('envelope.column_progress')} className="tabular">
        {row.total > 0 && (
          <span className="progress-cell">
            <progress className="progress" max={row.total} value={row.done} aria-hidden="true" />
            {i18n.t('envelope.ofTotal', { done: row.done, total: row.total })}
          </span>
        )}
      </td>
      <td data-column={i18n.t('envelope.column_waitingFor')} className="break">
        {row.waitingFor}
      </td>
      <td data-column={i18n.t('envelope.column_deadline')} className="nowrap">
        {row.deadline && i18n.date(row.deadline)}
        {row.overdue && <span className="tag warn block">{i18n.t('envelope.overdue')}</span>}
      </td>
      <td data-column={i18n.t('envelope.column_lastTime')} className="nowrap">
        {row.lastTime && i18n.date(row.lastTime)}
      </td>
      <td data-column={i18n.t('envelope.column_next')}>
        {row.copy === 'diverged' && other !== null ? (
          <button type="button" className="link-button" onClick={() => onCompare(row.index, other)}>
            {row.next}
          </button>
        ) : (
          row.next
        )}
      </td>
    </tr>
  )
}
