/**
 * Path building: a bounded search from a certificate upward through every issuer that its names and keys allow (RFC 4158 calls it
 * forward building). Cross-certificates and rolled-over keys give several paths; all of them are facts, best first.
 */
import type { Finding } from '../validation/facts.ts'
import { sameName } from './name-match.ts'
import type { PathCertificate } from './path-certificate.ts'
import { failure, validatePath } from './path-validation.ts'
import type { PathEnd } from './path-validation.ts'
import type { PolicyInputs } from './path-policies.ts'
import type { CertificatePurpose } from './purpose.ts'

/** An end of paths that somebody may trust. `id`: fingerprint of its certificate, or of its key when it came without one. */
export type PathAnchor = PathEnd & Readonly<{ id: string }>

export type FoundPath = Readonly<{
  /** Leaf first; the anchor's certificate last, when it has one. */
  certificates: readonly PathCertificate[]
  /** Null: the path ends at the last certificate that could be found. */
  anchor: PathAnchor | null
  problems: readonly Finding[]
  policies: readonly string[]
}>

/** True or false as the signature verifies; null: the algorithm is not supported here. */
export type SignatureVerifier = (
  spki: Uint8Array,
  algorithm: Uint8Array,
  signature: Uint8Array,
  data: Uint8Array,
) => Promise<boolean | null>

export type PathSearch = Readonly<{
  /** Every certificate in reach; none of them is trusted for being here. */
  certificates: readonly PathCertificate[]
  anchors: readonly PathAnchor[]
  verify: SignatureVerifier
  policies?: PolicyInputs
  signal?: AbortSignal
}>

const MAX_DEPTH = 16
const MAX_STEPS = 512
const MAX_SIGNATURES = 128
const MAX_PATHS = 8

type Walk = {
  search: PathSearch
  purpose: CertificatePurpose
  bySubject: ReadonlyMap<string, readonly PathCertificate[]>
  verified: Map<string, boolean | null>
  steps: number
  found: FoundPath[]
}

/** @returns at least one path; the best first: anchored and without failures, anchored, not anchored */
export async function findPaths(
  target: PathCertificate,
  purpose: CertificatePurpose,
  search: PathSearch,
): Promise<readonly FoundPath[]> {
  const bySubject = new Map<string, PathCertificate[]>()
  for (const certificate of search.certificates) {
    const key = certificate.subject.join('\n')
    const same = bySubject.get(key)
    if (same === undefined) bySubject.set(key, [certificate])
    else if (!same.some((other) => other.fingerprint === certificate.fingerprint)) same.push(certificate)
  }
  const walk: Walk = { search, purpose, bySubject, verified: new Map(), steps: 0, found: [] }
  await climb(walk, [target], [])
  return walk.found
    .toSorted((a, b) => rank(a) - rank(b) || a.certificates.length - b.certificates.length)
    .slice(0, MAX_PATHS)
}

/** A certificate taken as the end of a path, trusted or not. */
export function endOf(certificate: PathCertificate): PathAnchor {
  const {
    fingerprint: id,
    subject,
    certificate: { spki },
  } = certificate
  return { id, subject, spki, certificate }
}

export const hasFailure = (problems: readonly Finding[]): boolean => problems.some((p) => p.severity === 'failure')

function rank(path: FoundPath): number {
  if (path.anchor === null) return path.problems.some((p) => p.id === 'path-signature-invalid') ? 3 : 2
  return hasFailure(path.problems) ? 1 : 0
}

const isFull = (walk: Walk): boolean =>
  walk.steps > MAX_STEPS ||
  walk.found.length >= 4 * MAX_PATHS ||
  walk.found.filter((p) => rank(p) === 0).length >= MAX_PATHS

/** @param path leaf first; @param problems of the links so far */
async function climb(walk: Walk, path: readonly PathCertificate[], problems: readonly Finding[]): Promise<void> {
  walk.search.signal?.throwIfAborted()
  walk.steps++
  const current = path.at(-1)
  if (current === undefined || isFull(walk)) return
  const own = walk.search.anchors.find((anchor) => anchor.certificate?.fingerprint === current.fingerprint)
  if (own !== undefined) {
    emit(walk, path.slice(0, -1), own, own, problems)
    return
  }
  const before = walk.found.length
  await climbToAnchors(walk, path, current, problems)
  if (await climbToIssuers(walk, path, current, problems)) return
  if (walk.found.length === before) emit(walk, path.slice(0, -1), endOf(current), null, problems)
}

async function climbToAnchors(
  walk: Walk,
  path: readonly PathCertificate[],
  current: PathCertificate,
  problems: readonly Finding[],
): Promise<void> {
  for (const anchor of walk.search.anchors) {
    if (!sameName(anchor.subject, current.issuer)) continue
    const link = await checkLink(walk, current, anchor.spki, anchor.id)
    if (link?.id === 'path-signature-invalid') continue
    emit(walk, path, anchor, anchor, link === null ? problems : [...problems, link])
  }
}

/** @returns whether there was any way up: a self-signed certificate, an issuer, or at least one that claims to be it */
async function climbToIssuers(
  walk: Walk,
  path: readonly PathCertificate[],
  current: PathCertificate,
  problems: readonly Finding[],
): Promise<boolean> {
  if (path.length >= MAX_DEPTH) return false
  let climbed = false
  let refused: { issuer: PathCertificate; link: Finding } | null = null
  for (const issuer of issuersOf(walk, path, current)) {
    const link = await checkLink(walk, current, issuer.certificate.spki, issuer.fingerprint)
    if (link?.id === 'path-signature-invalid') {
      refused ??= { issuer, link }
      continue
    }
    climbed = true
    await climb(walk, [...path, issuer], link === null ? problems : [...problems, link])
    if (isFull(walk)) return true
  }
  // A root ends its path whatever else bears its name.
  if (climbed || refused === null || walk.found.length > 0 || current.selfIssued) return climbed
  const { issuer, link } = refused
  emit(walk, path, endOf(issuer), null, [...problems, link])
  return true
}

/** Those whose subject is the issuer's name, the likeliest first, without those that would make a loop (RFC 4158, 5.2). */
function issuersOf(walk: Walk, path: readonly PathCertificate[], current: PathCertificate): readonly PathCertificate[] {
  const candidates = walk.bySubject.get(current.issuer.join('\n')) ?? []
  const seen = new Set(path.map(nameAndKey))
  const wanted = current.extensions.authorityKeyIdentifier
  const likelihood = (issuer: PathCertificate): number => {
    const offered = issuer.extensions.subjectKeyIdentifier
    if (wanted === undefined || offered === undefined) return 1
    return wanted === offered ? 0 : 2
  }
  return candidates
    .filter((c) => !seen.has(nameAndKey(c)) && !isAnchor(walk, c))
    .toSorted((a, b) => likelihood(a) - likelihood(b))
}

/** Links to anchors were tried before. */
const isAnchor = (walk: Walk, certificate: PathCertificate): boolean =>
  walk.search.anchors.some((anchor) => anchor.certificate?.fingerprint === certificate.fingerprint)

const nameAndKey = (certificate: PathCertificate): string =>
  `${certificate.subject.join('\n')}\n${String(certificate.certificate.spki)}`

/** Null: the key signed this certificate. */
async function checkLink(
  walk: Walk,
  subject: PathCertificate,
  spki: Uint8Array,
  issuer: string,
): Promise<Finding | null> {
  const key = `${subject.fingerprint} ${issuer}`
  let verified = walk.verified.get(key)
  if (verified === undefined) {
    if (walk.verified.size >= MAX_SIGNATURES)
      return failure('path-limit', subject, `${MAX_SIGNATURES} signatures verified`)
    verified = await walk.search.verify(
      spki,
      subject.certificate.signatureAlgorithm,
      subject.certificate.signature,
      subject.certificate.tbs,
    )
    walk.verified.set(key, verified)
  }
  if (verified === true) return null
  return failure(
    verified === null ? 'path-signature-unsupported' : 'path-signature-invalid',
    subject,
    `issuer ${issuer}`,
  )
}

function emit(
  walk: Walk,
  path: readonly PathCertificate[],
  end: PathEnd,
  anchor: PathAnchor | null,
  problems: readonly Finding[],
): void {
  const validated = validatePath(path, end, walk.purpose, walk.search.policies)
  const certificates = end.certificate === undefined ? path : [...path, end.certificate]
  walk.found.push({
    certificates,
    anchor,
    problems: [...problems, ...validated.problems],
    policies: validated.policies,
  })
}
