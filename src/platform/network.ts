import { SignError } from '../core/errors.ts'
import type { Network } from '../core/ports.ts'

export type NetworkLimits = Readonly<{ timeout: number; bytes: number }>

/** TSA, OCSP and CRL answers; a national CRL is tens of megabytes at most. */
const LIMITS: NetworkLimits = { timeout: 20_000, bytes: 64 * 2 ** 20 }

export type NetworkRoutes = Readonly<{
  /** Origins that the CSP lets this page reach: asking for another would be a violation, and is refused before. */
  origins: readonly string[]
  /** Prefix to which the percent-encoded address is added, for services that do not answer browsers; null: none. */
  relay: string | null
  limits?: NetworkLimits
}>

/**
 * CORS requests to configured services, by the relay to those that refuse them and to any other; never with cookies, a referrer or a cache.
 *
 * @throws SignError `NETWORK_BLOCKED` (not configured, CORS, no route: browsers do not say which), `NETWORK_UNAVAILABLE`
 * (offline), `NETWORK_TIMEOUT`, `NETWORK_STATUS`, `NETWORK_TOO_LARGE`; AbortError; TypeError when it is no URL.
 */
export function directNetwork({ origins, relay, limits = LIMITS }: NetworkRoutes): Network {
  const allowed = new Set(origins.map((url) => new URL(url).origin))

  async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<Uint8Array> {
    const { origin, host } = new URL(url)
    const relayed = (): Promise<Uint8Array> => request(relay + encodeURIComponent(url), init, signal, limits)
    if (allowed.has(origin)) {
      return request(url, init, signal, limits).catch((error: unknown) => {
        // Most services answer no browser: without CORS their answer is kept from the page, and the relay has it.
        if (relay === null || !(error instanceof SignError && error.code === 'NETWORK_BLOCKED')) throw error
        return relayed()
      })
    }
    if (relay !== null) return relayed()
    throw new SignError('NETWORK_BLOCKED', `${host} is not among the services of this deployment`, {
      details: { host },
    })
  }

  return {
    post: (url, body, type, signal) =>
      ask(url, { method: 'POST', body: new Blob([body.slice()]), headers: { 'Content-Type': type } }, signal),
    get: (url, signal) => ask(url, { method: 'GET' }, signal),
  }
}

async function request(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
  limits: NetworkLimits,
): Promise<Uint8Array> {
  signal.throwIfAborted()
  const details = { host: new URL(url).host }
  const timeout = AbortSignal.timeout(limits.timeout)
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, timeout]),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    })
    if (!response.ok) {
      throw new SignError('NETWORK_STATUS', `${details.host} answered ${response.status}`, {
        details: { ...details, status: response.status },
      })
    }
    return await bounded(response, limits.bytes, details)
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    signal.throwIfAborted()
    if (timeout.aborted) {
      throw new SignError('NETWORK_TIMEOUT', `${details.host} did not answer in ${limits.timeout} ms`, {
        cause,
        details,
      })
    }
    const code = navigator.onLine ? 'NETWORK_BLOCKED' : 'NETWORK_UNAVAILABLE'
    throw new SignError(code, `${details.host} could not be reached`, { cause, details })
  }
}

async function bounded(response: Response, most: number, details: { host: string }): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      throw new SignError('NETWORK_TOO_LARGE', `${details.host} sent more than ${most} bytes`, { details })
    }
    parts.push(value)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
