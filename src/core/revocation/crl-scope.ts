/** Whether a CRL speaks about a certificate, and about which reasons: RFC 5280, 6.3.3 (b), (c) and (d). */
import { equalBytes } from '../bytes/bytes.ts'
import { ALL_REASONS, fullNames, shareName } from '../x509/distribution-point.ts'
import type { DistributionPoint, Reason } from '../x509/distribution-point.ts'
import { directoryNames } from '../x509/general-name.ts'
import type { GeneralName } from '../x509/general-name.ts'
import { sameName } from '../x509/name-match.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import type { Crl } from './crl.ts'

/** Reasons for which this CRL lists this certificate; empty: it is not in its scope. */
export function reasonsCovered(crl: Crl, certificate: PathCertificate): readonly Reason[] {
  const covered = new Set<Reason>()
  for (const point of [...certificate.extensions.distributionPoints, defaultPoint(certificate)]) {
    if (!isInScope(crl, certificate, point)) continue
    const listed = crl.distributionPoint?.reasons ?? ALL_REASONS
    for (const reason of point.reasons ?? ALL_REASONS) if (listed.includes(reason)) covered.add(reason)
  }
  return ALL_REASONS.filter((reason) => covered.has(reason))
}

/** 6.3.3: CRLs that no distribution point names are looked at as if one named the certificate's issuer. */
const defaultPoint = (certificate: PathCertificate): DistributionPoint => ({
  name: { kind: 'full', names: [issuerName(certificate)] },
})

const issuerName = ({ issuer }: PathCertificate): GeneralName => ({
  kind: 'directoryName',
  rdns: issuer,
  text: issuer.join(','),
})

function isInScope(crl: Crl, certificate: PathCertificate, point: DistributionPoint): boolean {
  const scope = crl.distributionPoint
  const indirectIssuers = point.crlIssuer ? directoryNames(point.crlIssuer) : []
  if (point.crlIssuer) {
    if (scope?.indirect !== true) return false
    if (!indirectIssuers.some((name) => sameName(name, crl.issuer))) return false
  } else if (!sameName(crl.issuer, certificate.issuer)) return false
  if (scope === undefined) return true
  if (scope.name && !isNamed(scope.name, crl, certificate, point)) return false
  if (scope.onlyAttributeCertificates) return false
  const isCa = certificate.extensions.basicConstraints?.ca === true
  return !(scope.onlyUserCertificates && isCa) && !(scope.onlyCaCertificates && !isCa)
}

/** 6.3.3 (b) (2) (i): the CRL's own distribution point is the one the certificate names, or the CRL issuer it names. */
function isNamed(
  name: NonNullable<NonNullable<Crl['distributionPoint']>['name']>,
  crl: Crl,
  certificate: PathCertificate,
  point: DistributionPoint,
): boolean {
  const own = fullNames(name, [crl.issuer])
  if (point.name === undefined) return shareName(own, point.crlIssuer ?? [])
  const relativeTo = point.crlIssuer ? directoryNames(point.crlIssuer) : [certificate.issuer]
  return shareName(own, fullNames(point.name, relativeTo))
}

/** 6.3.3 (c) and 5.2.4: this delta adds to this complete CRL. */
export function isDeltaOf(delta: Crl, complete: Crl): boolean {
  if (delta.deltaBase === undefined || complete.deltaBase !== undefined) return false
  if (complete.number === undefined || delta.number === undefined) return false
  return (
    sameName(delta.issuer, complete.issuer) &&
    sameScope(delta.scope, complete.scope) &&
    delta.authorityKeyIdentifier === complete.authorityKeyIdentifier &&
    complete.number >= delta.deltaBase &&
    complete.number < delta.number
  )
}

function sameScope(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return equalBytes(a, b)
}
