/** Time-stamp responses: RFC 3161, 2.4.2. */
import { TAG, children, derNamedBits, derSmallInteger, derString, fields, parseDer } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'

const STATUSES = ['granted', 'grantedWithMods', 'rejection', 'waiting', 'revocationWarning', 'revocationNotification']

/** PKIFailureInfo by bit number. */
const FAILURES: Readonly<Record<number, string>> = {
  0: 'badAlg',
  2: 'badRequest',
  5: 'badDataFormat',
  14: 'timeNotAvailable',
  15: 'unacceptedPolicy',
  16: 'unacceptedExtension',
  17: 'addInfoNotAvailable',
  25: 'systemFailure',
}

/**
 * The token (ContentInfo, DER as the TSA wrote it) of a granted request.
 *
 * @throws SignError `TSA_REFUSED` with `details` status, failure, text; `TSA_MALFORMED`
 */
export function parseTimeStampResponse(bytes: Uint8Array): Uint8Array {
  try {
    const reader = fields(parseDer(bytes, 'ber'))
    const status = parseStatus(reader.next(TAG.sequence))
    const token = reader.optional(TAG.sequence)
    reader.end()
    if (status.code > 1) throw refused(status)
    if (token === undefined) throw new SignError('TSA_MALFORMED', 'the time-stamp was granted but is not there')
    return token.raw
  } catch (cause) {
    if (cause instanceof SignError && cause.code.startsWith('TSA_')) throw cause
    throw new SignError('TSA_MALFORMED', 'the answer is not a time-stamp response', { cause })
  }
}

type Status = Readonly<{ code: number; text: string; failure: string }>

function parseStatus(node: DerNode): Status {
  const reader = fields(node)
  const code = derSmallInteger(reader.next(TAG.integer))
  const text = reader.optional(TAG.sequence)
  const failure = reader.optional(TAG.bitString)
  reader.end()
  return {
    code,
    text: text ? children(text, 16).map(derString).join(' ').slice(0, 500) : '',
    failure: failure
      ? derNamedBits(failure)
          .flatMap((set, bit) => (set ? [FAILURES[bit] ?? `${bit}`] : []))
          .join(' ')
      : '',
  }
}

function refused({ code, text, failure }: Status): SignError {
  const status = STATUSES[code] ?? `${code}`
  return new SignError('TSA_REFUSED', `the time-stamp authority answered ${status} ${failure}`.trim(), {
    details: { status, failure, text },
  })
}
