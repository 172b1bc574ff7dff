/** A certificate as path validation and revocation read it: names ready to compare, extensions parsed. RFC 5280, 4.1. */
import { equalBytes, toHex } from '../bytes/bytes.ts'
import { parseDer } from '../bytes/der-read.ts'
import { fingerprint, parseCertificate } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { parseCertificateExtensions } from './parse-extensions.ts'
import type { CertificateExtensions } from './parse-extensions.ts'
import { NAME_OIDS } from './name.ts'
import { canonicalRdns, sameName } from './name-match.ts'

export type PathCertificate = Readonly<{
  certificate: Certificate
  /** Upper-case hex SHA-256 of the DER: how facts name certificates. */
  fingerprint: string
  /** Canonical RDNs (name-match.ts). */
  issuer: readonly string[]
  subject: readonly string[]
  /** Contents octets of the INTEGER, lower-case hex. */
  serialNumber: string
  /** emailAddress attributes of the subject. */
  emails: readonly string[]
  selfIssued: boolean
  /** False: the algorithm inside the signed part is another one (RFC 5280, 4.1.1.2 forbids it). */
  algorithmsAgree: boolean
  extensions: CertificateExtensions
}>

const known = new WeakMap<Certificate, PathCertificate>()

export function readPathCertificate(certificate: Certificate): PathCertificate {
  const read = known.get(certificate) ?? pathCertificateOf(certificate)
  known.set(certificate, read)
  return read
}

function pathCertificateOf(certificate: Certificate): PathCertificate {
  const issuer = canonicalRdns(parseDer(certificate.issuer.der, 'ber'))
  const subject = canonicalRdns(parseDer(certificate.subject.der, 'ber'))
  const emails = certificate.subject.rdns
    .flat()
    .flatMap(({ type, value }) => (type === NAME_OIDS.email && value !== null ? [value] : []))
  return {
    certificate,
    fingerprint: fingerprint(certificate.der),
    issuer,
    subject,
    serialNumber: toHex(certificate.serialNumber),
    emails,
    selfIssued: sameName(issuer, subject),
    algorithmsAgree: equalBytes(certificate.signatureAlgorithm, certificate.tbsSignatureAlgorithm),
    extensions: parseCertificateExtensions(certificate.extensions),
  }
}

/** @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` */
export const parsePathCertificate = (der: Uint8Array): PathCertificate => readPathCertificate(parseCertificate(der))

/** Null when it cannot be read: a pool of certificates found in a file may hold anything. */
export function tryPathCertificate(der: Uint8Array): PathCertificate | null {
  try {
    return parsePathCertificate(der)
  } catch {
    return null
  }
}
