import { isoTime, resultOf, type Check } from '../../check.ts'
import type { CheckResult } from '../../report.ts'

const CLOCK_SKEW = 5 * 60_000

/** The claimed time against proven ones, and the order of the time-stamps (EN 319 102-1, 5.2.8 and 5.5.4). */
export const times: Check = ({ facts, at, bestSignatureTime, timestamps }) => {
  const results: CheckResult[] = []
  const claimed = facts.claimedTime
  if (claimed) {
    const of = resultOf('claimed-time', 'sav')
    const limit = bestSignatureTime < at ? bestSignatureTime : at
    const evidence = `claims ${isoTime(claimed)}; existed by ${isoTime(limit)}`
    results.push(claimed.getTime() > limit.getTime() + CLOCK_SKEW ? of.warning(evidence) : of.info(evidence))
  }
  const passed = timestamps.filter(({ report }) => report.indication === 'TOTAL-PASSED')
  const content = passed.filter(({ kind }) => kind === 'content')
  const later = passed.filter(({ kind }) => kind !== 'content')
  const wrong = content.find((first) => later.some((next) => first.time && next.time && first.time > next.time))
  if (wrong) {
    const of = resultOf('timestamp-order', 'sav')
    results.push(
      of.indeterminate('TIMESTAMP_ORDER_FAILURE', 'a content time-stamp is later than one over the signature'),
    )
  }
  return results
}
