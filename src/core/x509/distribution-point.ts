/** CRL distribution points: RFC 5280, 4.2.1.13; the name form is shared with the issuing distribution point of a CRL (5.2.5). */
import { TAG, asTag, children, derNamedBits, fields, inner } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { parseGeneralNames, sameGeneralName } from './general-name.ts'
import type { GeneralName } from './general-name.ts'
import { canonicalRdns } from './name-match.ts'

/** ReasonFlags, RFC 5280, 4.2.1.13, by bit number; bit 0 is unused. */
export const REASONS = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const
export type Reason = (typeof REASONS)[number]

export const ALL_REASONS: readonly Reason[] = REASONS.slice(1)

export type DistributionPointName =
  | Readonly<{ kind: 'full'; names: readonly GeneralName[] }>
  /** The canonical RDN that is added to the CRL issuer's name. */
  | Readonly<{ kind: 'relative'; rdn: string }>

export type DistributionPoint = Readonly<{
  name?: DistributionPointName
  /** Absent: all reasons. */
  reasons?: readonly Reason[]
  /** Absent: the certificate's issuer. */
  crlIssuer?: readonly GeneralName[]
}>

export const parseDistributionPoints = (node: DerNode): readonly DistributionPoint[] =>
  children(node, 1000).map(parseDistributionPoint)

function parseDistributionPoint(node: DerNode): DistributionPoint {
  const reader = fields(node)
  const name = reader.optional(0xa0)
  const reasons = reader.optional(0x81)
  const crlIssuer = reader.optional(0xa2)
  reader.end()
  return {
    ...(name && { name: parseDistributionPointName(name) }),
    ...(reasons && { reasons: parseReasons(reasons) }),
    ...(crlIssuer && { crlIssuer: parseGeneralNames(crlIssuer) }),
  }
}

/** @param node [0] EXPLICIT around the CHOICE */
export function parseDistributionPointName(node: DerNode): DistributionPointName {
  const choice = inner(node)
  if (choice.tag === 0xa0) return { kind: 'full', names: parseGeneralNames(choice) }
  if (choice.tag !== 0xa1) throw new SignError('DER_MALFORMED', 'no DistributionPointName')
  // A relative name is one RDN: read as a Name that holds only it.
  const [rdn = ''] = canonicalRdns({ ...choice, tag: TAG.sequence, contents: asSet(choice) })
  return { kind: 'relative', rdn }
}

function asSet(choice: DerNode): Uint8Array {
  const raw = choice.raw.slice()
  raw[0] = TAG.set
  return raw
}

/** @param node [n] IMPLICIT ReasonFlags */
export function parseReasons(node: DerNode): readonly Reason[] {
  const bits = derNamedBits(asTag(node, TAG.bitString))
  return ALL_REASONS.filter((reason) => bits[REASONS.indexOf(reason)] === true)
}

/**
 * The names a distribution point may be known by.
 *
 * @param issuers canonical names that a relative name is relative to
 */
export function fullNames(
  name: DistributionPointName,
  issuers: readonly (readonly string[])[],
): readonly GeneralName[] {
  if (name.kind === 'full') return name.names
  return issuers.map((issuer) => {
    const rdns = [...issuer, name.rdn]
    return { kind: 'directoryName', rdns, text: rdns.join(',') }
  })
}

export const shareName = (a: readonly GeneralName[], b: readonly GeneralName[]): boolean =>
  a.some((name) => b.some((other) => sameGeneralName(name, other)))
