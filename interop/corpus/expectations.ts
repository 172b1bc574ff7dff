import type { FileReport, SignatureReport } from '../../src/core/validation/report.ts'

/** What our report amounts to in the manifest's words: integrity, coverage and modifications, never trust. */
export type Given = 'accept' | 'reject' | 'undetermined' | 'not-checked' | 'no-signature' | 'unreadable'

export type Expectation = Readonly<{
  /** Answers that fit the word. */
  given: readonly Given[]
  /** What the report must also say. */
  also?: (report: FileReport) => boolean
}>

const NOT_ACCEPT: readonly Given[] = ['reject', 'undetermined', 'not-checked', 'no-signature', 'unreadable']
const ANY: readonly Given[] = ['accept', ...NOT_ACCEPT]

/** The one table from the manifest's verdict words to what we may answer. */
export const EXPECTED: Readonly<Record<string, Expectation>> = {
  accept: { given: ['accept'] },
  'accept-with-note': { given: ['accept'], also: hasWarning },
  'accept-integrity/trust-invalid': { given: ['accept'] },
  'accept-or-warn': { given: ['accept'], also: hasWarning },
  'accept-or-report-nonDER': { given: ['accept'], also: hasWarning },
  'accept-or-undetermined': { given: ['accept', 'undetermined', 'not-checked'] },
  'accept-sig/reject-timestamp': { given: ['accept'], also: hasBadTimestamp },
  'accept-sig/reject-doctimestamp': { given: ['accept'], also: hasBadTimestamp },
  'reject-timestamp': { given: ['accept', 'reject'], also: hasBadTimestamp },
  warn: {
    given: ['accept', 'undetermined', 'reject'],
    also: (report) => hasWarning(report) || hasBadTimestamp(report),
  },
  flag: { given: NOT_ACCEPT },
  'flag-modified': { given: ['reject'], also: saysChanged },
  'flag-not-covered': { given: ['reject'], also: saysNotCovered },
  'flag-or-accept': { given: ['accept', 'reject'] },
  indeterminate: { given: NOT_ACCEPT },
  'indeterminate-needs-files': { given: NOT_ACCEPT },
  reject: { given: NOT_ACCEPT },
  'reject-no-crash': { given: NOT_ACCEPT },
  'reject-or-not-pdf': { given: NOT_ACCEPT },
  'no-signature': { given: ['no-signature'] },
  'sign-incrementally': { given: ['no-signature', 'unreadable'] },
  'no-crash-no-hang': { given: ANY },
  'no-hang': { given: ANY },
  'parse-no-crash': { given: ANY },
  open: { given: ANY },
  'all vectors match': { given: ANY },
}

const NEVER_ACCEPT = /^(reject|flag-modified|flag-not-covered|flag$|indeterminate)/

/** A forged, changed or uncovered file shown as good: the one fault that has no excuse. */
export const isWrongAccept = (verdict: string, given: Given): boolean =>
  given === 'accept' && NEVER_ACCEPT.test(verdict) && verdict !== 'reject-timestamp'

export function givenBy(report: FileReport): Given {
  if (report.result === 'UNREADABLE') return 'unreadable'
  if (report.signatures.length === 0) return 'no-signature'
  if (report.signatures.some(isBad)) return 'reject'
  if (report.signatures.some(({ checks }) => checks.some(({ id }) => id.endsWith('-not-checked')))) return 'not-checked'
  return report.signatures.every(({ integrity }) => integrity === 'intact') ? 'accept' : 'undetermined'
}

/** The bytes, what they cover, or what changed after is wrong. */
function isBad({ integrity, coverage, modificationsPermitted, checks }: SignatureReport): boolean {
  const fault = checks.some(({ status, block }) => status === 'failed' && (block === 'fc' || block === 'cv'))
  return integrity === 'broken' || coverage === 'invalid' || coverage === 'partial' || !modificationsPermitted || fault
}

/** A warning, or a reference to another certificate: what "not fully valid" must show. */
function hasWarning({ signatures, warnings }: FileReport): boolean {
  const all = signatures.flatMap((each) => [each, ...each.counterSignatures])
  const noted = all.some(({ checks }) =>
    checks.some(({ status, block }) => status === 'warning' || (status === 'indeterminate' && block === 'isc')),
  )
  return noted || warnings.length > 0
}

function hasBadTimestamp({ signatures }: FileReport): boolean {
  return signatures.some(({ timestamps }) => timestamps.some(({ indication }) => indication === 'TOTAL-FAILED'))
}

function saysChanged({ signatures }: FileReport): boolean {
  return signatures.some((each) => !each.modificationsPermitted && each.changes.some(({ level }) => level === 'other'))
}

function saysNotCovered({ signatures }: FileReport): boolean {
  return signatures.some(({ coverage }) => coverage === 'invalid' || coverage === 'partial')
}
