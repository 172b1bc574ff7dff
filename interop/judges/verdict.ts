/** What a judge is asked: a signed file, what it covers when detached, whom to trust. Paths. */
export type Case = {
  file: string
  contents?: readonly string[]
  trusted: readonly string[]
  crls?: readonly string[]
  /** Certificates that a path may use, not trusted. Only pyHanko is told. */
  intermediates?: readonly string[]
  password?: string
  /** Milliseconds: a judge that takes longer over a hostile file is ended, and has not answered. */
  patience?: number
}

/** One answer in one shape; `why` is the judge's own words for the failure message of a test. */
export type Verdict = {
  judge: string
  /** The cryptography holds over the bytes as they are, for every signature found, and there is at least one. */
  intact: boolean
  /** `intact`, the signer is trusted by what was given, and nothing that this judge objects to was changed afterwards. */
  accepts: boolean
  signatures: number
  why: string
}
