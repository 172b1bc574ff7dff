import { SignError } from '../core/errors.ts'
import type { Network } from '../core/ports.ts'

export type NetworkLimits = Readonly<{ timeout: number; bytes: number }>

/** TSA, OCSP and CRL answers; a national CRL is tens of megabytes at most. */
const LIMITS: NetworkLimits = { timeout: 20_000, bytes: 64 * 2 ** 20 }

/**
 * Direct CORS requests, for services that answer browsers; never with cookies, never with a referrer, never cached.
 *
 * @throws SignError `NETWORK_BLOCKED` (mixed content, CORS, CSP, no route: browsers do not say which), `NETWORK_UNAVAILABLE`
 * (offline), `NETWORK_TIMEOUT`, `NETWORK_STATUS`, `NETWORK_TOO_LARGE`; AbortError.
 */
export function directNetwork(limits: NetworkLimits = LIMITS): Network {
  return {
    post: (url, body, type, signal) =>
      request(
        url,
        { method: 'POST', body: new Blob([body.slice()]), headers: { 'Content-Type': type } },
        signal,
        limits,
      ),
    get: (url, signal) => request(url, { method: 'GET' }, signal, limits),
  }
}

async function request(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
  limits: NetworkLimits,
): Promise<Uint8Array> {
  signal.throwIfAborted()
  const details = { host: hostOf(url) }
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

/** @throws TypeError when it is not a URL: a caller's mistake. */
function hostOf(url: string): string {
  return new URL(url).host
}
