// What each judge's answer amounts to in one vocabulary: integrity, coverage and modifications, never trust (see expectations.ts).
import type { DssAnswer, DssSignature } from '../judges/dss.ts'
import type { PyhankoAnswer, PyhankoSignature } from '../judges/pyhanko.ts'
import type { Given } from './expectations.ts'

const COVERING = new Set(['ENTIRE_FILE', 'ENTIRE_REVISION'])

function pyhankoBad({ intact, valid, coverage, modifications, docmdpOk }: PyhankoSignature): boolean {
  const uncovered = coverage !== undefined && !COVERING.has(coverage ?? '')
  return !intact || !valid || uncovered || modifications === 'OTHER' || docmdpOk === false
}

export function pyhankoGives({ signatures, error }: PyhankoAnswer): Given {
  if (error !== undefined) return 'unreadable'
  if (signatures.length === 0) return 'no-signature'
  return signatures.some(pyhankoBad) ? 'reject' : 'accept'
}

/** DSS says only INDETERMINATE of much that has nothing to do with trust: its facts are read instead. */
function dssBad({ intact, valid, indication, pdf }: DssSignature): boolean {
  return !intact || !valid || indication === 'TOTAL_FAILED' || pdf?.undefinedChanges === true
}

export function dssGives({ signatures, documentTimestamps, timestampsIntact, error }: DssAnswer): Given {
  if (error !== undefined) return 'unreadable'
  if (signatures.length + documentTimestamps === 0) return 'no-signature'
  if (signatures.some(({ subIndication }) => subIndication === 'SIGNED_DATA_NOT_FOUND')) return 'undetermined'
  return !timestampsIntact || signatures.some(dssBad) ? 'reject' : 'accept'
}
