/** Signed and unsigned attributes by meaning: RFC 5652 (11), 5035, 6211, ETSI EN 319 122-1. Reading only. */
import { parseAlgorithmIdentifier } from '../algorithms.ts'
import { equalBytes } from '../bytes/bytes.ts'
import {
  TAG,
  children,
  contextTag,
  derOctets,
  derOid,
  derTime,
  eachChild,
  fields,
  inner,
  type DerNode,
} from '../bytes/der-read.ts'
import { ATTRIBUTE } from './oids.ts'
import type { CmsAttribute, CmsSigner } from './read.ts'

export function attributesOf(list: readonly CmsAttribute[] | null, oid: string): readonly CmsAttribute[] {
  return (list ?? []).filter((attribute) => attribute.oid === oid)
}

/** The single value of an attribute that must be there at most once with one value; undefined: absent, null: not so. */
export function singleValue(list: readonly CmsAttribute[] | null, oid: string): DerNode | null | undefined {
  const found = attributesOf(list, oid)
  if (found.length === 0) return undefined
  const [first] = found
  return found.length === 1 && first?.values.length === 1 ? (first.values[0] ?? null) : null
}

/** ESSCertID(v2): the digest of the signing certificate and, optionally, its issuer and serial number. */
export type CertificateReference = Readonly<{
  kind: 'v1' | 'v2'
  /** OID of the digest; v2 defaults to SHA-256. */
  digestOid: string
  hash: Uint8Array
  /** DER of the directoryName and contents of the serial number. */
  issuerSerial: Readonly<{ issuer: Uint8Array | null; serialNumber: Uint8Array }> | null
}>

const SHA1 = '1.3.14.3.2.26'
const SHA256 = '2.16.840.1.101.3.4.2.1'

/** Both kinds when both are there (RFC 5035, 5.4): each must fit. Only the first certificate of each names the signer. */
export function signingCertificateReferences(signer: CmsSigner): readonly CertificateReference[] {
  const references: CertificateReference[] = []
  for (const { oid, values } of signer.signedAttributes ?? []) {
    if (oid !== ATTRIBUTE.signingCertificate && oid !== ATTRIBUTE.signingCertificateV2) continue
    for (const value of values) {
      const [first] = children(fields(value).next(TAG.sequence), 100)
      if (first) references.push(readEssCertId(first, oid === ATTRIBUTE.signingCertificateV2 ? 'v2' : 'v1'))
    }
  }
  return references
}

function readEssCertId(node: DerNode, kind: 'v1' | 'v2'): CertificateReference {
  const reader = fields(node)
  const algorithm = kind === 'v2' ? reader.optional(TAG.sequence) : undefined
  const digestOid = algorithm ? parseAlgorithmIdentifier(algorithm).oid : kind === 'v2' ? SHA256 : SHA1
  const hash = derOctets(reader.next())
  const issuerSerial = reader.optional(TAG.sequence)
  reader.end()
  return { kind, digestOid, hash, issuerSerial: issuerSerial ? readIssuerSerial(issuerSerial) : null }
}

function readIssuerSerial(node: DerNode): CertificateReference['issuerSerial'] {
  const reader = fields(node)
  const names = children(reader.next(TAG.sequence), 16)
  const serialNumber = reader.next(TAG.integer).contents
  const directory = names.find(({ tag }) => tag === contextTag(4))
  return { issuer: directory ? inner(directory).raw : null, serialNumber }
}

/** @throws SignError `DER_MALFORMED` */
export function signingTime(signer: CmsSigner): Date | undefined {
  const [attribute] = attributesOf(signer.signedAttributes, ATTRIBUTE.signingTime)
  const value = attribute?.values[0]
  return value ? derTime(value) : undefined
}

/** RFC 6211: the algorithms that the signer meant, under the signature. Null: absent. */
export function algorithmProtectionHolds(signer: CmsSigner): boolean | null {
  const value = singleValue(signer.signedAttributes, ATTRIBUTE.algorithmProtection)
  if (value === undefined) return null
  if (value === null) return false
  const reader = fields(value)
  const digest = reader.next(TAG.sequence)
  const signature = reader.optional(contextTag(1))
  return (
    sameAlgorithm(digest, signer.digestAlgorithm, TAG.sequence) &&
    signature !== undefined &&
    sameAlgorithm(signature, signer.signatureAlgorithm, contextTag(1))
  )
}

/** NULL and absent parameters are the same to every reader; anything else must be equal. */
function sameAlgorithm(a: DerNode, b: DerNode, tag: number): boolean {
  const first = parseAlgorithmIdentifier(tag === TAG.sequence ? a : { ...a, tag: TAG.sequence })
  const second = parseAlgorithmIdentifier(b)
  const parameters = (node: DerNode | undefined) =>
    node === undefined || node.tag === TAG.null ? new Uint8Array() : node.raw
  return first.oid === second.oid && equalBytes(parameters(first.parameters), parameters(second.parameters))
}

/** OID of an explicit signature policy; undefined: none, or the implied one. */
export function signaturePolicy(signer: CmsSigner): string | undefined {
  const value = attributesOf(signer.signedAttributes, ATTRIBUTE.signaturePolicy)[0]?.values[0]
  return value?.tag === TAG.sequence ? derOid(fields(value).next(TAG.oid)) : undefined
}

/** OIDs of CommitmentTypeIndication, EN 319 122-1, 5.2.3. */
export function commitmentTypes(signer: CmsSigner): readonly string[] {
  const values = attributesOf(signer.signedAttributes, ATTRIBUTE.commitmentType).flatMap((each) => each.values)
  return values.map((value) => derOid(fields(value).next(TAG.oid)))
}

export type EmbeddedRevocation = Readonly<{ crls: readonly Uint8Array[]; ocspResponses: readonly Uint8Array[] }>

/** RevocationValues (CAdES A.1.2.2) and Adobe's RevocationInfoArchival (ISO 32000-2, 12.8.3.3.2): [0] CRLs, [1] OCSP. */
export function revocationValues(signer: CmsSigner): EmbeddedRevocation {
  const crls: Uint8Array[] = []
  const ocspResponses: Uint8Array[] = []
  const attributes = [
    ...attributesOf(signer.unsignedAttributes, ATTRIBUTE.revocationValues),
    ...attributesOf(signer.signedAttributes, ATTRIBUTE.adobeRevocation),
    ...attributesOf(signer.unsignedAttributes, ATTRIBUTE.adobeRevocation),
  ]
  for (const value of attributes.flatMap(({ values }) => values)) {
    for (const part of eachChild(value)) {
      const list = part.tag === contextTag(0) ? crls : part.tag === contextTag(1) ? ocspResponses : null
      if (list) for (const each of children(inner(part), 1000)) list.push(each.raw)
    }
  }
  return { crls, ocspResponses }
}

/** CertificateValues, CAdES A.1.1.2. */
export function certificateValues(signer: CmsSigner): readonly Uint8Array[] {
  const values = attributesOf(signer.unsignedAttributes, ATTRIBUTE.certificateValues).flatMap((each) => each.values)
  return values.flatMap((value) => children(value, 1000).map(({ raw }) => raw))
}
