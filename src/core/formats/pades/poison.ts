import { SignError } from '../../errors.ts'
import { findings } from '../../pdf/inspect/findings.ts'
import type { Finding } from '../../validation/facts.ts'
import type { Survey } from './admit.ts'

/** What a signer must know of the content before signing, most serious first. @throws AbortError */
export async function warningsOf(
  { document, form }: Pick<Survey, 'document' | 'form'>,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const recovered: readonly Finding[] = document.recovered ? [{ id: 'recovered', severity: 'warning' }] : []
  return [...recovered, ...(await findings(document, form, signal))]
}

/**
 * Refuses a document that has one of the findings named.
 *
 * @throws SignError `FORMAT_POISONED` with the finding and where it was seen; AbortError
 */
export async function refusePoisoned(
  surveyed: Pick<Survey, 'document' | 'form'>,
  refuse: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const found = (await warningsOf(surveyed, signal)).find(({ id }) => refuse.includes(id))
  if (!found) return
  const details = { finding: found.id, evidence: found.evidence ?? '' }
  throw new SignError('FORMAT_POISONED', `the document may show something else later: ${found.id}`, { details })
}
