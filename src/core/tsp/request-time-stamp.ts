/** One time-stamp from an authority over HTTP: RFC 3161, 3.4. */
import { SignError } from '../errors.ts'
import type { DigestAlgorithm, Ports } from '../ports.ts'
import { checkTimeStampToken } from './check-token.ts'
import { buildTimeStampRequest } from './request.ts'
import { parseTimeStampResponse } from './response.ts'

export type TimeStampAuthority = Readonly<{
  url: string
  /** OID of the policy to ask for; absent: the authority's own. */
  policy?: string
  /** Of the imprint; absent: SHA-256. */
  digest?: DigestAlgorithm
}>

export type TimeStamp = Readonly<{
  /** TimeStampToken: a ContentInfo, as the authority wrote it. */
  token: Uint8Array
  time: Date
}>

/**
 * @param data octets whose digest is stamped (a signature value); or `hash` of them by the authority's digest
 * @throws SignError `TSA_*`, `NETWORK_*`; AbortError
 */
export async function requestTimeStamp(
  data: Uint8Array | Readonly<{ hash: Uint8Array }>,
  { url, policy, digest = 'SHA-256' }: TimeStampAuthority,
  ports: Ports,
  signal: AbortSignal = new AbortController().signal,
): Promise<TimeStamp> {
  if (ports.network === undefined)
    throw new SignError('NETWORK_UNAVAILABLE', 'there is no way to a time-stamp authority here')
  const hash =
    data instanceof Uint8Array
      ? new Uint8Array(await ports.engine.subtle.digest(digest, Uint8Array.from(data)))
      : data.hash
  const request = { digest, hash, nonce: ports.random.bytes(16), ...(policy !== undefined && { policy }) }
  const answer = await ports.network.post(url, buildTimeStampRequest(request), 'application/timestamp-query', signal)
  const token = parseTimeStampResponse(answer)
  const { info } = await checkTimeStampToken(token, request, ports.engine)
  return { token, time: info.time }
}
