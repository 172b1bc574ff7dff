/** Certificate revocation lists: RFC 5280, 5. */
import { equalBytes, toHex } from '../bytes/bytes.ts'
import { TAG, asTag, derBitOctets, derBoolean, derInteger, derSmallInteger } from '../bytes/der-read.ts'
import { derTime, eachChild, fields, integerBytes, parseDer } from '../bytes/der-read.ts'
import type { DerNode, FieldReader } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { parseExtensions } from '../x509/certificate.ts'
import type { Extension } from '../x509/certificate.ts'
import { parseDistributionPointName, parseReasons } from '../x509/distribution-point.ts'
import type { DistributionPointName, Reason } from '../x509/distribution-point.ts'
import { directoryNames, parseGeneralNames } from '../x509/general-name.ts'
import { canonicalRdns } from '../x509/name-match.ts'

/** CRLReason, RFC 5280, 5.3.1, by its number; 7 is not used. */
const CRL_REASONS: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
]

export const reasonName = (code: number): string => CRL_REASONS[code] ?? `reason ${code}`

export type CrlEntry = Readonly<{ revokedAt: Date; reason?: string }>

/** RFC 5280, 5.2.5. */
export type IssuingDistributionPoint = Readonly<{
  name?: DistributionPointName
  onlyUserCertificates: boolean
  onlyCaCertificates: boolean
  onlyAttributeCertificates: boolean
  /** Absent: all reasons. */
  reasons?: readonly Reason[]
  indirect: boolean
}>

export type Crl = Readonly<{
  der: Uint8Array
  tbs: Uint8Array
  signatureAlgorithm: Uint8Array
  algorithmsAgree: boolean
  signature: Uint8Array
  /** Canonical RDNs. */
  issuer: readonly string[]
  thisUpdate: Date
  nextUpdate?: Date
  number?: bigint
  /** BaseCRLNumber: this is a delta CRL (5.2.4). */
  deltaBase?: bigint
  /** Contents octets, for comparing the scopes of a delta and its base; absent: no such extension. */
  scope?: Uint8Array
  distributionPoint?: IssuingDistributionPoint
  /** Lower-case hex. */
  authorityKeyIdentifier?: string
  /** expiredCertsOnCRL (X.509, 9.5.2.8): certificates that expired since then are still listed. */
  expiredSince?: Date
  /** OIDs of critical extensions, of the list or of an entry, that are not known here: the CRL says nothing then (5.2, 5.3). */
  unknownCritical: readonly string[]
  size: number
  /** @param serialNumber contents octets, lower-case hex; @param issuer canonical RDNs of the certificate's issuer */
  find(serialNumber: string, issuer: readonly string[]): CrlEntry | undefined
}>

const MAX_CRL = 64 << 20

type Extensions = { -readonly [K in keyof Crl]?: Crl[K] } & { unknownCritical: string[] }

/** @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` (over 64 MiB) */
export function parseCrl(der: Uint8Array): Crl {
  if (der.length > MAX_CRL) throw new SignError('DER_LIMIT_EXCEEDED', 'a CRL over 64 MiB')
  const outer = fields(parseDer(der, 'ber'))
  const tbs = outer.next(TAG.sequence)
  const signatureAlgorithm = outer.next(TAG.sequence).raw
  const signature = derBitOctets(outer.next(TAG.bitString))
  outer.end()
  const reader = fields(tbs)
  reader.optional(TAG.integer)
  const tbsAlgorithm = reader.next(TAG.sequence).raw
  const issuer = canonicalRdns(reader.next(TAG.sequence))
  const thisUpdate = derTime(reader.next())
  const nextUpdate = readNextUpdate(reader)
  const revoked = reader.optional(TAG.sequence)
  const extensionNode = reader.optional(0xa0)
  reader.end()
  const extensions = readExtensions(extensionNode)
  const indirect = extensions.distributionPoint?.indirect === true
  const entries = readEntries(revoked, issuer, indirect, extensions.unknownCritical)
  return {
    der,
    tbs: tbs.raw,
    signatureAlgorithm,
    algorithmsAgree: equalBytes(signatureAlgorithm, tbsAlgorithm),
    signature,
    issuer,
    thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    ...extensions,
    size: entries.size,
    find: (serialNumber, certificateIssuer) => entries.get(entryKey(serialNumber, certificateIssuer)),
  }
}

function readNextUpdate(reader: FieldReader): Date | undefined {
  const node = reader.optional(TAG.utcTime) ?? reader.optional(TAG.generalizedTime)
  return node && derTime(node)
}

function readExtensions(node: DerNode | undefined): Extensions {
  const into: Extensions = { unknownCritical: [] }
  for (const extension of node === undefined ? [] : [...eachChild(node)].flatMap((list) => parseExtensions(list))) {
    readCrlExtension(extension, into)
  }
  return into
}

function readCrlExtension({ oid, critical, value }: Extension, into: Extensions): void {
  const node = (): DerNode => parseDer(value, 'ber')
  switch (oid) {
    case '2.5.29.20':
      into.number = derInteger(node())
      return
    case '2.5.29.27':
      into.deltaBase = derInteger(node())
      return
    case '2.5.29.28':
      into.scope = value
      into.distributionPoint = readDistributionPoint(node())
      return
    case '2.5.29.35': {
      const keyIdentifier = [...eachChild(node())].find((child) => child.tag === 0x80)
      if (keyIdentifier) into.authorityKeyIdentifier = toHex(keyIdentifier.contents)
      return
    }
    case '2.5.29.60':
      into.expiredSince = derTime(node())
      return
    // issuerAltName, freshestCRL, authorityInfoAccess: understood, and not needed here.
    case '2.5.29.18':
    case '2.5.29.46':
    case '1.3.6.1.5.5.7.1.1':
      return
    default:
      if (critical) into.unknownCritical.push(oid)
  }
}

function readDistributionPoint(node: DerNode): IssuingDistributionPoint {
  const reader = fields(node)
  const name = reader.optional(0xa0)
  const flag = (number: number): boolean => {
    const found = reader.optional(0x80 | number)
    return found !== undefined && derBoolean(asTag(found, TAG.boolean))
  }
  const onlyUserCertificates = flag(1)
  const onlyCaCertificates = flag(2)
  const reasons = reader.optional(0x83)
  const indirect = flag(4)
  const onlyAttributeCertificates = flag(5)
  reader.end()
  return {
    ...(name && { name: parseDistributionPointName(name) }),
    onlyUserCertificates,
    onlyCaCertificates,
    onlyAttributeCertificates,
    ...(reasons && { reasons: parseReasons(reasons) }),
    indirect,
  }
}

const entryKey = (serialNumber: string, issuer: readonly string[]): string => `${serialNumber}\n${issuer.join('\n')}`

function readEntries(
  list: DerNode | undefined,
  crlIssuer: readonly string[],
  indirect: boolean,
  unknownCritical: string[],
): Map<string, CrlEntry> {
  const entries = new Map<string, CrlEntry>()
  // The certificateIssuer of an entry holds for all that follow, until another one is given (5.3.3).
  let issuers: readonly (readonly string[])[] = [crlIssuer]
  for (const node of list === undefined ? [] : eachChild(list)) {
    const reader = fields(node)
    const serialNumber = toHex(integerBytes(reader.next()))
    const revokedAt = derTime(reader.next())
    const extensions = reader.optional(TAG.sequence)
    reader.end()
    const found = readEntryExtensions(extensions, unknownCritical)
    if (found.issuers && !indirect) unknownCritical.push('2.5.29.29')
    issuers = found.issuers ?? issuers
    const entry = { revokedAt, ...(found.reason !== undefined && { reason: found.reason }) }
    for (const issuer of issuers) entries.set(entryKey(serialNumber, issuer), entry)
  }
  return entries
}

function readEntryExtensions(node: DerNode | undefined, unknownCritical: string[]) {
  const found: { reason?: string; issuers?: readonly (readonly string[])[] } = {}
  for (const { oid, critical, value } of node === undefined ? [] : parseExtensions(node)) {
    if (oid === '2.5.29.21') found.reason = reasonName(derSmallInteger(parseDer(value, 'ber')))
    else if (oid === '2.5.29.29') found.issuers = directoryNames(parseGeneralNames(parseDer(value, 'ber')))
    else if (critical && oid !== '2.5.29.24') unknownCritical.push(oid)
  }
  return found
}

/** Null when it cannot be read: lists found in a file may hold anything. */
export function tryCrl(der: Uint8Array): Crl | null {
  try {
    return parseCrl(der)
  } catch {
    return null
  }
}
