import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ComponentType } from 'react'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { optionsOf } from '../../../app/hosted-act.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { Services } from '../../../app/services.ts'
import { suggestedValues, unknownField } from '../../../app/form-values.ts'
import { SignError } from '../../../core/errors.ts'
import { NewKeyDialog } from '../../components/new-key-form.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useChosenKey, useKeys } from '../../use-keys.ts'
import { useSignSession } from '../sign/session.ts'
import type { SessionItem } from '../sign/session.ts'
import { SignWorkspace } from '../sign/sign-workspace.tsx'
import { CancelButton } from './cancel-button.tsx'
import { useConfirmation } from './confirmation.tsx'
import { HostedPanel } from './hosted-panel.tsx'
import type { PanelProps } from './hosted-panel.tsx'
import { useHosted, useRuntime } from './hosted-context.tsx'
import { TransferProgress } from './transfer-progress.tsx'
import { useGuardedDocuments, useLoading, useLog } from './use-act.ts'

/** What takes the place of the usual act when the documents are more than documents: an envelope's turn. */
export type Turn = Readonly<{
  isFor: (open: OpenCommand, documents: readonly LoadedDocument[], services: Services) => Promise<boolean>
  View: ComponentType<LoadedProps>
}>

type Props = Readonly<{
  open: OpenCommand
  /** In place of the panel of a frame or window. */
  Panel?: ComponentType<PanelProps>
  turn?: Turn | undefined
}>

/** One act that a host asked for: its documents, then who signs them. */
export function HostedSign({ open, Panel = HostedPanel, turn }: Props) {
  const log = useLog(useRuntime())
  const [attempt, setAttempt] = useState(0)
  const unsupported = useRefusedProfile(open)
  if (unsupported) return null
  const again = () => setAttempt((now) => now + 1)
  return <Fetched key={attempt} open={open} log={log} onAgain={again} Panel={Panel} turn={turn} />
}

type FetchedProps = Readonly<{
  open: OpenCommand
  log: ActivityLog
  onAgain: () => void
  Panel: ComponentType<PanelProps>
  turn: Turn | undefined
}>

function Fetched({ open, log, onAgain, Panel, turn }: FetchedProps) {
  const i18n = useI18n()
  const runtime = useRuntime()
  const loading = useLoading(runtime, open, log, turn)
  // Behind a link nobody waits for an answer: it is tried again, or the page is closed.
  const way =
    runtime.mode === 'link' ? (
      <button type="button" className="button" onClick={onAgain}>
        {i18n.t('link.tryAgain')}
      </button>
    ) : (
      <CancelButton open={open} log={log} />
    )
  switch (loading.status) {
    case 'loading':
      return (
        <div className="hosted-empty" aria-busy="true">
          <TransferProgress idle={i18n.t('hosted.loading', { count: open.command.documents.length })} />
          {runtime.mode !== 'link' && way}
        </div>
      )
    case 'stopped':
      return (
        <div className="hosted-empty">
          <p>{i18n.t('link.stopped')}</p>
          {way}
        </div>
      )
    case 'failed':
      return (
        <div className="hosted-empty">
          <RefusalNotice refusal={loading.refusal} />
          {way}
        </div>
      )
    case 'loaded':
      return loading.turn ? (
        <loading.turn.View open={open} loaded={loading.documents} log={log} />
      ) : (
        <LoadedSign open={open} loaded={loading.documents} log={log} Panel={Panel} />
      )
  }
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

const keep = (): void => undefined

export type LoadedProps = Readonly<{ open: OpenCommand; loaded: readonly LoadedDocument[]; log: ActivityLog }>

function LoadedSign({ open, loaded, log, Panel }: LoadedProps & Readonly<{ Panel: ComponentType<PanelProps> }>) {
  const runtime = useRuntime()
  const { services } = useHosted()
  const confirmation = useConfirmation(log)
  const documents = useGuardedDocuments({ runtime, services, open, loaded, log, confirm: confirmation.confirm })
  const own = useSignSession(documents)
  // The documents are the host's: none is taken off the table.
  const session = useMemo(() => ({ ...own, remove: keep, clear: keep }), [own])
  const started = useRef(false)
  const { add, suggest, setOptions, items } = session
  useEffect(() => {
    if (started.current) return
    started.current = true
    suggest(open.command.fields)
    add(loaded.map(({ document }) => ({ name: document.name, blob: document.blob, type: document.type })))
    setOptions(optionsOf(open.command, runtime.config.policy.level))
  }, [add, suggest, setOptions, loaded, open, runtime])
  useShownEvents(items, loaded, log)
  useSuggestedFields(items, open)
  const onPage = useViewEvents(items, loaded, log)

  const { listing, refresh } = useKeys()
  const [chosen, choose] = useChosenKey(listing)
  const [creating, setCreating] = useState(false)
  const wanted = open.command.signer
  const named =
    wanted === null ? null : (listing?.keys.find((one) => one.certificate.fingerprint.toLowerCase() === wanted) ?? null)
  const signer = wanted === null ? chosen : named
  const onCreate = useCallback(() => setCreating(true), [])
  return (
    <>
      <SignWorkspace
        session={session}
        listing={listing}
        chosen={signer}
        onChoose={choose}
        onCreate={onCreate}
        onPage={onPage}
        panel={(view) => (
          <Panel
            open={open}
            loaded={loaded}
            view={view}
            log={log}
            session={session}
            listing={listing}
            signer={signer}
            missing={wanted !== null && listing !== null && named === null}
            onChoose={choose}
            onCreate={onCreate}
          />
        )}
      />
      {confirmation.dialog}
      {creating && (
        <NewKeyDialog
          onClose={() => setCreating(false)}
          onCreated={(card) => {
            setCreating(false)
            choose(card.ref)
            void refresh()
          }}
        />
      )}
    </>
  )
}

/** A suggestion that cannot be put in refuses the act: a host must not believe that it was. */
function useSuggestedFields(items: readonly SessionItem[], open: OpenCommand): void {
  useEffect(() => {
    const { fields } = open.command
    if (Object.keys(fields).length === 0 || items.length === 0) return
    const forms = items.map(({ inspection }) => inspection?.pdf?.form ?? null)
    const locked = items.some(({ inspection }) => !inspection || inspection.pdf?.encryption === 'password-required')
    if (locked) return
    try {
      for (const form of forms) suggestedValues(form, fields)
      const field = unknownField(forms, fields)
      if (field === null) return
      throw new SignError('FORMAT_FIELD_NOT_FOUND', `no document has the field ${field}`, { details: { field } })
    } catch (error) {
      open.refuse(error)
    }
  }, [items, open])
}

/** Tells host and log of each document once it was read and is on the screen. */
function useShownEvents(
  items: ReturnType<typeof useSignSession>['items'],
  loaded: readonly LoadedDocument[],
  log: ActivityLog,
): void {
  const runtime = useRuntime()
  const told = useRef(new Set<number>())
  useEffect(() => {
    for (const [index, { inspection }] of items.entries()) {
      const one = loaded[index]
      if (!inspection || !one || told.current.has(index)) continue
      told.current.add(index)
      const { id } = one.asked
      const pages = inspection.pdf?.pages
      void log.add('shown', { id, ...(pages === undefined ? {} : { pages }) })
      const { name } = one.document
      runtime.host.tell('document-loaded', { id, name, sha256: one.sha256, ...(pages === undefined ? {} : { pages }) })
    }
  }, [items, loaded, log, runtime])
}

/** Tells the host of each page when it comes into view for the first time; the log keeps that the last one did. */
function useViewEvents(
  items: ReturnType<typeof useSignSession>['items'],
  loaded: readonly LoadedDocument[],
  log: ActivityLog,
): (index: number, page: number) => void {
  const { host } = useRuntime()
  const told = useRef(new Set<string>())
  return useCallback(
    (index, page) => {
      const id = loaded[index]?.asked.id
      const pages = items[index]?.inspection?.pdf?.pages
      const seen = `${String(index)}/${String(page)}`
      if (id === undefined || pages === undefined || told.current.has(seen)) return
      told.current.add(seen)
      host.tell('view-progress', { id, page, pages })
      if (page === pages) void log.add('seen-to-end', { id, pages })
    },
    [host, items, loaded, log],
  )
}
