import { useEffect, useMemo, useRef, useState } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { confirmedEnvelopes } from '../../../app/confirmed-envelopes.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { EnvelopeAct as ActKind } from '../../../core/host-envelope.ts'
import { isAbort, SignError } from '../../../core/errors.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ServicesProvider, useServices } from '../../services.tsx'
import { sameKey } from '../../use-keys.ts'
import { EnvelopeDesk } from '../envelope/desk.tsx'
import { PreparePage } from '../envelope/prepare-page.tsx'
import { CancelButton } from './cancel-button.tsx'
import { useConfirmation } from './confirmation.tsx'
import { useHosted, useRuntime } from './hosted-context.tsx'

type Props = Readonly<{
  open: OpenCommand
  document: LoadedDocument
  log: ActivityLog
  onResult: (result: EnvelopeResult, act: ActKind) => void
}>

/** The page of an envelope, in a host's name: what signs with a key is confirmed as the policy for that host says. */
export function EnvelopeAct({ open, document, log, onResult }: Props) {
  const { services } = useHosted()
  const { confirm, dialog } = useConfirmation(log)
  const confirmed = useMemo(() => {
    const guarded = services.envelopes().then((envelopes) =>
      confirmedEnvelopes(envelopes, async (key) => {
        const card = (await services.keys.list()).keys.find(({ ref }) => sameKey(ref, key))
        if (!card) throw new SignError('KEY_NOT_FOUND', `no key ${key.id}`)
        await log.add('consent', { documents: 1, key: key.id })
        await confirm(card, [document])
      }),
    )
    return { ...services, envelopes: () => guarded }
  }, [services, confirm, log, document])
  const file = useMemo(() => ({ name: document.document.name, blob: document.document.blob }), [document])
  const ask = open.command.envelope
  return (
    <>
      <ServicesProvider value={confirmed}>
        {ask?.kind === 'prepare' ? (
          <PreparePage file={file} proposal={ask.proposal} onPrepared={(result) => onResult(result, 'prepared')} />
        ) : (
          <Opened
            open={open}
            document={document}
            file={file}
            log={log}
            preset={ask?.signatory ?? null}
            onResult={onResult}
          />
        )}
      </ServicesProvider>
      {dialog}
    </>
  )
}

type OpenedProps = Props & Readonly<{ file: SourceFile; preset: string | null }>

function Opened({ open, document, file, log, preset, onResult }: OpenedProps) {
  const i18n = useI18n()
  const { envelopes } = useServices()
  const { mode, host } = useRuntime()
  const [read, setRead] = useState<EnvelopeView | Refusal | null>(null)
  useEffect(() => {
    const control = new AbortController()
    envelopes()
      .then((run) => run.open(file, { signal: control.signal }))
      .then(setRead, (error: unknown) => !isAbort(error) && setRead(refusalOf(error)))
    return () => control.abort()
  }, [envelopes, file])
  const isShown = read !== null && !('code' in read)
  const told = useRef(false)
  useEffect(() => {
    if (!isShown || told.current) return
    told.current = true
    const { id } = document.asked
    void log.add('shown', { id })
    host.tell('document-loaded', { id, name: file.name, sha256: document.sha256 })
  }, [isShown, document, file, host, log])
  if (read === null) {
    return (
      <div className="hosted-empty" aria-busy="true">
        <p>{i18n.t('envelope.reading', { name: file.name })}</p>
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
      view={read}
      preset={preset}
      overseen={mode !== 'link'}
      done={null}
      onResult={(result, { act }) => onResult(result, act)}
    />
  )
}
