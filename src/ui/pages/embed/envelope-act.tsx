import { useEffect, useMemo, useRef } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { confirmedEnvelopes } from '../../../app/confirmed-envelopes.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { EnclosedView } from '../../../core/envelope/check-enclosed.ts'
import type { EnvelopeAct as ActKind } from '../../../core/host-envelope.ts'
import { SignError } from '../../../core/errors.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ServicesProvider, useServices } from '../../services.tsx'
import { sameKey } from '../../use-keys.ts'
import { EnvelopeDesk } from '../envelope/desk.tsx'
import { PreparePage } from '../envelope/prepare-page.tsx'
import { CancelButton } from './cancel-button.tsx'
import { useConfirmation } from './confirmation.tsx'
import { useRuntime } from './hosted-context.tsx'
import { useOpened } from './use-opened.ts'

type Props = Readonly<{
  open: OpenCommand
  /** The envelope and what travels beside it; or those to be prepared. */
  documents: readonly LoadedDocument[]
  log: ActivityLog
  onResult: (result: EnvelopeResult, act: ActKind) => void
}>

/** The page of an envelope, in a host's name: what signs with a key is confirmed as the policy for that host says. */
export function EnvelopeAct({ open, documents, log, onResult }: Props) {
  const services = useServices()
  const ask = open.command.envelope
  const preparing = ask?.kind === 'prepare'
  const { confirm, dialog } = useConfirmation(log)
  const confirmed = useMemo(() => {
    const guarded = services.envelopes().then((envelopes) =>
      confirmedEnvelopes(envelopes, async (key, _file, enclosed) => {
        const card = (await services.keys.list()).keys.find(({ ref }) => sameKey(ref, key))
        if (!card) throw new SignError('KEY_NOT_FOUND', `no key ${key.id}`)
        // What is prepared under a cover sheet are the host's own documents; within an envelope they are the manifest's.
        const given = preparing ? documents : documents.slice(0, 1)
        const within = preparing ? [] : enclosed
        await log.add('consent', { documents: given.length + within.length, key: key.id })
        await confirm(card, given, within)
      }),
    )
    return { ...services, envelopes: () => guarded }
  }, [services, confirm, log, documents, preparing])
  const files = useMemo(() => documents.map(({ document: { name, blob } }) => ({ name, blob })), [documents])
  return (
    <>
      <ServicesProvider value={confirmed}>
        {ask?.kind === 'prepare' ? (
          <PreparePage files={files} proposal={ask.proposal} onPrepared={(result) => onResult(result, 'prepared')} />
        ) : (
          <Opened {...{ open, documents, files, log, onResult }} preset={ask?.signatory ?? null} />
        )}
      </ServicesProvider>
      {dialog}
    </>
  )
}

type OpenedProps = Props & Readonly<{ files: readonly SourceFile[]; preset: string | null }>

function Opened({ open, documents, files, log, preset, onResult }: OpenedProps) {
  const i18n = useI18n()
  const { mode, host } = useRuntime()
  const { read, add } = useOpened(files)
  const shown = useRef(new Set<string>())
  const [document] = documents
  const [file] = files
  const isShown = read !== null && !('code' in read)
  const told = useRef(false)
  useEffect(() => {
    if (!isShown || told.current || !document) return
    told.current = true
    const { id } = document.asked
    void log.add('shown', { id })
    host.tell('document-loaded', { id, name: document.document.name, sha256: document.sha256 })
  }, [isShown, document, host, log])
  /** Each document once, as the log keeps it of those that are signed by themselves. */
  const onShown = ({ name, sha256, pages }: EnclosedView) => {
    if (shown.current.has(sha256)) return
    shown.current.add(sha256)
    const id = `${document?.asked.id ?? ''}/${name}`
    void log.add('shown', { id, sha256, ...(pages === undefined ? {} : { pages }) })
  }
  if (read === null || !file) {
    return (
      <div className="hosted-empty" aria-busy="true">
        <p>{i18n.t('envelope.reading', { name: file?.name ?? '' })}</p>
        <CancelButton open={open} log={log} />
      </div>
    )
  }
  if ('code' in read) {
    return (
      <div className="hosted-empty">
        <RefusalNotice refusal={read} />
        <CancelButton open={open} log={log} />
      </div>
    )
  }
  return (
    <EnvelopeDesk
      file={file}
      view={read.view}
      beside={read.beside}
      preset={preset}
      overseen={mode !== 'link'}
      done={null}
      onFiles={add}
      onShown={onShown}
      onResult={(result, { act }) => onResult(result, act)}
    />
  )
}
