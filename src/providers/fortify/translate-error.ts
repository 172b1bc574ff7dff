import { SignError, isAbort, type ErrorDetails, type KeyErrorCode } from '../../core/errors.ts'

/** PKCS#11 v3.1, 5.1: the return values that a person can act on. Fortify passes them as `code`, or only in the text. */
const RETURN_VALUES: readonly (readonly [number, string, KeyErrorCode])[] = [
  [0xa0, 'CKR_PIN_INCORRECT', 'KEY_PIN_INCORRECT'],
  [0xa1, 'CKR_PIN_INVALID', 'KEY_PIN_INCORRECT'],
  [0xa2, 'CKR_PIN_LEN_RANGE', 'KEY_PIN_INCORRECT'],
  [0xa3, 'CKR_PIN_EXPIRED', 'KEY_PIN_LOCKED'],
  [0xa4, 'CKR_PIN_LOCKED', 'KEY_PIN_LOCKED'],
  [0x50, 'CKR_FUNCTION_CANCELED', 'KEY_DECLINED'],
  [0x200, 'CKR_FUNCTION_REJECTED', 'KEY_DECLINED'],
  [0x30, 'CKR_DEVICE_ERROR', 'KEY_TOKEN_REMOVED'],
  [0x32, 'CKR_DEVICE_REMOVED', 'KEY_TOKEN_REMOVED'],
  [0xb3, 'CKR_SESSION_HANDLE_INVALID', 'KEY_TOKEN_REMOVED'],
  [0xe0, 'CKR_TOKEN_NOT_PRESENT', 'KEY_TOKEN_ABSENT'],
  [0xe1, 'CKR_TOKEN_NOT_RECOGNIZED', 'KEY_TOKEN_ABSENT'],
  [0x70, 'CKR_MECHANISM_INVALID', 'KEY_MECHANISM_MISSING'],
  [0x71, 'CKR_MECHANISM_PARAM_INVALID', 'KEY_MECHANISM_MISSING'],
  [0x68, 'CKR_KEY_FUNCTION_NOT_PERMITTED', 'KEY_MECHANISM_MISSING'],
  [0x63, 'CKR_KEY_TYPE_INCONSISTENT', 'KEY_MECHANISM_MISSING'],
]

/** What client-core and the socket library say in words only. */
const WORDS: readonly (readonly [RegExp, KeyErrorCode])[] = [
  [/connection_not_supported/, 'KEY_BRIDGE_UNSUPPORTED'],
  [/connection_not_detected|wellknown|Failed to fetch|NetworkError/, 'KEY_BRIDGE_NOT_FOUND'],
  [/connection_key_not_approved|PIN is not approved/, 'KEY_PAIRING_DECLINED'],
  [/Cannot get PKCS11 EC mechanism|mechanism by name|Unsupported algorithm/i, 'KEY_MECHANISM_MISSING'],
  [/Cannot decode message|Wrong signature|Invalid signature/i, 'KEY_BRIDGE_FAILED'],
  [/Session was closed|Socket connection is not open|socket is not initialized/i, 'KEY_BRIDGE_LOST'],
]

/**
 * From whatever client-core, the socket library or the token threw to our code; the cause is kept.
 *
 * @param fallback for what cannot be named: a bridge that answers nonsense
 */
export function translateError(error: unknown, fallback: KeyErrorCode, details: ErrorDetails = {}): unknown {
  if (error instanceof SignError || isAbort(error)) return error
  const { code, text } = describe(error)
  const named = RETURN_VALUES.find(([value, name]) => text.includes(name) || (code === value && fromToken(error)))
  const worded = named?.[2] ?? WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? fallback
  return new SignError(worded, `bridge: ${text.slice(0, 200)}`, { cause: error, details })
}

function describe(error: unknown): { code: number | undefined; text: string } {
  // The socket library's error event carries the reason one level down.
  const inner = typeof error === 'object' && error !== null && 'error' in error ? (error.error ?? error) : error
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? Number(inner.code) : undefined
  return { code, text: inner instanceof Error ? inner.message : typeof inner === 'string' ? inner : 'unknown reason' }
}

/** Codes of the bridge itself use the same numbers for other things; only PKCS#11 ones are return values. */
function fromToken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'type' in error && error.type === 'pkcs11'
}
