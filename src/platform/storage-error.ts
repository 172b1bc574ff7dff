import { SignError, type KeyErrorCode } from '../core/errors.ts'

/**
 * From what IndexedDB throws to a SignError; anything else comes back as it is. A cancelled transaction is never the person's cancel.
 *
 * - `QuotaExceededError`: full (IndexedDB 3.0, 5.4)
 * - `UnknownError`: denied by the browser's cookie settings, or a broken profile
 * - `SecurityError`: an opaque origin; `InvalidStateError`: a private window of older Firefox
 * - `DataCloneError`: a CryptoKey of this algorithm cannot be stored here
 * - `VersionError`: a newer version of this app made the database
 */
export function storageError(error: unknown, doing: string): unknown {
  if (!(error instanceof DOMException)) return error
  const code: KeyErrorCode = error.name === 'QuotaExceededError' ? 'KEY_STORAGE_FULL' : 'KEY_STORAGE_UNAVAILABLE'
  return new SignError(code, `${doing}: ${error.name}: ${error.message}`, {
    cause: error,
    details: { reason: error.name },
  })
}
