import { resultOf, type Check } from '../../check.ts'

/** A signature must cover one whole revision of its document: nothing before it, nothing between (ISO 32000-2, 12.8.1). */
export const coverage: Check = ({ facts }) => {
  const of = resultOf('coverage', 'fc')
  const { coverage: covered, coveredBytes, totalBytes } = facts.document
  const evidence = `${covered}: ${coveredBytes} of ${totalBytes} bytes`
  if (covered === 'whole-file' || covered === 'earlier-revision') return [of.passed(evidence)]
  return [of.failed('FORMAT_FAILURE', evidence)]
}
