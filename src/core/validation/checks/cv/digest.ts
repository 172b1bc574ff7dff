import { resultOf, type Check } from '../../check.ts'

/** Cryptographic verification, first half (EN 319 102-1, 5.2.7.4): the signed data is there and has the stated digest. */
export const digest: Check = ({ facts: { digest: data } }) => {
  const of = resultOf('digest', 'cv')
  if (!data) return [of.indeterminate('SIGNED_DATA_NOT_FOUND', 'nothing states what was signed')]
  if (data.computed === null) {
    return [of.indeterminate('SIGNED_DATA_NOT_FOUND', `${data.algorithm} ${data.stated} of data that was not found`)]
  }
  if (data.computed === data.stated) return [of.passed(`${data.algorithm} ${data.computed}`)]
  return [of.failed('HASH_FAILURE', `${data.algorithm}: expected ${data.stated}, got ${data.computed}`)]
}
