import { isAbort, SignError, type ErrorCode, type ErrorDetails } from '../../core/errors.ts'
import { CountersignError } from '../../host-sdk/protocol/channel.ts'

/** Codes that a host or the wire may give; any other becomes the fallback, with what came in the details. */
const KNOWN: ReadonlySet<string> = new Set<ErrorCode>([
  'HOST_CONFLICT',
  'HOST_SAVE_FAILED',
  'HOST_LOAD_FAILED',
  'HOST_TIMEOUT',
  'HOST_CLOSED',
  'HOST_METHOD_UNKNOWN',
  'HOST_VERSION_MISMATCH',
  'HOST_DIGEST_MISMATCH',
  'HOST_DOCUMENT_TOO_LARGE',
  'HOST_CODE_REFUSED',
])

/** From what crossed the port to our codes. The message is the host's own: for engineers, not for people. */
export function translateError(error: unknown, fallback: ErrorCode): unknown {
  if (isAbort(error) || error instanceof SignError) return error
  if (!(error instanceof CountersignError)) return new SignError(fallback, 'the host failed', { cause: error })
  const known = KNOWN.has(error.code)
  const details: ErrorDetails = known ? error.details : { code: error.code.slice(0, 60) }
  const code = known ? (error.code as ErrorCode) : fallback
  return new SignError(code, error.message.slice(0, 300), { cause: error, details })
}
