import type { Refusal } from '../core/formats/format.ts'
import type { CertificateFacts } from '../core/validation/facts.ts'
import type { AnchorPurpose } from '../core/validation/policy.ts'

export type TrustAnchor = Readonly<{
  /** Upper-case hex SHA-256 of the DER. */
  fingerprint: string
  certificate: CertificateFacts
  purposes: readonly AnchorPurpose[]
  /** `config`: by config.json of this deployment; cannot be removed here. */
  origin: 'user' | 'config'
  addedAt: Date | null
}>

export type AnchorImport = Readonly<
  | { status: 'added' | 'already-there'; name: string; anchor: TrustAnchor }
  | { status: 'failed'; name: string; refusal: Refusal }
>

/** Nothing is trusted by default: an anchor is a certificate that this user, or the deployment, said to trust. */
export interface TrustAnchors {
  list(): Promise<readonly TrustAnchor[]>
  /** Reads certificates from PEM (also several in one file), DER and PKCS#7; adds none. To be shown and confirmed first. */
  read(files: readonly Blob[]): Promise<readonly CertificateFacts[]>
  /** One result per certificate found, in order; a file without any is one `failed`. */
  importFiles(files: readonly File[], purposes: readonly AnchorPurpose[]): Promise<readonly AnchorImport[]>
  add(der: Uint8Array, purposes: readonly AnchorPurpose[]): Promise<TrustAnchor>
  remove(fingerprint: string): Promise<void>
  onChange(listener: () => void): () => void
}
