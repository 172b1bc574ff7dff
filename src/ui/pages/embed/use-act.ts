import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ComponentType } from 'react'
import { openActivityLog, type ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { HostedRuntime } from '../../../app/hosted-runtime.ts'
import { loadAsked } from '../../../app/load-asked.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Services } from '../../../app/services.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { LoadedProps } from './hosted-sign.tsx'
import type { Desk } from './use-desk.ts'

export type Loading =
  | Readonly<{ status: 'loading' }>
  | Readonly<{ status: 'failed'; refusal: Refusal }>
  /** The person stopped the transfer. */
  | Readonly<{ status: 'stopped' }>
  | Readonly<{ status: 'loaded'; documents: readonly LoadedDocument[] }>

type Coming = Readonly<{
  loading: Loading
  /** The same for whoever does not want to wait for it. */
  documents: () => Promise<readonly LoadedDocument[]>
}>

/** Reads every document of the act. */
export function useLoading(runtime: HostedRuntime, open: OpenCommand, log: ActivityLog): Coming {
  const [loading, setLoading] = useState<Loading>({ status: 'loading' })
  const coming = useRef<Promise<readonly LoadedDocument[]>>(Promise.resolve([]))
  useEffect(() => {
    const control = new AbortController()
    const signal = AbortSignal.any([control.signal, open.signal])
    const { host, digest } = runtime
    coming.current = Promise.all(open.command.documents.map((asked) => loadAsked({ host, digest, log }, asked, signal)))
    coming.current.then(
      (documents) => !signal.aborted && setLoading({ status: 'loaded', documents }),
      (error: unknown) => {
        if (signal.aborted) return
        if (isAbort(error)) return setLoading({ status: 'stopped' })
        const refusal = refusalOf(error)
        host.tell('error', { code: refusal.code, message: refusal.message })
        setLoading({ status: 'failed', refusal })
      },
    )
    return () => control.abort()
  }, [runtime, open, log])
  const documents = useCallback(() => coming.current, [])
  return { loading, documents }
}

export function useLog(runtime: HostedRuntime): ActivityLog {
  return useMemo(() => openActivityLog(runtime.logPorts), [runtime])
}

type View = Readonly<{ View: ComponentType<LoadedProps> | null; refusal: Refusal | null }>

const NONE: View = { View: null, refusal: null }

/** What shows the documents: the usual act, or an envelope's turn. Null until documents, desk and app are here. */
export function useView(desk: Desk | null, open: OpenCommand, loading: Loading, services: Services | null): View {
  const [found, setFound] = useState(NONE)
  const documents = loading.status === 'loaded' ? loading.documents : null
  useEffect(() => {
    if (!desk || !documents || !services) return undefined
    let current = true
    const set = (view: View): void => {
      // What is signed in stays, though the storage of its keys is reached only now.
      if (current) setFound((before) => (before.View === null ? view : before))
    }
    // Nothing is signed a second time that was signed before this page was loaded.
    open.isNew
      .then(() => desk.turn.isFor(open, documents, services))
      .then(
        (isTurn) => set({ View: isTurn ? desk.turn.View : desk.Sign, refusal: null }),
        (error: unknown) => !isAbort(error) && set({ View: null, refusal: refusalOf(error) }),
      )
    return () => {
      current = false
    }
  }, [desk, open, documents, services])
  return found
}
