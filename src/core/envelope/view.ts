/** Everything that a page shows of an envelope, read from the file alone. Plain cloneable data. */
import type { FileReport, SignatureReport } from '../validation/report.ts'
import type { CoverPrint } from './check-cover.ts'
import type { EnclosedView } from './check-enclosed.ts'
import type { EnvelopeField, EnvelopeManifest, Signatory } from './manifest.ts'
import type { SimpleRecord } from './simple.ts'
import type { EnvelopeState, FieldValues, SignatoryState } from './state.ts'

/** A simple signature as written in the file. What it proves: whoever knew the code saw this very file. Not: who that was. */
export type SimpleSignature = Readonly<{
  record: SimpleRecord
  /** What he entered with it: the code is bound to that too. */
  values: FieldValues
  /** No certificate signature covers it yet. */
  pending: boolean
}>

/** The kind of a signature that was given, as far as the file and this verifier's anchors support the word. */
export type GivenKind = 'simple' | 'unqualified' | 'qualified' | 'qualified-unsupported'

export type FieldView = Readonly<{
  field: EnvelopeField
  /** Null: empty. A ticked box is 'true'. */
  value: string | null
}>

export type SignatoryView = Readonly<{
  signatory: Signatory
  state: SignatoryState
  /** His fields but the signature itself, in the order of the manifest. */
  fields: readonly FieldView[]
  /** As he corrected them in his own revision, else as prepared (or delegated). */
  name: string
  company: string | null
  given: GivenKind | null
  /** The verifier's findings about his certificate signature; null: none yet. */
  signature: SignatureReport | null
  simple: SimpleSignature | null
  /** His own line of the record; null: no record, or not signed yet. */
  record: string | null
  /** His line states the digest of the file as it was before him, and the certificate that signed. Null: no line. */
  recordHolds: boolean | null
}>

export type StepKind = 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'round' | 'refused' | 'foreign'

/** One revision of the file, told as an act. Steps make the timeline, the notices and the comparison of copies. */
export type EnvelopeStep = Readonly<{
  /** Unique within the envelope and the same on every machine: tell a CRM each (envelope, key) once. */
  key: string
  /** 0 is the preparer's. */
  revision: number
  kind: StepKind
  /** Id of the signatory who acted; null: the preparer, or nobody that the file knows. */
  signatory: string | null
  /** Name as it was when he acted; of a round, whoever is asked again. */
  actor: string
  /** ISO 8601; null: nothing says when. */
  time: string | null
  timeProven: boolean
  /** Reason, new holder, or what is foreign. */
  detail: string | null
  /** What became true with this step. */
  reached: readonly ('all-signed' | 'complete')[]
  /** Length of the file with this revision, and lower-case hex SHA-256 of these bytes. */
  size: number
  sha256: string
}>

/** The file as it was with a revision and none after it: lower-case hex SHA-256, size in bytes. */
export type RevisionView = Readonly<{ size: number; sha256: string }>

export type EnvelopeView = Readonly<{
  name: string
  size: number
  /** Of the whole file, lower-case hex. */
  sha256: string
  manifest: EnvelopeManifest
  state: EnvelopeState
  /** The preparer's certification signature. */
  preparer: SignatureReport
  /** In the order of the manifest, copies included. */
  signatories: readonly SignatoryView[]
  steps: readonly EnvelopeStep[]
  /** Every revision from the preparer's on; `SignatoryState.revision` and `EnvelopeStep.revision` index this. */
  revisions: readonly RevisionView[]
  /** The documents that the cover sheet stands for; empty where the PDF is itself the document. */
  enclosed: readonly EnclosedView[]
  /** Whether that sheet prints what the manifest says; null: the PDF is no cover sheet. */
  cover: CoverPrint | null
  /** The verifier's whole report of the file. */
  report: FileReport
}>

/**
 * How two copies of one envelope relate, by the bytes that they share.
 *
 * 'same' · 'first-behind' / 'second-behind': one continues the other, the longer one counts · 'diverged': both went on from a
 * common beginning · 'new-round': the one names the other as replaced · 'unrelated': not the same prepared envelope.
 */
export type CopyRelation =
  'same' | 'first-behind' | 'second-behind' | 'diverged' | 'first-replaced' | 'second-replaced' | 'unrelated'

export type CopyComparison = Readonly<{
  relation: CopyRelation
  /** Steps that both have. */
  common: readonly EnvelopeStep[]
  /** Steps that only one has: with 'diverged' nobody's are lost, but those who signed the copy given up are asked to sign again. */
  onlyFirst: readonly EnvelopeStep[]
  onlySecond: readonly EnvelopeStep[]
}>

/** Compares what was read of two copies; reads no bytes, since every step carries the digest of the file up to it. */
export function compareCopies(first: EnvelopeView, second: EnvelopeView): CopyComparison {
  const [a, b] = [first.steps, second.steps]
  let shared = 0
  while (shared < a.length && shared < b.length && a[shared]?.sha256 === b[shared]?.sha256) shared++
  const result = { common: a.slice(0, shared), onlyFirst: a.slice(shared), onlySecond: b.slice(shared) }
  const relation = (): CopyRelation => {
    if (first.sha256 === second.sha256) return 'same'
    if (shared === 0) return 'unrelated'
    if (replaces(second, first)) return 'first-replaced'
    if (replaces(first, second)) return 'second-replaced'
    if (shared === a.length) return 'first-behind'
    return shared === b.length ? 'second-behind' : 'diverged'
  }
  return { relation: relation(), ...result }
}

const replaces = (newer: EnvelopeView, older: EnvelopeView): boolean =>
  newer.state.round.replaces !== null && older.revisions.some(({ sha256 }) => sha256 === newer.state.round.replaces)
