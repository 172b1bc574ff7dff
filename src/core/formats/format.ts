import type { Mechanism, SignerInfo } from '../keys.ts'
import type { Ports } from '../ports.ts'
import type { ErrorCode, ErrorDetails } from '../errors.ts'
import type { TimeStampAuthority } from '../tsp/request-time-stamp.ts'
import type { FormInfo } from '../pdf/fill/describe.ts'
import type { Finding } from '../validation/facts.ts'

/** The signature formats as ETSI names them; `CMS` is a plain RFC 5652 signature without the AdES attributes. */
export type FormatId = 'CAdES' | 'PAdES' | 'XAdES' | 'ASiC-S' | 'ASiC-E' | 'OOXML' | 'ODF'

export type SignatureLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

/** A document as it came: bytes are read from the Blob piece by piece, never copied whole. `password`: what opens this one. */
export type SourceFile = Readonly<{ name: string; blob: Blob; type?: string; password?: string }>

/** A result: a Blob assembled from slices of the original and the few new bytes. */
export type SignedFile = Readonly<{ name: string; blob: Blob; type: string }>

export type RequestedSigner = Readonly<{ signer: SignerInfo; mechanism: Mechanism }>

/** 0 to 1 of this step's own work; `step` is an i18n key of the catalogue. */
export type Progress = (step: 'reading' | 'digesting' | 'writing' | 'checking', done: number) => void

export interface SignRequest<P> {
  readonly files: readonly SourceFile[]
  readonly signers: readonly RequestedSigner[]
  readonly level: SignatureLevel
  /** What only this format knows: field, appearance, certification … */
  readonly options: P
  readonly signal?: AbortSignal
  readonly progress?: Progress
}

export type ToBeSigned = Readonly<{ signer: SignerInfo; mechanism: Mechanism; dtbs: Uint8Array }>

export interface PreparedSignature<S> {
  readonly format: FormatId
  readonly toBeSigned: readonly ToBeSigned[]
  /** Cloneable (Blobs and plain data), so that it may wait anywhere for a slow token. */
  readonly state: S
}

/** A PDF rectangle in the page's default user space (points, origin bottom left, before /Rotate). ISO 32000-2, 8.3.2.3. */
export type PdfRect = readonly [x1: number, y1: number, x2: number, y2: number]

/** Why something cannot be done, as plain data: the fields of a SignError. */
export type Refusal = Readonly<{ code: ErrorCode; message: string; details: ErrorDetails }>

export type SignatureFieldInfo = Readonly<{
  /** Fully qualified. */
  name: string
  /** 1-based; null: no widget on a page. */
  page: number | null
  /** Null or empty (zero width or height): an invisible field. */
  rect: PdfRect | null
  signed: boolean
  /** Why an empty field cannot be signed (a lock, DocMDP, a seed value …); null when it can. */
  refused: Refusal | null
}>

/** What a signer must know of a file before anything is signed. Plain data. */
export type Inspection = Readonly<{
  /** By content, not by name. */
  kind: 'pdf' | 'other'
  pdf: null | Readonly<{
    pages: number
    /** 'opened': encrypted, and the password given (or the empty one) opens it. */
    encryption: 'none' | 'opened' | 'password-required'
    fields: readonly SignatureFieldInfo[]
    /** What can be filled in before it is signed; null: nothing. */
    form: FormInfo | null
    /** Signatures (not document time-stamps) already in the file. */
    signatures: number
    /** /P of a certification signature, if any. ISO 32000-2, 12.8.2.2. */
    docMdp: 1 | 2 | 3 | null
    /** Nobody has signed yet: its author may certify it. */
    mayCertify: boolean
    /** The part of PDF/A that the file says it keeps (ISO 19005); 0: none. */
    archive: number
  }>
  /** Content that a signer must know of, most serious first; ids are catalogue keys. */
  warnings: readonly Finding[]
  /** Why this file cannot hold a signature in itself; a detached one may still work. */
  refused: Refusal | null
}>

export type InspectOptions = Readonly<{ password?: string; signal?: AbortSignal }>

/**
 * A format's third half, `collect`, is not per format but per file (collect-any.ts): what a file is, is found out by looking.
 *
 * Extra material a verifier may use beside what the signature holds. DER.
 */
export interface CollectOptions {
  /** Anchors and intermediates: candidates for the path, trusted only if the policy says so. */
  readonly certificates?: readonly Uint8Array[]
  readonly ocspResponses?: readonly Uint8Array[]
  readonly crls?: readonly Uint8Array[]
  readonly password?: string
  /** SHA-256 of each whole PDF beside its facts, read once with what its signatures cover. */
  readonly digest?: boolean
  readonly signal?: AbortSignal
  readonly progress?: Progress
}

/** What raises a level. */
export interface ExtendOptions {
  readonly authority: TimeStampAuthority
  /** Beside what the signature holds and the network offers. DER. */
  readonly certificates?: readonly Uint8Array[]
  readonly ocspResponses?: readonly Uint8Array[]
  readonly crls?: readonly Uint8Array[]
  readonly password?: string
  /** B-LTA of a detached signature: the file that it signs. */
  readonly content?: Blob
  readonly signal?: AbortSignal
}

export interface SignatureFormat<P, S> {
  readonly id: FormatId
  readonly levels: readonly SignatureLevel[]
  /** Present where a file can hold its own signature. What is wrong with the file is in `refused`; throws only AbortError. */
  inspect?(file: SourceFile, ports: Ports, options: InspectOptions): Promise<Inspection>
  /** Parse and digest; nothing is asked of the key. @throws SignError `FORMAT_*`. */
  prepare(request: SignRequest<P>, ports: Ports): Promise<PreparedSignature<S>>
  /**
   * Verifies each value against its certificate, then assembles the container.
   *
   * @param values in the order of `toBeSigned`, in the key boundary's encoding (keys.ts)
   * @throws SignError `KEY_SIGNATURE_INVALID` when a value does not verify; nothing is written then.
   */
  embed(prepared: PreparedSignature<S>, values: readonly Uint8Array[], ports: Ports): Promise<SignedFile>
  /**
   * Present when `levels` holds more than B-B: adds what the level lacks to what is already signed; the signed bytes stay.
   *
   * @throws SignError `TSA_*`, `NETWORK_*`, `CHAIN_INCOMPLETE`, `REVOCATION_UNAVAILABLE`, `FORMAT_*`; the file is as it was then
   */
  extend?(file: SignedFile, level: SignatureLevel, ports: Ports, options: ExtendOptions): Promise<SignedFile>
}
