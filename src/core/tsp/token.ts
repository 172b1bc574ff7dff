/** Time-stamp tokens: RFC 3161, 2.4.2, as RFC 5816 updates it. */
import { digestByOid, parseAlgorithmIdentifier } from '../algorithms.ts'
import type { DigestName } from '../algorithms.ts'
import { toHex } from '../bytes/bytes.ts'
import {
  TAG,
  asTag,
  derBoolean,
  derOctets,
  derOid,
  derSmallInteger,
  derTime,
  fields,
  inner,
} from '../bytes/der-read.ts'
import { integerBytes, parseDer } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { ID_TST_INFO, parseSignedData } from '../cms/read.ts'
import type { CmsSignedData } from '../cms/read.ts'
import { signingCertificateReferences } from '../cms/attributes.ts'
import { SignError } from '../errors.ts'
import type { Finding } from '../validation/facts.ts'
import { parseExtensions } from '../x509/certificate.ts'
import { parseGeneralName } from '../x509/general-name.ts'
import type { GeneralName } from '../x509/general-name.ts'

export type MessageImprint = Readonly<{
  /** OID of the digest. */
  oid: string
  /** Null: not a digest known here. */
  digest: DigestName | null
  hash: Uint8Array
}>

export type TstInfo = Readonly<{
  version: number
  /** OID of the TSA's policy. */
  policy: string
  imprint: MessageImprint
  /** Lower-case hex of the INTEGER's octets. */
  serialNumber: string
  time: Date
  /** The time is right within this much. */
  accuracyMilliseconds?: number
  ordering: boolean
  /** Contents octets of the INTEGER, lower-case hex. */
  nonce?: string
  authority?: GeneralName
  unknownCritical: readonly string[]
}>

export type TimeStampToken = Readonly<{ signedData: CmsSignedData; info: TstInfo }>

/**
 * @param bytes a ContentInfo; `padded`: zero octets may follow (the /Contents of a document time-stamp)
 * @throws SignError `TSA_MALFORMED`
 */
export function parseTimeStampToken(bytes: Uint8Array, { padded = false } = {}): TimeStampToken {
  try {
    const signedData = parseSignedData(bytes, { padded })
    if (signedData.contentType !== ID_TST_INFO || signedData.content === null) {
      throw new SignError('TSA_MALFORMED', `the token holds ${signedData.contentType}, not a TSTInfo`)
    }
    return { signedData, info: parseTstInfo(signedData.content) }
  } catch (cause) {
    if (cause instanceof SignError && cause.code === 'TSA_MALFORMED') throw cause
    throw new SignError('TSA_MALFORMED', 'the time-stamp token cannot be read', { cause })
  }
}

/** @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` */
export function parseTstInfo(content: Uint8Array): TstInfo {
  const reader = fields(parseDer(content, 'ber'))
  const version = derSmallInteger(reader.next(TAG.integer))
  const policy = derOid(reader.next(TAG.oid))
  const imprint = parseImprint(reader.next(TAG.sequence))
  const serialNumber = toHex(integerBytes(reader.next(TAG.integer)))
  const time = derTime(reader.next(TAG.generalizedTime))
  const accuracy = reader.optional(TAG.sequence)
  const ordering = reader.optional(TAG.boolean)
  const nonce = reader.optional(TAG.integer)
  const authority = reader.optional(0xa0)
  const extensions = reader.optional(0xa1)
  reader.end()
  const critical = extensions ? parseExtensions(asTag(extensions, TAG.sequence)).filter((one) => one.critical) : []
  return {
    version,
    policy,
    imprint,
    serialNumber,
    time,
    ...(accuracy && { accuracyMilliseconds: parseAccuracy(accuracy) }),
    ordering: ordering !== undefined && derBoolean(ordering),
    ...(nonce && { nonce: toHex(integerBytes(nonce)) }),
    ...(authority && { authority: parseGeneralName(inner(authority)) }),
    unknownCritical: critical.map(({ oid }) => oid),
  }
}

export function parseImprint(node: DerNode): MessageImprint {
  const reader = fields(node)
  const { oid } = parseAlgorithmIdentifier(reader.next(TAG.sequence))
  const hash = derOctets(reader.next())
  reader.end()
  return { oid, digest: digestByOid(oid)?.name ?? null, hash }
}

/** Accuracy ::= seconds, [0] millis, [1] micros; what is absent is zero. Rounded up. */
function parseAccuracy(node: DerNode): number {
  const reader = fields(node)
  const seconds = reader.optional(TAG.integer)
  const millis = reader.optional(0x80)
  const micros = reader.optional(0x81)
  reader.end()
  const value = (part: DerNode | undefined): number => (part ? derSmallInteger(asTag(part, TAG.integer)) : 0)
  return value(seconds) * 1000 + value(millis) + Math.ceil(value(micros) / 1000)
}

/** What the token's own structure says against it: RFC 3161, 2.4.1 and 2.4.2. Signature, imprint and chain are looked at elsewhere. */
export function tokenFindings({ signedData, info }: TimeStampToken): readonly Finding[] {
  const findings: Finding[] = []
  const fail = (id: string, evidence: string): number => findings.push({ id, severity: 'failure', evidence })
  const { signers } = signedData
  const [signer] = signers
  if (signers.length !== 1) fail('timestamp-one-signer', `${signers.length} signers`)
  if (info.version !== 1) fail('timestamp-version', `version ${info.version}`)
  if (info.unknownCritical.length > 0) fail('timestamp-critical-extension', info.unknownCritical.join(' '))
  if (info.accuracyMilliseconds !== undefined && info.accuracyMilliseconds < 0) fail('timestamp-accuracy', 'negative')
  if (signer && countReferences(signer) === 0) fail('timestamp-signing-certificate', 'no ESSCertID or ESSCertIDv2')
  return findings
}

/** Attributes that cannot be read name no certificate. */
function countReferences(signer: CmsSignedData['signers'][number]): number {
  try {
    return signingCertificateReferences(signer).length
  } catch {
    return 0
  }
}
