import type { KeyPlace, NewKeyAlgorithm, SignatureAlgorithm, SignerInfo, StoredKey } from '../core/keys.ts'
import type { CertificateFacts } from '../core/validation/facts.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import type { KeyCard, ValidityState } from './manage-keys.ts'

const EXPIRES_SOON = 30 * 24 * 3600 * 1000

/** Common verifiers that cannot check this algorithm's signatures (interop/ shows it), as they call themselves. */
export function unreadableBy(algorithm: NewKeyAlgorithm | SignatureAlgorithm): readonly string[] {
  if (algorithm === 'Ed25519') return ['pdfsig', 'OpenSSL 3.0']
  if (algorithm.startsWith('ML-DSA')) return ['pdfsig', 'OpenSSL before 3.5']
  return []
}

/** Null: the certificate cannot be read. */
export function cardOf(source: {
  provider: string
  place: KeyPlace
  key: Readonly<{ id: string; label: string; device?: string; signer: SignerInfo }>
  stored: StoredKey | null
  now: Date
}): KeyCard | null {
  const { provider, place, key, stored, now } = source
  const certificate = factsOf(key.signer.certificate)
  if (!certificate) return null
  const [mechanism] = key.signer.mechanisms
  return {
    ref: { provider, id: key.id },
    label: key.label,
    place,
    device: key.device ?? null,
    certificate,
    chain: key.signer.chain,
    mechanisms: key.signer.mechanisms,
    validity: validityOf(certificate, now),
    maySign: !maySign(certificate) ? 'KEY_USAGE_FORBIDS' : mechanism ? null : 'KEY_MECHANISM_MISSING',
    selfSigned: certificate.selfIssued,
    unreadableBy: mechanism ? unreadableBy(mechanism.signature) : [],
    createdAt: stored?.createdAt ?? null,
    lastUsedAt: stored?.lastUsedAt ?? null,
    backedUp: stored?.backedUp ?? place !== 'browser',
    managed: stored !== null,
  }
}

function factsOf(der: Uint8Array): CertificateFacts | null {
  try {
    return certificateFacts(parseCertificate(der))
  } catch {
    return null
  }
}

export function validityOf(certificate: CertificateFacts, now: Date): ValidityState {
  if (now < certificate.notBefore) return 'not-yet-valid'
  if (now > certificate.notAfter) return 'expired'
  return certificate.notAfter.getTime() - now.getTime() < EXPIRES_SOON ? 'expires-soon' : 'valid'
}

/** RFC 5280, 4.2.1.3: without the extension every use is allowed. */
export function maySign({ keyUsage }: CertificateFacts): boolean {
  return keyUsage === null || keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation')
}

/** Usable now first, then the last used, then by name. */
export function byUse(a: KeyCard, b: KeyCard): number {
  const rank = (card: KeyCard): number =>
    card.maySign === null && (card.validity === 'valid' || card.validity === 'expires-soon') ? 0 : 1
  const used = (card: KeyCard): number => (card.lastUsedAt ?? card.createdAt)?.getTime() ?? 0
  return rank(a) - rank(b) || used(b) - used(a) || a.label.localeCompare(b.label)
}
