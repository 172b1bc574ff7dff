/** The world refused: one class, one union of stable public codes. A bad signature is a report, not an error. */

export type KeyErrorCode =
  | 'KEY_STORAGE_UNAVAILABLE'
  | 'KEY_STORAGE_FULL'
  | 'KEY_NOT_FOUND'
  | 'KEY_ALGORITHM_UNSUPPORTED'
  | 'KEY_CREATION_FAILED'
  | 'KEY_SIGNATURE_INVALID'
  | 'KEY_SIGN_FAILED'
  | 'KEY_CERTIFICATE_EXPIRED'
  | 'KEY_CERTIFICATE_NOT_YET_VALID'
  | 'KEY_CERTIFICATE_MISMATCH'
  | 'KEY_CERTIFICATE_MALFORMED'
  | 'KEY_USAGE_FORBIDS'
  | 'KEY_NEEDS_WINDOW'
  | 'KEY_BRIDGE_NOT_FOUND'
  | 'KEY_BRIDGE_UNSUPPORTED'
  | 'KEY_BRIDGE_LOST'
  | 'KEY_BRIDGE_FAILED'
  | 'KEY_LOOPBACK_DENIED'
  | 'KEY_PAIRING_DECLINED'
  | 'KEY_PIN_INCORRECT'
  | 'KEY_PIN_LOCKED'
  | 'KEY_DECLINED'
  | 'KEY_TOKEN_ABSENT'
  | 'KEY_TOKEN_REMOVED'
  | 'KEY_MECHANISM_MISSING'
  | 'KEY_TIMEOUT'
  | 'KEY_USB_BLOCKED'
  | 'KEY_PASSKEY_UNAVAILABLE'
  | 'KEY_PASSKEY_WITHOUT_PRF'
  | 'KEY_RECOVERY_CODE_INCORRECT'
  | 'KEY_BACKUP_MALFORMED'
  | 'KEY_BACKUP_SECRET_INCORRECT'
  | 'KEY_REQUEST_INVALID'

export type Pkcs12ErrorCode =
  'PKCS12_MALFORMED' | 'PKCS12_PASSWORD_INCORRECT' | 'PKCS12_UNSUPPORTED' | 'PKCS12_NO_KEY' | 'PKCS12_LIMIT_EXCEEDED'

export type FormatErrorCode =
  | 'FORMAT_EMPTY_FILE'
  | 'FORMAT_NOT_PDF'
  | 'FORMAT_MALFORMED'
  | 'FORMAT_NO_PAGES'
  | 'FORMAT_UNRECOVERABLE'
  | 'FORMAT_ENCRYPTED'
  | 'FORMAT_PASSWORD_REQUIRED'
  | 'FORMAT_PASSWORD_INCORRECT'
  | 'FORMAT_PERMISSION_DENIED'
  | 'FORMAT_ENCRYPTION_UNSUPPORTED'
  | 'FORMAT_NOT_INCREMENTAL'
  | 'FORMAT_DOCMDP_FORBIDS'
  | 'FORMAT_FIELD_LOCKED'
  | 'FORMAT_FIELD_NOT_FOUND'
  | 'FORMAT_FIELD_SIGNED'
  | 'FORMAT_FIELD_INVALID'
  | 'FORMAT_FIELD_REQUIRED'
  | 'FORMAT_FIELD_VALUE_INVALID'
  | 'FORMAT_SEED_VALUE_FORBIDS'
  | 'FORMAT_CERTIFY_NOT_FIRST'
  | 'FORMAT_PAGE_OUT_OF_RANGE'
  | 'FORMAT_PLACEHOLDER_TOO_SMALL'
  | 'FORMAT_UNSUPPORTED'
  | 'FORMAT_LEVEL_UNSUPPORTED'
  | 'FORMAT_LIMIT_EXCEEDED'
  | 'FORMAT_CONTENT_NOT_FOUND'
  | 'FORMAT_POISONED'
  | 'FORMAT_OUTPUT_INVALID'
  | 'FORMAT_IMAGE_UNSUPPORTED'
  | 'FORMAT_IMAGE_TOO_LARGE'

export type DerErrorCode = 'DER_MALFORMED' | 'DER_LIMIT_EXCEEDED'

export type TspErrorCode =
  | 'TSA_REFUSED'
  | 'TSA_MALFORMED'
  | 'TSA_IMPRINT_MISMATCH'
  | 'TSA_NONCE_MISMATCH'
  | 'TSA_POLICY_MISMATCH'
  | 'TSA_SIGNATURE_INVALID'

/** What a long-term signature must keep could not be had. */
export type RevocationErrorCode = 'CHAIN_INCOMPLETE' | 'REVOCATION_UNAVAILABLE'

export type NetworkErrorCode =
  'NETWORK_UNAVAILABLE' | 'NETWORK_BLOCKED' | 'NETWORK_TIMEOUT' | 'NETWORK_STATUS' | 'NETWORK_TOO_LARGE'

export type HostErrorCode =
  | 'HOST_CONFLICT'
  | 'HOST_ORIGIN_REFUSED'
  | 'HOST_SAVE_FAILED'
  | 'HOST_LOAD_FAILED'
  | 'HOST_TIMEOUT'
  | 'HOST_CLOSED'
  | 'HOST_FAILED'
  | 'HOST_METHOD_UNKNOWN'
  | 'HOST_MESSAGE_INVALID'
  | 'HOST_VERSION_MISMATCH'
  | 'HOST_DIGEST_MISMATCH'
  | 'HOST_DOCUMENT_TOO_LARGE'
  | 'HOST_CODE_REFUSED'

/** config.json of the deployment. */
export type ConfigErrorCode = 'CONFIG_INVALID' | 'CONFIG_UNREACHABLE'

/** A signing link: `#src=…&dst=…`. `LINK_EXPIRED`: the storage no longer accepts its addresses. */
export type LinkErrorCode =
  'LINK_INVALID' | 'LINK_ORIGIN_REFUSED' | 'LINK_EXPIRED' | 'LINK_KEY_INCORRECT' | 'LINK_DAMAGED'

/** What stands between the person and the signature in a frame, and what a business process may do without one. */
export type ConsentErrorCode =
  | 'CONSENT_COVERED'
  | 'CONSENT_WINDOW_BLOCKED'
  | 'CONSENT_WINDOW_CLOSED'
  | 'CONSENT_CODE_INCORRECT'
  | 'CONSENT_CODE_LOCKED'
  | 'CONSENT_CODE_USED'
  | 'CONSENT_CODE_PAUSED'
  | 'CONSENT_NOT_ENROLLED'
  | 'CONSENT_PASSKEY_FAILED'
  | 'UNATTENDED_FORBIDDEN'
  | 'UNATTENDED_NOT_GRANTED'

export type EnvelopeErrorCode =
  | 'ENVELOPE_MANIFEST_INVALID'
  | 'ENVELOPE_MANIFEST_MISSING'
  | 'ENVELOPE_MANIFEST_DUPLICATED'
  | 'ENVELOPE_NOT_CERTIFIED'
  | 'ENVELOPE_BROKEN'
  | 'ENVELOPE_ALREADY_SIGNED'
  | 'ENVELOPE_OUT_OF_TURN'
  | 'ENVELOPE_NOT_A_SIGNATORY'
  | 'ENVELOPE_SIGNED_ALREADY'
  | 'ENVELOPE_EXPIRED'
  | 'ENVELOPE_CLOSED'
  | 'ENVELOPE_FIELD_REQUIRED'
  | 'ENVELOPE_CLOCK_BEFORE_PREVIOUS'
  | 'ENVELOPE_KIND_MISMATCH'
  | 'ENVELOPE_CODE_INCORRECT'
  | 'ENVELOPE_DELEGATION_FORBIDDEN'
  | 'ENVELOPE_DIVERGED'
  | 'ENVELOPE_DOCUMENT_MISMATCH'
  | 'ENVELOPE_RESAVED'
  | 'ENVELOPE_DRAFT_INVALID'
  | 'ENVELOPE_TEMPLATE_INVALID'
  | 'ENVELOPE_ALGORITHM_FORBIDDEN'
  | 'ENVELOPE_CODE_TOO_SHORT'
  | 'ENVELOPE_RESEND_FORBIDDEN'
  | 'ENVELOPE_ROUNDS_EXHAUSTED'
  | 'ENVELOPE_TOO_MANY_DOCUMENTS'
  | 'ENVELOPE_DOCUMENT_EMPTY'
  | 'ENVELOPE_DOCUMENT_MISSING'
  | 'ENVELOPE_DOCUMENT_CHANGED'
  | 'ENVELOPE_DOCUMENT_UNKNOWN'
  | 'ENVELOPE_COVER_DIFFERS'

export type WorkerErrorCode = 'WORKER_CRASHED' | 'INTERNAL'

export type ErrorCode =
  | KeyErrorCode
  | Pkcs12ErrorCode
  | FormatErrorCode
  | DerErrorCode
  | TspErrorCode
  | RevocationErrorCode
  | NetworkErrorCode
  | HostErrorCode
  | ConfigErrorCode
  | LinkErrorCode
  | ConsentErrorCode
  | EnvelopeErrorCode
  | WorkerErrorCode

/** Values for the UI's sentence: expected and got, never a PIN, password, token or document text. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>

export class SignError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SignError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** What crosses a structured clone: it drops an Error's class and code. */
export type WireError =
  | { kind: 'sign'; code: ErrorCode; message: string; details: ErrorDetails }
  | { kind: 'abort'; message: string }
  | { kind: 'caller'; name: 'TypeError' | 'RangeError'; message: string }
  | { kind: 'internal'; name: string; message: string }

export function toWire(error: unknown): WireError {
  if (error instanceof SignError) {
    return { kind: 'sign', code: error.code, message: error.message, details: error.details }
  }
  if (isAbort(error)) return { kind: 'abort', message: error instanceof Error ? error.message : 'aborted' }
  if (error instanceof RangeError) return { kind: 'caller', name: 'RangeError', message: error.message }
  if (error instanceof TypeError) return { kind: 'caller', name: 'TypeError', message: error.message }
  if (error instanceof Error) return { kind: 'internal', name: error.name, message: error.message }
  return { kind: 'internal', name: 'Error', message: String(error) }
}

export function fromWire(wire: WireError): Error {
  switch (wire.kind) {
    case 'sign':
      return new SignError(wire.code, wire.message, { details: wire.details })
    case 'abort':
      return new DOMException(wire.message, 'AbortError')
    case 'caller':
      return wire.name === 'RangeError' ? new RangeError(wire.message) : new TypeError(wire.message)
    case 'internal':
      return new SignError('INTERNAL', wire.message, { details: { name: wire.name } })
  }
}

/** A cancel is always `AbortError`, whoever threw it. */
export function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AbortError'
}
