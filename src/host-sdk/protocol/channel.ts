import { isRecord, type WireFailure } from './messages.ts'

/**
 * Calls and events over a MessagePort that survive loss, repetition, reordering and delay: every message carries a
 * number, is kept until acknowledged and sent again; the receiver delivers each once and in order.
 */

/** An error that came over the wire, or that a host throws to name its reason (`HOST_CONFLICT` …). */
export class CountersignError extends Error {
  readonly code: string
  readonly details: Readonly<Record<string, string | number | boolean>>

  constructor(code: string, message: string, details: Readonly<Record<string, string | number | boolean>> = {}) {
    super(message)
    this.name = 'CountersignError'
    this.code = code
    this.details = details
  }
}

type Id = number
type Body =
  | { id: Id; method: string; params: unknown }
  | { id: Id; result: unknown }
  | { id: Id; error: WireFailure }
  | { event: string; data: unknown }
  | { cancel: Id }

export type Handlers = Readonly<Record<string, (params: unknown, signal: AbortSignal) => unknown>>

export type ChannelOptions = Readonly<{
  methods: Handlers
  onEvent?: (event: string, data: unknown) => void
  /** The other side has acknowledged nothing for `silence` ms; sending goes on, so this is a state, not an end. */
  onSilent?: () => void
  /** ms */
  resendAfter?: number
  /** ms */
  silence?: number
}>

export type CallOptions = Readonly<{
  signal?: AbortSignal
  /** ms until `HOST_TIMEOUT`; absent: as long as it takes (a person is reading). */
  timeout?: number
}>

export interface Channel {
  call(method: string, params: unknown, options?: CallOptions): Promise<unknown>
  emit(event: string, data: unknown): void
  /** Rejects what is pending with `reason`. */
  close(reason?: Error): void
}

type Pending = { resolve(value: unknown): void; reject(error: unknown): void }

const closedError = (): CountersignError => new CountersignError('HOST_CLOSED', 'the channel was closed')
const abortError = (): DOMException => new DOMException('aborted', 'AbortError')

function toFailure(error: unknown): WireFailure {
  if (!isRecord(error) && !(error instanceof Error)) return { code: 'HOST_FAILED', message: String(error) }
  const { name, code, message, details } = error as {
    name?: unknown
    code?: unknown
    message?: unknown
    details?: never
  }
  return {
    code: name === 'AbortError' ? 'ABORTED' : typeof code === 'string' ? code : 'HOST_FAILED',
    message: typeof message === 'string' ? message : 'failed',
    ...(isRecord(details) ? { details } : {}),
  }
}

function fromFailure(failure: unknown): Error {
  if (!isRecord(failure) || typeof failure['code'] !== 'string') return new CountersignError('HOST_FAILED', 'failed')
  if (failure['code'] === 'ABORTED') return abortError()
  const details = isRecord(failure['details']) ? (failure['details'] as Record<string, string>) : {}
  const { message } = failure
  return new CountersignError(failure['code'], typeof message === 'string' ? message : '', details)
}

/** How far ahead of the next expected message one is kept; what is further off will be sent again. */
const WINDOW = 256

export function createChannel(port: MessagePort, options: ChannelOptions): Channel {
  const resendAfter = options.resendAfter ?? 1000
  const silence = options.silence ?? 15_000
  const unacknowledged = new Map<number, Body>()
  const early = new Map<number, Body>()
  const pending = new Map<Id, Pending>()
  const running = new Map<Id, AbortController>()
  let sent = 0
  let delivered = 0
  let calls = 0
  let closed = false
  let heard = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  const schedule = (wait: number): void => {
    timer ??= setTimeout(() => resend(wait), wait)
  }
  const resend = (wait: number): void => {
    timer = undefined
    if (closed || unacknowledged.size === 0) return
    for (const [number, body] of unacknowledged) port.postMessage({ n: number, b: body })
    if (Date.now() - heard > silence) options.onSilent?.()
    schedule(Math.min(wait * 2, 8000))
  }
  const send = (body: Body): void => {
    if (closed) return
    if (unacknowledged.size === 0) heard = Date.now()
    // What cannot be cloned throws here, before it has taken a number that the other side would wait for.
    port.postMessage({ n: sent + 1, b: body })
    unacknowledged.set(++sent, body)
    schedule(resendAfter)
  }

  const serve = async (id: Id, method: string, params: unknown): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = Object.hasOwn(options.methods, method) ? options.methods[method] : undefined
      if (!handler) throw new CountersignError('HOST_METHOD_UNKNOWN', `unknown method ${method}`)
      const result = await handler(params, controller.signal)
      send({ id, result })
    } catch (error) {
      send({ id, error: toFailure(error) })
    } finally {
      running.delete(id)
    }
  }
  const settle = (id: unknown, act: (call: Pending) => void): void => {
    const call = pending.get(id as Id)
    // A second answer to the same call finds nothing here and is dropped.
    if (call && pending.delete(id as Id)) act(call)
  }
  const deliver = (body: unknown): void => {
    if (!isRecord(body)) return
    if (typeof body['method'] === 'string' && typeof body['id'] === 'number') {
      void serve(body['id'], body['method'], body['params'])
    } else if ('error' in body) settle(body['id'], (call) => call.reject(fromFailure(body['error'])))
    else if ('result' in body) settle(body['id'], (call) => call.resolve(body['result']))
    else if (typeof body['event'] === 'string') options.onEvent?.(body['event'], body['data'])
    else if (typeof body['cancel'] === 'number') running.get(body['cancel'])?.abort()
  }
  const acknowledge = (upTo: number): void => {
    heard = Date.now()
    for (const number of unacknowledged.keys()) if (number <= upTo) unacknowledged.delete(number)
    if (unacknowledged.size === 0 && timer !== undefined) {
      clearTimeout(timer)
      timer = undefined
    }
  }
  const receive = (event: MessageEvent<unknown>): void => {
    const message = event.data
    if (closed || !isRecord(message)) return
    if (typeof message['a'] === 'number') return acknowledge(message['a'])
    const number = message['n']
    if (typeof number !== 'number' || number > delivered + WINDOW) return
    if (number > delivered) early.set(number, message['b'] as Body)
    for (let next = early.get(delivered + 1); next !== undefined; next = early.get(delivered + 1)) {
      early.delete(++delivered)
      deliver(next)
    }
    port.postMessage({ a: delivered })
  }
  port.addEventListener('message', receive)
  port.start()

  return {
    call(method, params, { signal, timeout } = {}) {
      if (signal?.aborted) return Promise.reject(abortError())
      if (closed) return Promise.reject(closedError())
      const id = ++calls
      return new Promise((resolve, reject) => {
        const stop = (error: Error): void => settle(id, () => (send({ cancel: id }), finish(), reject(error)))
        const onAbort = (): void => stop(abortError())
        const wait =
          timeout === undefined
            ? undefined
            : setTimeout(
                () => stop(new CountersignError('HOST_TIMEOUT', `no answer to ${method} in ${timeout} ms`)),
                timeout,
              )
        const finish = (): void => {
          clearTimeout(wait)
          signal?.removeEventListener('abort', onAbort)
        }
        signal?.addEventListener('abort', onAbort)
        pending.set(id, {
          resolve: (value) => (finish(), resolve(value)),
          reject: (error) => (finish(), reject(error)),
        })
        send({ id, method, params })
      })
    },
    emit: (event, data) => send({ event, data }),
    close(reason = closedError()) {
      closed = true
      clearTimeout(timer)
      port.removeEventListener('message', receive)
      port.close()
      for (const controller of running.values()) controller.abort()
      for (const call of pending.values()) call.reject(reason)
      pending.clear()
    },
  }
}
