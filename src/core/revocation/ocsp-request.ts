/** OCSP requests: RFC 6960, 4.1; the nonce of RFC 9654. */
import { sha1 } from '@noble/hashes/legacy.js'
import { derNull, explicit, octetString, oid, sequence, tlv } from '../bytes/der-write.ts'
import type { DerBytes } from '../bytes/der-write.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'

/**
 * One certificate asked about, unsigned; version is DEFAULT v1. The CertID is by SHA-1: many responders know no other (RFC 5019, 2.1.1), and it only names.
 *
 * @param nonce 1 to 128 octets; RFC 9654 wants 32
 */
export function buildOcspRequest(certificate: PathCertificate, issuer: PathCertificate, nonce?: Uint8Array): DerBytes {
  const certId = sequence(
    sequence(oid('1.3.14.3.2.26'), derNull()),
    octetString(sha1(certificate.certificate.issuer.der)),
    octetString(sha1(issuer.certificate.publicKey.key)),
    tlv(0x02, certificate.certificate.serialNumber),
  )
  const extension = nonce && sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(nonce)))
  const list = sequence(sequence(certId))
  return sequence(sequence(list, ...(extension ? [explicit(2, sequence(extension))] : [])))
}
