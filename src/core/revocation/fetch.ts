/** What the network can add: missing issuers (AIA caIssuers), OCSP and CRLs. Every failure is only missing information. */
import { isAbort } from '../errors.ts'
import type { Network, Ports } from '../ports.ts'
import { parsePem } from '../bytes/pem.ts'
import { readCertificates } from '../x509/read-certificates.ts'
import type { FoundPath } from '../x509/find-paths.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import { tryCrl } from './crl.ts'
import type { ChainLink, RevocationSource } from './collect-chain.ts'
import { tryOcspResponse } from './ocsp.ts'
import { buildOcspRequest } from './ocsp-request.ts'

/** Shared by all fetches of one chain. */
export type Budget = { left: number }

const MAX_CERTIFICATES = 1 << 20
const MAX_OCSP = 4 << 20
const MAX_CRL = 64 << 20

const NEVER = new AbortController().signal

/** Certificates (DER) that the tops of the paths name as their issuers. */
export async function fetchIssuers(
  paths: readonly FoundPath[],
  budget: Budget,
  ports: Ports,
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[]> {
  const tops = paths.flatMap(({ certificates }) => certificates.at(-1) ?? [])
  const urls = new Set(tops.flatMap(({ extensions }) => extensions.caIssuersUrls.filter(isWeb)))
  for (const url of urls) {
    const bytes = await attempt(budget, ports, MAX_CERTIFICATES, (network) =>
      network.get(url, signal ?? NEVER, 'application/pkix-cert'),
    )
    const found = bytes ? readCertificates(bytes) : []
    if (found.length > 0) return found
  }
  return []
}

/** OCSP first, for it is small and fresh; the CRL when there is no responder or no answer. */
export async function fetchRevocation(
  links: readonly ChainLink[],
  budget: Budget,
  ports: Ports,
  signal: AbortSignal | undefined,
): Promise<readonly RevocationSource[]> {
  const found: RevocationSource[] = []
  const asked = new Set<string>()
  for (const { certificate, issuers } of links) {
    const [issuer] = issuers
    const ocsp = issuer && (await fetchOcsp(certificate, issuer, budget, ports, signal))
    if (ocsp) found.push(ocsp)
    else found.push(...(await fetchCrls(certificate, asked, budget, ports, signal)))
  }
  return found
}

async function fetchOcsp(
  certificate: PathCertificate,
  issuer: PathCertificate,
  budget: Budget,
  ports: Ports,
  signal: AbortSignal | undefined,
): Promise<RevocationSource | null> {
  for (const url of certificate.extensions.ocspUrls.filter(isWeb).slice(0, 2)) {
    const nonce = ports.random.bytes(32)
    const request = buildOcspRequest(certificate, issuer, nonce)
    const der = await attempt(budget, ports, MAX_OCSP, (network) =>
      network.post(url, request, 'application/ocsp-request', signal ?? NEVER),
    )
    if (der && tryOcspResponse(der)) return { kind: 'ocsp', der, origin: 'network', nonce }
  }
  return null
}

async function fetchCrls(
  certificate: PathCertificate,
  asked: Set<string>,
  budget: Budget,
  ports: Ports,
  signal: AbortSignal | undefined,
): Promise<readonly RevocationSource[]> {
  const { distributionPoints, freshestCrl } = certificate.extensions
  const names = [...distributionPoints, ...freshestCrl].flatMap(({ name }) => (name?.kind === 'full' ? name.names : []))
  const urls = names.flatMap((name) =>
    name.kind === 'uniformResourceIdentifier' && isWeb(name.value) ? [name.value] : [],
  )
  const found: RevocationSource[] = []
  for (const url of urls) {
    if (asked.has(url)) continue
    asked.add(url)
    const bytes = await attempt(budget, ports, MAX_CRL, (network) =>
      network.get(url, signal ?? NEVER, 'application/pkix-crl'),
    )
    const der = bytes && crlDer(bytes)
    if (der) found.push({ kind: 'crl', der, origin: 'network' })
  }
  return found
}

/** DER, or the PEM that some CAs serve against RFC 5280, 4.2.1.13. */
function crlDer(bytes: Uint8Array): Uint8Array | null {
  const pem = bytes[0] === 0x30 ? undefined : parsePem(bytes).find(({ label }) => label === 'X509 CRL')
  const der = pem?.bytes ?? bytes
  return tryCrl(der) ? der : null
}

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url)

async function attempt(
  budget: Budget,
  ports: Ports,
  limit: number,
  ask: (network: Network) => Promise<Uint8Array>,
): Promise<Uint8Array | null> {
  if (ports.network === undefined || budget.left <= 0) return null
  budget.left--
  try {
    const bytes = await ask(ports.network)
    return bytes.length <= limit ? bytes : null
  } catch (error) {
    if (isAbort(error)) throw error
    return null
  }
}
