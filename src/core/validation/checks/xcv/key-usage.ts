import { resultOf, type Check } from '../../check.ts'

/** id-kp-timeStamping */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
/** Purposes that say plainly that the key is not for signing documents, when they stand alone; the second: id-kp-OCSPSigning. */
const OTHER_DUTIES: ReadonlySet<string> = new Set([TIME_STAMPING, '1.3.6.1.5.5.7.3.9'])

/** Key usage and extended key usage of the signer (RFC 5280, 4.2.1.3 and 4.2.1.12; RFC 3161, 2.3). */
export const keyUsage: Check = ({ facts: { signer }, purpose }) => {
  if (!signer) return []
  const of = resultOf('key-usage', 'xcv')
  const { keyUsage: usage, extendedKeyUsage: purposes } = signer
  const evidence = `${usage?.join(', ') ?? 'none stated'}; ${purposes?.join(', ') ?? 'no extended key usage'}`
  if (usage && !usage.includes('digitalSignature') && !usage.includes('nonRepudiation')) {
    return [of.indeterminate('CHAIN_CONSTRAINTS_FAILURE', evidence)]
  }
  if (purpose === 'time-stamping') {
    const sole = purposes?.length === 1 && purposes[0] === TIME_STAMPING
    return [
      sole ? of.passed(evidence) : of.indeterminate('CHAIN_CONSTRAINTS_FAILURE', `not for time-stamping: ${evidence}`),
    ]
  }
  if (purposes && purposes.length > 0 && purposes.every((name) => OTHER_DUTIES.has(name))) {
    return [of.indeterminate('CHAIN_CONSTRAINTS_FAILURE', `not for signing documents: ${evidence}`)]
  }
  return [of.passed(evidence)]
}
