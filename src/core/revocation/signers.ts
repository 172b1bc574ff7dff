/** Who may speak about revocation: CRL issuers (RFC 5280, 6.3.3 (f), (g)) and OCSP responders (RFC 6960, 4.2.2.2). */
import { sha1 } from '@noble/hashes/legacy.js'
import { toHex } from '../bytes/bytes.ts'
import type { Finding } from '../validation/facts.ts'
import { findPaths, hasFailure } from '../x509/find-paths.ts'
import type { FoundPath, PathSearch } from '../x509/find-paths.ts'
import { sameName } from '../x509/name-match.ts'
import { tryPathCertificate } from '../x509/path-certificate.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import { checkPurpose } from '../x509/purpose.ts'
import type { Crl } from './crl.ts'
import type { OcspResponse } from './ocsp.ts'

/** `signer` undefined: an anchor without a certificate, or nobody (then `problems` says so). */
export type SignerCheck = Readonly<{ signer?: PathCertificate; problems: readonly Finding[] }>

const failed = (id: string, evidence: string): SignerCheck => ({ problems: [{ id, severity: 'failure', evidence }] })

type Candidate = Readonly<{ spki: Uint8Array; certificate?: PathCertificate }>

/** @param paths those of the certificates that are judged: a CRL issuer must end where they end */
export async function checkCrlSigner(crl: Crl, paths: readonly FoundPath[], search: PathSearch): Promise<SignerCheck> {
  if (!crl.algorithmsAgree) return failed('crl-algorithms-differ', '')
  if (crl.unknownCritical.length > 0) return failed('crl-critical-extension', crl.unknownCritical.join(' '))
  const candidates = crlIssuers(crl, search)
  if (candidates.length === 0) return failed('crl-issuer-not-found', '')
  let refused: SignerCheck | null = null
  for (const candidate of candidates) {
    const verified = await search.verify(candidate.spki, crl.signatureAlgorithm, crl.signature, crl.tbs)
    if (verified === null) refused ??= failed('crl-signature-unsupported', '')
    if (verified !== true) continue
    const problems = candidate.certificate ? await crlIssuerProblems(candidate.certificate, paths, search) : []
    const checked = { ...(candidate.certificate && { signer: candidate.certificate }), problems }
    if (!hasFailure(problems)) return checked
    refused = checked
  }
  return refused ?? failed('crl-signature-invalid', '')
}

function crlIssuers(crl: Crl, search: PathSearch): readonly Candidate[] {
  const named = search.certificates.filter(({ subject }) => sameName(subject, crl.issuer))
  const wanted = crl.authorityKeyIdentifier
  const likelihood = ({ extensions: { subjectKeyIdentifier: offered } }: PathCertificate): number =>
    wanted === undefined || offered === undefined ? 1 : wanted === offered ? 0 : 2
  const anchors = search.anchors.filter(({ subject }) => sameName(subject, crl.issuer))
  return [
    ...anchors.map(({ spki, certificate }) => ({ spki, ...(certificate && { certificate }) })),
    ...named
      .toSorted((a, b) => likelihood(a) - likelihood(b))
      .slice(0, 16)
      .map((certificate) => ({ spki: certificate.certificate.spki, certificate })),
  ]
}

async function crlIssuerProblems(
  certificate: PathCertificate,
  paths: readonly FoundPath[],
  search: PathSearch,
): Promise<readonly Finding[]> {
  const usage = checkPurpose(certificate.extensions, 'crl-signing')
  if (usage.length > 0) return usage
  if (paths.some((path) => isIssuerOn(path, certificate))) return []
  const own = await findPaths(certificate, 'crl-signing', search)
  const ends = new Set(paths.map(endName))
  const good = own.find((path) => !hasFailure(path.problems) && ends.has(endName(path)))
  if (good) return []
  const [first] = own
  const reasons = first?.problems.map(({ id }) => id).join(' ') ?? ''
  return [{ id: 'crl-issuer-path', severity: 'failure', evidence: reasons || 'it ends at another anchor' }]
}

const isIssuerOn = ({ certificates, problems }: FoundPath, certificate: PathCertificate): boolean =>
  !hasFailure(problems) && certificates.slice(1).some(({ fingerprint }) => fingerprint === certificate.fingerprint)

const endName = ({ anchor, certificates }: FoundPath): string => anchor?.id ?? certificates.at(-1)?.fingerprint ?? ''

/** @param issuer of the certificate that the response speaks about */
export async function checkOcspSigner(
  response: OcspResponse,
  issuer: PathCertificate,
  search: PathSearch,
): Promise<SignerCheck> {
  if (response.unknownCritical.length > 0) return failed('ocsp-critical-extension', response.unknownCritical.join(' '))
  const enclosed = response.certificates.flatMap((der) => tryPathCertificate(der) ?? [])
  const named = [issuer, ...enclosed, ...search.certificates].filter((certificate) =>
    isResponder(response, certificate),
  )
  if (named.length === 0) return failed('ocsp-responder-not-found', '')
  let refused: SignerCheck | null = null
  for (const certificate of named.slice(0, 16)) {
    const { spki } = certificate.certificate
    const verified = await search.verify(spki, response.signatureAlgorithm, response.signature, response.tbs)
    if (verified === null) refused ??= failed('ocsp-signature-unsupported', '')
    if (verified !== true) continue
    const problems = await responderProblems(response, certificate, issuer, search)
    if (!hasFailure(problems)) return { signer: certificate, problems }
    refused = { signer: certificate, problems }
  }
  return refused ?? failed('ocsp-signature-invalid', '')
}

function isResponder({ responder }: OcspResponse, certificate: PathCertificate): boolean {
  if ('name' in responder) return sameName(responder.name, certificate.subject)
  return toHex(sha1(certificate.certificate.publicKey.key)) === responder.keyHash
}

/** The CA itself, or one that this very CA issued for the purpose (4.2.2.2: "issued directly by the CA"). */
async function responderProblems(
  response: OcspResponse,
  responder: PathCertificate,
  issuer: PathCertificate,
  search: PathSearch,
): Promise<readonly Finding[]> {
  if (responder.fingerprint === issuer.fingerprint || isSameAuthority(responder, issuer)) return []
  const problems: Finding[] = [...checkPurpose(responder.extensions, 'ocsp-signing')]
  for (const { problem, oid } of responder.extensions.problems) {
    problems.push({ id: problem, severity: 'failure', evidence: oid })
  }
  const { signatureAlgorithm, signature, tbs, notBefore, notAfter } = responder.certificate
  const named = sameName(responder.issuer, issuer.subject) && responder.algorithmsAgree
  const issued = named && (await search.verify(issuer.certificate.spki, signatureAlgorithm, signature, tbs))
  if (issued !== true) problems.push({ id: 'ocsp-responder-not-authorized', severity: 'failure' })
  const { producedAt } = response
  if (producedAt < notBefore || producedAt > notAfter) {
    problems.push({ id: 'ocsp-responder-expired', severity: 'failure', evidence: notAfter.toISOString() })
  }
  return problems
}

/** The same name and key under another certificate (a cross-certificate of the CA). */
const isSameAuthority = (a: PathCertificate, b: PathCertificate): boolean =>
  sameName(a.subject, b.subject) && toHex(a.certificate.spki) === toHex(b.certificate.spki)
