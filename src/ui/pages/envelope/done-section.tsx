import { useEffect, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import { isAbort } from '../../../core/errors.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
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
        {view.enclosed.some(({ attached }) => !attached) && <p className="small">{i18n.t('envelope.sendAlong')}</p>}
      </section>
      {done.warnings.map((code) =>
        code === 'not-kept' ? null : (
          <RefusalNotice key={code} tone="warn" refusal={{ code: code as ErrorCode, message: code, details: {} }} />
        ),
      )}
      <Timeline view={view} own={done.signatory} />
      {(done.act === 'prepared' || done.act === 'returned') && <CodesToGive view={view} />}
      <Letters file={file} view={view} />
    </>
  )
}

/** The new file waits in this browser until it is taken. */
export function DoneFoot({ done }: { done: Done }) {
  const i18n = useI18n()
  const { results } = useServices()
  const [taken, setTaken] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const { detached } = done
  const { id, file, kept } = done.result
  const download = async (ids: readonly string[]): Promise<boolean> => {
    setRefusal(null)
    try {
      await results.download(ids, { zipName: file.name.replace(/\.pdf$/i, '-p7s.zip') })
      return true
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
      return false
    }
  }
  const take = async () => {
    if (await download([id])) setTaken(true)
  }
  const takeApart = () => download(detached.map((one) => one.id))
  const note = taken ? 'envelope.taken' : kept === 'memory' ? 'envelope.takeFirst' : 'envelope.takeSoon'
  return (
    <div className="sign-act">
      {refusal && <RefusalNotice refusal={refusal} />}
      <button type="button" className={`button wide act ${taken ? '' : 'primary'}`} onClick={() => void take()}>
        <Icon name="download" />
        <span className="break">{i18n.t('envelope.keepCopy', { name: file.name })}</span>
      </button>
      <p className="small muted">{i18n.t(note)}</p>
      {detached.length > 0 && (
        <button type="button" className="button wide" onClick={() => void takeApart()}>
          <Icon name="download" />
          {i18n.t('envelope.takeDetached', { count: detached.length })}
        </button>
      )}
    </div>
  )
}
