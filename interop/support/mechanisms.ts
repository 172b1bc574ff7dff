import type { Mechanism } from '../../src/core/keys.ts'
import type { Tool } from '../judges/tools.ts'
import type { KeyKind } from './pki.ts'

export type Row = Mechanism & { kind: KeyKind; name: string }

const row = (kind: KeyKind, signature: Mechanism['signature'], digest: Mechanism['digest']): Row => ({
  kind,
  signature,
  digest,
  name: `${kind} ${signature} ${digest}`,
})

/** Every mechanism that the product signs with. */
export const MECHANISMS: readonly Row[] = [
  row('P-256', 'ECDSA-P256', 'SHA-256'),
  row('P-384', 'ECDSA-P384', 'SHA-384'),
  row('P-521', 'ECDSA-P521', 'SHA-512'),
  row('RSA-2048', 'RSASSA-PKCS1-v1_5', 'SHA-256'),
  row('RSA-3072', 'RSASSA-PKCS1-v1_5', 'SHA-512'),
  row('RSA-2048', 'RSA-PSS', 'SHA-256'),
  row('RSA-3072', 'RSA-PSS', 'SHA-384'),
  row('Ed25519', 'Ed25519', 'SHA-512'),
  row('ML-DSA-44', 'ML-DSA-44', 'SHA-512'),
  row('ML-DSA-65', 'ML-DSA-65', 'SHA-512'),
  row('ML-DSA-87', 'ML-DSA-87', 'SHA-512'),
]

/** What a judge can do: accept; see that the bytes are intact, but not accept; or not read it at all. */
export type Ability = 'accepts' | 'intact' | 'cannot'

/** The fixed table of who cannot judge what, and why. Everything that is not here must be accepted; what is here is seen refused. */
const LIMITS: Partial<
  Record<Tool, readonly { when: (mechanism: Mechanism) => boolean; ability: Ability; why: string }[]>
> = {
  openssl: [
    { when: isEd25519, ability: 'cannot', why: 'OpenSSL 3.0 does not know Ed25519 with signed attributes' },
    { when: isMlDsa, ability: 'cannot', why: 'OpenSSL knows ML-DSA from 3.5' },
  ],
  pdfsig: [
    { when: isEd25519, ability: 'cannot', why: 'NSS in poppler does not know Ed25519 in CMS' },
    { when: isMlDsa, ability: 'cannot', why: 'NSS in poppler does not know ML-DSA' },
  ],
  dss: [
    { when: isEd25519, ability: 'intact', why: "the algorithm is not in the list of DSS's default policy" },
    { when: isMlDsa, ability: 'cannot', why: 'DSS 6.4 has no ML-DSA' },
  ],
}

function isEd25519({ signature }: Mechanism): boolean {
  return signature === 'Ed25519'
}

function isMlDsa({ signature }: Mechanism): boolean {
  return signature.startsWith('ML-DSA')
}

export function abilityOf(judge: Tool, mechanism: Mechanism): { ability: Ability; why: string } {
  const limit = LIMITS[judge]?.find(({ when }) => when(mechanism))
  return limit ?? { ability: 'accepts', why: '' }
}
