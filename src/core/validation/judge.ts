import { signaturePolicy } from './checks/vci/signature-policy.ts'
import { coverage } from './checks/fc/coverage.ts'
import { modifications } from './checks/fc/modifications.ts'
import { structure } from './checks/fc/structure.ts'
import { signingCertificate } from './checks/isc/signing-certificate.ts'
import { digest } from './checks/cv/digest.ts'
import { signatureValue } from './checks/cv/signature-value.ts'
import { keyUsage } from './checks/xcv/key-usage.ts'
import { path } from './checks/xcv/path.ts'
import { qualified } from './checks/xcv/qualified.ts'
import { revocation } from './checks/xcv/revocation.ts'
import { validity } from './checks/xcv/validity.ts'
import { algorithms } from './checks/sav/algorithms.ts'
import { times } from './checks/sav/times.ts'
import { isoTime, resultOf, type Check, type CheckContext, type ChosenPath, type JudgedTimestamp } from './check.ts'
import type { CertificateFacts, PathFacts, SignatureFacts, TimestampFacts } from './facts.ts'
import type { AnchorPurpose, ValidationPolicy } from './policy.ts'
import type { CheckResult, Indication, SignatureReport, SubIndication, TimestampReport } from './report.ts'

/** In the order in which the first fault decides (EN 319 102-1, 5.3.4): what can fail for good comes before what stays open. */
const CHECKS: readonly Check[] = [
  structure,
  coverage,
  modifications,
  signingCertificate,
  signaturePolicy,
  digest,
  signatureValue,
  path,
  validity,
  keyUsage,
  revocation,
  qualified,
  algorithms,
  times,
]

export type Judged = Readonly<{
  indication: Indication
  subIndication?: SubIndication
  checks: readonly CheckResult[]
  timestamps: readonly JudgedTimestamp[]
  bestSignatureTime: Date
  /** Earliest time proven by a passed time-stamp over the signature. */
  provenTime: Date | null
  path: ChosenPath | null
}>

/** `existedBy`: a time proven from outside (a later time-stamp over a time-stamp), else `at`; `stampTime`: genTime of a token. */
type Situation = Readonly<{ purpose: AnchorPurpose; existedBy: Date; stampTime?: Date }>

/**
 * EN 319 102-1, 5.3 to 5.6 over the facts of one signature or time-stamp token. Pure: no clock, no input but its arguments.
 */
export function judge(
  facts: SignatureFacts,
  policy: ValidationPolicy,
  at: Date,
  { purpose, existedBy, stampTime }: Situation = { purpose: 'signing', existedBy: at },
): Judged {
  const timestamps = judgeTimestamps(facts, policy, at)
  const proven = provenTime(timestamps, facts.id)
  const bestSignatureTime = proven && proven < existedBy ? proven : existedBy
  const chosen = choosePath(facts, policy, purpose)
  const freshAt = stampTime && stampTime < bestSignatureTime ? stampTime : bestSignatureTime
  const context: CheckContext = { facts, policy, purpose, at, bestSignatureTime, freshAt, timestamps, path: chosen }
  const checks = CHECKS.flatMap((check) => check(context))
  return { ...conclude(checks), checks, timestamps, bestSignatureTime, provenTime: proven, path: chosen }
}

/** The first failure decides, else the first open question; passed only when nothing is left (5.1.3). */
export function conclude(checks: readonly CheckResult[]): Pick<Judged, 'indication' | 'subIndication'> {
  const decisive =
    checks.find((check) => check.status === 'failed') ?? checks.find((check) => check.status === 'indeterminate')
  if (!decisive) return { indication: 'TOTAL-PASSED' }
  const indication = decisive.status === 'failed' ? 'TOTAL-FAILED' : 'INDETERMINATE'
  return decisive.sub ? { indication, subIndication: decisive.sub } : { indication }
}

/** Latest first, so that a later passed time-stamp proves when an earlier one already existed (5.6.2.3). */
function judgeTimestamps(facts: SignatureFacts, policy: ValidationPolicy, at: Date): readonly JudgedTimestamp[] {
  const latestFirst = facts.timestamps.toSorted((a, b) => (b.time?.getTime() ?? 0) - (a.time?.getTime() ?? 0))
  const judged: JudgedTimestamp[] = []
  for (const stamp of latestFirst) {
    const existedBy = provenTime(judged, stamp.id) ?? at
    judged.push(judgeTimestamp(stamp, policy, at, existedBy))
  }
  return facts.timestamps.flatMap((stamp) => judged.find(({ id }) => id === stamp.id) ?? [])
}

/** A time-stamp on its own: imprint, then its token as a CMS signature for the purpose of time-stamping (RFC 3161). */
function judgeTimestamp(stamp: TimestampFacts, policy: ValidationPolicy, at: Date, existedBy: Date): JudgedTimestamp {
  const own = [...stampFindings(stamp), ...imprintChecks(stamp), ...futureCheck(stamp, at)]
  const situation: Situation = { purpose: 'time-stamping', existedBy, ...(stamp.time && { stampTime: stamp.time }) }
  const token = stamp.token ? judge(stamp.token, policy, at, situation) : null
  const checks = [...own, ...(token?.checks ?? [])]
  const report: TimestampReport = {
    kind: stamp.kind,
    integrity: timestampIntegrity(stamp),
    ...(stamp.time && { time: isoTime(stamp.time) }),
    ...conclude(checks),
    checks,
    ...(stamp.token?.signer && { authority: stamp.token.signer.subject.text }),
  }
  return { id: stamp.id, kind: stamp.kind, time: stamp.time ?? null, covers: stamp.covers, report }
}

function stampFindings({ findings, token }: TimestampFacts): readonly CheckResult[] {
  const results = findings.map((finding) => {
    const of = resultOf(finding.id, 'fc')
    if (finding.severity === 'failure') return of.failed('FORMAT_FAILURE', finding.evidence ?? '')
    return finding.severity === 'warning' ? of.warning(finding.evidence ?? '') : of.info(finding.evidence ?? '')
  })
  if (token || results.some(({ status }) => status === 'failed')) return results
  return [...results, resultOf('timestamp-token', 'fc').failed('FORMAT_FAILURE', 'the token cannot be read')]
}

function imprintChecks({ imprint }: TimestampFacts): readonly CheckResult[] {
  const of = resultOf('message-imprint', 'cv')
  if (!imprint) return [of.failed('HASH_FAILURE', 'the token states no imprint')]
  if (imprint.computed === null) return [of.indeterminate('SIGNED_DATA_NOT_FOUND', imprint.stated)]
  if (imprint.computed === imprint.stated) return [of.passed(`${imprint.algorithm} ${imprint.stated}`)]
  return [of.failed('HASH_FAILURE', `${imprint.algorithm}: expected ${imprint.stated}, got ${imprint.computed}`)]
}

function futureCheck({ time }: TimestampFacts, at: Date): readonly CheckResult[] {
  if (!time || time <= at) return []
  return [resultOf('timestamp-time', 'sav').indeterminate('NO_POE', `${isoTime(time)} is after ${isoTime(at)}`)]
}

function timestampIntegrity({ imprint, token }: TimestampFacts): TimestampReport['integrity'] {
  if (!imprint || !token) return 'unchecked'
  if (imprint.computed !== null && imprint.computed !== imprint.stated) return 'broken'
  const inner = integrityOf(token)
  return inner === 'intact' && imprint.computed === null ? 'unchecked' : inner
}

/** The bytes alone: the stated digest is that of the data, and the value verifies. */
export function integrityOf({ digest: data, crypto }: SignatureFacts): SignatureReport['integrity'] {
  if (crypto?.verified === false) return 'broken'
  if (data && data.computed !== null && data.computed !== data.stated) return 'broken'
  return data && data.computed !== null && crypto?.verified ? 'intact' : 'unchecked'
}

/** The earliest time at which passed time-stamps prove that `id` existed. */
function provenTime(timestamps: readonly JudgedTimestamp[], id: string): Date | null {
  const proofs = timestamps.filter(
    ({ kind, report, covers }) => kind !== 'content' && report.indication === 'TOTAL-PASSED' && covers.includes(id),
  )
  const times = proofs.flatMap(({ time }) => (time ? [time.getTime()] : []))
  return times.length > 0 ? new Date(Math.min(...times)) : null
}

/** Among the found paths the one that serves: to a trusted anchor without fault, else with, else the longest. */
export function choosePath(facts: SignatureFacts, policy: ValidationPolicy, purpose: AnchorPurpose): ChosenPath | null {
  const trusted = new Set(
    policy.anchors.filter(({ purposes }) => purposes.includes(purpose)).map(({ fingerprint }) => fingerprint),
  )
  if (facts.signer && trusted.has(facts.signer.fingerprint)) return ownAnchor(facts.signer)
  const candidates = facts.paths.map((candidate) => truncate(candidate, trusted, facts.certificates))
  const faults = (candidate: ChosenPath) =>
    candidate.facts.problems.filter(({ severity }) => severity === 'failure').length
  const anchored = candidates.filter(({ anchor }) => anchor !== null).toSorted((a, b) => faults(a) - faults(b))
  return anchored[0] ?? candidates.toSorted((a, b) => b.certificates.length - a.certificates.length)[0] ?? null
}

function ownAnchor(signer: CertificateFacts): ChosenPath {
  const facts: PathFacts = { certificates: [signer.fingerprint], anchor: signer.fingerprint, problems: [] }
  return { facts, anchor: signer.fingerprint, certificates: [signer] }
}

/** Ends a path at the first certificate that the policy trusts; its faults stay, wherever on the path they were. */
function truncate(facts: PathFacts, trusted: ReadonlySet<string>, known: readonly CertificateFacts[]): ChosenPath {
  const end = facts.certificates.findIndex((fingerprint) => trusted.has(fingerprint))
  const fingerprints = end < 0 ? facts.certificates : facts.certificates.slice(0, end + 1)
  const certificates = fingerprints.flatMap((fingerprint) => known.find((one) => one.fingerprint === fingerprint) ?? [])
  const complete = certificates.length === fingerprints.length
  // Shown so that a person sees why there is no path: a name that fits, a key that does not.
  const linked = !facts.problems.some(({ id }) => id === 'path-signature-invalid')
  return { facts, anchor: end >= 0 && complete && linked ? (facts.certificates[end] ?? null) : null, certificates }
}
