/** One definition of where documents come from and go to; the SDK, the local page, the signing link and CRM pages all meet it. */
import type { EnvelopeAct, EnvelopeAsk, EnvelopeSummary } from './host-envelope.ts'

export type HostCapability =
  'save' | 'list' | 'note' | 'notify' | 'confirm' | 'fetch' | 'contacts' | 'fields' | 'resize'

export type HostContext = Readonly<{
  locale?: string
  theme?: 'light' | 'dark' | 'auto'
  record?: Readonly<{ type: string; id: string; title?: string }>
  user?: Readonly<{ id: string; name?: string; email?: string }>
}>

export type DocumentRef = Readonly<{ id: string; name: string }>

export type HostDocument = Readonly<{ blob: Blob; name: string; type: string; version: string }>

/** `sha256` (lower-case hex of the blob) where the caller has it, so that the host can check what arrived. */
export type SaveGuard = Readonly<{ ifVersion: string; idempotencyKey: string; sha256?: string }>

export interface DocumentHost {
  readonly id: string
  readonly capabilities: ReadonlySet<HostCapability>
  context(): Promise<HostContext>
  list(): Promise<readonly DocumentRef[]>
  open(ref: DocumentRef, signal: AbortSignal): Promise<HostDocument>
  /**
   * Resolves only when stored. Same idempotencyKey twice: stored once.
   *
   * @throws SignError `HOST_CONFLICT` when the stored version is not `ifVersion`; `HOST_SAVE_FAILED`.
   */
  save(ref: DocumentRef, blob: Blob, guard: SaveGuard): Promise<{ stored: DocumentRef; version: string }>
}

/** A document of a command: its bytes, or only the id by which `open` finds them. */
export type CommandDocument = DocumentRef &
  Readonly<{
    blob: Blob | null
    type: string | null
    /** The host's name for the version at hand; goes back as `ifVersion`. */
    version: string | null
    /** Lower-case hex; other bytes are refused. */
    sha256: string | null
  }>

export type CommandProfile = 'auto' | 'PAdES' | 'CAdES' | 'XAdES' | 'ASiC-E'

/** What a host asks of the signer: one act of one person, over one or more documents. */
export type SignCommand = Readonly<{
  /** The same id twice is the same act. */
  requestId: string
  documents: readonly CommandDocument[]
  profile: CommandProfile
  level: 'B-B' | 'B-T' | 'B-LT' | 'B-LTA' | null
  reason: string | null
  location: string | null
  /** Lower-case hex SHA-256 of the certificate; null: the person chooses. */
  signer: string | null
  /** What the host suggests for form fields, by fully qualified name; the person may change it. */
  fields: Readonly<Record<string, string | boolean | readonly string[]>>
  visible: boolean
  unattended: boolean
  /** An envelope is to be prepared from the one document, or the one document is shown as an envelope; null: sign as it is. */
  envelope: EnvelopeAsk | null
}>

export type SignedDocument = Readonly<{
  id: string
  name: string
  type: string
  blob: Blob
  /** Lower-case hex of the signed bytes, and of the bytes that were signed. */
  sha256: string
  originalSha256: string
  /** The version that was signed. */
  ifVersion: string
  stored: boolean
  version?: string
}>

export type SignatureSummary = Readonly<{
  format: string
  level: string
  signer: string
  /** PEM */
  certificate: string
  /** Lower-case hex SHA-256 of the certificate's DER. */
  fingerprint: string
  /** ISO 8601 */
  time: string
  timeIsProven: boolean
}>

export type SignedAnswer = Readonly<{
  status: 'signed'
  documents: readonly SignedDocument[]
  signature: SignatureSummary
  receipt: Readonly<{ id: string; requestId: string }>
  log?: Blob
}>

/** What an act made of an envelope: its new file, and the state that was read back from it. */
export type EnvelopeAnswer = Readonly<{
  status: 'envelope'
  act: EnvelopeAct
  documents: readonly SignedDocument[]
  envelope: EnvelopeSummary
  receipt: Readonly<{ id: string; requestId: string }>
}>

/** An answer with files that the host is to store. */
export type DeliverableAnswer = SignedAnswer | EnvelopeAnswer

export type SignAnswer =
  DeliverableAnswer | Readonly<{ status: 'declined'; reason?: string }> | Readonly<{ status: 'cancelled' }>

export const isDeliverable = (answer: SignAnswer): answer is DeliverableAnswer =>
  answer.status === 'signed' || answer.status === 'envelope'

export type CodeRequest = Readonly<{
  step: 'send' | 'check'
  code?: string
  documents: readonly Readonly<{ id: string; name: string; sha256: string }>[]
}>

/** An RFC 3161 request, an OCSP request, or the address of a CRL or an issuer's certificate. */
export type FetchRequest = Readonly<{
  kind: 'tsa' | 'ocsp' | 'crl' | 'aia'
  url: string
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: ArrayBuffer
}>

/** A host on the other side of a port: it gives commands, hears events and may check codes. */
export interface CommandingHost extends DocumentHost {
  /** Origin of the page that gives the commands, for display and policy. */
  readonly origin: string
  /** Sends or checks a one-time code. False: the code is wrong. @throws SignError `HOST_*` */
  confirm(request: CodeRequest, signal: AbortSignal): Promise<boolean>
  /** Asks the host's network. What comes back is as untrusted as from any relay. @throws SignError `HOST_*`, AbortError */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<Readonly<{ status: number; body: ArrayBuffer }>>
  /** Tells the host of a step; names and shapes are those of the SDK's events. */
  tell(event: string, data: unknown): void
}
