import { useId } from 'react'
import type { SourceFile } from '../../../core/formats/format.ts'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { isLarge, type Carrier } from './use-carrier.ts'
import '../../styles/enclosed.css'

type Props = Readonly<{
  files: readonly SourceFile[]
  carrier: Carrier
  /** Null: by their size. */
  beside: boolean | null
  /** A host sends the envelope's file alone. */
  oneFile: boolean
  /** Each document is signed by itself too. */
  detached: boolean
  /** Fields that were placed on pages which are gone. */
  fieldsGone: boolean
  /** A host chose the documents: none is added or taken away here. */
  fixed: boolean
  onFiles: (files: readonly SourceFile[]) => void
  onBeside: (beside: boolean) => void
  onDetached: (detached: boolean) => void
  onShow: (index: number) => void
}>

/** The documents of the envelope: one PDF is filled in itself; several, or any other, get a cover sheet. */
export function DocumentsSection(props: Props) {
  const { files, carrier, fieldsGone, fixed, onFiles, onShow } = props
  const i18n = useI18n()
  const why = carrier.kind === 'cover' ? carrier.why : carrier.kind === 'plain' ? 'plain' : null
  const move = (index: number, to: number) => {
    const file = files[index]
    if (file) onFiles(files.toSpliced(index, 1).toSpliced(to, 0, file))
  }
  return (
    <div className="stack">
      <ol className="enclosed">
        {files.map((file, index) => (
          <li className="enclosed-row" key={`${file.name}${String(index)}`}>
            <span className="number muted tabular" aria-hidden="true">
              {index + 1}
            </span>
            <div className="body">
              <button type="button" className="link-button break" onClick={() => onShow(index)}>
                {file.name}
              </button>
              <span className="small muted">{i18n.bytes(file.blob.size)}</span>
            </div>
            {!fixed && files.length > 1 && (
              <span className="row tight">
                {index > 0 && (
                  <button
                    type="button"
                    className="button quiet small icon-only"
                    aria-label={i18n.t('preparing.moveUp', { name: file.name })}
                    onClick={() => move(index, index - 1)}
                  >
                    <Icon name="up" />
                  </button>
                )}
                <button
                  type="button"
                  className="button quiet small icon-only"
                  aria-label={i18n.t('sign.removeNamed', { name: file.name })}
                  onClick={() => onFiles(files.toSpliced(index, 1))}
                >
                  <Icon name="close" />
                </button>
              </span>
            )}
          </li>
        ))}
      </ol>
      {!fixed && (
        <div>
          <PickFiles
            className="button small"
            onFiles={(more) => onFiles([...files, ...more.map((blob) => ({ name: blob.name, blob }))])}
          >
            <Icon name="plus" />
            {i18n.t('preparing.addDocuments')}
          </PickFiles>
        </div>
      )}
      {carrier.kind === 'refused' && <RefusalNotice refusal={carrier.refusal} />}
      {why && <p className="small muted">{i18n.t(`preparing.cover_${why}`)}</p>}
      {carrier.kind === 'plain' && carrier.archive > 0 && (
        <Notice tone="warn">
          <p>
            {i18n.t(carrier.archive === 3 ? 'preparing.archiveLater' : 'preparing.archiveLost', {
              part: String(carrier.archive),
            })}
          </p>
        </Notice>
      )}
      {fieldsGone && (
        <output className="small tag warn">
          <Icon name="alert" />
          <span>{i18n.t('preparing.fieldsGone')}</span>
        </output>
      )}
      {carrier.kind === 'cover' && <CoverChoices {...props} />}
    </div>
  )
}

function CoverChoices({ files, beside, oneFile, detached, onBeside, onDetached }: Props) {
  const i18n = useI18n()
  const group = useId()
  const large = isLarge(files)
  const chosen = beside ?? large
  return (
    <div className="stack">
      <fieldset className="stack-tight">
        <legend className="section-label">{i18n.t('preparing.travel')}</legend>
        <div className="choices">
          {([false, true] as const).map((each) => {
            const name = each ? 'beside' : 'inside'
            return (
              <label className="choice" key={name}>
                <input type="radio" name={group} checked={chosen === each} onChange={() => onBeside(each)} />
                <span>{i18n.t(`preparing.travel_${name}`)}</span>
                <span className="hint">
                  {i18n.t(`preparing.travelMeans_${name}`)}
                  {large && ` ${i18n.t(each ? 'preparing.travelLargeBeside' : 'preparing.travelLargeInside')}`}
                </span>
              </label>
            )
          })}
        </div>
      </fieldset>
      {oneFile && chosen && (
        <Notice tone="warn" title={i18n.t('preparing.oneFile')}>
          <p>{i18n.t('preparing.oneFileMeans')}</p>
        </Notice>
      )}
      <label className="choice">
        <input type="checkbox" checked={detached} onChange={(event) => onDetached(event.target.checked)} />
        <span>{i18n.t('preparing.detached')}</span>
        <span className="hint">{i18n.t('preparing.detachedHint')}</span>
      </label>
    </div>
  )
}
