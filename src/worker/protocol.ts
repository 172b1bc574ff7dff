/** What crosses between the page and the worker: requests, answers, progress, cancels, and the worker's own requests for the network. */
import type { WireError } from '../core/errors.ts'
import type {
  ExtendOptions,
  FormatId,
  Inspection,
  Progress,
  SignatureLevel,
  RequestedSigner,
  SignedFile,
  SourceFile,
  ToBeSigned,
} from '../core/formats/format.ts'
import type { Matched } from '../core/envelope/check-enclosed.ts'
import type { CoverCheck, CoverPrint } from '../core/envelope/check-cover.ts'
import type { CoverRequest, DescribeRequest } from '../core/envelope/cover.ts'
import type { EnclosedDocument } from '../core/envelope/enclosed.ts'
import type { FillEnvelopeRequest } from '../core/envelope/fill.ts'
import type { PrepareEnvelopeRequest } from '../core/envelope/prepare.ts'
import type { EnvelopeView } from '../core/envelope/view.ts'
import type { Pkcs12Contents } from '../core/pkcs12/read.ts'
import type { ExpectedType } from '../core/ports.ts'
import type { ValidationPolicy } from '../core/validation/policy.ts'
import type { FileReport, ValidationReport } from '../core/validation/report.ts'

/** SignRequest without what cannot be cloned. */
export type SignParams = Readonly<{
  format: FormatId
  files: readonly SourceFile[]
  signers: readonly RequestedSigner[]
  level: SignatureLevel
  options: unknown
  /** The result is validated too, without the network and without anchors: only whether it is intact is asked. */
  check?: Readonly<{ at: Date; password?: string; digest?: boolean }>
}>

/** A file as its bytes: making a Blob on one side and passing it to the other costs more than signing. */
export type SmallFile = Readonly<{ name: string; type: string; bytes: Uint8Array<ArrayBuffer> }>

/** `report` is that of the result among its files; null: no check was asked for. `sha256` of a checked PDF, where it was asked for. */
export type Signed = Readonly<{ file: SignedFile; report: FileReport | null; sha256?: string }>

export type ExtendParams = Readonly<{
  format: FormatId
  file: SignedFile
  level: SignatureLevel
  options: Omit<ExtendOptions, 'signal'>
}>

export type JudgeParams = Readonly<{ policy: ValidationPolicy; at: Date; certificates: readonly Uint8Array[] }>

export type ValidateParams = JudgeParams &
  Readonly<{
    files: readonly SourceFile[]
    password?: string
    /** Asks no responder and no CRL server. */
    offline?: boolean
  }>

/** Facts stay in the worker under `session` until `forget`. */
export type Validated = Readonly<{ session: number; report: ValidationReport }>

export type ZipEntry = Readonly<{ name: string; blob: Blob }>

/**
 * Every method that the worker serves: its parameters and its value. Keys that sign never appear here: in the midst of `sign` the
 * DTBS come out and the values go in, so that what was read of a document stays where it is until it is signed and checked.
 * The one exception is a key file, whose decryption would freeze the page; the page makes its keys non-extractable at once.
 */
export interface WorkerMethods {
  inspect: [params: Readonly<{ file: SourceFile; password?: string }>, value: Inspection]
  sign: [params: SignParams, value: Signed]
  extend: [params: ExtendParams, value: SignedFile]
  validate: [params: ValidateParams, value: Validated]
  judge: [params: JudgeParams & Readonly<{ session: number }>, value: ValidationReport]
  forget: [params: Readonly<{ session: number }>, value: null]
  openKeyFile: [params: Readonly<{ file: Blob; password: string }>, value: Pkcs12Contents]
  /** Signed by the preparer as in `sign`. */
  prepareEnvelope: [params: PrepareEnvelopeRequest, value: SignedFile]
  /** Asks nothing of the network. */
  readEnvelope: [
    params: JudgeParams & Readonly<{ file: SourceFile; beside?: readonly SourceFile[] }>,
    value: EnvelopeView,
  ]
  fillEnvelope: [params: FillEnvelopeRequest, value: SignedFile]
  /** What the manifest will say of documents that are to be enclosed. */
  describeDocuments: [params: DescribeRequest, value: readonly EnclosedDocument[]]
  composeCover: [params: CoverRequest, value: SourceFile]
  /** Which of the enclosed documents each file is. */
  matchDocuments: [
    params: Readonly<{ enclosed: readonly EnclosedDocument[]; files: readonly SourceFile[] }>,
    value: readonly Matched[],
  ]
  /** Whether the cover sheet prints what the manifest says. */
  checkCover: [params: CoverCheck, value: CoverPrint]
  reportEnvelope: [params: Readonly<{ view: EnvelopeView; font: Uint8Array }>, value: SignedFile]
  zip: [params: Readonly<{ entries: readonly ZipEntry[]; modified: Date }>, value: Blob]
}

export type ProgressStep = Parameters<Progress>[0]

export type NetworkAsk =
  | Readonly<{ kind: 'get'; url: string; expects?: ExpectedType }>
  | Readonly<{ kind: 'post'; url: string; type: string; body: Uint8Array }>

/** What a key needs to know; whose certificate it is, the page told the worker. */
export type AskedValue = Pick<ToBeSigned, 'dtbs' | 'mechanism'>

/** What the worker asks of the page: the network, or the signature values for the DTBS of one of its calls. */
export type PageAsk = Readonly<{ network: NetworkAsk }> | Readonly<{ sign: readonly AskedValue[]; of: number }>

export type Answer = Uint8Array | readonly Uint8Array[]

/** From the page. */
export type PageMessage =
  | Readonly<{ call: number; method: string; params: unknown }>
  | Readonly<{ cancel: number }>
  | Readonly<{ answer: number; value: Answer }>
  | Readonly<{ answer: number; error: WireError }>

/** From the worker. */
export type WorkerMessage =
  | Readonly<{ ready: true }>
  /** `small`: the `file` of the value, which crosses as bytes that change owner. */
  | Readonly<{ done: number; value: unknown; small?: SmallFile }>
  | Readonly<{ done: number; error: WireError }>
  | Readonly<{ progress: number; step: ProgressStep; part: number }>
  | (Readonly<{ ask: number }> & PageAsk)
  | Readonly<{ unask: number }>
