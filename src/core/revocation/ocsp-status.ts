/** What OCSP responses say about a certificate: RFC 6960, 3.2. Freshness is left to the judge. */
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { equalBytes, toHex } from '../bytes/bytes.ts'
import { digestByOid } from '../algorithms.ts'
import type { Finding, RevocationFacts } from '../validation/facts.ts'
import type { PathSearch } from '../x509/find-paths.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import type { Origin } from './crl-status.ts'
import type { CertId, OcspResponse, SingleResponse } from './ocsp.ts'
import { checkOcspSigner } from './signers.ts'

/** A response, where it came from, and the nonce it must repeat when we asked for it. */
export type OcspSource = Readonly<{ response: OcspResponse; origin: Origin; nonce?: Uint8Array }>

export type OcspFact = Readonly<{ facts: RevocationFacts; source: OcspSource; signer?: PathCertificate }>

const HASHES: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  'SHA-1': sha1,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
}

/** @param issuers candidates: more than one where keys were rolled over or cross-certified */
export async function ocspFacts(
  certificate: PathCertificate,
  issuers: readonly PathCertificate[],
  sources: readonly OcspSource[],
  search: PathSearch,
): Promise<readonly OcspFact[]> {
  const facts: OcspFact[] = []
  for (const source of sources) {
    for (const single of source.response.responses) {
      const issuer = issuers.find((candidate) => speaksAbout(single.certId, certificate, candidate))
      if (issuer === undefined) continue
      facts.push(await factOf(certificate, issuer, source, single, search))
    }
  }
  return facts
}

function speaksAbout(certId: CertId, certificate: PathCertificate, issuer: PathCertificate): boolean {
  if (certId.serialNumber !== certificate.serialNumber) return false
  const hash = HASHES[digestByOid(certId.digest)?.name ?? '']
  if (hash === undefined) return false
  const { issuer: name } = certificate.certificate
  return (
    toHex(hash(name.der)) === certId.issuerNameHash &&
    toHex(hash(issuer.certificate.publicKey.key)) === certId.issuerKeyHash
  )
}

async function factOf(
  certificate: PathCertificate,
  issuer: PathCertificate,
  source: OcspSource,
  single: SingleResponse,
  search: PathSearch,
): Promise<OcspFact> {
  const { response, origin } = source
  const { signer, problems: signerProblems } = await checkOcspSigner(response, issuer, search)
  const problems: Finding[] = [...signerProblems]
  if (single.unknownCritical.length > 0) {
    problems.push({ id: 'ocsp-critical-extension', severity: 'failure', evidence: single.unknownCritical.join(' ') })
  }
  if (source.nonce && response.nonce && !equalBytes(source.nonce, response.nonce)) {
    problems.push({ id: 'ocsp-nonce-mismatch', severity: 'failure' })
  }
  const facts: RevocationFacts = {
    certificate: certificate.fingerprint,
    source: 'ocsp',
    origin,
    status: single.status,
    thisUpdate: single.thisUpdate,
    ...(single.nextUpdate && { nextUpdate: single.nextUpdate }),
    producedAt: response.producedAt,
    ...(single.revokedAt && { revokedAt: single.revokedAt }),
    ...(single.reason !== undefined && { reason: single.reason }),
    ...(single.archiveCutoff && { expiredSince: single.archiveCutoff }),
    problems,
  }
  return { facts, source, ...(signer && { signer }) }
}
