import { fromWire, toWire } from '../core/errors.ts'
import type { Progress } from '../core/formats/format.ts'
import type { Network } from '../core/ports.ts'
import type { NetworkAsk, PageMessage, WorkerMessage } from './protocol.ts'

/** What a served method gets beside its parameters. */
export type CallContext = Readonly<{ signal: AbortSignal; progress: Progress }>

export type Handlers = Readonly<Record<string, (params: never, context: CallContext) => Promise<unknown>>>

/** The worker's global scope, or one end of a MessageChannel in tests. */
export interface Door {
  postMessage(message: WorkerMessage): void
  addEventListener(type: 'message', listener: (event: MessageEvent<PageMessage>) => void): void
}

/** Progress more often than this helps nobody, and each message costs the page time. Milliseconds. */
const PROGRESS_INTERVAL = 50

/**
 * Answers the page's calls. Every error leaves through `toWire`; a cancel aborts the call's signal.
 *
 * @returns the network as the worker sees it: each request is made by the page, which knows the ways out.
 */
export function serve(door: Door, handlersOf: (network: Network) => Handlers): void {
  const running = new Map<number, AbortController>()
  const asked = askPage(door)
  const handlers = handlersOf(asked.network)

  async function call(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
      if (!handler) throw new TypeError(`the worker has no method ${method}`)
      const context = { signal: controller.signal, progress: throttled(door, id) }
      const value = await handler(params as never, context)
      controller.signal.throwIfAborted()
      door.postMessage({ done: id, value })
    } catch (error) {
      door.postMessage({ done: id, error: toWire(error) })
    } finally {
      running.delete(id)
    }
  }

  door.addEventListener('message', ({ data }) => {
    if ('call' in data) void call(data.call, data.method, data.params)
    else if ('cancel' in data) running.get(data.cancel)?.abort()
    else if ('error' in data) asked.settle(data.answer, (ask) => ask.reject(fromWire(data.error)))
    else asked.settle(data.answer, (ask) => ask.resolve(data.value))
  })
  door.postMessage({ ready: true })
}

function throttled(door: Door, id: number): Progress {
  let last = -PROGRESS_INTERVAL
  let lastStep = ''
  return (step, part) => {
    const now = performance.now()
    if (step === lastStep && part < 1 && now - last < PROGRESS_INTERVAL) return
    last = now
    lastStep = step
    door.postMessage({ progress: id, step, part })
  }
}

type Ask = { resolve(value: Uint8Array): void; reject(error: Error): void }

function askPage(door: Door): { network: Network; settle(id: number, act: (ask: Ask) => void): void } {
  const open = new Map<number, Ask>()
  let next = 1

  function ask(network: NetworkAsk, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const id = next++
    return new Promise<Uint8Array>((resolve, reject) => {
      const stop = (): void => {
        door.postMessage({ unask: id })
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
      door.postMessage({ ask: id, network })
    })
  }

  return {
    network: {
      get: (url, signal, expects) => ask({ kind: 'get', url, ...(expects ? { expects } : {}) }, signal),
      post: (url, body, type, signal) => ask({ kind: 'post', url, body, type }, signal),
    },
    settle(id, act) {
      const found = open.get(id)
      open.delete(id)
      if (found) act(found)
    },
  }
}
