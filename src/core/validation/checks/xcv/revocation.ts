import { isoTime, resultOf, type Check, type CheckContext } from '../../check.ts'
import type { CertificateFacts, RevocationFacts } from '../../facts.ts'
import type { CheckResult } from '../../report.ts'

const HOUR = 3_600_000

/** Revocation status of each certificate below the anchor at the best signature time (EN 319 102-1, 5.2.5, 5.2.6, 5.5.4). */
export const revocation: Check = (context) => {
  const { facts, path, policy } = context
  if (!facts.signer) return []
  const of = resultOf('revocation', 'xcv')
  if (policy.revocation === 'off') return [of.notChecked('switched off by the policy')]
  if (!path?.anchor) return [of.notChecked('no path to a trusted anchor')]
  const below = path.certificates.slice(0, -1)
  if (below.length === 0) return [of.notChecked('the signer is itself the trusted anchor')]
  return below.map((certificate, index) => judge(context, certificate, index === 0))
}

function judge(context: CheckContext, certificate: CertificateFacts, isSigner: boolean): CheckResult {
  const of = resultOf(isSigner ? 'revocation' : 'issuer-revocation', 'xcv')
  const name = certificate.subject.text
  const usable = context.facts.revocation.filter(
    (info) => info.certificate === certificate.fingerprint && isUsable(info, certificate, context.at),
  )
  const revoked = usable.find((info) => info.status === 'revoked' && isRevokedBy(info, context.bestSignatureTime))
  if (revoked) return revokedResult(context, revoked, isSigner, name)
  const fresh = usable.find((info) => info.status !== 'unknown' && isFresh(info, context))
  if (fresh) return of.passed(`${name}: ${fresh.status} by ${fresh.source} of ${isoTime(fresh.thisUpdate)}`)
  if (certificate.revocationSource === 'not-needed')
    return of.passed(`${name}: its issuer says that no check is needed`)
  const published = certificate.revocationSource === 'published' || usable.length > 0
  if (!published && context.policy.revocation !== 'required') {
    return of.notChecked(`${name}: its issuer publishes no revocation information`)
  }
  return of.indeterminate(
    'TRY_LATER',
    `${name}: no revocation information that is fresh at ${isoTime(context.freshAt)}`,
  )
}

function isUsable(info: RevocationFacts, certificate: CertificateFacts, at: Date): boolean {
  if (info.problems.some((problem) => problem.severity === 'failure')) return false
  // A CA may drop an expired certificate from its list: silence after notAfter proves nothing, unless it says that it keeps them.
  const kept = info.expiredSince !== undefined && info.expiredSince <= certificate.notAfter
  if (info.status === 'good' && info.thisUpdate > certificate.notAfter && !kept) return false
  return info.thisUpdate <= at
}

function isRevokedBy(info: RevocationFacts, time: Date): boolean {
  return !info.revokedAt || info.revokedAt <= time
}

function isFresh(info: RevocationFacts, { freshAt, policy }: CheckContext): boolean {
  const until = info.nextUpdate?.getTime() ?? info.thisUpdate.getTime() + policy.revocationMaxAgeHours * HOUR
  return until >= freshAt.getTime()
}

function revokedResult(context: CheckContext, info: RevocationFacts, isSigner: boolean, name: string): CheckResult {
  const of = resultOf(isSigner ? 'revocation' : 'issuer-revocation', 'xcv')
  const when = info.revokedAt ? isoTime(info.revokedAt) : 'an unstated time'
  const evidence = `${name}: revoked at ${when} (${info.reason ?? 'no reason'}), judged at ${isoTime(context.bestSignatureTime)}`
  if (!isSigner) return of.indeterminate('REVOKED_CA_NO_POE', evidence)
  const revokedAt = info.revokedAt
  const signedAfter = context.timestamps.some(
    ({ kind, time, report }) =>
      kind === 'content' &&
      report.indication === 'TOTAL-PASSED' &&
      time !== null &&
      revokedAt !== undefined &&
      time > revokedAt,
  )
  return signedAfter ? of.failed('REVOKED', evidence) : of.indeterminate('REVOKED_NO_POE', evidence)
}
