import type { SourceFile } from '../core/formats/format.ts'
import type { ValidationReport } from '../core/validation/report.ts'

/** What the same facts can be judged by again. Absent: now, the default policy, the user's anchors. */
export type Judgement = Readonly<{
  at?: Date
  /** Id of a policy the validator knows. */
  policy?: string
  /** Fingerprints (upper-case hex SHA-256) of the anchors to honour; absent: all of `TrustAnchors.list()`. */
  anchors?: readonly string[]
}>

export type VerifyProgress = (step: 'reading' | 'digesting' | 'checking', done: number) => void

/** A set of files whose facts are known. Plain handle; `close` frees the facts. */
export interface Verification {
  /** In the order of the files. A `.p7s` is reported under its own name, its content found by name or by digest. */
  readonly report: ValidationReport
  /** Reads no file again. */
  judge(judgement: Judgement): Promise<ValidationReport>
  /** Adds files (the content of a `.p7s`, CRLs, OCSP responses, certificates) and collects only what they change. */
  add(
    files: readonly SourceFile[],
    options?: { signal?: AbortSignal; onProgress?: VerifyProgress },
  ): Promise<Verification>
  close(): void
}

export interface VerifyDocuments {
  /**
   * Never rejects for what a file holds: that is in the report (`UNREADABLE`, with its code).
   *
   * @throws AbortError; SignError `WORKER_CRASHED` when even a fresh worker could not read the files.
   */
  verify(
    files: readonly SourceFile[],
    options?: { judgement?: Judgement; password?: string; signal?: AbortSignal; onProgress?: VerifyProgress },
  ): Promise<Verification>
}
