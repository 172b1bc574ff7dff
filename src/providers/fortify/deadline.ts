import { SignError, type KeyErrorCode } from '../../core/errors.ts'

/**
 * Waits no longer than the person or the clock allows: a bridge may hang for ever.
 *
 * @param milliseconds generous where a person acts on the other side (PIN, button on the token)
 * @throws AbortError when `signal` fires first; SignError `code` when the time is over.
 */
export function withDeadline<T>(
  work: Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
  code: KeyErrorCode,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      stop()
      reject(new DOMException('cancelled', 'AbortError'))
    }
    const timer = setTimeout(() => {
      stop()
      reject(new SignError(code, `no answer within ${milliseconds / 1000} s`))
    }, milliseconds)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    work.then(
      (value) => {
        stop()
        resolve(value)
      },
      (error: unknown) => {
        stop()
        reject(error instanceof Error ? error : new SignError(code, 'the bridge failed', { cause: error }))
      },
    )
  })
}
