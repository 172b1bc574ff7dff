import { useId } from 'react'
import { isAwaited, type Beside } from '../../../app/take-beside.ts'
import { attachedBlob, type EnclosedState, type EnclosedView } from '../../../core/envelope/check-enclosed.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import type { IconName } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import '../../styles/enclosed.css'

/** Bytes of an enclosed document, as what the manifest says it is; null: not at hand, or not that document. */
export function enclosedBlob(file: Blob, one: EnclosedView, index: number, { handed }: Beside): Blob | null {
  const own = attachedBlob(file, one)
  if (own) return own
  const given = one.state === 'added' ? handed.get(index)?.blob : undefined
  return given ? given.slice(0, given.size, one.mediaType) : null
}

const ICON: Readonly<Record<EnclosedState, IconName>> = {
  attached: 'check',
  added: 'check',
  missing: 'alert',
  changed: 'cross',
}
const TONE: Readonly<Record<EnclosedState, string>> = {
  attached: 'good',
  added: 'good',
  missing: 'warn',
  changed: 'bad',
}

type Props = Readonly<{
  /** Of the section, where it may take the focus. */
  id?: string
  /** The envelope's file. */
  blob: Blob
  view: EnvelopeView
  beside: Beside
  disabled?: boolean
  /** Absent where nothing can be shown. */
  onShow?: (index: number) => void
  /** Files that travel beside were given. */
  onFiles: (files: readonly File[]) => void
}>

/** What the cover sheet stands for: each document with its state, to be read, saved, and handed over where it travels beside. */
export function EnclosedList({ id, blob, view, beside, disabled = false, onShow, onFiles }: Props) {
  const i18n = useI18n()
  const label = useId()
  const { enclosed } = view
  if (enclosed.length === 0) return null
  const missing = enclosed.filter(({ state, attached }) => state === 'missing' && !attached).length
  return (
    <section className="stack-tight" id={id} tabIndex={-1} aria-labelledby={label}>
      <h2 className="section-label" id={label}>
        {i18n.t('envelope.documents', { count: enclosed.length })}
      </h2>
      <ol className="enclosed">
        {enclosed.map((one, index) => (
          <EnclosedRow
            key={one.name}
            one={one}
            number={index + 1}
            blob={enclosedBlob(blob, one, index, beside)}
            onShow={onShow && (() => onShow(index))}
          />
        ))}
      </ol>
      {beside.wrong.map((refusal) => (
        <RefusalNotice key={`${refusal.code}${refusal.message}`} refusal={refusal} />
      ))}
      {view.cover === 'differs' && (
        <Notice tone="bad" title={i18n.t('envelope.is_otherCover')}>
          <p>{i18n.t('envelope.otherCoverMeans')}</p>
        </Notice>
      )}
      {view.cover === 'unknown' && <p className="small muted">{i18n.t('envelope.coverNotCompared')}</p>}
      {isAwaited(view) && (
        <Notice tone="warn" title={i18n.t('envelope.addDocuments', { count: missing })}>
          <p>{i18n.t('envelope.addDocumentsMeans')}</p>
          {!disabled && (
            <PickFiles onFiles={onFiles} className="button small">
              <Icon name="plus" />
              {i18n.t('sign.addFiles')}
            </PickFiles>
          )}
        </Notice>
      )}
    </section>
  )
}

type RowProps = Readonly<{
  one: EnclosedView
  number: number
  blob: Blob | null
  onShow: (() => void) | undefined
}>

function EnclosedRow({ one, number, blob, onShow }: RowProps) {
  const i18n = useI18n()
  const { name, size, pages, state } = one
  const about = [i18n.bytes(size), pages === undefined ? null : i18n.t('sign.pages', { count: pages })]
  return (
    <li className="enclosed-row" data-state={state}>
      <span className="number muted tabular" aria-hidden="true">
        {number}
      </span>
      <div className="body">
        {blob && onShow ? (
          <button type="button" className="link-button break" onClick={onShow}>
            {name}
          </button>
        ) : (
          <span className="break">{name}</span>
        )}
        <span className="small muted">{about.filter(Boolean).join(' · ')}</span>
        <span className={`small tag ${TONE[state]}`} title={one.sha256}>
          <Icon name={ICON[state]} />
          <span>{i18n.t(`envelope.document_${state}`)}</span>
        </span>
      </div>
      {blob && (
        <button
          type="button"
          className="button quiet small icon-only"
          aria-label={i18n.t('envelope.saveDocument', { name })}
          onClick={() => saveFile({ name, blob })}
        >
          <Icon name="download" />
        </button>
      )}
    </li>
  )
}
