/**
 * CMS SignedData as this project writes it: DER throughout, detached, certificates byte for byte. RFC 5652, EN 319 122-1.
 * Nothing here needs a key: attributes go out to be signed, values come back.
 */
import {
  digestAlgorithmIdentifier,
  digestByName,
  maxSignatureLength,
  signatureAlgorithmIdentifier,
  type DigestName,
} from '../algorithms.ts'
import { compareBytes, equalBytes } from '../bytes/bytes.ts'
import {
  derNull,
  explicit,
  ia5String,
  implicit,
  integer,
  octetString,
  oid,
  retag,
  sequence,
  setOf,
  time,
  tlv,
  utf8String,
  type DerBytes,
} from '../bytes/der-write.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { signatureOctets } from '../suites/ecdsa-value.ts'
import { parseCertificate, type Certificate } from '../x509/certificate.ts'
import { certificateDigest } from '../x509/certificate-digest.ts'
import { ATTRIBUTE, ID_DATA, ID_SIGNED_DATA } from './oids.ts'

/** EN 319 122-1, 5.2.3; `approval` is the visa. */
export const COMMITMENT = {
  origin: '1.2.840.113549.1.9.16.6.1',
  receipt: '1.2.840.113549.1.9.16.6.2',
  delivery: '1.2.840.113549.1.9.16.6.3',
  sender: '1.2.840.113549.1.9.16.6.4',
  approval: '1.2.840.113549.1.9.16.6.5',
  creation: '1.2.840.113549.1.9.16.6.6',
} as const

export type CommitmentType = keyof typeof COMMITMENT

export type SignaturePolicy = Readonly<{
  oid: string
  digest: DigestName
  /** Digest of the policy document. */
  value: Uint8Array
  uri?: string
}>

export type SignerLocation = Readonly<{ country?: string; locality?: string; postalAddress?: readonly string[] }>

export type SignedAttributesInput = Readonly<{
  mechanism: Mechanism
  /** DER of the signer's certificate. */
  certificate: Uint8Array
  /** Digest of the content by `mechanism.digest`. */
  messageDigest: Uint8Array
  /** CAdES: required (EN 319 122-1, 6.3). PAdES: forbidden (EN 319 142-1, 6.3). */
  signingTime?: Date
  commitment?: CommitmentType
  policy?: SignaturePolicy
  location?: SignerLocation
  mimeType?: string
}>

const attribute = (type: string, ...values: readonly Uint8Array[]): DerBytes => sequence(oid(type), setOf(values))

/**
 * The signed attributes in DER with the explicit SET OF tag 0x31: this is the DTBS, exactly what a key signs (RFC 5652, 5.4).
 *
 * @throws RangeError when the digest does not have the mechanism's length
 */
export async function buildSignedAttributes(input: SignedAttributesInput, engine: Engine): Promise<DerBytes> {
  const { mechanism, messageDigest } = input
  if (messageDigest.length !== digestByName(mechanism.digest).length)
    throw new RangeError('messageDigest has a wrong length')
  const attributes = [
    attribute(ATTRIBUTE.contentType, oid(ID_DATA)),
    attribute(ATTRIBUTE.messageDigest, octetString(messageDigest)),
    attribute(ATTRIBUTE.signingCertificateV2, await signingCertificateV2(input.certificate, mechanism, engine)),
    attribute(
      ATTRIBUTE.algorithmProtection,
      sequence(digestAlgorithmIdentifier(mechanism.digest), implicit(1, signatureAlgorithmIdentifier(mechanism))),
    ),
  ]
  if (input.signingTime) attributes.push(attribute(ATTRIBUTE.signingTime, time(input.signingTime)))
  if (input.commitment)
    attributes.push(attribute(ATTRIBUTE.commitmentType, sequence(oid(COMMITMENT[input.commitment]))))
  if (input.policy) attributes.push(attribute(ATTRIBUTE.signaturePolicy, signaturePolicyId(input.policy)))
  if (input.location) attributes.push(attribute(ATTRIBUTE.signerLocation, signerLocation(input.location)))
  if (input.mimeType) attributes.push(attribute(ATTRIBUTE.mimeType, utf8String(input.mimeType)))
  return setOf(attributes)
}

/** RFC 5035, 3 and 4: one ESSCertIDv2; hashAlgorithm is left out when it is the default, SHA-256. */
async function signingCertificateV2(der: Uint8Array, { digest }: Mechanism, engine: Engine): Promise<DerBytes> {
  const certificate = parseCertificate(der)
  const { issuer, serialNumber } = certificate
  const hash = await certificateDigest(engine, digest, certificate)
  const issuerSerial = sequence(sequence(explicit(4, issuer.der)), tlv(0x02, serialNumber))
  const algorithm = digest === 'SHA-256' ? [] : [digestAlgorithmIdentifier(digest)]
  return sequence(sequence(sequence(...algorithm, octetString(hash), issuerSerial)))
}

/** EN 319 122-1, 5.2.9.1. */
function signaturePolicyId({ oid: id, digest, value, uri }: SignaturePolicy): DerBytes {
  const hash = sequence(sequence(oid(digestByName(digest).oid), derNull()), octetString(value))
  const qualifiers = uri === undefined ? [] : [sequence(sequence(oid('1.2.840.113549.1.9.16.5.1'), ia5String(uri)))]
  return sequence(oid(id), hash, ...qualifiers)
}

/** EN 319 122-1, 5.2.5. @throws RangeError when nothing is given or the address has more than six lines */
function signerLocation({ country, locality, postalAddress = [] }: SignerLocation): DerBytes {
  if (postalAddress.length > 6) throw new RangeError('a postal address has at most six lines')
  const parts: DerBytes[] = []
  if (country) parts.push(explicit(0, utf8String(country)))
  if (locality) parts.push(explicit(1, utf8String(locality)))
  if (postalAddress.length > 0) parts.push(explicit(2, sequence(...postalAddress.map(utf8String))))
  if (parts.length === 0) throw new RangeError('a signer location needs a country, a locality or an address')
  return sequence(...parts)
}

export type SignerEntry = Readonly<{
  mechanism: Mechanism
  certificate: Uint8Array
  /** As `buildSignedAttributes` gave them: tag 0x31. */
  signedAttributes: Uint8Array
  /** In the key boundary's encoding (ECDSA: r||s). */
  signature: Uint8Array
  /** Whole Attribute TLVs (a signature time-stamp). */
  unsignedAttributes?: readonly Uint8Array[]
}>

export type SignedDataInput = Readonly<{
  /** One, or several parallel signers (CAdES only: a PDF signature has one). */
  signers: readonly SignerEntry[]
  /** DER, byte for byte: chains of all signers; the signers' own are added when missing, doubles are dropped. */
  certificates: readonly Uint8Array[]
}>

/** ContentInfo with a detached SignedData, in DER. */
export function encodeSignedData({ signers, certificates }: SignedDataInput): DerBytes {
  if (signers.length === 0) throw new RangeError('SignedData needs a signer')
  const entries = signers.map((signer) =>
    signerInfo(signer, parseCertificate(signer.certificate), signatureOctets(signer.mechanism, signer.signature)),
  )
  return wrap(signers, certificates, entries)
}

/**
 * Upper bound in octets of what `encodeSignedData` will give, before any key is asked; it is exceeded by no signature.
 *
 * @param unsigned octets to keep free for unsigned attributes of each signer (a time-stamp token)
 */
export function maxSignedDataLength(
  signers: readonly Omit<SignerEntry, 'signature'>[],
  certificates: readonly Uint8Array[],
  unsigned = 0,
): number {
  const entries = signers.map((signer) => {
    const certificate = parseCertificate(signer.certificate)
    const longest = new Uint8Array(maxSignatureLength(signer.mechanism, certificate.spki))
    const reserved = unsigned === 0 ? [] : [attribute(ATTRIBUTE.signatureTimeStamp, new Uint8Array(unsigned))]
    const unsignedAttributes = [...(signer.unsignedAttributes ?? []), ...reserved]
    return signerInfo({ ...signer, unsignedAttributes }, certificate, longest)
  })
  return wrap(signers, certificates, entries).length
}

function wrap(
  signers: readonly Pick<SignerEntry, 'mechanism' | 'certificate'>[],
  certificates: readonly Uint8Array[],
  entries: readonly DerBytes[],
): DerBytes {
  const digests = unique(signers.map(({ mechanism }) => digestAlgorithmIdentifier(mechanism.digest)))
  const held = unique([...signers.map(({ certificate }) => certificate), ...certificates])
  const signedData = sequence(
    // Version 1: id-data, plain certificates, issuerAndSerialNumber (5.1).
    integer(1),
    setOf(digests),
    sequence(oid(ID_DATA)),
    retag(0xa0, setOf(held)),
    setOf(entries),
  )
  return sequence(oid(ID_SIGNED_DATA), explicit(0, signedData))
}

function signerInfo(signer: Omit<SignerEntry, 'signature'>, certificate: Certificate, value: Uint8Array): DerBytes {
  const { mechanism, signedAttributes, unsignedAttributes = [] } = signer
  return sequence(
    integer(1),
    sequence(certificate.issuer.der, tlv(0x02, certificate.serialNumber)),
    digestAlgorithmIdentifier(mechanism.digest),
    // Signed as SET OF (0x31), carried as [0] IMPLICIT (5.4).
    retag(0xa0, signedAttributes),
    signatureAlgorithmIdentifier(mechanism),
    octetString(value),
    ...(unsignedAttributes.length === 0 ? [] : [retag(0xa1, setOf(unsignedAttributes))]),
  )
}

function unique(items: readonly Uint8Array[]): readonly Uint8Array[] {
  const sorted = items.toSorted(compareBytes)
  return sorted.filter((item, i) => i === 0 || !equalBytes(item, sorted[i - 1] ?? new Uint8Array(0)))
}
