/** Certificates out of whatever people and servers hand over: DER, PEM, bare base64, PKCS#7 (RFC 5652 certs-only, RFC 5280 4.2.2.1). */
import { fromBase64, fromLatin1 } from '../bytes/bytes.ts'
import { TAG, children, contextTag, derOid, fields, inner, parseDerPrefix } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { parsePem } from '../bytes/pem.ts'
import { SignError } from '../errors.ts'
import { parseCertificate } from './certificate.ts'

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const MAX_FILE = 8 << 20
const MAX_CERTIFICATES = 2000

/**
 * The certificates in a file, DER, in their order, each once. Empty: it holds none that can be read.
 *
 * @throws SignError `DER_LIMIT_EXCEEDED` for a file over 8 MiB
 */
export function readCertificates(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length > MAX_FILE) throw new SignError('DER_LIMIT_EXCEEDED', 'a certificate file over 8 MiB')
  const found: Uint8Array[] = []
  const seen = new Set<string>()
  for (const der of candidates(bytes)) {
    const key = String(der)
    if (found.length >= MAX_CERTIFICATES || seen.has(key) || !isCertificate(der)) continue
    seen.add(key)
    found.push(der)
  }
  return found
}

function candidates(bytes: Uint8Array): readonly Uint8Array[] {
  const pem = parsePem(bytes)
  if (pem.length > 0) return pem.flatMap((block) => (/PRIVATE KEY/.test(block.label) ? [] : fromDer(block.bytes)))
  if (bytes[0] === TAG.sequence) return fromDer(bytes)
  try {
    return fromDer(fromBase64(fromLatin1(bytes)))
  } catch {
    return []
  }
}

function fromDer(bytes: Uint8Array): readonly Uint8Array[] {
  try {
    // A "TRUSTED CERTIFICATE" of OpenSSL has its own trust settings after the certificate.
    const node = parseDerPrefix(bytes, 'ber')
    const [first] = children(node, 64)
    return first?.tag === TAG.oid ? fromPkcs7(node) : [node.raw]
  } catch {
    return []
  }
}

function fromPkcs7(node: DerNode): readonly Uint8Array[] {
  const info = fields(node)
  if (derOid(info.next()) !== SIGNED_DATA) return []
  const certificates = children(inner(info.next(contextTag(0))), 64).find(({ tag }) => tag === contextTag(0))
  return certificates ? children(certificates, MAX_CERTIFICATES).map(({ raw }) => raw) : []
}

function isCertificate(der: Uint8Array): boolean {
  try {
    parseCertificate(der)
    return true
  } catch {
    return false
  }
}
