/** A complete CRL, version 2: RFC 5280, 5. */
import { signatureAlgorithmIdentifier } from '../algorithms.ts'
import { enumerated, explicit, integer, sequence, time, unsignedInteger } from '../bytes/der-write.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { assertAuthority } from '../x509/authority.ts'
import { checkedSign, signStructure, type SignOctets } from '../x509/build.ts'
import { parseCertificate, subjectKeyIdentifier } from '../x509/certificate.ts'
import {
  authorityKeyIdentifierExtension,
  encodeExtension,
  encodeExtensions,
  keyIdentifier,
} from '../x509/extensions.ts'

/** CRLReason by its number (5.3.1); the ones a company uses. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const

export type RevocationReason = keyof typeof REVOCATION_REASONS

export type CrlInput = Readonly<{
  /** DER of the CA. */
  authority: Uint8Array
  mechanism: Mechanism
  /** Rises with every CRL of this CA (5.2.3). */
  number: number
  thisUpdate: Date
  nextUpdate: Date
  /** `serialNumber`: unsigned magnitude. */
  revoked: readonly Readonly<{ serialNumber: Uint8Array; revokedAt: Date; reason: RevocationReason }>[]
}>

/** @throws RangeError nextUpdate not after thisUpdate; SignError `KEY_USAGE_FORBIDS`, `KEY_SIGNATURE_INVALID` */
export async function buildCrl(input: CrlInput, engine: Engine, sign: SignOctets): Promise<Uint8Array> {
  if (!(input.thisUpdate < input.nextUpdate)) throw new RangeError('nextUpdate must lie after thisUpdate')
  const authority = parseCertificate(input.authority)
  assertAuthority(authority, 'cRLSign')
  const entries = input.revoked.map(({ serialNumber, revokedAt, reason }) => {
    const code = REVOCATION_REASONS[reason]
    // 5.3.1: unspecified is said by leaving the reason out.
    const extensions =
      code === 0 ? [] : [encodeExtensions([{ oid: '2.5.29.21', critical: false, value: enumerated(code) }])]
    return sequence(unsignedInteger(serialNumber), time(revokedAt), ...extensions)
  })
  const issuerKey = subjectKeyIdentifier(authority) ?? keyIdentifier(authority.spki)
  const tbs = sequence(
    integer(1),
    signatureAlgorithmIdentifier(input.mechanism),
    authority.subject.der,
    time(input.thisUpdate),
    time(input.nextUpdate),
    // 5.1.2.6: the list is absent when nothing is revoked.
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(
      0,
      sequence(
        encodeExtension(authorityKeyIdentifierExtension(issuerKey)),
        encodeExtension({ oid: '2.5.29.20', critical: false, value: integer(input.number) }),
      ),
    ),
  )
  return signStructure(
    tbs,
    input.mechanism,
    checkedSign({ spki: authority.spki, mechanism: input.mechanism }, engine, sign),
  )
}
