/**
 * Certification path validation: RFC 5280, 6.1, but for two things. Validity periods and revocation depend on the time that is
 * judged at, so they are facts for the judge; signatures were verified while the path was built (find-paths.ts).
 */
import type { Finding } from '../validation/facts.ts'
import type { CertificateExtensions } from './parse-extensions.ts'
import { addConstraints, checkNames, emptyConstraints } from './name-constraints.ts'
import type { ConstraintState } from './name-constraints.ts'
import { sameName } from './name-match.ts'
import type { PathCertificate } from './path-certificate.ts'
import { processPolicies } from './path-policies.ts'
import type { PolicyInputs } from './path-policies.ts'
import { checkPurpose } from './purpose.ts'
import type { CertificatePurpose } from './purpose.ts'

/** What ends a path: a name and a key, and the certificate that gave them when there was one. RFC 5280, 6.1.1 (d). */
export type PathEnd = Readonly<{ subject: readonly string[]; spki: Uint8Array; certificate?: PathCertificate }>

export type ValidatedPath = Readonly<{
  problems: readonly Finding[]
  /** The user-constrained policy set (RFC 9618, 5.5). */
  policies: readonly string[]
}>

/**
 * @param path leaf first, without the end; empty when the leaf itself is the end
 * @param purpose what the leaf is to be used for
 */
export function validatePath(
  path: readonly PathCertificate[],
  end: PathEnd,
  purpose: CertificatePurpose,
  inputs: PolicyInputs = {},
): ValidatedPath {
  const problems: Finding[] = []
  const order = path.toReversed()
  const leaf = path[0] ?? end.certificate
  if (path.length > 0 && end.certificate) checkEnd(end.certificate, order, problems)
  checkChain(order, end, problems)
  checkConstraints(order, end, problems)
  for (const certificate of path) checkExtensions(certificate, problems)
  const policies = processPolicies(
    order.map((certificate) => ({ ...certificate.extensions, selfIssued: certificate.selfIssued })),
    inputs,
  )
  for (const { problem, depth } of policies.problems) problems.push(failure(problem, order[depth - 1], ''))
  if (leaf) problems.push(...checkPurpose(leaf.extensions, purpose))
  return { problems, policies: policies.policies }
}

export function failure(id: string, certificate: PathCertificate | undefined, evidence: string): Finding {
  const who = certificate === undefined ? '' : `serial ${certificate.serialNumber} ${nameText(certificate.subject)}`
  return { id, severity: 'failure', evidence: [who, evidence].filter((part) => part !== '').join(': ') }
}

/** The readable values of canonical RDNs; for evidence only. */
const nameText = (rdns: readonly string[]): string => rdns.join(',').replace(/=\d+:/g, '=')

/**
 * RFC 5280 takes an anchor's name and key alone. When the anchor came as a certificate, the limits that it states for itself are
 * kept as well (RFC 5937): a person who imports a constrained root means that root.
 */
function checkEnd(certificate: PathCertificate, order: readonly PathCertificate[], problems: Finding[]): void {
  const { extensions } = certificate
  if (certificate.certificate.version === 3 || extensions.basicConstraints) checkIssuing(certificate, problems)
  const { basicConstraints } = extensions
  const intermediates = order.slice(0, -1).filter((c) => !c.selfIssued).length
  if (basicConstraints?.pathLength !== undefined && intermediates > basicConstraints.pathLength) {
    problems.push(failure('path-length', certificate, `${intermediates} above ${basicConstraints.pathLength}`))
  }
  checkExtensions(certificate, problems)
}

/** RFC 5280, 6.1.3 (a) (4) and 6.1.4 (k) to (n): names chain, every issuer is a CA that may sign certificates, path length. */
function checkChain(order: readonly PathCertificate[], end: PathEnd, problems: Finding[]): void {
  let issuer = end.subject
  let maxPathLength = order.length
  for (const [index, certificate] of order.entries()) {
    if (!sameName(certificate.issuer, issuer)) problems.push(failure('path-name-chaining', certificate, ''))
    if (!certificate.algorithmsAgree) problems.push(failure('path-algorithms-differ', certificate, ''))
    issuer = certificate.subject
    if (index === order.length - 1) return
    checkIssuing(certificate, problems)
    if (!certificate.selfIssued) {
      if (maxPathLength <= 0) problems.push(failure('path-length', certificate, 'too many certificates below a CA'))
      maxPathLength--
    }
    maxPathLength = Math.min(maxPathLength, certificate.extensions.basicConstraints?.pathLength ?? Infinity)
  }
}

function checkIssuing(certificate: PathCertificate, problems: Finding[]): void {
  const { basicConstraints, keyUsage } = certificate.extensions
  if (basicConstraints?.ca !== true) problems.push(failure('path-not-ca', certificate, ''))
  if (keyUsage && !keyUsage.has('keyCertSign')) problems.push(failure('path-key-usage', certificate, 'no keyCertSign'))
}

/** RFC 5280, 6.1.3 (b), (c) and 6.1.4 (g). */
function checkConstraints(order: readonly PathCertificate[], end: PathEnd, problems: Finding[]): void {
  const state = emptyConstraints()
  constrain(state, end.certificate?.extensions)
  for (const [index, certificate] of order.entries()) {
    const last = index === order.length - 1
    if (!certificate.selfIssued || last) {
      const names = {
        subject: certificate.subject,
        emails: certificate.emails,
        alternative: certificate.extensions.alternativeNames,
      }
      for (const { problem, name } of checkNames(state, names)) problems.push(failure(problem, certificate, name))
    }
    if (!last) constrain(state, certificate.extensions)
  }
}

function constrain(state: ConstraintState, extensions: CertificateExtensions | undefined): void {
  if (extensions?.nameConstraints) addConstraints(state, extensions.nameConstraints)
}

/** RFC 5280, 6.1.4 (o) and 6.1.5 (f): every critical extension is understood; none is twice; what is there can be read. */
function checkExtensions(certificate: PathCertificate, problems: Finding[]): void {
  for (const { problem, oid } of certificate.extensions.problems) problems.push(failure(problem, certificate, oid))
}
