import type { Mechanism, SignerInfo } from '../keys.ts'
import type { Ports } from '../ports.ts'
import type { SignatureFacts } from '../validation/facts.ts'

/** The signature formats as ETSI names them; `CMS` is a plain RFC 5652 signature without the AdES attributes. */
export type FormatId = 'CAdES' | 'PAdES' | 'XAdES' | 'ASiC-S' | 'ASiC-E' | 'OOXML' | 'ODF'

export type SignatureLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

/** A document as it came: bytes are read from the Blob piece by piece, never copied whole. */
export type SourceFile = Readonly<{ name: string; blob: Blob; type?: string }>

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

/** Extra material a verifier may use beside what the signature holds. DER. */
export interface CollectOptions {
  /** Anchors and intermediates: candidates for the path, trusted only if the policy says so. */
  readonly certificates?: readonly Uint8Array[]
  readonly ocspResponses?: readonly Uint8Array[]
  readonly crls?: readonly Uint8Array[]
  readonly password?: string
  readonly signal?: AbortSignal
  readonly progress?: Progress
}

export interface SignatureFormat<P, S> {
  readonly id: FormatId
  readonly levels: readonly SignatureLevel[]
  /** Parse and digest; nothing is asked of the key. @throws SignError `FORMAT_*`. */
  prepare(request: SignRequest<P>, ports: Ports): Promise<PreparedSignature<S>>
  /**
   * Verifies each value against its certificate, then assembles the container.
   *
   * @param values in the order of `toBeSigned`, in the key boundary's encoding (keys.ts)
   * @throws SignError `KEY_SIGNATURE_INVALID` when a value does not verify; nothing is written then.
   */
  embed(prepared: PreparedSignature<S>, values: readonly Uint8Array[], ports: Ports): Promise<SignedFile>
  /** Present when `levels` holds more than B-B: adds time-stamps and revocation data to what is already signed. */
  extend?(file: SignedFile, level: SignatureLevel, ports: Ports): Promise<SignedFile>
  /** Parse and compute, no verdict. Never throws on hostile input: what cannot be read is a fact. */
  collect(files: readonly SourceFile[], ports: Ports, options: CollectOptions): Promise<readonly SignatureFacts[]>
}
