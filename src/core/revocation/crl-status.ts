/** What CRLs say about a certificate: RFC 5280, 6.3. Freshness depends on the judged time and is left to the judge. */
import type { Finding, RevocationFacts } from '../validation/facts.ts'
import { ALL_REASONS } from '../x509/distribution-point.ts'
import type { Reason } from '../x509/distribution-point.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import type { Crl, CrlEntry } from './crl.ts'
import { isDeltaOf, reasonsCovered } from './crl-scope.ts'

export type Origin = RevocationFacts['origin']

/** A CRL with what could be said about its signer: empty `problems` means an authorised key signed it. */
export type CheckedCrl = Readonly<{ crl: Crl; origin: Origin; problems: readonly Finding[] }>

type Statement = Readonly<{
  checked: CheckedCrl
  delta?: CheckedCrl
  reasons: readonly Reason[]
  entry: CrlEntry | undefined
  usable: boolean
}>

/** @param crls complete and delta CRLs whose signers were looked for already; others issuers' lists are passed over */
export function crlFacts(certificate: PathCertificate, crls: readonly CheckedCrl[]): readonly RevocationFacts[] {
  const statements = crls.flatMap((checked) => stateOf(certificate, checked, crls))
  const released = statements.filter((statement) => !isReleased(statement, statements, certificate))
  const revoked = released.filter(({ usable, entry }) => usable && entry !== undefined)
  const silent = released.filter(({ usable, entry }) => usable && entry === undefined)
  const whole = silent.filter(({ reasons }) => reasons.length === ALL_REASONS.length)
  const partial = silent.filter(({ reasons }) => reasons.length < ALL_REASONS.length)
  const unusable = released.filter(({ usable }) => !usable)
  return [
    ...revoked.map((statement) => factOf(certificate, statement, 'revoked')),
    ...whole.map((statement) => factOf(certificate, statement, 'good')),
    ...combined(certificate, partial),
    ...unusable.map((statement) => factOf(certificate, statement, 'unknown')),
  ]
}

function stateOf(certificate: PathCertificate, checked: CheckedCrl, all: readonly CheckedCrl[]): readonly Statement[] {
  const { crl } = checked
  if (crl.deltaBase !== undefined) return []
  const reasons = reasonsCovered(crl, certificate)
  if (reasons.length === 0) return []
  const usable = !hasFailure(checked)
  const entry = crl.find(certificate.serialNumber, certificate.issuer)
  const delta = all
    .filter((other) => !hasFailure(other) && isDeltaOf(other.crl, crl))
    .toSorted((a, b) => b.crl.thisUpdate.getTime() - a.crl.thisUpdate.getTime())[0]
  if (delta === undefined || !usable) return [{ checked, reasons, entry, usable }]
  const changed = delta.crl.find(certificate.serialNumber, certificate.issuer)
  const now = changed?.reason === 'removeFromCRL' ? undefined : (changed ?? entry)
  return [{ checked, delta, reasons, entry: now, usable }]
}

const hasFailure = ({ problems }: CheckedCrl): boolean => problems.some(({ severity }) => severity === 'failure')

const latest = ({ checked, delta }: Statement): Date => (delta ?? checked).crl.thisUpdate

/** A hold that a later list of the same issuer no longer names is over (RFC 5280, 5.3.1); it never was a revocation. */
function isReleased(statement: Statement, all: readonly Statement[], certificate: PathCertificate): boolean {
  if (statement.entry?.reason !== 'certificateHold') return false
  return all.some(
    (other) =>
      other.usable &&
      other.entry === undefined &&
      latest(other) > latest(statement) &&
      latest(other) <= certificate.certificate.notAfter &&
      statement.reasons.every((reason) => other.reasons.includes(reason)),
  )
}

/** Lists for some reasons each speak for the certificate only when together they speak for every reason (6.3.3, the end). */
function combined(certificate: PathCertificate, partial: readonly Statement[]): readonly RevocationFacts[] {
  const [first] = partial
  if (first === undefined) return []
  const covered = new Set(partial.flatMap(({ reasons }) => reasons))
  const parts = partial.map((statement) => factOf(certificate, statement, 'good'))
  const thisUpdate = new Date(Math.min(...parts.map((part) => part.thisUpdate.getTime())))
  const ends = parts.flatMap((part) => (part.nextUpdate ? [part.nextUpdate.getTime()] : []))
  const base: RevocationFacts = {
    ...factOf(certificate, first, covered.size === ALL_REASONS.length ? 'good' : 'unknown'),
    thisUpdate,
    ...(ends.length > 0 && { nextUpdate: new Date(Math.min(...ends)) }),
  }
  if (covered.size === ALL_REASONS.length) return [base]
  const missing = ALL_REASONS.filter((reason) => !covered.has(reason)).join(' ')
  return [{ ...base, problems: [{ id: 'crl-reasons-missing', severity: 'warning', evidence: missing }] }]
}

function factOf(
  certificate: PathCertificate,
  statement: Statement,
  status: RevocationFacts['status'],
): RevocationFacts {
  const { checked, delta, entry } = statement
  const { crl } = delta ?? checked
  return {
    certificate: certificate.fingerprint,
    source: 'crl',
    origin: checked.origin,
    status,
    thisUpdate: crl.thisUpdate,
    ...(crl.nextUpdate && { nextUpdate: crl.nextUpdate }),
    ...(status === 'revoked' && entry && { revokedAt: entry.revokedAt }),
    ...(status === 'revoked' && entry?.reason !== undefined && { reason: entry.reason }),
    ...(checked.crl.expiredSince && { expiredSince: checked.crl.expiredSince }),
    problems: checked.problems,
  }
}
