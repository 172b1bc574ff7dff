import { isAbort, SignError } from '../core/errors.ts'
import type { Refusal } from '../core/formats/format.ts'

/** An error as the pages show it: the text is the catalogue's for `code`, filled from `details`. Rethrows a cancel, which is no error to show. */
export function refusalOf(error: unknown): Refusal {
  if (isAbort(error)) throw error
  if (error instanceof SignError) return { code: error.code, message: error.message, details: error.details }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: 'INTERNAL', message, details: {} }
}
