import { resultOf, type Check } from '../../check.ts'

/** X.509 validation (EN 319 102-1, 5.2.6): a path to an anchor that this policy trusts for this purpose, without fault. */
export const path: Check = ({ facts, path: chosen, purpose }) => {
  const of = resultOf('certificate-path', 'xcv')
  if (!facts.signer) return [of.notChecked('no signing certificate')]
  if (!chosen?.anchor) {
    const seen =
      chosen?.certificates.map((certificate) => certificate.subject.text).join(' <- ') ?? facts.signer.subject.text
    return [of.indeterminate('NO_CERTIFICATE_CHAIN_FOUND', `no anchor trusted for ${purpose}: ${seen}`)]
  }
  const names = chosen.certificates.map((certificate) => certificate.subject.text).join(' <- ')
  const faults = chosen.facts.problems.filter((problem) => problem.severity === 'failure')
  if (faults.length === 0) return [of.passed(names)]
  const constraints = resultOf('certificate-path-constraints', 'xcv')
  return faults.map((fault) =>
    constraints.indeterminate('CHAIN_CONSTRAINTS_FAILURE', [fault.id, fault.evidence].filter(Boolean).join(': ')),
  )
}
