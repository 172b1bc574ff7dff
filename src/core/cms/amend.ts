/**
 * Adds to a SignedData what its signatures do not cover: unsigned attributes, certificates, revocation data. Everything that was
 * there stays byte for byte; only the lengths around it are written anew. RFC 5652, 5.1; EN 319 122-1, 5.5.
 */
import { compareBytes, equalBytes } from '../bytes/bytes.ts'
import { TAG, children, contextTag, derOid, derSmallInteger, fields, inner, parseDer } from '../bytes/der-read.ts'
import type { DerNode, FieldReader } from '../bytes/der-read.ts'
import { explicit, integer, oid, sequence, setOf, tlv } from '../bytes/der-write.ts'
import type { DerBytes } from '../bytes/der-write.ts'
import { SignError } from '../errors.ts'
import { ID_SIGNED_DATA } from './oids.ts'

export type Amendment = Readonly<{
  /** Whole Attribute TLVs for the SignerInfo of the same place; undefined or empty: none. */
  unsignedAttributes?: readonly (readonly Uint8Array[] | undefined)[]
  /** DER. What is there already is not added twice. */
  certificates?: readonly Uint8Array[]
  crls?: readonly Uint8Array[]
  /** OCSPResponse, DER: kept as id-ri-ocsp-response (RFC 5940). */
  ocspResponses?: readonly Uint8Array[]
}>

const ID_RI_OCSP_RESPONSE = '1.3.6.1.5.5.7.16.2'

/**
 * @param contentInfo ContentInfo with SignedData, DER or BER
 * @throws SignError `DER_MALFORMED`
 */
export function amendSignedData(contentInfo: Uint8Array, amendment: Amendment): DerBytes {
  const info = fields(parseDer(contentInfo, 'ber'))
  const type = derOid(info.next(TAG.oid))
  if (type !== ID_SIGNED_DATA) throw new SignError('DER_MALFORMED', `${type} is not SignedData`)
  const reader = fields(inner(info.next(contextTag(0))))
  const version = derSmallInteger(reader.next(TAG.integer))
  const digestAlgorithms = reader.next(TAG.set)
  const content = reader.next(TAG.sequence)
  const certificates = merged(reader, 0, amendment.certificates ?? [])
  const other = (amendment.ocspResponses ?? []).map((der) => tlv(contextTag(1), oid(ID_RI_OCSP_RESPONSE), der))
  const revocation = merged(reader, 1, [...(amendment.crls ?? []), ...other])
  const signers = children(reader.next(TAG.set)).map((node, i) =>
    amendSigner(node, amendment.unsignedAttributes?.[i] ?? []),
  )
  reader.end()
  // RFC 5652, 5.1: 5 as soon as revocation data of another format are held.
  const isOther = revocation.some(([tag]) => tag === contextTag(1))
  return sequence(
    oid(ID_SIGNED_DATA),
    explicit(
      0,
      sequence(
        integer(isOther ? Math.max(version, 5) : version),
        digestAlgorithms.raw,
        content.raw,
        ...(certificates.length > 0 ? [tlv(contextTag(0), ...certificates)] : []),
        ...(revocation.length > 0 ? [tlv(contextTag(1), ...revocation)] : []),
        setOf(signers),
      ),
    ),
  )
}

/** The members of an optional [n] IMPLICIT SET, with those of `more` that it lacks, in DER order. */
function merged(reader: FieldReader, number: number, more: readonly Uint8Array[]): readonly Uint8Array[] {
  const node = reader.optional(contextTag(number))
  const members = node ? children(node).map(({ raw }) => raw) : []
  for (const der of more) if (!members.some((member) => equalBytes(member, der))) members.push(der)
  return more.length === 0 ? members : members.toSorted(compareBytes)
}

function amendSigner(node: DerNode, attributes: readonly Uint8Array[]): Uint8Array {
  if (attributes.length === 0) return node.raw
  const parts = children(node)
  const last = parts.at(-1)
  const unsigned = last?.tag === contextTag(1) ? last : undefined
  const kept = unsigned ? children(unsigned).map(({ raw }) => raw) : []
  const rest = unsigned ? parts.slice(0, -1) : parts
  const all = [...kept, ...attributes].toSorted(compareBytes)
  return sequence(...rest.map(({ raw }) => raw), tlv(contextTag(1), ...all))
}

/** Attribute ::= SEQUENCE { type, SET OF value }. */
export const unsignedAttribute = (type: string, value: Uint8Array): DerBytes => sequence(oid(type), setOf([value]))
