import { useEffect, useState } from 'react'
import type { ComponentType, ReactNode } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { Services } from '../../../app/services.ts'
import { SignError } from '../../../core/errors.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n, useLanguage } from '../../i18n/context.tsx'
import { ActOpening } from './act-opening.tsx'
import { CancelButton } from './cancel-button.tsx'
import { useHosted, useRuntime } from './hosted-context.tsx'
import { TransferProgress } from './transfer-progress.tsx'
import type { Desk } from './use-desk.ts'
import { useLoading, useLog, useView } from './use-act.ts'

export type LoadedProps = Readonly<{ open: OpenCommand; loaded: readonly LoadedDocument[]; log: ActivityLog }>

/** What takes the place of the usual act when the documents are more than documents: an envelope's turn. */
export type Turn = Readonly<{
  isFor: (open: OpenCommand, documents: readonly LoadedDocument[], services: Services) => Promise<boolean>
  View: ComponentType<LoadedProps>
}>

type Props = Readonly<{ open: OpenCommand; desk: Desk | null }>

/** One act that a host asked for: its documents, then who signs them. */
export function HostedSign({ open, desk }: Props) {
  const log = useLog(useRuntime())
  const [attempt, setAttempt] = useState(0)
  const unsupported = useRefusedProfile(open)
  if (unsupported) return null
  const again = () => setAttempt((now) => now + 1)
  return <Fetched key={attempt} open={open} desk={desk} log={log} onAgain={again} />
}

type FetchedProps = Props & Readonly<{ log: ActivityLog; onAgain: () => void }>

function Fetched({ open, desk, log, onAgain }: FetchedProps) {
  const i18n = useI18n()
  const { isWhole } = useLanguage()
  const runtime = useRuntime()
  const { services } = useHosted()
  const { loading, documents } = useLoading(runtime, open, log)
  const found = useView(desk, open, loading, services)
  // Behind a link nobody waits for an answer: it is tried again, or the page is closed.
  const way =
    runtime.mode === 'link' ? (
      <button type="button" className="button" onClick={onAgain}>
        {i18n.t('link.tryAgain')}
      </button>
    ) : (
      <CancelButton open={open} log={log} />
    )
  if (loading.status === 'stopped') return <Empty text={i18n.t('link.stopped')}>{way}</Empty>
  const refusal = loading.status === 'failed' ? loading.refusal : found.refusal
  if (refusal) {
    return (
      <Empty>
        <RefusalNotice refusal={refusal} />
        {way}
      </Empty>
    )
  }
  if (loading.status === 'loaded' && found.View && isWhole) {
    return <found.View open={open} loaded={loading.documents} log={log} />
  }
  if (runtime.mode === 'frame' && !open.command.envelope) {
    return <ActOpening open={open} log={log} documents={documents} />
  }
  return (
    <Empty busy>
      <TransferProgress idle={i18n.t('hosted.loading', { count: open.command.documents.length })} />
      {runtime.mode !== 'link' && way}
    </Empty>
  )
}

function Empty({ busy, text, children }: { busy?: boolean; text?: string; children: ReactNode }) {
  return (
    <div className="hosted-empty" aria-busy={busy}>
      {text && <p>{text}</p>}
      {children}
    </div>
  )
}

/** What this version cannot make is refused at once: the host hears why. */
function useRefusedProfile(open: OpenCommand): boolean {
  const { profile, fields } = open.command
  // A signature beside the document leaves the form as it is.
  const fillsNothing = profile === 'CAdES' && Object.keys(fields).length > 0
  const unsupported = profile === 'XAdES' || profile === 'ASiC-E' || fillsNothing
  useEffect(() => {
    if (!unsupported) return
    const asked = fillsNothing ? 'form fields in a document that is not changed' : 'this profile'
    open.refuse(new SignError('FORMAT_UNSUPPORTED', `a host cannot ask for ${asked}`, { details: { profile } }))
  }, [open, profile, unsupported, fillsNothing])
  return unsupported
}
