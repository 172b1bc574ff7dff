/**
 * The wire between a host page and the signer's frame, and between the frame and its signing window.
 * Imports nothing, so that both ends can share it. Unknown fields and events are ignored; unknown methods are refused.
 */

import type { WireEnvelopeAsk, WireEnvelopeResult } from './envelopes.ts'

/** Highest first. A host and a frame agree on the highest version that both know. */
export const PROTOCOL_VERSIONS: readonly number[] = [1]

export type CountersignErrorCode = string

/** What crosses the port when a call fails. `code` is one of the signer's public error codes, or `ABORTED`. */
export type WireFailure = Readonly<{
  code: CountersignErrorCode
  message: string
  details?: Readonly<Record<string, string | number | boolean>>
}>

export type ThemeMode = 'light' | 'dark' | 'auto'
/** `accent` is a CSS hex colour (`#rrggbb`); anything else is ignored by the frame. */
export type SignerTheme = Readonly<{ mode?: ThemeMode; accent?: string }>

/** What the host can do for the frame, beside receiving results. */
export type HostAbility = 'load' | 'save' | 'list' | 'fetch' | 'confirm'

export type WireContext = Readonly<{
  locale?: string
  theme?: SignerTheme
  abilities: readonly HostAbility[]
  record?: Readonly<{ type: string; id: string; title?: string }>
  user?: Readonly<{ id: string; name?: string; email?: string }>
}>

/** Frame to host, to an exact origin, repeated until answered: either side may have loaded first. */
export type Hello = Readonly<{ countersign: 'hello'; versions: readonly number[]; nonce: string }>
/** Host to frame, with one MessagePort: everything after goes over the port. */
export type PortOffer = Readonly<{ countersign: 'port'; nonce: string; version: number; context: WireContext }>
export type Reject = Readonly<{
  countersign: 'reject'
  nonce: string
  reason: 'version'
  versions: readonly number[]
}>

/** A document as it crosses: a Blob crosses by reference, so that it can be sent again and nothing is copied. */
export type WireDocument = Readonly<{
  /** The host's own identifier; with it and no `blob` the frame asks `load`. */
  id: string
  name: string
  type?: string
  blob?: Blob
  version?: string
  /** Lower-case hex; when given, the frame refuses other bytes. */
  sha256?: string
}>

export type SignLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'
export type SignProfile = 'auto' | 'PAdES' | 'CAdES' | 'XAdES' | 'ASiC-E'

export type WireSignRequest = Readonly<{
  /** Chosen by the host; the same id twice is the same act and gives the same result. */
  requestId: string
  documents: readonly WireDocument[]
  profile: SignProfile
  level?: SignLevel
  reason?: string
  location?: string
  /** Lower-case hex SHA-256 of the certificate to use; absent: the person chooses. */
  signer?: string
  fields?: Readonly<Record<string, string | boolean | readonly string[]>>
  visible?: boolean
  unattended?: boolean
  envelope?: WireEnvelopeAsk
}>

export type WireSignedDocument = Readonly<{
  id: string
  name: string
  type: string
  blob: Blob
  /** Lower-case hex of the signed bytes, and of the bytes that were signed. */
  sha256: string
  originalSha256: string
  /** Whether the host confirmed that it stored this document. */
  stored: boolean
  version?: string
}>

export type WireSignature = Readonly<{
  format: string
  level: string
  /** Name on the certificate. */
  signer: string
  /** PEM. */
  certificate: string
  /** Lower-case hex SHA-256 of the certificate's DER. */
  fingerprint: string
  /** ISO 8601; the signer's own clock unless `timeIsProven`. */
  time: string
  timeIsProven: boolean
}>

export type WireSignResult =
  | Readonly<{
      status: 'signed'
      documents: readonly WireSignedDocument[]
      signature: WireSignature
      /** Idempotency: the same receipt is the same act, however often it is delivered. */
      receipt: Readonly<{ id: string; requestId: string }>
      /** The signed, hash-chained activity log, as JSON. */
      log?: Blob
    }>
  /** The document is an envelope: its own page was shown. */
  | WireEnvelopeResult
  | Readonly<{ status: 'declined'; reason?: string }>
  | Readonly<{ status: 'cancelled' }>

export type WireSaveRequest = Readonly<{
  id: string
  name: string
  type: string
  blob: Blob
  sha256: string
  ifVersion: string
  idempotencyKey: string
}>

/**
 * A request of the signer that only a network without a browser's rules can make. It holds a digest or a serial number, never
 * a document. The address is a time-stamp service of config.json or stands in a certificate, which a stranger may have
 * made: a server that fetches it must not reach into its own network. The answer is checked like any other; send its octets.
 */
export type WireFetchRequest = Readonly<{
  kind: 'tsa' | 'ocsp' | 'crl' | 'aia'
  url: string
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: ArrayBuffer
}>

export type WireConfirmRequest = Readonly<{
  step: 'send' | 'check'
  code?: string
  documents: readonly Readonly<{ id: string; name: string; sha256: string }>[]
}>

/** Events of the frame. Their data is plain and holds no document text, PIN, password or token. */
export type SignerEvents = {
  /** Where this frame finds keys: in our own first-party storage, only in a signing window, or nowhere here. */
  ready: { version: number; storage: 'first-party' | 'window' | 'none'; app: string }
  resize: { height: number }
  'document-loaded': { id: string; name: string; pages?: number; sha256: string }
  'view-progress': { id: string; page: number; pages: number }
  consent: { documents: readonly string[] }
  'key-required': { reason: string }
  'storage-access-needed': { reason: string }
  'popup-opened': Record<string, never>
  'popup-closed': { finished: boolean }
  signing: { documents: readonly string[] }
  signed: Extract<WireSignResult, { status: 'signed' }> & { recovered?: boolean }
  envelope: WireEnvelopeResult & { recovered?: boolean }
  declined: { reason?: string }
  cancelled: Record<string, never>
  error: WireFailure
  log: ActivityEvent
}

/** One link of the activity log. `hash` covers everything else in it, `previous` is the hash before it. */
export type ActivityEvent = Readonly<{
  sequence: number
  time: string
  action: string
  /** Document id or certificate fingerprint, digests, codes: never text or secrets. */
  data: Readonly<Record<string, string | number | boolean>>
  previous: string
  hash: string
}>

export type SignerEventName = keyof SignerEvents

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Random, 128 bits, in hex: unguessable to a sibling frame. */
export function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function isHello(value: unknown): value is Hello {
  return (
    isRecord(value) &&
    value['countersign'] === 'hello' &&
    typeof value['nonce'] === 'string' &&
    /^[0-9a-f]{32}$/.test(value['nonce']) &&
    Array.isArray(value['versions']) &&
    value['versions'].every((version) => typeof version === 'number')
  )
}

/** Highest version in both lists, or undefined. */
export function commonVersion(theirs: readonly number[]): number | undefined {
  return PROTOCOL_VERSIONS.find((version) => theirs.includes(version))
}
