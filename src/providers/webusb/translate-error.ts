import { SignError, isAbort, type ErrorDetails, type KeyErrorCode } from '../../core/errors.ts'

/** ISO 7816-4 status words as NIST SP 800-73-4, part 2, table 8 uses them. `63Cx`: x tries are left. */
export function statusError(word: number, subject: string): SignError {
  const hex = word.toString(16).padStart(4, '0')
  if ((word & 0xfff0) === 0x63c0) {
    const triesLeft = word & 0x0f
    return new SignError(triesLeft === 0 ? 'KEY_PIN_LOCKED' : 'KEY_PIN_INCORRECT', `status ${hex}`, {
      details: { token: subject, triesLeft },
    })
  }
  const codes: Readonly<Record<number, KeyErrorCode>> = {
    0x6983: 'KEY_PIN_LOCKED',
    0x6982: 'KEY_PIN_INCORRECT',
    0x6a80: 'KEY_MECHANISM_MISSING',
    0x6a81: 'KEY_MECHANISM_MISSING',
    0x6a82: 'KEY_NOT_FOUND',
    0x6a86: 'KEY_MECHANISM_MISSING',
    0x6a88: 'KEY_NOT_FOUND',
    0x6d00: 'KEY_MECHANISM_MISSING',
  }
  return new SignError(codes[word] ?? 'KEY_SIGN_FAILED', `status ${hex}`, { details: { token: subject } })
}

/** From what WebUSB throws (DOMException by name, wicg.github.io/webusb) to our code; the cause is kept. */
export function translateUsbError(error: unknown, details: ErrorDetails = {}): unknown {
  if (error instanceof SignError || isAbort(error)) return error
  const name = error instanceof Error ? error.name : ''
  const code: KeyErrorCode =
    name === 'NotFoundError'
      ? 'KEY_DECLINED'
      : name === 'SecurityError'
        ? 'KEY_USB_BLOCKED'
        : name === 'NetworkError' || name === 'InvalidStateError'
          ? 'KEY_TOKEN_REMOVED'
          : 'KEY_SIGN_FAILED'
  return new SignError(code, error instanceof Error ? error.message : 'USB failed', { cause: error, details })
}
