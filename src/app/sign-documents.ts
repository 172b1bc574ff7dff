import type { FormatId, Inspection, PdfRect, Refusal, SignatureLevel, SourceFile } from '../core/formats/format.ts'
import type { Mechanism } from '../core/keys.ts'
import type { SignatureAppearance } from '../core/pdf/appearance/appearance.ts'
import type { FillRequest } from '../core/pdf/fill/fill-form.ts'
import type { DocMdp, FieldLock } from '../core/pdf/restrictions.ts'
import type { Clock } from '../core/ports.ts'
import type { FileReport } from '../core/validation/report.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import type { WorkerClient } from '../worker/client.ts'
import { checkSigner } from './check-signer.ts'
import { inspect } from './inspect-document.ts'
import type { KeyAccess, KeyRef } from './manage-keys.ts'
import { signAll } from './sign-batch.ts'
import type { VerifyDocuments } from './verify-documents.ts'
import type { KeptResult, ResultKeeping } from './signed-results.ts'

/** What the page must know of a file before anything is signed. */
export type DocumentInspection = Inspection &
  Readonly<{
    name: string
    size: number
    /** Formats that can hold a signature for this file, the one to propose first. */
    containers: readonly SignatureContainer[]
    /** What 'auto' means for this file; null: it cannot be signed without another choice. */
    proposed: SignatureContainer | null
  }>

/** `embedded`: in the file itself (PDF: PAdES). `detached`: a `.p7s` beside it (CAdES), any file. */
export type SignatureContainer = 'embedded' | 'detached'

/** Where a person sees the signature. `field` is an existing empty one; `box` makes a new field. */
export type VisiblePlace = Readonly<
  | { kind: 'none' }
  | { kind: 'field'; name: string }
  /** `page` is 1-based; negative counts from the end (-1: the last page), for a batch of documents. */
  | { kind: 'box'; page: number; rect: PdfRect }
>

export type SignOptions = Readonly<{
  /** `auto`: embedded where the file can hold it, else detached. */
  container: SignatureContainer | 'auto'
  level: SignatureLevel
  place: VisiblePlace
  reason?: string
  location?: string
  contact?: string
  /** How a visible signature looks; without it the place is taken and stays empty. */
  appearance?: SignatureAppearance
  /** Values for form fields of a PDF, written with the signature. Given, be it empty, a required field that stays empty forbids signing. */
  fill?: FillRequest
  /** Certifies a PDF: what may still change afterwards. Only as its first signature. */
  certify?: DocMdp
  /** Form fields of a PDF that nobody may change afterwards. */
  lock?: FieldLock
  /** Absent: the strongest usual one of the key (SHA-256 with P-256 and RSA, SHA-384 with P-384, SHA-512 with Ed25519 and ML-DSA). */
  mechanism?: Mechanism
  /** Opens an encrypted PDF. */
  password?: string
  /** The person insists on a certificate outside its validity; the result is labelled. */
  insistOnInvalidCertificate?: boolean
}>

/**
 * A second key for what gets a signature file of its own: post-quantum beside classical. `one`: two parallel signers in one `.p7s`,
 * for verifiers that judge each; `two`: a `.p7s` of each, for those that fail a whole file for one signer that they do not know.
 * A PDF signature has one signer (EN 319 142-1, 6.3): inside a PDF only `key` signs.
 */
export type Beside = Readonly<{ key: KeyRef; files: 'one' | 'two' }>

export type SignRequestItem = Readonly<{ file: SourceFile; options?: Partial<SignOptions> }>

export type BatchRequest = Readonly<{
  items: readonly SignRequestItem[]
  key: KeyRef
  beside?: Beside | null
  /** For every item that says nothing else. */
  options: SignOptions
  /** Whoever sends the results on wants their digests: of a PDF it is read off while the result is checked. */
  digest?: boolean
}>

export type FileState =
  | 'waiting'
  | 'reading'
  | 'digesting'
  | 'signing'
  | 'writing'
  | 'checking'
  | 'keeping'
  | 'signed'
  | 'failed'
  | 'cancelled'

/** `done` is 0 to 1 of this file's current state. Events of one file come in order; files may overlap. */
export type SignEvent = Readonly<{
  index: number
  state: FileState
  done: number
  outcome?: SignOutcome
  finished: number
  total: number
}>

export type SignOutcome = Readonly<
  { index: number; name: string } & (
    | {
        status: 'signed'
        result: KeptResult
        /** The second key's own signature file, when two were asked for. */
        beside?: KeptResult
        format: FormatId
        /** What was reached: less than asked for when an authority or responder did not answer; `warnings` says why. */
        level: SignatureLevel
        /** Our own output, validated before it was handed out. The signer is rarely an anchor, so INDETERMINATE / NO_CERTIFICATE_CHAIN_FOUND is usual. */
        report: FileReport
        /** Lower-case hex SHA-256 of the result, where it was asked for and came by the way. */
        sha256?: string
        /** `KEY_CERTIFICATE_EXPIRED`, `KEY_CERTIFICATE_NOT_YET_VALID` when insisted on; `not-kept` when the outbox had no room. */
        warnings: readonly string[]
      }
    | { status: 'failed'; refusal: Refusal }
    | { status: 'cancelled' }
  )
>

export interface SignDocuments {
  /** Reads little; rejects only with AbortError: what is wrong with the file is in `refused`. */
  inspect(file: SourceFile, options?: { password?: string; signal?: AbortSignal }): Promise<DocumentInspection>
  /**
   * Signs every item with one consent. One failing file never stops or loses the others; each result is kept in the
   * outbox before its `signed` event. A cancel leaves what was signed signed and marks the rest `cancelled`.
   *
   * @returns one outcome per item, in their order. Rejects only when nothing could start:
   *   SignError `KEY_NOT_FOUND`, `KEY_STORAGE_*`, `KEY_CERTIFICATE_EXPIRED`, `KEY_CERTIFICATE_NOT_YET_VALID`, `KEY_USAGE_FORBIDS`.
   */
  sign(
    request: BatchRequest,
    options?: { signal?: AbortSignal; onEvent?: (event: SignEvent) => void },
  ): Promise<readonly SignOutcome[]>
}

export type SignDocumentsPorts = Readonly<{
  worker: WorkerClient
  keys: KeyAccess
  results: ResultKeeping
  verification: VerifyDocuments
  clock: Clock
  /** URLs of time-stamp authorities, the first to be asked first. Absent: no level above B-B. */
  authorities?: readonly string[]
  /** Findings in the content of a PDF that forbid signing it (config.json, policy.refuse). Absent: none does. */
  refuse?: readonly string[]
}>

/** A quarter of a gigabyte: WebCrypto holds a file twice. */
export const IN_FLIGHT = { items: 16, bytes: 2 ** 28 }

export function createSignDocuments(ports: SignDocumentsPorts): SignDocuments {
  return {
    inspect: (file, options = {}) => inspect(file, ports.worker, options),
    async sign(request, { signal = new AbortController().signal, onEvent } = {}) {
      signal.throwIfAborted()
      const key = await ports.keys.find(request.key, signal)
      const second = request.beside ? await ports.keys.find(request.beside.key, signal) : null
      const insist = request.options.insistOnInvalidCertificate === true
      const warnings = new Set(checkSigner(key, ports.clock.now(), insist))
      if (second) for (const warning of checkSigner(second, ports.clock.now(), insist)) warnings.add(warning)
      const outcomes = await signAll(
        request.items.map((item, index) => ({ item, index })),
        {
          ...ports,
          key,
          beside: request.beside && second ? { key: second, files: request.beside.files } : null,
          warnings: [...warnings],
          defaults: request.options,
          digest: request.digest === true,
          signal,
          inFlight: IN_FLIGHT,
          onEvent: onEvent ?? (() => undefined),
        },
      )
      if (outcomes.some(({ status }) => status === 'signed')) {
        await ports.keys.used(request.key, fingerprint(key.signer.certificate)).catch(() => undefined)
      }
      return outcomes
    },
  }
}
