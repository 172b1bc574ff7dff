import { SignError } from '../core/errors.ts'
import type { Mechanism, SigningKey } from '../core/keys.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import { maySign, validityOf } from './key-card.ts'

/**
 * May this certificate sign now, by this computer's clock?
 *
 * @returns warnings to label the result with, when the person insists
 * @throws SignError `KEY_USAGE_FORBIDS`, `KEY_CERTIFICATE_EXPIRED`, `KEY_CERTIFICATE_NOT_YET_VALID`
 */
export function checkSigner(key: SigningKey, now: Date, insist: boolean): readonly string[] {
  const certificate = certificateFacts(parseCertificate(key.signer.certificate))
  if (!maySign(certificate)) throw new SignError('KEY_USAGE_FORBIDS', 'the certificate is not for signatures')
  const validity = validityOf(certificate, now)
  if (validity === 'valid' || validity === 'expires-soon') return []
  const code = validity === 'expired' ? 'KEY_CERTIFICATE_EXPIRED' : 'KEY_CERTIFICATE_NOT_YET_VALID'
  if (insist) return [code]
  const details = {
    now: now.toISOString(),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
  throw new SignError(code, 'outside the validity of the certificate by the clock of this computer', { details })
}

/** @throws SignError `KEY_ALGORITHM_UNSUPPORTED` */
export function mechanismOf(key: SigningKey, wanted: Mechanism | undefined): Mechanism {
  const { mechanisms } = key.signer
  const found = wanted
    ? mechanisms.find((one) => one.signature === wanted.signature && one.digest === wanted.digest)
    : mechanisms[0]
  if (found) return found
  throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this key cannot sign with this algorithm')
}
