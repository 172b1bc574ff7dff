/** X.509 certificates as they were written: RFC 5280, section 4. Reading only; nothing is judged here. */
import { sha256 } from '@noble/hashes/sha2.js'
import { parsePublicKey, type PublicKey } from '../algorithms.ts'
import { fromLatin1, toHex } from '../bytes/bytes.ts'
import { Recent } from '../bytes/recent.ts'
import {
  derBitString,
  derBoolean,
  derNamedBits,
  derOctets,
  derOid,
  derSmallInteger,
  derTime,
  eachChild,
  fields,
  inner,
  integerBytes,
  parseDer,
  TAG,
  type DerNode,
} from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { describeSignature, parseSignatureAlgorithm } from '../suites/signature-algorithm.ts'
import type { CertificateFacts, QualifiedFacts } from '../validation/facts.ts'
import { nameFacts, parseName, type Name } from './name.ts'

export type Extension = Readonly<{
  oid: string
  critical: boolean
  /** Contents of extnValue. */
  value: Uint8Array
}>

export type Certificate = Readonly<{
  /** The certificate byte for byte. */
  der: Uint8Array
  /** What is signed: the TBSCertificate's TLV. */
  tbs: Uint8Array
  /** 1, 2 or 3. */
  version: number
  /** Contents of the serialNumber INTEGER, as written. */
  serialNumber: Uint8Array
  issuer: Name
  subject: Name
  notBefore: Date
  notAfter: Date
  /** SubjectPublicKeyInfo's TLV. */
  spki: Uint8Array
  publicKey: PublicKey
  /** The signatureAlgorithm's TLV (outer) and its twin inside tbs, which must be equal (4.1.1.2). */
  signatureAlgorithm: Uint8Array
  tbsSignatureAlgorithm: Uint8Array
  signature: Uint8Array
  extensions: readonly Extension[]
}>

export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  qcStatements: '1.3.6.1.5.5.7.1.3',
} as const

const MAX_CERTIFICATE = 1 << 20

const recent = new Recent<Certificate>(16, 16_384)

/** The same certificate may be given again for the same octets. @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` (over 1 MiB) */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE) throw new SignError('DER_LIMIT_EXCEEDED', 'a certificate over 1 MiB')
  return recent.get(der) ?? recent.keep(readCertificate(der.slice()), der)
}

function readCertificate(der: Uint8Array): Certificate {
  const outer = fields(parseDer(der, 'ber'))
  const tbs = outer.next(TAG.sequence)
  const signatureAlgorithm = outer.next(TAG.sequence).raw
  // Unused bits make it no signature value of any algorithm; the certificate still can be read and shown.
  const { bytes, unusedBits } = derBitString(outer.next(TAG.bitString))
  const signature = unusedBits === 0 ? bytes : new Uint8Array(0)
  outer.end()
  return { der, tbs: tbs.raw, signatureAlgorithm, signature, ...parseTbs(tbs) }
}

function parseTbs(tbs: DerNode): Omit<Certificate, 'der' | 'tbs' | 'signatureAlgorithm' | 'signature'> {
  const reader = fields(tbs)
  const version = reader.optional(0xa0)
  const serialNumber = integerBytes(reader.next(TAG.integer))
  const tbsSignatureAlgorithm = reader.next(TAG.sequence).raw
  const issuer = parseName(reader.next(TAG.sequence))
  const validity = fields(reader.next(TAG.sequence))
  const subject = parseName(reader.next(TAG.sequence))
  const spki = reader.next(TAG.sequence).raw
  // issuerUniqueID, subjectUniqueID
  reader.optional(0x81)
  reader.optional(0x82)
  const extensions = reader.optional(0xa3)
  reader.end()
  return {
    version: version === undefined ? 1 : derSmallInteger(inner(version)) + 1,
    serialNumber,
    tbsSignatureAlgorithm,
    issuer,
    notBefore: derTime(validity.next()),
    notAfter: derTime(validity.next()),
    subject,
    spki,
    publicKey: parsePublicKey(spki),
    extensions: extensions === undefined ? [] : parseExtensions(inner(extensions)),
  }
}

/** Extensions ::= SEQUENCE OF Extension; also those of requests and CRLs. */
export function parseExtensions(node: DerNode): readonly Extension[] {
  return [...eachChild(node)].map((item) => {
    const reader = fields(item)
    const oid = derOid(reader.next(TAG.oid))
    const critical = reader.optional(TAG.boolean)
    const value = derOctets(reader.next())
    reader.end()
    return { oid, critical: critical !== undefined && derBoolean(critical), value }
  })
}

export const findExtension = (holder: { extensions: readonly Extension[] }, oid: string): Extension | undefined =>
  holder.extensions.find((extension) => extension.oid === oid)

/** The parsed value of an extension. @throws SignError `DER_MALFORMED` */
export function extensionValue(holder: { extensions: readonly Extension[] }, oid: string): DerNode | undefined {
  const extension = findExtension(holder, oid)
  return extension === undefined ? undefined : parseDer(extension.value, 'ber')
}

/** Bit names of 4.2.1.3, bit 0 first. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

export type KeyUsage = (typeof KEY_USAGES)[number]

/** Null: the extension is absent, every use is allowed. */
export function keyUsage(certificate: Certificate): readonly KeyUsage[] | null {
  const node = extensionValue(certificate, EXTENSION.keyUsage)
  if (node === undefined) return null
  const bits = derNamedBits(node)
  return KEY_USAGES.filter((_, i) => bits[i] === true)
}

/** OIDs; null: the extension is absent. */
export function extendedKeyUsage(certificate: Certificate): readonly string[] | null {
  const node = extensionValue(certificate, EXTENSION.extendedKeyUsage)
  return node === undefined ? null : [...eachChild(node)].map(derOid)
}

export type BasicConstraints = Readonly<{ ca: boolean; pathLength: number | null }>

export function basicConstraints(certificate: Certificate): BasicConstraints | null {
  const node = extensionValue(certificate, EXTENSION.basicConstraints)
  if (node === undefined) return null
  const reader = fields(node)
  const ca = reader.optional(TAG.boolean)
  const pathLength = reader.optional(TAG.integer)
  reader.end()
  return {
    ca: ca !== undefined && derBoolean(ca),
    pathLength: pathLength === undefined ? null : derSmallInteger(pathLength),
  }
}

export function subjectKeyIdentifier(certificate: Certificate): Uint8Array | null {
  const node = extensionValue(certificate, EXTENSION.subjectKeyIdentifier)
  return node === undefined ? null : derOctets(node)
}

/** First rfc822Name of subjectAltName. */
export function alternativeEmail(certificate: Certificate): string | undefined {
  const node = extensionValue(certificate, EXTENSION.subjectAltName)
  if (node === undefined) return undefined
  for (const name of eachChild(node)) if (name.tag === 0x81) return fromLatin1(name.contents)
  return undefined
}

const QC_TYPES: Readonly<Record<string, 'esign' | 'eseal' | 'web'>> = {
  '0.4.0.1862.1.6.1': 'esign',
  '0.4.0.1862.1.6.2': 'eseal',
  '0.4.0.1862.1.6.3': 'web',
}

/** QcStatements, RFC 3739 (3.2.6) and EN 319 412-5; null: the extension is absent. */
export function qcStatements(certificate: Certificate): QualifiedFacts | null {
  const node = extensionValue(certificate, EXTENSION.qcStatements)
  if (node === undefined) return null
  const found = { compliance: false, qscd: false, types: new Array<'esign' | 'eseal' | 'web'>() }
  for (const statement of eachChild(node)) {
    const reader = fields(statement)
    const id = derOid(reader.next(TAG.oid))
    if (id === '0.4.0.1862.1.1') found.compliance = true
    if (id === '0.4.0.1862.1.4') found.qscd = true
    const types = id === '0.4.0.1862.1.6' ? reader.optional(TAG.sequence) : undefined
    for (const type of types === undefined ? [] : eachChild(types)) {
      const name = QC_TYPES[derOid(type)]
      if (name !== undefined && !found.types.includes(name)) found.types.push(name)
    }
  }
  return found
}

/** Lower-case hex without leading zeros; a minus sign for a (wrong, but met) negative number. */
export function serialNumberText(serial: Uint8Array): string {
  const hex = toHex(serial).replace(/^0+(?=.)/, '')
  return (serial[0] ?? 0) >= 0x80 ? `-${(2n ** BigInt(8 * serial.length) - BigInt(`0x${hex}`)).toString(16)}` : hex
}

/** Upper-case hex SHA-256 of the DER: how certificates are named throughout. */
export const fingerprint = (der: Uint8Array): string => toHex(sha256(der)).toUpperCase()

/** An extension that cannot be read says nothing here; path validation refuses the certificate for it. */
function tolerant<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof SignError) return otherwise
    throw error
  }
}

const factsKnown = new WeakMap<Certificate, CertificateFacts>()

export function certificateFacts(certificate: Certificate): CertificateFacts {
  const facts = factsKnown.get(certificate) ?? readFacts(certificate)
  factsKnown.set(certificate, facts)
  return facts
}

function readFacts(certificate: Certificate): CertificateFacts {
  const { publicKey, issuer, subject } = certificate
  const { algorithm, bits, curve, oid } = publicKey
  const email = tolerant(() => alternativeEmail(certificate), undefined)
  return {
    fingerprint: fingerprint(certificate.der),
    der: certificate.der,
    subject: nameFacts(subject, email),
    issuer: nameFacts(issuer),
    serialNumber: serialNumberText(certificate.serialNumber),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: {
      algorithm: algorithm === 'unknown' ? oid : algorithm,
      bits,
      ...(curve === undefined ? {} : { curve }),
    },
    signatureAlgorithm: tolerant(
      () => describeSignature(parseSignatureAlgorithm(certificate.signatureAlgorithm)),
      'unreadable',
    ),
    keyUsage: tolerant(() => keyUsage(certificate), []),
    extendedKeyUsage: tolerant(() => extendedKeyUsage(certificate), []),
    isCa: tolerant(() => basicConstraints(certificate), null)?.ca ?? false,
    selfIssued: toHex(issuer.der) === toHex(subject.der),
    qualified: tolerant(() => qcStatements(certificate), null),
  }
}
