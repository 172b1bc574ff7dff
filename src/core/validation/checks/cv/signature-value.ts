import { resultOf, type Check } from '../../check.ts'

/** Cryptographic verification, second half (EN 319 102-1, 5.2.7.4): the value verifies under the signer's public key. */
export const signatureValue: Check = ({ facts: { crypto, signer } }) => {
  const of = resultOf('signature-value', 'cv')
  if (!signer) return [of.notChecked('no certificate to verify with')]
  if (!crypto) return [of.indeterminate('CRYPTO_CONSTRAINTS_FAILURE_NO_POE', 'no signature value could be read')]
  const evidence = [crypto.algorithm, crypto.evidence].filter(Boolean).join(': ')
  if (crypto.verified === true) return [of.passed(evidence)]
  if (crypto.verified === false) return [of.failed('SIG_CRYPTO_FAILURE', evidence)]
  return [of.indeterminate('CRYPTO_CONSTRAINTS_FAILURE_NO_POE', `${evidence} (${crypto.oid}) is not supported here`)]
}
