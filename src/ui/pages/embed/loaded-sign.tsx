import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ComponentType } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { suggestedValues, unknownField } from '../../../app/form-values.ts'
import { optionsOf } from '../../../app/hosted-act.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import { SignError } from '../../../core/errors.ts'
import { NewKeyDialog } from '../../components/new-key-form.tsx'
import { useServices } from '../../services.tsx'
import { useChosenKey, useKeys } from '../../use-keys.ts'
import { useSignSession } from '../sign/session.ts'
import type { SessionItem } from '../sign/session.ts'
import { SignWorkspace } from '../sign/sign-workspace.tsx'
import { useConfirmation } from './confirmation.tsx'
import { HostedPanel } from './hosted-panel.tsx'
import type { PanelProps } from './hosted-panel.tsx'
import { useHosted, useRuntime } from './hosted-context.tsx'
import type { LoadedProps } from './hosted-sign.tsx'
import { useGuardedDocuments } from './guarded-documents.ts'

const keep = (): void => undefined

type Props = LoadedProps &
  Readonly<{
    /** In place of the panel of a frame or window. */
    Panel?: ComponentType<PanelProps>
  }>

/** The documents of an act, each to be looked at, and who signs them. */
export function LoadedSign({ open, loaded, log, Panel = HostedPanel }: Props) {
  const runtime = useRuntime()
  const services = useServices()
  const { delivery } = useHosted()
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
        // First the file goes out, then it is drawn again.
        showResult={delivery?.status === 'saved'}
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
