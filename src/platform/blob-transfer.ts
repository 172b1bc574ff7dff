import { SignError } from '../core/errors.ts'

/** `total` is null where the other side does not say. */
export type TransferProgress = (done: number, total: number | null) => void

export type TransferOptions = Readonly<{
  signal: AbortSignal
  onProgress?: TransferProgress
  /** ms without a single octet after which the other side counts as silent. */
  patience?: number
}>

export type Downloaded = Readonly<{ blob: Blob; etag: string | null }>

const PATIENCE = 30_000

/**
 * Reads a document of another origin. No cookie, referrer or cache; no message holds the address.
 *
 * @param options.maxBytes more is not taken, whatever the server announces
 * @param options.mayAnswer whether a redirect may end at this origin
 * @throws SignError `NETWORK_STATUS` (details.status), `NETWORK_TIMEOUT`, `NETWORK_BLOCKED`, `NETWORK_UNAVAILABLE`,
 *   `HOST_DOCUMENT_TOO_LARGE`, `LINK_ORIGIN_REFUSED`; AbortError
 */
export async function downloadBlob(
  url: string,
  options: TransferOptions & Readonly<{ maxBytes: number; mayAnswer: (origin: string) => boolean }>,
): Promise<Downloaded> {
  const { signal, maxBytes, mayAnswer, onProgress } = options
  signal.throwIfAborted()
  const host = new URL(url).host
  const idle = idleTimer(options.patience ?? PATIENCE)
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, idle.signal]),
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    })
    idle.alive()
    const { origin } = new URL(response.url)
    if (!mayAnswer(origin)) throw new SignError('LINK_ORIGIN_REFUSED', `led on to ${origin}`, { details: { origin } })
    if (!response.ok) throw statusError(host, response.status)
    const announced = Number(response.headers.get('Content-Length') ?? Number.NaN)
    if (announced > maxBytes) throw tooLarge(announced, maxBytes)
    const total = Number.isFinite(announced) && announced > 0 ? announced : null
    const blob = await readBounded(response, maxBytes, (done) => {
      idle.alive()
      // What is compressed on the way is longer than announced.
      onProgress?.(done, total !== null && done <= total ? total : null)
    })
    return { blob, etag: response.headers.get('ETag') }
  } catch (cause) {
    throw translate(cause, host, signal, idle.signal)
  } finally {
    idle.stop()
  }
}

async function readBounded(response: Response, most: number, onProgress: (done: number) => void): Promise<Blob> {
  const parts: Blob[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      throw tooLarge(length, most)
    }
    // A Blob each: the browser may keep it on disk.
    parts.push(new Blob([value]))
    onProgress(length)
  }
  return new Blob(parts, { type: response.headers.get('Content-Type')?.split(';')[0] ?? '' })
}

export type UploadRequest = Readonly<{ method: 'PUT' | 'POST'; headers: Readonly<Record<string, string>> }>

/**
 * Writes a document to another origin, by XMLHttpRequest: fetch says nothing of how far an upload has come. The page's own
 * `Referrer-Policy: no-referrer` holds.
 *
 * @returns the ETag of what is stored, where it may be read
 * @throws SignError as {@link downloadBlob}
 */
export function uploadBlob(
  url: string,
  blob: Blob,
  { method, headers }: UploadRequest,
  options: TransferOptions,
): Promise<{ etag: string | null }> {
  const { signal, onProgress } = options
  const host = new URL(url).host
  const idle = idleTimer(options.patience ?? PATIENCE)
  const request = new XMLHttpRequest()
  const abort = (): void => request.abort()
  return new Promise<{ etag: string | null }>((resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', abort)
    idle.signal.addEventListener('abort', abort)
    request.open(method, url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => {
      idle.alive()
      onProgress?.(loaded, total)
    }
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve({ etag: etagOf(request) })
      else reject(statusError(host, request.status))
    }
    request.onerror = request.onabort = () => reject(new TypeError('the request did not come through'))
    request.send(blob)
  })
    .catch((cause: unknown) => {
      throw translate(cause, host, signal, idle.signal)
    })
    .finally(() => {
      idle.stop()
      signal.removeEventListener('abort', abort)
    })
}

/** Asking for a header that CORS hides is an error in the console; in the list of all it is just not there. */
function etagOf(request: XMLHttpRequest): string | null {
  return /^etag: *(.+?)\r?$/im.exec(request.getAllResponseHeaders())?.[1] ?? null
}

function idleTimer(patience: number): { signal: AbortSignal; alive: () => void; stop: () => void } {
  const control = new AbortController()
  const start = () => setTimeout(() => control.abort(), patience)
  let timer = start()
  return {
    signal: control.signal,
    alive: () => {
      clearTimeout(timer)
      timer = start()
    },
    stop: () => clearTimeout(timer),
  }
}

const statusError = (host: string, status: number): SignError =>
  new SignError('NETWORK_STATUS', `${host} answered ${status}`, { details: { host, status } })

const tooLarge = (got: number, most: number): SignError =>
  new SignError('HOST_DOCUMENT_TOO_LARGE', `${got} bytes or more, ${most} at most`, { details: { got, most } })

function translate(cause: unknown, host: string, signal: AbortSignal, idle: AbortSignal): unknown {
  if (cause instanceof SignError) return cause
  if (signal.aborted) return signal.reason
  const details = { host }
  if (idle.aborted) return new SignError('NETWORK_TIMEOUT', `${host} fell silent`, { cause, details })
  const code = navigator.onLine ? 'NETWORK_BLOCKED' : 'NETWORK_UNAVAILABLE'
  return new SignError(code, `${host} could not be reached`, { cause, details })
}
