import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { openActivityLog, type ActivityLog, type SealedLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { answerOf, checkDigest, type LoadedDocument } from '../../../app/hosted-answer.ts'
import type { HostedRuntime } from '../../../app/hosted-runtime.ts'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Services } from '../../../app/services.ts'
import type { SignDocuments, SignOptions, SignOutcome } from '../../../app/sign-documents.ts'
import { toBase64, utf8 } from '../../../core/bytes/bytes.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { SignCommand } from '../../../core/host.ts'
import type { Turn } from './hosted-sign.tsx'

export type Loading =
  | Readonly<{ status: 'loading' }>
  | Readonly<{ status: 'failed'; refusal: Refusal }>
  /** The person stopped the transfer. */
  | Readonly<{ status: 'stopped' }>
  | Readonly<{ status: 'loaded'; documents: readonly LoadedDocument[]; turn: Turn | null }>

/** What the command says of how to sign; what it leaves open is the person's. */
export function optionsOf(command: SignCommand, usualLevel: SignOptions['level']): Partial<SignOptions> {
  const container = { PAdES: 'embedded', CAdES: 'detached' } as const
  const { profile } = command
  return {
    container: profile === 'PAdES' || profile === 'CAdES' ? container[profile] : 'auto',
    level: command.level ?? usualLevel,
    // Bottom left of the last page, where contracts are signed; a person may move it in the signing window.
    place: command.visible ? { kind: 'box', page: -1, rect: [48, 48, 248, 112] } : { kind: 'none' },
    ...(command.reason ? { reason: command.reason } : {}),
    ...(command.location ? { location: command.location } : {}),
  }
}

/** Reads every document of the act and makes sure that it is the one that was asked for. */
export function useLoading(
  runtime: HostedRuntime,
  open: OpenCommand,
  log: ActivityLog,
  turn: Turn | undefined,
): Loading {
  const [loading, setLoading] = useState<Loading>({ status: 'loading' })
  useEffect(() => {
    const control = new AbortController()
    const signal = AbortSignal.any([control.signal, open.signal])
    const load = async (asked: SignCommand['documents'][number]): Promise<LoadedDocument> => {
      const document = await runtime.host.open(asked, signal)
      const sha256 = await runtime.digest(document.blob)
      checkDigest(asked, sha256)
      await log.add('opened', { id: asked.id, name: document.name, bytes: document.blob.size, sha256 })
      return { asked, document, sha256 }
    }
    const loadAll = async (): Promise<Loading> => {
      const documents = await Promise.all(open.command.documents.map(load))
      const isTurn = (await turn?.isFor(documents)) ?? false
      return { status: 'loaded', documents, turn: isTurn && turn ? turn : null }
    }
    loadAll().then(
      (loaded) => !signal.aborted && setLoading(loaded),
      (error: unknown) => {
        if (signal.aborted) return
        if (isAbort(error)) return setLoading({ status: 'stopped' })
        const refusal = refusalOf(error)
        runtime.host.tell('error', { code: refusal.code, message: refusal.message })
        setLoading({ status: 'failed', refusal })
      },
    )
    return () => control.abort()
  }, [runtime, open, log, turn])
  return loading
}

export function useLog(runtime: HostedRuntime): ActivityLog {
  return useMemo(
    () =>
      openActivityLog({
        sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))),
        now: () => runtime.snapshot().services.clock.now(),
        onEvent: (event) => runtime.host.tell('log', event),
      }),
    [runtime],
  )
}

type Guarded = Readonly<{
  runtime: HostedRuntime
  services: Services
  open: OpenCommand
  loaded: readonly LoadedDocument[]
  log: ActivityLog
  /** Resolves when the person confirmed as the policy asks; rejects with AbortError or a coded refusal. */
  confirm: (card: KeyCard, documents: readonly LoadedDocument[]) => Promise<void>
}>

/** The app's `sign` with what a host's act adds: consent in the log, the confirmation, the answer and its delivery. */
export function useGuardedDocuments(parts: Guarded): SignDocuments {
  const { runtime, services, open, loaded, log, confirm } = parts
  const card = useCardFinder(services)
  const done = useRef(false)
  const sign = useCallback<SignDocuments['sign']>(
    async (request, options) => {
      const ids = loaded.map(({ asked }) => asked.id)
      await log.add('consent', { documents: ids.length, key: request.key.id })
      runtime.host.tell('consent', { documents: ids })
      await confirm(await card(request.key), loaded)
      runtime.host.tell('signing', { documents: ids })
      const outcomes = await services.documents.sign(request, options)
      for (const outcome of outcomes) await log.add(...entryOf(outcome, loaded))
      if (!outcomes.some(({ status }) => status === 'signed') || done.current) return outcomes
      done.current = true
      const key = await card(request.key)
      const sealed = await sealLog(services, request.key, await log.payload())
      const answer = await answerOf({
        requestId: open.command.requestId,
        receipt: crypto.randomUUID(),
        documents: loaded,
        outcomes,
        key,
        digest: runtime.digest,
        log: new Blob([JSON.stringify(sealed)], { type: 'application/json' }),
      })
      const stores = runtime.mode !== 'link' || runtime.host.capabilities.has('save')
      void runtime.finish(open, answer).then(() => (stores ? markStored(services, outcomes) : undefined))
      return outcomes
    },
    [runtime, services, open, loaded, log, confirm, card],
  )
  const { documents } = services
  return useMemo(() => ({ inspect: (file, options) => documents.inspect(file, options), sign }), [documents, sign])
}

function useCardFinder({ keys }: Services): (ref: KeyCard['ref']) => Promise<KeyCard> {
  return useCallback(
    async (ref) => {
      const { keys: cards } = await keys.list()
      const found = cards.find((one) => one.ref.id === ref.id && one.ref.provider === ref.provider)
      if (!found) throw new RangeError('the key that signed is gone')
      return found
    },
    [keys],
  )
}

function entryOf(outcome: SignOutcome, loaded: readonly LoadedDocument[]): [string, Record<string, string>] {
  const id = loaded[outcome.index]?.asked.id ?? ''
  switch (outcome.status) {
    case 'signed':
      return ['signed', { id, format: outcome.format, level: outcome.level }]
    case 'failed':
      return ['refused', { id, code: outcome.refusal.code }]
    case 'cancelled':
      return ['cancelled', { id }]
  }
}

/** The log is signed by the same key, after the documents; a key that refuses leaves it unsigned, and it says so. */
async function sealLog(services: Services, key: KeyCard['ref'], payload: string): Promise<SealedLog> {
  const unsigned: SealedLog = { version: 1, payload, signature: null }
  try {
    const file = { name: 'activity.json', blob: new Blob([utf8(payload)], { type: 'application/json' }) }
    const options: SignOptions = { container: 'detached', level: 'B-B', place: { kind: 'none' } }
    const [outcome] = await services.documents.sign({ items: [{ file }], key, options })
    if (outcome?.status !== 'signed') return unsigned
    const { id, file: signed } = outcome.result
    const signature = toBase64(new Uint8Array(await signed.blob.arrayBuffer()))
    await services.results.discard([id])
    return { ...unsigned, signature }
  } catch {
    return unsigned
  }
}

/** What the host stored need not wait in this browser: the outbox counts it as taken. */
async function markStored(services: Services, outcomes: readonly SignOutcome[]): Promise<void> {
  const stored = { ...services.host, save: () => Promise.resolve({ stored: { id: '', name: '' }, version: '' }) }
  for (const outcome of outcomes) {
    if (outcome.status !== 'signed') continue
    await services.results
      .store(
        outcome.result.id,
        stored,
        { id: outcome.result.id, name: outcome.name },
        { ifVersion: '', idempotencyKey: '' },
      )
      .catch(() => undefined)
  }
}
