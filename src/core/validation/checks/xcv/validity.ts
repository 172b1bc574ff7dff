import { isoTime, resultOf, type Check, type CheckContext } from '../../check.ts'
import type { CertificateFacts } from '../../facts.ts'

/** Validity periods at the best signature time (EN 319 102-1, 5.2.6 and 5.5.4). The anchor's own dates do not count (RFC 5280, 6.1). */
export const validity: Check = (context) => {
  const { facts, path } = context
  if (!facts.signer) return []
  const chain = path?.anchor ? path.certificates.slice(0, -1) : (path?.certificates ?? [])
  const issuers = chain.filter((certificate) => certificate.fingerprint !== facts.signer?.fingerprint)
  return [signerValidity(context, facts.signer), ...issuers.flatMap((issuer) => issuerValidity(context, issuer))]
}

function signerValidity({ bestSignatureTime: time, timestamps }: CheckContext, signer: CertificateFacts) {
  const of = resultOf('certificate-validity', 'xcv')
  const period = `${isoTime(signer.notBefore)} to ${isoTime(signer.notAfter)}, judged at ${isoTime(time)}`
  if (time < signer.notBefore) return of.failed('NOT_YET_VALID', period)
  const notBeforeSigning = timestamps
    .filter(({ kind, report }) => kind === 'content' && report.indication === 'TOTAL-PASSED')
    .some((stamp) => stamp.time !== null && stamp.time > signer.notAfter)
  if (notBeforeSigning) return of.failed('EXPIRED', `${period}; its content time-stamp is later`)
  if (time > signer.notAfter) return of.indeterminate('OUT_OF_BOUNDS_NO_POE', period)
  return of.passed(period)
}

function issuerValidity({ bestSignatureTime: time }: CheckContext, issuer: CertificateFacts) {
  if (time >= issuer.notBefore && time <= issuer.notAfter) return []
  const of = resultOf('issuer-validity', 'xcv')
  const period = `${isoTime(issuer.notBefore)} to ${isoTime(issuer.notAfter)}, judged at ${isoTime(time)}`
  return [of.indeterminate('OUT_OF_BOUNDS_NO_POE', `${issuer.subject.text}: ${period}`)]
}
