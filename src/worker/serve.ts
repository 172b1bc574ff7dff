import { heldBytes } from '../core/bytes/small-blob.ts'
import { fromWire, toWire } from '../core/errors.ts'
import type { Progress, SignedFile, ToBeSigned } from '../core/formats/format.ts'
import type { Network } from '../core/ports.ts'
import { bundled, type Parcel } from './bundle.ts'
import type { Answer, NetworkAsk, PageAsk, PageMessage, WorkerMessage } from './protocol.ts'

/** What a served method gets beside its parameters. */
export type CallContext = Readonly<{
  signal: AbortSignal
  progress: Progress
  /** The page's key signs; in the order of the DTBS. @throws SignError `KEY_*`, AbortError */
  sign(toBeSigned: readonly ToBeSigned[]): Promise<readonly Uint8Array[]>
}>

export type Handlers = Readonly<Record<string, (params: never, context: CallContext) => Promise<unknown>>>

/** The worker's global scope, or one end of a MessageChannel in tests. */
export interface Door {
  postMessage(messages: readonly WorkerMessage[], transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent<readonly PageMessage[]>) => void): void
}

type Post = (parcel: Parcel<WorkerMessage>) => void

/** Progress more often than this helps nobody, and each message costs the page time. Milliseconds. */
const PROGRESS_INTERVAL = 50

/**
 * Answers the page's calls. Every error leaves through `toWire`; a cancel aborts the call's signal.
 *
 * @returns the network as the worker sees it: each request is made by the page, which knows the ways out.
 */
export function serve(door: Door, handlersOf: (network: Network) => Handlers): void {
  const running = new Map<number, AbortController>()
  const post: Post = bundled(
    (messages, transfer) => door.postMessage(messages, transfer),
    () => running.size > asked.open(),
  )
  const asked = askPage(post)
  const handlers = handlersOf(asked.network)

  async function call(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    const failed = (error: unknown): void => post({ message: { done: id, error: toWire(error) } })
    try {
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
      if (!handler) throw new TypeError(`the worker has no method ${method}`)
      const { signal } = controller
      const sign: CallContext['sign'] = (toBeSigned) =>
        asked.values({ sign: toBeSigned.map(({ dtbs, mechanism }) => ({ dtbs, mechanism })), of: id }, signal)
      const context = { signal, progress: throttled(post, id), sign }
      const value = await handler(params as never, context)
      controller.signal.throwIfAborted()
      running.delete(id)
      post({ ...answerOf(id, value), failed })
    } catch (error) {
      running.delete(id)
      failed(error)
    }
  }

  const receive = (data: PageMessage): void => {
    if ('call' in data) void call(data.call, data.method, data.params)
    else if ('cancel' in data) running.get(data.cancel)?.abort()
    else if ('error' in data) asked.settle(data.answer, (ask) => ask.reject(fromWire(data.error)))
    else asked.settle(data.answer, (ask) => ask.resolve(data.value))
  }
  door.addEventListener('message', ({ data }) => data.forEach(receive))
  post({ message: { ready: true } })
}

/** The answer to a call. A small file in it gives its bytes away: nothing here may use them afterwards. */
function answerOf(id: number, value: unknown): { message: WorkerMessage; transfer: Transferable[] } {
  if (typeof value === 'object' && value !== null && 'file' in value) {
    const { file, ...rest } = value as { file: SignedFile }
    const bytes = heldBytes(file)
    // A view is not the whole of its memory: the rest may be somebody else's.
    if (bytes?.length === bytes?.buffer.byteLength && bytes) {
      const small = { name: file.name, type: file.type, bytes }
      return { message: { done: id, value: rest, small }, transfer: [bytes.buffer] }
    }
  }
  return { message: { done: id, value }, transfer: [] }
}

/** What is sooner done than the interval is not told of at all: most files of a batch are. */
function throttled(post: Post, id: number): Progress {
  let last = performance.now()
  return (step, part) => {
    const now = performance.now()
    if (now - last < PROGRESS_INTERVAL) return
    last = now
    post({ message: { progress: id, step, part }, urgent: true })
  }
}

type Ask = { resolve(value: Answer): void; reject(error: Error): void }

type Asking = {
  network: Network
  values(ask: PageAsk, signal: AbortSignal): Promise<readonly Uint8Array[]>
  settle(id: number, act: (ask: Ask) => void): void
  /** How many wait for the page. */
  open(): number
}

function askPage(post: Post): Asking {
  const open = new Map<number, Ask>()
  let next = 1

  function ask(what: PageAsk, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    const id = next++
    return new Promise<Answer>((resolve, reject) => {
      const stop = (): void => {
        post({ message: { unask: id }, urgent: true })
        open.delete(id)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', stop, { once: true })
      const settled = (): void => signal.removeEventListener('abort', stop)
      open.set(id, {
        resolve: (value) => {
          settled()
          resolve(value)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
      })
      post({ message: { ask: id, ...what } })
    })
  }

  const request = async (network: NetworkAsk, signal: AbortSignal): Promise<Uint8Array> => {
    const answer = await ask({ network }, signal)
    if (answer instanceof Uint8Array) return answer
    throw new TypeError('the page answered with several values')
  }
  return {
    network: {
      get: (url, signal, expects) => request({ kind: 'get', url, ...(expects ? { expects } : {}) }, signal),
      post: (url, body, type, signal) => request({ kind: 'post', url, body, type }, signal),
    },
    async values(what, signal) {
      const answer = await ask(what, signal)
      return answer instanceof Uint8Array ? [answer] : answer
    },
    open: () => open.size,
    settle(id, act) {
      const found = open.get(id)
      open.delete(id)
      if (found) act(found)
    },
  }
}
