import { isAbort, SignError } from '../../core/errors.ts'
import type { CommandingHost, FetchRequest } from '../../core/host.ts'
import type { Network } from '../../core/ports.ts'

/** Octets of one answer, and ms that a host may take for it. */
export type HostNetworkLimits = Readonly<{ timeout: number; bytes: number }>

const LIMITS: HostNetworkLimits = { timeout: 20_000, bytes: 64 * 2 ** 20 }

/**
 * Time-stamps and revocation data through the host that offers `fetch`; where it does not, or fails, by `otherwise`. A host
 * can refuse, observe a digest or a serial number, and lie: a lie is found by whoever checks the signed answer.
 *
 * @param host null until the handshake is over
 * @throws SignError `NETWORK_*` of `otherwise`; AbortError
 */
export function hostNetwork(
  host: () => Pick<CommandingHost, 'capabilities' | 'fetch' | 'origin'> | null,
  otherwise: Network,
  limits: HostNetworkLimits = LIMITS,
): Network {
  async function byHost(request: FetchRequest, signal: AbortSignal): Promise<Uint8Array | null> {
    const asked = host()
    if (!asked?.capabilities.has('fetch') || !isWeb(request.url)) return null
    try {
      const { status, body } = await asked.fetch(
        request,
        AbortSignal.any([signal, AbortSignal.timeout(limits.timeout)]),
      )
      return status >= 200 && status < 300 && body.byteLength <= limits.bytes ? new Uint8Array(body) : null
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SignError || isAbort(error)) return null
      throw error
    }
  }

  return {
    async post(url, body, type, signal) {
      const kind = type === 'application/timestamp-query' ? 'tsa' : 'ocsp'
      const headers = { 'Content-Type': type }
      const request = { kind, url, method: 'POST', headers, body: body.slice().buffer } as const
      return (await byHost(request, signal)) ?? otherwise.post(url, body, type, signal)
    },
    async get(url, signal, expects) {
      const kind = expects === 'application/pkix-cert' ? 'aia' : 'crl'
      const request = { kind, url, method: 'GET', headers: expects ? { Accept: expects } : {} } as const
      return (await byHost(request, signal)) ?? otherwise.get(url, signal, expects)
    },
  }
}

/** No `file:`, no password for somebody else's server. */
function isWeb(url: string): boolean {
  const { protocol, username, password } = new URL(url)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}
