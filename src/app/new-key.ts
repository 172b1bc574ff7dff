import type { NewKey, SubjectName } from '../core/keys.ts'
import type { CreateKeyRequest } from './manage-keys.ts'

/** The computer that verifies may be a little behind. */
const SKEW = 10 * 60 * 1000
/** ub-common-name, ub-organization-name: RFC 5280, appendix A.1. */
const NAME_LENGTH = 64
const EMAIL_LENGTH = 255

/** @throws RangeError naming the field */
export function newKeyOf(request: CreateKeyRequest, now: Date): NewKey {
  const { years, algorithm, label, backup = null } = request
  if (!Number.isInteger(years) || years < 1 || years > 30) throw new RangeError('years: 1 to 30')
  const notBefore = new Date(Math.floor((now.getTime() - SKEW) / 1000) * 1000)
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
  return {
    algorithm,
    ...(label?.trim() ? { label: label.trim() } : {}),
    subject: subjectOf(request.subject),
    notBefore,
    notAfter,
    backup,
  }
}

function subjectOf(subject: SubjectName): SubjectName {
  const commonName = text('name', subject.commonName, NAME_LENGTH)
  if (!commonName) throw new RangeError('name: empty')
  const organization = text('organization', subject.organization, NAME_LENGTH)
  const email = text('email', subject.email, EMAIL_LENGTH)
  const country = text('country', subject.country, 2)?.toUpperCase()
  if (email && !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(email)) throw new RangeError('email: not an address')
  if (country && !/^[A-Z]{2}$/.test(country)) throw new RangeError('country: two letters')
  return {
    commonName,
    ...(organization ? { organization } : {}),
    ...(email ? { email } : {}),
    ...(country ? { country } : {}),
  }
}

function text(field: string, value: string | undefined, most: number): string | undefined {
  const trimmed = value?.trim().normalize('NFC')
  if (trimmed && Array.from(trimmed).length > most) throw new RangeError(`${field}: longer than ${most} characters`)
  return trimmed
}
