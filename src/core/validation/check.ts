import type { CertificateFacts, PathFacts, SignatureFacts } from './facts.ts'
import type { AnchorPurpose, ValidationPolicy } from './policy.ts'
import type { CheckBlock, CheckResult, CheckStatus, SubIndication, TimestampReport } from './report.ts'

/** A time-stamp with its verdict; only a passed one proves anything. */
export type JudgedTimestamp = Readonly<{
  id: string
  kind: string
  time: Date | null
  covers: readonly string[]
  report: TimestampReport
}>

/** Everything a check may look at. Plain data; a check is pure and asks nothing of the world. */
export type CheckContext = Readonly<{
  facts: SignatureFacts
  policy: ValidationPolicy
  purpose: AnchorPurpose
  /** The time that is judged at (EN 319 102-1: current time). */
  at: Date
  /** The earliest time at which the signature is proven to have existed; `at` when nothing proves more (5.5.4). */
  bestSignatureTime: Date
  /**
   * The time at which revocation information must be fresh: the best signature time; for a time-stamp its own, as in the EU
   * reference policy (what a token embeds is as old as the token; a known revocation still counts).
   */
  freshAt: Date
  timestamps: readonly JudgedTimestamp[]
  /** The path that serves best under this policy, or null when none was found. */
  path: ChosenPath | null
}>

/** `anchor` null: the path ends nowhere that this policy trusts for this purpose. Leaf first, anchor last. */
export type ChosenPath = Readonly<{
  facts: PathFacts
  anchor: string | null
  certificates: readonly CertificateFacts[]
}>

export type Check = (context: CheckContext) => readonly CheckResult[]

/** Makes the results of one check: same id and block. */
export function resultOf(id: string, block: CheckBlock) {
  const result = (status: CheckStatus, evidence: string, sub?: SubIndication): CheckResult =>
    sub ? { id, block, status, sub, evidence } : { id, block, status, evidence }
  return {
    passed: (evidence: string) => result('passed', evidence),
    failed: (sub: SubIndication, evidence: string) => result('failed', evidence, sub),
    indeterminate: (sub: SubIndication, evidence: string) => result('indeterminate', evidence, sub),
    warning: (evidence: string) => result('warning', evidence),
    info: (evidence: string) => result('info', evidence),
    notChecked: (evidence: string) => result('not-checked', evidence),
  }
}

export const isoTime = (time: Date): string => time.toISOString().replace('.000Z', 'Z')
