import { SignError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import type { CertificateFacts } from '../core/validation/facts.ts'
import type { AnchorPurpose } from '../core/validation/policy.ts'
import { certificateFacts, fingerprint, parseCertificate } from '../core/x509/certificate.ts'
import { readCertificates } from '../core/x509/read-certificates.ts'

export type TrustAnchor = Readonly<{
  /** Upper-case hex SHA-256 of the DER. */
  fingerprint: string
  certificate: CertificateFacts
  purposes: readonly AnchorPurpose[]
  /** `config`: by config.json of this deployment; cannot be removed here. */
  origin: 'user' | 'config'
  addedAt: Date | null
}>

/** Nothing is trusted by default: an anchor is a certificate that this user, or the deployment, said to trust. */
export interface TrustAnchors {
  /** @throws SignError `KEY_STORAGE_*` only when the deployment names none either. */
  list(): Promise<readonly TrustAnchor[]>
  /** Reads certificates from PEM (also several in one file), DER and PKCS#7; adds none. To be shown and confirmed first. */
  read(file: Blob): Promise<readonly CertificateFacts[]>
  /**
   * Of one that is there already the purposes become these.
   *
   * @throws RangeError for no purpose; SignError `DER_MALFORMED`, `KEY_STORAGE_*`
   */
  add(der: Uint8Array, purposes: readonly AnchorPurpose[]): Promise<TrustAnchor>
  /** @throws RangeError for one that the deployment names */
  remove(fingerprint: string): Promise<void>
  onChange(listener: () => void): () => void
}

export type AnchorEntry = Readonly<{
  fingerprint: string
  der: Uint8Array
  purposes: readonly AnchorPurpose[]
  addedAt: Date
}>

export type TrustAnchorsPorts = Readonly<{
  store: {
    anchors(): Promise<readonly AnchorEntry[]>
    putAnchor(entry: AnchorEntry): Promise<void>
    removeAnchor(fingerprint: string): Promise<void>
    readonly anchorChanges: { subscribe(listener: () => void): () => void }
  }
  /** DER, of config.json. */
  configured: readonly Readonly<{ der: Uint8Array; purposes: readonly AnchorPurpose[] }>[]
  clock: Clock
}>

export function createTrustAnchors({ store, configured, clock }: TrustAnchorsPorts): TrustAnchors {
  const fixed = configured.flatMap(({ der, purposes }) => anchorOf({ der, purposes, addedAt: null }, 'config') ?? [])

  async function list(): Promise<readonly TrustAnchor[]> {
    const entries = await store.anchors().catch((error: unknown) => {
      if (fixed.length > 0) return []
      throw error
    })
    const own = entries.flatMap((entry) => anchorOf(entry, 'user') ?? [])
    const given = new Set(fixed.map((anchor) => anchor.fingerprint))
    return [...fixed, ...own.filter((anchor) => !given.has(anchor.fingerprint))]
  }

  async function add(der: Uint8Array, purposes: readonly AnchorPurpose[]): Promise<TrustAnchor> {
    if (purposes.length === 0) throw new RangeError('an anchor for nothing')
    const certificate = certificateFacts(parseCertificate(der))
    const print = fingerprint(der)
    const known = (await store.anchors()).find((entry) => entry.fingerprint === print)
    const entry = { der, fingerprint: print, purposes, addedAt: known?.addedAt ?? clock.now() }
    await store.putAnchor(entry)
    return { ...entry, certificate, origin: 'user' }
  }

  return {
    list,
    add,
    async read(file) {
      return (await certificatesIn(file)).map((der) => certificateFacts(parseCertificate(der)))
    },
    async remove(print) {
      if (fixed.some((anchor) => anchor.fingerprint === print)) throw new RangeError('given by the deployment')
      await store.removeAnchor(print)
    },
    onChange: (listener) => store.anchorChanges.subscribe(listener),
  }
}

/** @throws SignError `KEY_CERTIFICATE_MALFORMED` when it holds none */
async function certificatesIn(file: Blob): Promise<readonly Uint8Array[]> {
  const found = readCertificates(new Uint8Array(await file.arrayBuffer()))
  if (found.length > 0) return found
  throw new SignError('KEY_CERTIFICATE_MALFORMED', 'no certificate in this file')
}

/** Null: what is stored is no certificate that can be read. */
function anchorOf(
  { der, purposes, addedAt }: { der: Uint8Array; purposes: readonly AnchorPurpose[]; addedAt: Date | null },
  origin: 'user' | 'config',
): TrustAnchor | null {
  try {
    const certificate = certificateFacts(parseCertificate(der))
    return { fingerprint: certificate.fingerprint, certificate, purposes, origin, addedAt }
  } catch {
    return null
  }
}
