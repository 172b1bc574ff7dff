import { isDeliverable } from '../core/host.ts'
import type { CommandingHost, DeliverableAnswer, SignAnswer, SignCommand } from '../core/host.ts'
import { isAbort } from '../core/errors.ts'
import type { Refusal, SourceFile } from '../core/formats/format.ts'
import type { EnvelopeSummary } from '../core/host-envelope.ts'
import type { ActivityLog, LogPorts } from './activity-log.ts'
import { openDesk, type CommandDesk, type OpenCommand } from './command-desk.ts'
import { confirmationFor, matchOrigin, type Config, type ConfirmationKind } from './config.ts'
import { readEnvelope } from './read-envelope.ts'
import { openDelivery, type Delivery, type DeliveryState, type DeliveryStore } from './delivery.ts'
import type { LoadedDocument } from './hosted-answer.ts'
import { refusalOf } from './refusal.ts'
import type { Services } from './services.ts'
import { signUnattended } from './sign-unattended.ts'

export type Reach =
  | Readonly<{ kind: 'own' }>
  | Readonly<{ kind: 'ask' }>
  | Readonly<{ kind: 'window'; reason: 'unsupported' | 'refused' | 'sandboxed' | 'no-answer' }>

export type WindowState =
  Readonly<{ status: 'closed' | 'open'; refusal: null }> | Readonly<{ status: 'closed'; refusal: Refusal }>

export type Look = Readonly<{
  locale: string | null
  mode: 'light' | 'dark' | 'auto'
  /** `#rrggbb` */
  accent: string | null
}>

/** A document of a signing link on its way. `total` null: the storage does not say. */
export type Transfer = Readonly<{ direction: 'down' | 'up'; done: number; total: number | null; cancel: () => void }>

export type HostedSnapshot = Readonly<{
  /** Null until the app behind the first paint has come. */
  services: Services | null
  /** Why it did not come. */
  broken: Refusal | null
  reach: Reach
  act: OpenCommand | null
  verifying: Readonly<{ name: string; blob: Blob; answer: (report: unknown) => void }> | null
  window: WindowState
  delivery: DeliveryState | null
  transfer: Transfer | null
  /** A business process has this many documents signed; `refusal`: why it could not. */
  unattended: Readonly<{ documents: number; refusal: Refusal | null }> | null
  look: Look
}>

/** A frame in a CRM, the window that it opened, or the page of a signing link. */
export type HostedMode = 'frame' | 'window' | 'link'

/** Of an act, in the order of its command. */
export type Documents = readonly LoadedDocument[] | Promise<readonly LoadedDocument[]>

/** What such a page shows, and what a person may do. */
export interface HostedRuntime {
  readonly mode: HostedMode
  /** Origin of the page on whose behalf it signs; of a link: of the storage. */
  readonly embedder: string
  readonly config: Config
  readonly confirmation: ConfirmationKind
  readonly host: CommandingHost
  readonly delivery: Delivery
  readonly snapshot: () => HostedSnapshot
  readonly subscribe: (listener: () => void) => () => void
  /** Within a click. */
  askStorage(): Promise<void>
  /** Within a click; the documents may still be on their way. */
  signInWindow(open: OpenCommand, documents: Documents): Promise<void>
  /** Delivers what was signed here, then answers the host. */
  finish(open: OpenCommand, answer: DeliverableAnswer, log: ActivityLog): Promise<void>
  /** Lower-case hex SHA-256 of a document, off the first paint's path. */
  readonly digest: (blob: Blob) => Promise<string>
  /** For the log of an act: its links go to the host as they are made. */
  readonly logPorts: LogPorts
}

export type HostedPorts = Readonly<{
  mode: HostedMode
  embedder: string
  /** Origin of the page that the port leads to: the embedder, or for a window our own frame; of a link: the host's own. */
  hostOrigin: string
  config: Config
  store: DeliveryStore
  now: () => Date
  sha256: LogPorts['sha256']
  digest: (blob: Blob) => Promise<string>
  /** Builds the app over the storage that was reached; undefined: the partition's own. It may come after the first paint. */
  compose: (storage: IDBFactory | undefined) => Promise<Services>
  reach: Reach & { factory?: IDBFactory | undefined }
  reachOnClick: () => Promise<Reach & { factory?: IDBFactory | undefined }>
  openWindow: (
    command: Promise<SignCommand>,
    host: CommandingHost,
    signal: AbortSignal,
  ) => Promise<{
    answer: SignAnswer
    settle: (end: { stored: true; receipt: string } | { stored: false; code: string }) => Promise<void>
  }>
  look: Look
  /** ms after which a host that has not answered counts as slow; a host that minds its own silence needs none. */
  patience?: number
}>

/** The desk and the listeners are there before the host is: it may command at once. */
export function createHostedRuntime(ports: HostedPorts): {
  submit: CommandDesk['submit']
  verify: (name: string, blob: Blob) => Promise<unknown>
  readEnvelope: (
    file: SourceFile,
    how: Readonly<{ link: string | null; beside: readonly Blob[] }>,
    signal: AbortSignal,
  ) => Promise<EnvelopeSummary | null>
  setLook: (change: Partial<Look>) => void
  received: (receipt: string) => void
  unsaved: (code: string) => void
  transferring: (transfer: Transfer | null) => void
  start: (host: CommandingHost) => HostedRuntime
} {
  const desk = openDesk()
  const listeners = new Set<() => void>()
  let state: HostedSnapshot = {
    services: null,
    broken: null,
    reach: ports.reach,
    act: null,
    verifying: null,
    window: { status: 'closed', refusal: null },
    delivery: null,
    transfer: null,
    unattended: null,
    look: ports.look,
  }
  const set = (change: Partial<HostedSnapshot>): void => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  let served = ports.compose(ports.reach.factory)
  served.then(
    (services) => set({ services }),
    (error: unknown) => set({ broken: refusalOf(error) }),
  )
  let delivery: Delivery | null = null
  let last: DeliverableAnswer | null = null
  let lastLog: ActivityLog | null = null
  let unattended: ((command: SignCommand, signal: AbortSignal) => Promise<SignAnswer>) | null = null
  desk.subscribe(() => {
    const act = desk.current()
    if (act === state.act) return
    // What came of the last act stays in sight until the next one comes.
    set(
      act
        ? { act, delivery: null, window: { status: 'closed', refusal: null } }
        : { act: ports.mode === 'frame' ? null : state.act },
    )
  })

  const start = (host: CommandingHost): HostedRuntime => {
    const { store, now, patience } = ports
    const onState = (next: DeliveryState): void => set({ delivery: next })
    const ours = openDelivery({ host, store, now, onState, ...(patience === undefined ? {} : { patience }) })
    delivery = ours
    const logPorts: LogPorts = { sha256: ports.sha256, now: ports.now, onEvent: (event) => host.tell('log', event) }
    const deliver = async <A extends DeliverableAnswer>(answer: A, log: ActivityLog): Promise<A> => {
      const final = await ours.deliver(answer)
      if (host.capabilities.has('save')) await logSaved(log, final)
      return final
    }
    // One after the other: each act holds its documents in memory.
    let queue: Promise<unknown> = Promise.resolve()
    unattended = (command, signal) => {
      const run = async (): Promise<SignAnswer> => {
        const documents = command.documents.length
        set({ unattended: { documents, refusal: null }, delivery: null })
        try {
          const { embedder, digest } = ports
          const services = await served
          const reachesKeys = state.reach.kind === 'own'
          const parts = { services, host, embedder, reachesKeys, digest, logPorts, deliver }
          const answer = await signUnattended(command, parts, signal)
          set({ unattended: null })
          return answer
        } catch (error) {
          set({ unattended: isAbort(error) ? null : { documents, refusal: refusalOf(error) } })
          throw error
        }
      }
      const next = queue.then(run)
      queue = next.catch(() => undefined)
      return next
    }
    // What an earlier life signed is told of while it is saved; then the panel is the present act's again.
    void resume(host, ours, ports.store).then((resumed) => resumed && set({ delivery: null }))
    return {
      mode: ports.mode,
      embedder: ports.embedder,
      config: ports.config,
      confirmation: confirmationFor(ports.config, matchOrigin(ports.config.embedders, ports.embedder)),
      host,
      delivery: ours,
      digest: ports.digest,
      logPorts,
      snapshot: () => state,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async askStorage() {
        const reached = await ports.reachOnClick()
        if (reached.kind !== 'own') return set({ reach: reached })
        served = ports.compose(reached.factory)
        set({ services: await served, reach: reached })
      },
      async finish(open, answer, log) {
        last = answer
        lastLog = log
        const waits = !host.capabilities.has('save')
        // The other side stores it and says so by `received`.
        if (waits) set({ delivery: { status: 'saving', finished: 0, total: answer.documents.length } })
        open.answer(await deliver(answer, log))
      },
      async signInWindow(open, documents) {
        const command = Promise.all([documents, open.isNew]).then(([loaded]) => withBytes(open.command, loaded))
        set({ window: { status: 'open', refusal: null } })
        try {
          const { answer, settle } = await ports.openWindow(command, host, open.signal)
          set({ window: { status: 'closed', refusal: null } })
          if (!isDeliverable(answer)) return open.answer(answer)
          const stop = watchUnsaved(
            (listener) => (listeners.add(listener), () => listeners.delete(listener)),
            () => state.delivery,
            (code) => void settle({ stored: false, code }),
          )
          const final = await ours.deliver(answer)
          stop()
          await settle({ stored: true, receipt: answer.receipt.id })
          open.answer(final)
        } catch (error) {
          if (isAbort(error)) return set({ window: { status: 'closed', refusal: null } })
          set({ window: { status: 'closed', refusal: refusalOf(error) } })
        }
      },
    }
  }
  return {
    // After a reload of this page the host asks again with the same id: what was signed then is the answer.
    async submit(command, signal) {
      const earlier = ports.store.list(ports.hostOrigin).then((kept) => {
        const known = kept.find(({ requestId }) => requestId === command.requestId)
        return known && delivery ? { answer: delivery.deliver(known.answer) } : null
      })
      if (!command.unattended || !unattended) return desk.submit(command, signal, earlier)
      const known = await earlier
      return known ? known.answer : desk.once(command, signal, unattended)
    },
    start,
    verify: (name, blob) =>
      new Promise((resolve) =>
        set({
          verifying: {
            name,
            blob,
            answer: (report) => resolve(report),
          },
        }),
      ),
    readEnvelope: async (file, how, signal) => readEnvelope(await served, file, how, signal),
    transferring: (transfer) => set({ transfer }),
    setLook: (change) => set({ look: { ...state.look, ...change } }),
    received(receipt) {
      void delivery?.received(receipt)
      if (last?.receipt.id !== receipt) return
      // A window hears only now that its frame's host has stored everything.
      if (ports.mode === 'window' && lastLog) {
        void logSaved(lastLog, { ...last, documents: last.documents.map((one) => ({ ...one, stored: true })) })
      }
      // Null: the next act is on the table already.
      if (state.delivery && state.delivery.status !== 'saved') set({ delivery: { status: 'saved', answer: last } })
    },
    unsaved(code) {
      if (last) {
        const refusal = { code: code as Refusal['code'], message: 'the host has not stored it', details: {} }
        set({ delivery: { status: 'unsaved', refusal, answer: last } })
      }
    },
  }
}

/** The window gets every byte: it asks nobody. */
function withBytes(command: SignCommand, documents: readonly LoadedDocument[]): SignCommand {
  return {
    ...command,
    documents: documents.map(({ asked, document, sha256 }) => ({
      ...asked,
      name: document.name,
      type: document.type,
      version: document.version,
      blob: document.blob,
      sha256,
    })),
  }
}

/** After the seal, so that the chain goes on from what was signed; the host has it as an event. */
async function logSaved(log: ActivityLog, { documents }: DeliverableAnswer): Promise<void> {
  for (const { id, sha256, stored } of documents) await log.add(stored ? 'saved' : 'not-saved', { id, sha256 })
}

function watchUnsaved(
  subscribe: (listener: () => void) => () => void,
  read: () => DeliveryState | null,
  tell: (code: string) => void,
): () => void {
  let told: DeliveryState | null = null
  return subscribe(() => {
    const now = read()
    if (now?.status === 'unsaved' && now !== told) tell(now.refusal.code)
    told = now
  })
}

/** What an earlier life of this frame signed and the host never confirmed: stored now, and told of. @returns whether there was any */
async function resume(host: CommandingHost, delivery: Delivery, store: DeliveryStore): Promise<boolean> {
  const kept = await store.list(host.origin)
  for (const { answer } of kept) {
    const final = await delivery.deliver(answer)
    host.tell(final.status, { ...final, recovered: true })
  }
  return kept.length > 0
}
