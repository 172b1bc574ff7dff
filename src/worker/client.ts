import { smallFile } from '../core/bytes/small-blob.ts'
import { fromWire, SignError, toWire } from '../core/errors.ts'
import type { Progress } from '../core/formats/format.ts'
import type { Network } from '../core/ports.ts'
import { bundled, type Parcel } from './bundle.ts'
import type { Answer, AskedValue, NetworkAsk, PageAsk, PageMessage, WorkerMessage, WorkerMethods } from './protocol.ts'

export type CallOptions = Readonly<{
  signal?: AbortSignal | undefined
  onProgress?: Progress | undefined
  onSign?: SignValues | undefined
}>

/** Gives the values of what is to be signed, in its order and in the key boundary's encoding (keys.ts). */
type SignValues = (toBeSigned: readonly AskedValue[]) => Promise<readonly Uint8Array[]>

type Running = Readonly<{ post: (parcel: Parcel<PageMessage>) => void; end: () => void }>

type Table = object
type Params<M extends Table, K extends keyof M> = M[K] extends [infer P, unknown] ? P : never
type Value<M extends Table, K extends keyof M> = M[K] extends [unknown, infer V] ? V : never

export interface WorkerClient<M extends Table = WorkerMethods> {
  /**
   * @throws what the worker threw, with its class and code; AbortError at once when cancelled;
   * SignError `WORKER_CRASHED` when the worker died: the next call starts a new one.
   */
  call<K extends keyof M & string>(method: K, params: Params<M, K>, options?: CallOptions): Promise<Value<M, K>>
  /** Counts the workers that died; what was kept inside one (sessions) is gone when this changes. */
  readonly generation: number
  close(): void
}

export type ClientOptions = Readonly<{
  spawn: () => Worker
  /** How the worker's network requests are made. Absent: there is no way out. */
  network?: Network
  /** A cancelled call that does not answer for this long has hung its worker, which is then replaced. Milliseconds. */
  patience?: number
}>

type Open = {
  resolve(value: unknown): void
  reject(error: unknown): void
  onProgress?: Progress | undefined
  onSign?: SignValues | undefined
}

/** Typed calls into one worker that is started at the first call and again after a crash. */
export function connectWorker<M extends Table = WorkerMethods>(options: ClientOptions): WorkerClient<M> {
  const { spawn, patience = 5000 } = options
  const open = new Map<number, Open>()
  const asks = new Map<number, AbortController>()
  let worker: Running | null = null
  let generation = 0
  let next = 1

  function die(message: string): void {
    worker?.end()
    worker = null
    generation++
    for (const controller of asks.values()) controller.abort()
    asks.clear()
    const calls = [...open.values()]
    open.clear()
    for (const one of calls) one.reject(new SignError('WORKER_CRASHED', message))
  }

  function start(): Running {
    const spawned = spawn()
    const started: Running = {
      post: bundled(
        (messages, transfer) => spawned.postMessage(messages, transfer),
        () => asks.size > 0,
      ),
      end: () => spawned.terminate(),
    }
    spawned.onmessage = ({ data }: MessageEvent<readonly WorkerMessage[]>) => {
      for (const message of data) if (worker === started) receive(started, message)
    }
    spawned.onerror = (event) => {
      event.preventDefault()
      if (worker === started) die(`the worker stopped: ${event.message || 'its script could not be loaded'}`)
    }
    spawned.onmessageerror = () => {
      if (worker === started) die('the worker sent what cannot be read')
    }
    return started
  }

  function receive(from: Running, message: WorkerMessage): void {
    if ('progress' in message) open.get(message.progress)?.onProgress?.(message.step, message.part)
    else if ('done' in message) settle(message)
    else if ('ask' in message) void answer(from, message.ask, message)
    else if ('unask' in message) asks.get(message.unask)?.abort()
  }

  function settle(message: Extract<WorkerMessage, { done: number }>): void {
    const call = open.get(message.done)
    open.delete(message.done)
    if (!call) return
    if ('error' in message) call.reject(fromWire(message.error))
    else call.resolve(valueOf(message))
  }

  async function answer(from: Running, id: number, ask: PageAsk): Promise<void> {
    const controller = new AbortController()
    asks.set(id, controller)
    const send = (message: PageMessage): void => {
      asks.delete(id)
      if (worker === from) from.post({ message })
    }
    try {
      send({ answer: id, value: await fulfil(ask, controller.signal) })
    } catch (error) {
      send({ answer: id, error: toWire(error) })
    }
  }

  function fulfil(ask: PageAsk, signal: AbortSignal): Promise<Answer> {
    if ('network' in ask) return requestBy(options.network, ask.network, signal)
    const sign = open.get(ask.of)?.onSign
    if (!sign) throw new DOMException('nobody waits for this signature', 'AbortError')
    return sign(ask.sign)
  }

  /** The caller does not wait for a cancel; but a worker too busy to hear of it is replaced, so that the next call works. */
  function cancel(id: number): void {
    const one = worker
    if (!one) return
    one.post({ message: { cancel: id }, urgent: true })
    const timer = setTimeout(() => {
      if (worker === one && open.has(id)) die('a cancelled step did not stop; it was ended')
    }, patience)
    const done = (): void => clearTimeout(timer)
    open.set(id, { resolve: done, reject: done })
  }

  return {
    get generation() {
      return generation
    },
    call<K extends keyof M & string>(
      method: K,
      params: Params<M, K>,
      { signal, onProgress, onSign }: CallOptions = {},
    ) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error)
      const id = next++
      return new Promise<Value<M, K>>((resolve, reject) => {
        const stop = (): void => {
          cancel(id)
          reject(signal?.reason as Error)
        }
        const settled = (): void => signal?.removeEventListener('abort', stop)
        open.set(id, {
          onProgress,
          onSign,
          resolve: (value) => {
            settled()
            resolve(value as Value<M, K>)
          },
          reject: (error) => {
            settled()
            reject(error as Error)
          },
        })
        try {
          worker ??= start()
          const failed = (error: unknown): void => {
            open.get(id)?.reject(notSent(error))
            open.delete(id)
          }
          worker.post({ message: { call: id, method, params }, failed })
          signal?.addEventListener('abort', stop, { once: true })
        } catch (error) {
          open.delete(id)
          reject(notSent(error))
        }
      })
    },
    close: () => die('the worker was closed'),
  }
}

function valueOf({ value, small }: Extract<WorkerMessage, { value: unknown }>): unknown {
  return small ? { ...(value as object), file: smallFile(small.name, small.type, small.bytes) } : value
}

/** A DataCloneError is our own mistake; anything else kept the worker from starting. */
function notSent(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof DOMException && error.name === 'DataCloneError') return new TypeError(message, { cause: error })
  return new SignError('WORKER_CRASHED', `the worker could not be started: ${message}`, { cause: error })
}

function requestBy(network: Network | undefined, ask: NetworkAsk, signal: AbortSignal): Promise<Uint8Array> {
  if (!network) throw new SignError('NETWORK_UNAVAILABLE', 'no network was configured')
  return ask.kind === 'get'
    ? network.get(ask.url, signal, ask.expects)
    : network.post(ask.url, ask.body, ask.type, signal)
}
