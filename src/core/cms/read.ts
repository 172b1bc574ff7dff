/**
 * SignedData as others wrote it (RFC 5652): hostile bytes in, structure and findings out; nothing is judged or verified here.
 *
 * The octets that were signed and every certificate are kept exactly as written. pkijs re-encodes both, so it serves here only as
 * the second opinion of the tests.
 */
import { compareBytes, concatBytes } from '../bytes/bytes.ts'
import {
  TAG,
  children,
  contextTag,
  derOctets,
  derOid,
  derSmallInteger,
  eachChild,
  fields,
  inner,
  parseDer,
  parseDerPrefix,
  primitiveTag,
  type DerNode,
} from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import type { Finding } from '../validation/facts.ts'
import { ID_SIGNED_DATA } from './oids.ts'

export const ID_TST_INFO = '1.2.840.113549.1.9.16.1.4'
const ID_RI_OCSP_RESPONSE = '1.3.6.1.5.5.7.16.2'
/** OCSP basic response by itself (older CAdES writers, RFC 5940 forbids it not). */
const ID_PKIX_OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1'

/** CMS over this many octets is refused: a signature is not a document. Enveloped content is the exception that needs room. */
const MAX_CMS = 1 << 28
const MAX_SIGNERS = 256
const MAX_CERTIFICATES = 2000
const MAX_ATTRIBUTES = 256

export type CmsAttribute = Readonly<{
  oid: string
  values: readonly DerNode[]
  /** The Attribute exactly as written, and its octets within tag and length. */
  raw: Uint8Array
  contents: Uint8Array
}>

export type SignerIdentifier =
  | Readonly<{ kind: 'issuerAndSerialNumber'; issuer: Uint8Array; serialNumber: Uint8Array }>
  | Readonly<{ kind: 'subjectKeyIdentifier'; keyIdentifier: Uint8Array }>

export type CmsSigner = Readonly<{
  version: number
  sid: SignerIdentifier
  /** AlgorithmIdentifiers. */
  digestAlgorithm: DerNode
  signatureAlgorithm: DerNode
  signature: Uint8Array
  /** Null: the signature is over the content itself. */
  signedAttributes: readonly CmsAttribute[] | null
  /**
   * What the value may have been made over: the signed attributes as a DER SET (5.4) and, where they were not written in DER,
   * also as written. Null without signed attributes.
   */
  dtbs: readonly Uint8Array[] | null
  unsignedAttributes: readonly CmsAttribute[]
  /** version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm and signature as written: for archive time-stamps. */
  signedFields: readonly Uint8Array[]
  findings: readonly Finding[]
}>

export type CmsSignedData = Readonly<{
  version: number
  digestAlgorithms: readonly DerNode[]
  contentType: string
  /** Octets of eContent; null: the content is detached. */
  content: Uint8Array | null
  /** The element within eContent's [0], as written. */
  contentNode: DerNode | null
  /** X.509 certificates, DER, byte for byte. */
  certificates: readonly Uint8Array[]
  crls: readonly Uint8Array[]
  /** OCSPResponse or BasicOCSPResponse, DER. */
  ocspResponses: readonly Uint8Array[]
  /** The elements of SignedData.crls as written, for ats-hash-index-v3. */
  revocationElements: readonly Uint8Array[]
  /** The elements of SignedData.certificates as written. */
  certificateElements: readonly Uint8Array[]
  signers: readonly CmsSigner[]
  findings: readonly Finding[]
}>

/**
 * @param bytes a ContentInfo; zero octets may follow it when `padded` (a PDF /Contents)
 * @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED`; `FORMAT_UNSUPPORTED` when it is CMS but not SignedData
 */
export function parseSignedData(bytes: Uint8Array, { padded = false } = {}): CmsSignedData {
  if (bytes.length > MAX_CMS) throw new SignError('DER_LIMIT_EXCEEDED', `CMS of ${bytes.length} octets`)
  const node = padded ? parsePadded(bytes) : parseDer(bytes, 'ber')
  const info = fields(node)
  const type = derOid(info.next(TAG.oid))
  if (type !== ID_SIGNED_DATA) throw new SignError('FORMAT_UNSUPPORTED', `CMS content type ${type} is not SignedData`)
  const signed = readSignedData(inner(info.next(contextTag(0))))
  info.end()
  return signed
}

/** True when it begins like a ContentInfo with SignedData. */
export function looksLikeSignedData(head: Uint8Array): boolean {
  const id = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
  if (head[0] !== TAG.sequence) return false
  const lengthOctets = (head[1] ?? 0) > 0x80 ? (head[1] ?? 0) & 0x7f : 0
  return id.every((octet, i) => head[2 + lengthOctets + i] === octet)
}

function parsePadded(bytes: Uint8Array): DerNode {
  const node = parseDerPrefix(bytes, 'ber')
  // What else follows would be bytes that a signature does not cover and nobody reads.
  if (bytes.subarray(node.raw.length).some((octet) => octet !== 0)) {
    throw new SignError('DER_MALFORMED', 'octets other than zero follow the CMS')
  }
  return node
}

function readSignedData(node: DerNode): CmsSignedData {
  const findings: Finding[] = []
  const reader = fields(node)
  const version = derSmallInteger(reader.next(TAG.integer))
  const digestAlgorithms = children(reader.next(TAG.set), MAX_SIGNERS)
  const encapsulated = fields(reader.next(TAG.sequence))
  const contentType = derOid(encapsulated.next(TAG.oid))
  const wrapped = encapsulated.optional(contextTag(0))
  encapsulated.end()
  const contentNode = wrapped ? inner(wrapped) : null
  const certificates = reader.optional(contextTag(0))
  const revocation = reader.optional(contextTag(1))
  const signerInfos = reader.next(TAG.set)
  reader.end()
  const certificateNodes = certificates ? children(certificates, MAX_CERTIFICATES) : []
  const revocationNodes = revocation ? children(revocation, MAX_CERTIFICATES) : []
  const signers = children(signerInfos, MAX_SIGNERS).map((each) => readSigner(each))
  return {
    version,
    digestAlgorithms,
    contentType,
    content: contentNode && contentOctets(contentNode),
    contentNode,
    certificates: certificateNodes.filter(({ tag }) => tag === TAG.sequence).map(({ raw }) => raw),
    certificateElements: certificateNodes.map(({ raw }) => raw),
    revocationElements: revocationNodes.map(({ raw }) => raw),
    ...readRevocation(revocationNodes, findings),
    signers,
    findings,
  }
}

/** RFC 5652 wants an OCTET STRING; PKCS #7 took any type and signed its contents octets (RFC 5652, 5.2.1). */
function contentOctets(node: DerNode): Uint8Array {
  return node.number === TAG.octetString && node.tag < 0x40 ? derOctets(node) : node.contents
}

function readRevocation(nodes: readonly DerNode[], findings: Finding[]) {
  const crls: Uint8Array[] = []
  const ocspResponses: Uint8Array[] = []
  for (const node of nodes) {
    if (node.tag === TAG.sequence) {
      crls.push(node.raw)
      continue
    }
    try {
      const [format, info] = children(node, 2)
      const oid = format ? derOid(format) : ''
      if (info && (oid === ID_RI_OCSP_RESPONSE || oid === ID_PKIX_OCSP_BASIC)) ocspResponses.push(info.raw)
    } catch (error) {
      findings.push({ id: 'cms-revocation-unreadable', severity: 'warning', evidence: messageOf(error) })
    }
  }
  return { crls, ocspResponses }
}

/**
 * A SignerInfo (5.3); also that of a countersignature attribute (11.4).
 *
 * @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED`
 */
export function readSigner(node: DerNode): CmsSigner {
  const findings: Finding[] = []
  const reader = fields(node)
  const versionNode = reader.next(TAG.integer)
  const sidNode = reader.next()
  const digestAlgorithm = reader.next(TAG.sequence)
  const signedNode = reader.optional(contextTag(0))
  const signatureAlgorithm = reader.next(TAG.sequence)
  const signatureNode = reader.next()
  const unsignedNode = reader.optional(contextTag(1))
  reader.end()
  const signedAttributes = signedNode ? readAttributes(signedNode) : null
  if (signedAttributes) findDuplicates(signedAttributes, findings)
  const fieldNodes = [versionNode, sidNode, digestAlgorithm, signedNode, signatureAlgorithm, signatureNode]
  return {
    version: derSmallInteger(versionNode),
    sid: readIdentifier(sidNode),
    digestAlgorithm,
    signatureAlgorithm,
    signature: derOctets(signatureNode),
    signedAttributes,
    dtbs: signedNode ? dtbsOf(signedNode, findings) : null,
    unsignedAttributes: unsignedNode ? readAttributes(unsignedNode) : [],
    signedFields: fieldNodes.flatMap((field) => (field ? [field.raw] : [])),
    findings,
  }
}

function readIdentifier(node: DerNode): SignerIdentifier {
  if (node.tag === primitiveTag(0)) return { kind: 'subjectKeyIdentifier', keyIdentifier: node.contents }
  if (node.tag === contextTag(0)) {
    return { kind: 'subjectKeyIdentifier', keyIdentifier: derOctets({ ...node, tag: TAG.octetString | 0x20 }) }
  }
  const reader = fields(node)
  const issuer = reader.next(TAG.sequence).raw
  const serialNumber = reader.next(TAG.integer).contents
  reader.end()
  // X.690, 8.3.2, binds BER too; a number that readers take differently names different certificates.
  if (
    serialNumber.length === 0 ||
    (serialNumber.length > 1 && serialNumber[0] === 0 && (serialNumber[1] ?? 0) < 0x80)
  ) {
    throw new SignError('DER_MALFORMED', 'the serial number is not in shortest form')
  }
  return { kind: 'issuerAndSerialNumber', issuer, serialNumber }
}

function readAttributes(node: DerNode): readonly CmsAttribute[] {
  return children(node, MAX_ATTRIBUTES).map((each) => {
    const reader = fields(each)
    const oid = derOid(reader.next(TAG.oid))
    const values = children(reader.next(TAG.set), MAX_ATTRIBUTES)
    reader.end()
    return { oid, values, raw: each.raw, contents: each.contents }
  })
}

/** 5.3: signedAttrs must not hold two attributes of one type, nor an attribute without a value. */
function findDuplicates(attributes: readonly CmsAttribute[], findings: Finding[]): void {
  const seen = new Set<string>()
  for (const { oid, values } of attributes) {
    if (seen.has(oid)) findings.push({ id: 'cms-attribute-twice', severity: 'warning', evidence: oid })
    if (values.length === 0) findings.push({ id: 'cms-attribute-empty', severity: 'warning', evidence: oid })
    seen.add(oid)
  }
}

/** 5.4: the value is made over the DER of the attributes with the SET OF tag. Some writers sign what they wrote instead. */
function dtbsOf(node: DerNode, findings: Finding[]): readonly Uint8Array[] {
  const written = [...eachChild(node)].map(({ raw }) => raw)
  const asWritten = setOf(written)
  const sorted = setOf(written.toSorted(compareBytes))
  const der = derOf(node)
  const candidates = [der ?? sorted, sorted, asWritten]
  const distinct = candidates.filter((one, i) => candidates.findIndex((other) => compareBytes(one, other) === 0) === i)
  if (distinct.length > 1) {
    findings.push({
      id: 'cms-signed-attributes-not-der',
      severity: 'warning',
      evidence: `${distinct.length} encodings`,
    })
  }
  return distinct
}

function setOf(members: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.set, concatBytes(members))
}

function tlv(tag: number, contents: Uint8Array): Uint8Array {
  const length = contents.length
  if (length < 0x80) return concatBytes([Uint8Array.of(tag, length), contents])
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff)
  return concatBytes([Uint8Array.of(tag, 0x80 | octets.length, ...octets), contents])
}

/** DER of [0] IMPLICIT SET OF Attribute under the SET OF tag: lengths shortest, SET OF values sorted. Null: too deep to try. */
function derOf(node: DerNode): Uint8Array | null {
  try {
    return tlv(TAG.set, concatBytes([...eachChild(node)].map((child) => reencode(child, 0)).toSorted(compareBytes)))
  } catch {
    return null
  }
}

const STRINGS = new Set<number>([TAG.octetString, TAG.utf8String, TAG.printableString, TAG.ia5String])

function reencode(node: DerNode, depth: number): Uint8Array {
  if (depth > 32) throw new SignError('DER_LIMIT_EXCEEDED', 'an attribute nested deeper than 32')
  if (!node.constructed) return node.canonical ? node.raw : tlv(node.tag, node.contents)
  if (STRINGS.has(node.tag & ~0x20) && node.tag < 0x40) return tlv(node.tag & ~0x20, derOctets(asOctets(node)))
  const written = [...eachChild(node)]
  const members = written.map((child) => reencode(child, depth + 1))
  const ordered = node.tag === TAG.set ? members.toSorted(compareBytes) : members
  if (node.canonical && ordered.every((member, i) => member === written[i]?.raw)) return node.raw
  return tlv(node.tag, concatBytes(ordered))
}

const asOctets = (node: DerNode): DerNode => ({ ...node, tag: TAG.octetString | 0x20 })

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
