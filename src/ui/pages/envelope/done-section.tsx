import { useEffect, useState } from 'react'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { CodesToGive } from './codes-to-give.tsx'
import type { Done } from './desk.tsx'
import { Letters } from './letters.tsx'
import { Timeline } from './timeline.tsx'

type BodyProps = Readonly<{ file: SourceFile; view: EnvelopeView; done: Done }>

/** What has just been done, where it now stands, and whom to tell. */
export function DoneBody({ file, view, done }: BodyProps) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const title = i18n.t(`envelope.done_${done.act}`)
  useEffect(() => announce(title), [announce, title])
  return (
    <>
      <section className="stack-tight">
        <h2 className="done-title">
          <Icon name="check" />
          {title}
        </h2>
        <p className="small muted">{i18n.t(`envelope.doneMeans_${done.act}`)}</p>
      </section>
      <Timeline view={view} own={done.signatory} />
      {(done.act === 'prepared' || done.act === 'returned') && <CodesToGive view={view} />}
      <Letters file={file} view={view} />
    </>
  )
}

type FootProps = Readonly<{ file: SourceFile; onClose: (() => void) | undefined }>

/** The new file exists nowhere but here until it is taken. */
export function DoneFoot({ file, onClose }: FootProps) {
  const i18n = useI18n()
  const [taken, setTaken] = useState(false)
  return (
    <div className="sign-act">
      <button
        type="button"
        className={`button wide act ${taken ? '' : 'primary'}`}
        onClick={() => {
          saveFile(file)
          setTaken(true)
        }}
      >
        <Icon name="download" />
        <span className="break">{i18n.t('envelope.keepCopy', { name: file.name })}</span>
      </button>
      <p className="small muted">{i18n.t(taken ? 'envelope.taken' : 'envelope.takeFirst')}</p>
      {onClose && (
        <div className="row">
          <button type="button" className="button small quiet" onClick={onClose}>
            {i18n.t('envelope.otherDocument')}
          </button>
        </div>
      )}
    </div>
  )
}
