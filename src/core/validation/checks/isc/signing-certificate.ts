import { resultOf, type Check } from '../../check.ts'

/** Identification of the signing certificate (EN 319 102-1, 5.2.3): found, and the one that the signature names. */
export const signingCertificate: Check = ({ facts }) => {
  const found = resultOf('signing-certificate-found', 'isc')
  if (!facts.signer)
    return [found.indeterminate('NO_SIGNING_CERTIFICATE_FOUND', 'no certificate fits the signer identifier')]
  return [found.passed(facts.signer.subject.text), reference(facts.reference)]
}

type Reference = Parameters<Check>[0]['facts']['reference']

function reference({ kind, matches }: Reference) {
  const of = resultOf('signing-certificate-reference', 'isc')
  // Without the signed reference another certificate for the same key could be shown in its place.
  if (kind === 'absent') return of.warning('the certificate is not named by a signed attribute')
  if (matches === true) return of.passed(`signing-certificate ${kind}`)
  return of.indeterminate('NO_SIGNING_CERTIFICATE_FOUND', `signing-certificate ${kind} names another certificate`)
}
