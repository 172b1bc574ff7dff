/** The certificate extensions that path validation and revocation need: RFC 5280, 4.2; RFC 6960, 4.2.2.2.1. */
import { fromLatin1, toHex } from '../bytes/bytes.ts'
import {
  TAG,
  asTag,
  children,
  derBoolean,
  derNamedBits,
  derOctets,
  derOid,
  derSmallInteger,
} from '../bytes/der-read.ts'
import { expectTag, fields, parseDer } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { isAbort } from '../errors.ts'
import { KEY_USAGES } from './certificate.ts'
import type { Extension, KeyUsage } from './certificate.ts'
import { parseDistributionPoints } from './distribution-point.ts'
import type { DistributionPoint } from './distribution-point.ts'
import { parseGeneralName, parseGeneralNames } from './general-name.ts'
import type { GeneralName } from './general-name.ts'
import type { GeneralSubtree, NameConstraints } from './name-constraints.ts'
import type { PolicyMapping } from './path-policies.ts'

export type ExtensionProblem = Readonly<{
  problem: 'extension-critical-unknown' | 'extension-malformed' | 'extension-duplicate'
  oid: string
}>

export type CertificateExtensions = Readonly<{
  basicConstraints?: Readonly<{ ca: boolean; pathLength?: number }>
  keyUsage?: ReadonlySet<KeyUsage>
  extendedKeyUsage?: Readonly<{ oids: readonly string[]; critical: boolean }>
  /** Lower-case hex. */
  subjectKeyIdentifier?: string
  authorityKeyIdentifier?: string
  policies: readonly string[] | null
  mappings: readonly PolicyMapping[]
  requireExplicitPolicy?: number
  inhibitPolicyMapping?: number
  inhibitAnyPolicy?: number
  nameConstraints?: NameConstraints
  alternativeNames: readonly GeneralName[]
  distributionPoints: readonly DistributionPoint[]
  freshestCrl: readonly DistributionPoint[]
  ocspUrls: readonly string[]
  caIssuersUrls: readonly string[]
  /** id-pkix-ocsp-nocheck (RFC 6960) or noRevAvail (RFC 9608): no check is needed. */
  ocspNoCheck: boolean
  problems: readonly ExtensionProblem[]
}>

type Parsed = { -readonly [K in keyof CertificateExtensions]: CertificateExtensions[K] }
type Reader = (node: DerNode, into: Parsed, critical: boolean) => void

const NONE: Reader = () => undefined

/** OIDs under 2.5.29 and PKIX: an extension named here counts as understood when it is critical (RFC 5280, 4.2). */
const READERS: Readonly<Record<string, Reader>> = {
  '2.5.29.14': (node, into) => (into.subjectKeyIdentifier = toHex(derOctets(node))),
  '2.5.29.15': (node, into) => {
    const bits = derNamedBits(node)
    into.keyUsage = new Set(KEY_USAGES.filter((_, i) => bits[i] === true))
  },
  '2.5.29.17': (node, into) => (into.alternativeNames = parseGeneralNames(sequenceOf(node))),
  '2.5.29.18': NONE,
  '2.5.29.19': readBasicConstraints,
  '2.5.29.30': (node, into) => (into.nameConstraints = readNameConstraints(node)),
  '2.5.29.31': (node, into) => (into.distributionPoints = parseDistributionPoints(sequenceOf(node))),
  '2.5.29.32': (node, into) => (into.policies = readPolicies(node)),
  '2.5.29.33': (node, into) => (into.mappings = children(sequenceOf(node), 1000).map(readMapping)),
  '2.5.29.35': (node, into) => {
    const keyIdentifier = children(sequenceOf(node)).find((child) => child.tag === 0x80)
    if (keyIdentifier !== undefined) into.authorityKeyIdentifier = toHex(keyIdentifier.contents)
  },
  '2.5.29.36': readPolicyConstraints,
  '2.5.29.37': (node, into, critical) => {
    into.extendedKeyUsage = { oids: children(sequenceOf(node), 1000).map(derOid), critical }
  },
  '2.5.29.46': (node, into) => (into.freshestCrl = parseDistributionPoints(sequenceOf(node))),
  '2.5.29.54': (node, into) => (into.inhibitAnyPolicy = derSmallInteger(node)),
  '1.3.6.1.5.5.7.1.1': readAuthorityInfoAccess,
  '1.3.6.1.5.5.7.1.3': NONE,
  '1.3.6.1.5.5.7.1.11': NONE,
  '1.3.6.1.5.5.7.48.1.5': (_, into) => (into.ocspNoCheck = true),
  '2.5.29.56': (_, into) => (into.ocspNoCheck = true),
}

/** Never throws: what cannot be read is among `problems`. */
export function parseCertificateExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const problems: ExtensionProblem[] = []
  const into: Parsed = {
    policies: null,
    mappings: [],
    alternativeNames: [],
    distributionPoints: [],
    freshestCrl: [],
    ocspUrls: [],
    caIssuersUrls: [],
    ocspNoCheck: false,
    problems,
  }
  const seen = new Set<string>()
  for (const { oid, critical, value } of extensions) {
    if (seen.has(oid)) problems.push({ problem: 'extension-duplicate', oid })
    seen.add(oid)
    const read = READERS[oid]
    if (read === undefined) {
      if (critical) problems.push({ problem: 'extension-critical-unknown', oid })
      continue
    }
    try {
      read(parseDer(value, 'ber'), into, critical)
    } catch (error) {
      if (isAbort(error)) throw error
      problems.push({ problem: 'extension-malformed', oid })
    }
  }
  return into
}

function sequenceOf(node: DerNode): DerNode {
  expectTag(node, TAG.sequence)
  return node
}

function readBasicConstraints(node: DerNode, into: Parsed): void {
  const reader = fields(node)
  const ca = reader.optional(TAG.boolean)
  const pathLength = reader.optional(TAG.integer)
  reader.end()
  into.basicConstraints = {
    ca: ca !== undefined && derBoolean(ca),
    ...(pathLength && { pathLength: notNegative(derSmallInteger(pathLength)) }),
  }
}

function notNegative(value: number): number {
  if (value < 0) throw new RangeError('negative')
  return value
}

function readPolicies(node: DerNode): readonly string[] {
  return children(sequenceOf(node), 1000).map((information) => derOid(fields(information).next()))
}

function readMapping(node: DerNode): PolicyMapping {
  const reader = fields(node)
  const mapping = { issuerDomain: derOid(reader.next()), subjectDomain: derOid(reader.next()) }
  reader.end()
  return mapping
}

function readPolicyConstraints(node: DerNode, into: Parsed): void {
  const reader = fields(node)
  const explicit = reader.optional(0x80)
  const mapping = reader.optional(0x81)
  reader.end()
  if (explicit) into.requireExplicitPolicy = notNegative(derSmallInteger(asTag(explicit, TAG.integer)))
  if (mapping) into.inhibitPolicyMapping = notNegative(derSmallInteger(asTag(mapping, TAG.integer)))
}

function readNameConstraints(node: DerNode): NameConstraints {
  const reader = fields(node)
  const permitted = reader.optional(0xa0)
  const excluded = reader.optional(0xa1)
  reader.end()
  return {
    permitted: permitted ? children(permitted, 10_000).map(readSubtree) : [],
    excluded: excluded ? children(excluded, 10_000).map(readSubtree) : [],
  }
}

function readSubtree(node: DerNode): GeneralSubtree {
  const reader = fields(node)
  const base = parseGeneralName(reader.next())
  const minimum = reader.optional(0x80)
  const maximum = reader.optional(0x81)
  reader.end()
  const lowest = minimum ? derSmallInteger(asTag(minimum, TAG.integer)) : 0
  return { base, bounded: lowest !== 0 || maximum !== undefined }
}

function readAuthorityInfoAccess(node: DerNode, into: Parsed): void {
  const urls: Record<'ocsp' | 'caIssuers', string[]> = { ocsp: [], caIssuers: [] }
  for (const description of children(sequenceOf(node), 1000)) {
    const reader = fields(description)
    const method = derOid(reader.next())
    const location = reader.next()
    if (location.tag !== 0x86) continue
    if (method === '1.3.6.1.5.5.7.48.1') urls.ocsp.push(fromLatin1(location.contents))
    if (method === '1.3.6.1.5.5.7.48.2') urls.caIssuers.push(fromLatin1(location.contents))
  }
  into.ocspUrls = urls.ocsp
  into.caIssuersUrls = urls.caIssuers
}
