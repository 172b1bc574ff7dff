/** OCSP responses: RFC 6960, 4.2. */
import { toHex } from '../bytes/bytes.ts'
import { TAG, asTag, children, derBitOctets, derOctets, derOid, derSmallInteger } from '../bytes/der-read.ts'
import { derTime, expectTag, fields, inner, integerBytes, parseDer } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { parseExtensions } from '../x509/certificate.ts'
import type { Extension } from '../x509/certificate.ts'
import { canonicalRdns } from '../x509/name-match.ts'
import { reasonName } from './crl.ts'

/** RFC 6960, 4.1.1. */
export type CertId = Readonly<{
  /** OID of the digest. */
  digest: string
  /** Lower-case hex. */
  issuerNameHash: string
  issuerKeyHash: string
  /** Contents octets, lower-case hex. */
  serialNumber: string
}>

export type SingleResponse = Readonly<{
  certId: CertId
  status: 'good' | 'revoked' | 'unknown'
  revokedAt?: Date
  reason?: string
  thisUpdate: Date
  nextUpdate?: Date
  /** Archive cutoff (4.4.4): the responder keeps what expired since then. */
  archiveCutoff?: Date
  /** OIDs of critical extensions not known here. */
  unknownCritical: readonly string[]
}>

export type OcspResponse = Readonly<{
  der: Uint8Array
  /** ResponseData, what is signed. */
  tbs: Uint8Array
  signatureAlgorithm: Uint8Array
  signature: Uint8Array
  /** Canonical RDNs, or lower-case hex of the SHA-1 of the key. */
  responder: Readonly<{ name: readonly string[] }> | Readonly<{ keyHash: string }>
  producedAt: Date
  responses: readonly SingleResponse[]
  nonce?: Uint8Array
  unknownCritical: readonly string[]
  /** DER, as the responder enclosed them. */
  certificates: readonly Uint8Array[]
}>

const MAX_OCSP = 4 << 20
const ID_PKIX_OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1'
const NONCE = '1.3.6.1.5.5.7.48.1.2'
const ARCHIVE_CUTOFF = '1.3.6.1.5.5.7.48.1.6'

/** OCSPResponseStatus by number. */
const STATUSES = ['successful', 'malformedRequest', 'internalError', 'tryLater', '4', 'sigRequired', 'unauthorized']

/**
 * An OCSPResponse, or the BasicOCSPResponse inside it (CAdES and PDF keep either).
 *
 * @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` (over 4 MiB); a status other than successful is malformed too
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > MAX_OCSP) throw new SignError('DER_LIMIT_EXCEEDED', 'an OCSP response over 4 MiB')
  const node = parseDer(der, 'ber')
  const [first] = children(node)
  if (first?.tag !== TAG.enumerated) return parseBasic(node, der)
  const status = derSmallInteger(first)
  if (status !== 0) throw new SignError('DER_MALFORMED', `no basic response: OCSP status ${STATUSES[status] ?? status}`)
  const reader = fields(node)
  reader.next()
  const bytes = fields(inner(reader.next(0xa0)))
  if (derOid(bytes.next()) !== ID_PKIX_OCSP_BASIC) throw new SignError('DER_MALFORMED', 'not a basic OCSP response')
  return parseBasic(parseDer(derOctets(bytes.next()), 'ber'), der)
}

/** Null when it cannot be read: what is found in a file may be anything. */
export function tryOcspResponse(der: Uint8Array): OcspResponse | null {
  try {
    return parseOcspResponse(der)
  } catch {
    return null
  }
}

function parseBasic(node: DerNode, der: Uint8Array): OcspResponse {
  const reader = fields(node)
  const data = reader.next(TAG.sequence)
  const signatureAlgorithm = reader.next(TAG.sequence).raw
  const signature = derBitOctets(reader.next())
  const certificates = reader.optional(0xa0)
  reader.end()
  return {
    der,
    tbs: data.raw,
    signatureAlgorithm,
    signature,
    ...parseResponseData(data),
    certificates: certificates ? children(inner(certificates), 100).map((certificate) => certificate.raw) : [],
  }
}

type ResponseData = Pick<OcspResponse, 'responder' | 'producedAt' | 'responses' | 'unknownCritical' | 'nonce'>

function parseResponseData(node: DerNode): ResponseData {
  const reader = fields(node)
  reader.optional(0xa0)
  const responder = parseResponderId(reader.next())
  const producedAt = derTime(reader.next(TAG.generalizedTime))
  const responses = children(reader.next(TAG.sequence), 10_000).map(parseSingle)
  const extensions = parseOptional(reader.optional(0xa1))
  reader.end()
  const nonce = extensions.find(({ oid }) => oid === NONCE)
  return {
    responder,
    producedAt,
    responses,
    ...(nonce && { nonce: nonceOctets(nonce.value) }),
    // The nonce and extended-revoke (4.4.8) change nothing in what a response says.
    unknownCritical: unknown(extensions, [NONCE, '1.3.6.1.5.5.7.48.1.9']),
  }
}

/** An OCTET STRING inside extnValue (RFC 9654); some responders leave it out. */
function nonceOctets(value: Uint8Array): Uint8Array {
  return value[0] === TAG.octetString && value[1] === value.length - 2 ? value.subarray(2) : value
}

function parseResponderId(node: DerNode): OcspResponse['responder'] {
  if (node.tag === 0xa1) return { name: canonicalRdns(inner(node)) }
  expectTag(node, 0xa2)
  return { keyHash: toHex(derOctets(inner(node))) }
}

function parseSingle(node: DerNode): SingleResponse {
  const reader = fields(node)
  const certId = parseCertId(reader.next())
  const status = parseStatus(reader.next())
  const thisUpdate = derTime(reader.next(TAG.generalizedTime))
  const nextUpdate = reader.optional(0xa0)
  const extensions = parseOptional(reader.optional(0xa1))
  reader.end()
  const cutoff = extensions.find(({ oid }) => oid === ARCHIVE_CUTOFF)
  return {
    certId,
    ...status,
    thisUpdate,
    ...(nextUpdate && { nextUpdate: derTime(inner(nextUpdate)) }),
    ...(cutoff && { archiveCutoff: derTime(parseDer(cutoff.value, 'ber')) }),
    // CRL references (4.4.2) only tell where the status came from.
    unknownCritical: unknown(extensions, [ARCHIVE_CUTOFF, '1.3.6.1.5.5.7.48.1.3']),
  }
}

function parseCertId(node: DerNode): CertId {
  const reader = fields(node)
  const digest = derOid(fields(reader.next()).next())
  const certId = {
    digest,
    issuerNameHash: toHex(derOctets(reader.next())),
    issuerKeyHash: toHex(derOctets(reader.next())),
    serialNumber: toHex(integerBytes(reader.next())),
  }
  reader.end()
  return certId
}

function parseStatus(node: DerNode): Pick<SingleResponse, 'status' | 'revokedAt' | 'reason'> {
  if (node.tag === 0x80) return { status: 'good' }
  if (node.tag === 0x82) return { status: 'unknown' }
  const reader = fields(asTag(node, node.tag === 0xa1 ? TAG.sequence : node.tag))
  const revokedAt = derTime(reader.next(TAG.generalizedTime))
  const reason = reader.optional(0xa0)
  reader.end()
  return { status: 'revoked', revokedAt, ...(reason && { reason: reasonName(derSmallInteger(inner(reason))) }) }
}

const parseOptional = (node: DerNode | undefined): readonly Extension[] => (node ? parseExtensions(inner(node)) : [])

const unknown = (extensions: readonly Extension[], known: readonly string[]): readonly string[] =>
  extensions.filter(({ oid, critical }) => critical && !known.includes(oid)).map(({ oid }) => oid)
