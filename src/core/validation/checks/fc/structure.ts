import { resultOf, type Check } from '../../check.ts'

/** Format checking (EN 319 102-1, 5.2.2): what the reader found wrong with the structure, each as its own result. */
export const structure: Check = ({ facts }) => {
  const results = facts.findings.map((finding) => {
    const of = resultOf(finding.id, 'fc')
    const evidence = finding.evidence ?? ''
    if (finding.id.endsWith('-not-checked')) return of.notChecked(evidence)
    if (finding.severity === 'failure') return of.failed('FORMAT_FAILURE', evidence)
    return finding.severity === 'warning' ? of.warning(evidence) : of.info(evidence)
  })
  if (results.some((result) => result.status === 'failed')) return results
  return [resultOf('structure', 'fc').passed(facts.format), ...results]
}
