import { SignError } from '../core/errors.ts'
import { unsealLogs, type LogReport } from '../core/formats/activity-log.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { Clock } from '../core/ports.ts'
import { DEFAULT_POLICY, type ValidationPolicy } from '../core/validation/policy.ts'
import type { ValidationReport } from '../core/validation/report.ts'
import type { WorkerClient } from '../worker/client.ts'
import type { JudgeParams, Validated } from '../worker/protocol.ts'
import type { TrustAnchor } from './trust-anchors.ts'

/** What the same facts can be judged by again. Absent: now, the default policy, the user's anchors. */
export type Judgement = Readonly<{
  at?: Date
  /** Its anchors are ignored: they come from `TrustAnchors`. */
  policy?: ValidationPolicy
  /** Fingerprints (upper-case hex SHA-256) of the anchors to honour; absent: all of `TrustAnchors.list()`. */
  anchors?: readonly string[]
}>

export type VerifyProgress = (step: 'reading' | 'digesting' | 'writing' | 'checking', done: number) => void

export type VerifyOptions = Readonly<{ signal?: AbortSignal; onProgress?: VerifyProgress }>

/** A set of files whose facts are known; `close` frees the facts. */
export interface Verification {
  readonly files: readonly SourceFile[]
  /** Activity logs among the files; what was sealed is reported with the files, its signature as `.p7s`. */
  readonly logs: readonly LogReport[]
  /** In the order of the files. A `.p7s` is reported under its own name, its content found by name or by digest. */
  readonly report: ValidationReport
  /** Reads no file again. */
  judge(judgement: Judgement): Promise<ValidationReport>
  /** A new verification with more files: the content of a `.p7s`, certificates, CRLs, OCSP responses. This one stays. */
  add(files: readonly SourceFile[], options?: VerifyOptions): Promise<Verification>
  /** A new verification in which this password opens the files of this name; whether it does, the report says. This one stays. */
  unlock(name: string, password: string, options?: VerifyOptions): Promise<Verification>
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
    options?: VerifyOptions & {
      judgement?: Judgement
      password?: string
      /** Asks nothing of the network, whatever the certificates name. */
      offline?: boolean
    },
  ): Promise<Verification>
}

export type VerifyDocumentsPorts = Readonly<{
  worker: WorkerClient
  anchors: { list(): Promise<readonly TrustAnchor[]> }
  clock: Clock
  sha256: (bytes: Uint8Array) => Promise<Uint8Array>
}>

type Request = Readonly<{ files: readonly SourceFile[]; password?: string; judgement: Judgement; offline: boolean }>

/** What the worker judges by: the policy with the anchors that this person honours. */
export async function judgeParams(
  judgement: Judgement,
  { anchors, clock }: Pick<VerifyDocumentsPorts, 'anchors' | 'clock'>,
): Promise<JudgeParams> {
  const known = await anchors.list().catch(() => [])
  const chosen = judgement.anchors
  const honoured = chosen ? known.filter(({ fingerprint }) => chosen.includes(fingerprint)) : known
  return {
    policy: {
      ...(judgement.policy ?? DEFAULT_POLICY),
      anchors: honoured.map(({ fingerprint, purposes }) => ({ fingerprint, purposes })),
    },
    at: judgement.at ?? clock.now(),
    certificates: honoured.map(({ certificate }) => certificate.der),
  }
}

export function createVerifyDocuments(ports: VerifyDocumentsPorts): VerifyDocuments {
  const { worker, anchors, clock } = ports
  const paramsOf = (judgement: Judgement): Promise<JudgeParams> => judgeParams(judgement, { anchors, clock })

  async function read(request: Request, { signal, onProgress }: VerifyOptions): Promise<Validated> {
    const { files, password, offline } = request
    const params = {
      files,
      offline,
      ...(password === undefined ? {} : { password }),
      ...(await paramsOf(request.judgement)),
    }
    const run = (): Promise<Validated> => worker.call('validate', params, { signal, onProgress })
    try {
      return await run()
    } catch (error) {
      // Another file's crash may have taken this one with it.
      if (error instanceof SignError && error.code === 'WORKER_CRASHED') return run()
      throw error
    }
  }

  async function open(given: Request, options: VerifyOptions): Promise<Verification> {
    const { files, logs } = await unsealLogs(given.files, ports.sha256)
    const request = { ...given, files }
    let generation = worker.generation
    let validated = await read(request, options)
    const forget = (): void => {
      if (worker.generation === generation) {
        worker.call('forget', { session: validated.session }).catch(() => undefined)
      }
    }
    return {
      files,
      logs,
      report: validated.report,
      async judge(judgement) {
        if (worker.generation !== generation) {
          // The facts died with their worker.
          generation = worker.generation
          validated = await read({ ...request, judgement }, {})
          return validated.report
        }
        return worker.call('judge', { session: validated.session, ...(await paramsOf(judgement)) })
      },
      add: (more, others = {}) => open({ ...given, files: [...given.files, ...more] }, others),
      unlock(name, password, others = {}) {
        const opened = given.files.map((file) => (file.name === name ? { ...file, password } : file))
        return open({ ...given, files: opened }, others)
      },
      close: forget,
    }
  }

  return {
    verify(files, { judgement = {}, offline = false, password, ...options } = {}) {
      return open({ files, judgement, offline, ...(password === undefined ? {} : { password }) }, options)
    },
  }
}
