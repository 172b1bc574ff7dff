import type { CommandingHost, DeliverableAnswer, SignedDocument } from '../core/host.ts'
import { isAbort } from '../core/errors.ts'
import { refusalOf } from './refusal.ts'
import type { Refusal } from '../core/formats/format.ts'

/** Kept until the host has confirmed: platform/deliveries. */
export type DeliveryStore = Readonly<{
  put: (delivery: {
    receipt: string
    origin: string
    requestId: string
    at: Date
    answer: DeliverableAnswer
  }) => Promise<'storage' | 'memory'>
  list: (origin: string) => Promise<readonly { receipt: string; requestId: string; answer: DeliverableAnswer }[]>
  remove: (receipt: string) => Promise<void>
}>

export type DeliveryState =
  | Readonly<{ status: 'saving'; finished: number; total: number }>
  /** The signed files are kept; `refusal` says why the host has not stored them (yet). */
  | Readonly<{ status: 'unsaved'; refusal: Refusal; answer: DeliverableAnswer }>
  | Readonly<{ status: 'saved'; answer: DeliverableAnswer }>

export type DeliveryOptions = Readonly<{
  host: CommandingHost
  store: DeliveryStore
  now: () => Date
  onState: (state: DeliveryState) => void
  /** ms after which a host that has not answered is told of as slow; its late answer still counts. */
  patience?: number
}>

export interface Delivery {
  /**
   * Keeps the answer, then has the host store each document. Resolves only when all are stored, or at once for a host that
   * stores nothing itself (it gets the bytes in the answer). Never rejects: a failed save is a state, with `retry`.
   */
  deliver<A extends DeliverableAnswer>(answer: A): Promise<A>
  /** Tries again what was not stored, with the same idempotency keys. */
  retry(): void
  /** The person has the files and gives up on the host: the answer goes out with `stored: false`. */
  giveUp(): void
  /** The host has the result. */
  received(receipt: string): Promise<void>
}

const PATIENCE = 60_000

export function openDelivery(options: DeliveryOptions): Delivery {
  const { host, store, now } = options
  let parcel: Parcel | null = null
  return {
    async deliver<A extends DeliverableAnswer>(answer: A): Promise<A> {
      const { id: receipt, requestId } = answer.receipt
      const keep = (kept: DeliverableAnswer): Promise<unknown> =>
        store.put({ receipt, origin: host.origin, requestId, at: now(), answer: kept })
      await keep(answer)
      if (!host.capabilities.has('save')) return answer
      const sent = sendParcel(options, answer)
      parcel = sent
      const final = await sent.done
      await keep(final)
      return final
    },
    retry: () => parcel?.attempt(),
    giveUp: () => parcel?.giveUp(),
    received: (receipt) => store.remove(receipt),
  }
}

type Parcel<A extends DeliverableAnswer = DeliverableAnswer> = { attempt(): void; giveUp(): void; done: Promise<A> }

/** One answer on its way into the host's store: what is stored stays stored over all attempts. */
function sendParcel<A extends DeliverableAnswer>(
  { host, onState, patience = PATIENCE }: DeliveryOptions,
  answer: A,
): Parcel<A> {
  const documents: SignedDocument[] = [...answer.documents]
  const now = (): A => ({ ...answer, documents: [...documents] })
  let finish: (answer: A) => void = () => undefined
  const done = new Promise<A>((resolve) => {
    finish = resolve
  })
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    onState({ status: 'saved', answer: now() })
    finish(now())
  }
  const fail = (refusal: Refusal): void => {
    if (over) return
    onState({ status: 'unsaved', refusal, answer: now() })
    host.tell('error', { code: refusal.code, message: refusal.message })
  }
  const saveAll = async (): Promise<void> => {
    for (const [index, document] of documents.entries()) {
      if (document.stored) continue
      onState({ status: 'saving', finished: index, total: documents.length })
      const guard = {
        ifVersion: document.ifVersion,
        idempotencyKey: `${answer.receipt.id}/${document.id}`,
        sha256: document.sha256,
      }
      const saved = await host.save({ id: document.id, name: document.name }, document.blob, guard)
      documents[index] = { ...document, stored: true, version: saved.version }
    }
  }
  const attempt = (): void => {
    if (over) return
    // A late answer still counts: the attempt goes on after the person was told that the host is slow.
    const slow = setTimeout(
      () => fail({ code: 'HOST_TIMEOUT', message: `${host.origin} has not answered`, details: {} }),
      patience,
    )
    saveAll()
      .then(end, (error: unknown) => fail(refusalOfSave(error)))
      .finally(() => clearTimeout(slow))
  }
  attempt()
  return { attempt, giveUp: end, done }
}

/** A host that aborts its own save has not saved. */
function refusalOfSave(error: unknown): Refusal {
  if (isAbort(error)) return { code: 'HOST_SAVE_FAILED', message: 'the host cancelled', details: {} }
  return refusalOf(error)
}
