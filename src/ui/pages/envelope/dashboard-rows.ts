import type { EnvelopeEntry } from '../../../app/run-envelope.ts'
import type { CopyComparison, EnvelopeView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import type { I18n } from '../../i18n/i18n.ts'
import { acting, awaited, doneCount, overdue } from './status.ts'

export type OpenedFile = Readonly<{ file: SourceFile; entry: EnvelopeEntry }>

/** How a file relates to another one of the same envelope on the table; null: it is the only or the current copy. */
export type CopyNote = 'diverged' | 'older' | 'replaced' | 'same' | null

export type Row = Readonly<{
  index: number
  file: SourceFile
  view: EnvelopeView | null
  /** Why it could not be read. */
  code: string | null
  title: string
  status: string
  /** Those that it encloses, each with whether it was checked; '': it encloses none. */
  documents: string
  done: number
  total: number
  waitingFor: string
  deadline: string | null
  overdue: boolean
  lastTime: string | null
  next: string
  copy: CopyNote
  /** Index of the other copy. */
  other: number | null
}>

type Compare = (first: EnvelopeView, second: EnvelopeView) => CopyComparison

export function rowsOf(i18n: I18n, files: readonly OpenedFile[], now: Date, compare: Compare): readonly Row[] {
  const views = files.map(({ entry }) => ('view' in entry ? entry.view : null))
  return files.map(({ file, entry }, index) => {
    if (!('view' in entry)) {
      const text = i18n.lookup('errors', entry.code)?.split('\n')[0] ?? entry.code
      const none = { documents: '', done: 0, total: 0, waitingFor: '', deadline: null, overdue: false, lastTime: null }
      return {
        index,
        file,
        view: null,
        code: entry.code,
        title: file.name,
        status: text,
        ...none,
        next: '',
        copy: null,
        other: null,
      }
    }
    const { view } = entry
    const [copy, other] = copyNote(views, index, compare)
    return {
      index,
      file,
      view,
      code: null,
      title: view.manifest.title,
      status: i18n.t(view.cover === 'differs' ? 'envelope.is_otherCover' : `envelope.status_${view.state.status}`),
      documents: documentsOf(i18n, view),
      done: doneCount(view),
      total: acting(view).length,
      waitingFor: i18n.list(awaited(view).map(({ name }) => name)),
      deadline: view.manifest.deadline ?? null,
      overdue: overdue(view, now),
      lastTime: lastAct(view),
      next: nextAction(i18n, view, now, copy),
      copy,
      other,
    }
  })
}

const documentsOf = (i18n: I18n, { enclosed }: EnvelopeView): string =>
  enclosed.map(({ name, state }) => `${name} (${i18n.t(`envelope.document_${state}`)})`).join('; ')

function copyNote(views: readonly (EnvelopeView | null)[], index: number, compare: Compare): [CopyNote, number | null] {
  const own = views[index]
  if (!own) return [null, null]
  for (const [at, other] of views.entries()) {
    if (at === index || !other || other.manifest.id !== own.manifest.id) continue
    const { relation } = compare(own, other)
    if (relation === 'diverged') return ['diverged', at]
    if (relation === 'first-behind') return ['older', at]
    if (relation === 'first-replaced') return ['replaced', at]
    // Of two that are the same, the first on the table counts.
    if (relation === 'same' && at < index) return ['same', at]
  }
  return [null, null]
}

const QUIET_DAYS = 3

/** Nobody did anything for days. */
const isQuiet = (view: EnvelopeView, now: Date): boolean =>
  now.getTime() - Date.parse(lastAct(view) ?? view.manifest.createdAt) > QUIET_DAYS * 86_400_000

const lastAct = (view: EnvelopeView): string | null =>
  view.state.lastTime ?? view.steps.findLast(({ time }) => time !== null)?.time ?? null

function nextAction(i18n: I18n, view: EnvelopeView, now: Date, copy: CopyNote): string {
  if (copy === 'diverged') return i18n.t('envelope.next_diverged')
  if (copy !== null) return i18n.t('envelope.next_older')
  const { status } = view.state
  if (status === 'running') return i18n.t(isQuiet(view, now) ? 'envelope.next_remind' : 'envelope.next_wait')
  return i18n.t(`envelope.next_${status}`)
}

export const COLUMNS = ['title', 'status', 'progress', 'waitingFor', 'deadline', 'lastTime', 'next'] as const
export type Column = (typeof COLUMNS)[number]
export type Sorting = Readonly<{ column: Column; descending: boolean }>

export function sortedRows(rows: readonly Row[], { column, descending }: Sorting, locale: string): readonly Row[] {
  const words = new Intl.Collator(locale, { numeric: true })
  const valueOf = (row: Row): string | number | null => {
    if (column === 'progress') return row.total === 0 ? null : row.done / row.total
    return row[column]
  }
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)]
    // What is not known stands last, whichever way it is sorted.
    if (x === null || x === '' || y === null || y === '') {
      return Number(x === null || x === '') - Number(y === null || y === '')
    }
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : words.compare(String(x), String(y))
    return descending ? -order : order
  })
}

/** RFC 4180, UTF-8 with a byte order mark so that spreadsheets read it as such. */
export function csvOf(i18n: I18n, rows: readonly Row[]): string {
  const head = [
    i18n.t('envelope.column_file'),
    ...COLUMNS.map((column) => i18n.t(`envelope.column_${column}`)),
    i18n.t('envelope.column_overdue'),
    i18n.t('envelope.column_id'),
    i18n.t('envelope.column_documents'),
  ]
  const lines = rows.map((row) => [
    row.file.name,
    row.title,
    row.status,
    `${String(row.done)}/${String(row.total)}`,
    row.waitingFor,
    row.deadline ?? '',
    row.lastTime ?? '',
    row.next,
    row.overdue ? i18n.t('envelope.yes') : '',
    row.view?.manifest.id ?? '',
    row.documents,
  ])
  return `\uFEFF${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

/**
 * Names come from files that anybody may have made: none of them may become a formula, not even in a spreadsheet whose language
 * begins a cell at a semicolon.
 */
const FORMULA = /(^|[;,\t\r\n])(\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g

function cell(text: string): string {
  const safe = text.replace(FORMULA, "$1$2'")
  return /[";,\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
