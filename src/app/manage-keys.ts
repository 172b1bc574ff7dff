import type { KeyErrorCode } from '../core/errors.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type { KeyBackup, Mechanism, NewKeyAlgorithm, SubjectName } from '../core/keys.ts'
import type { CertificateFacts } from '../core/validation/facts.ts'

/** Names a key among all providers; plain data, stable over reloads. */
export type KeyRef = Readonly<{ provider: string; id: string }>

/** Judged by this computer's clock at the time of listing. */
export type ValidityState = 'valid' | 'expires-soon' | 'expired' | 'not-yet-valid'

/** Everything a page shows of one key. */
export type KeyCard = Readonly<{
  ref: KeyRef
  label: string
  /** Where the key lives: this browser's storage, a file opened for this session, a token, behind a passkey. */
  place: 'browser' | 'file' | 'token' | 'passkey'
  certificate: CertificateFacts
  /** DER, without the leaf. */
  chain: readonly Uint8Array[]
  mechanisms: readonly Mechanism[]
  validity: ValidityState
  /** Null: may sign documents. `KEY_USAGE_FORBIDS`: neither digitalSignature nor nonRepudiation. */
  maySign: null | KeyErrorCode
  selfSigned: boolean
  /** Common verifiers that cannot read this algorithm's signatures yet, as they call themselves: 'pdfsig', 'OpenSSL 3.0' … */
  unreadableBy: readonly string[]
  createdAt: Date | null
  lastUsedAt: Date | null
  /** False for a key of this browser means: gone with the browser's data. */
  backedUp: boolean
  /** Rename, delete and install a certificate work only where this app keeps the key. */
  managed: boolean
}>

/** One provider's answer. A provider that cannot be reached never hides the keys of the others. */
export type ProviderState = Readonly<
  { provider: string; ready: true } | { provider: string; ready: false; reason: KeyErrorCode }
>

export type KeyListing = Readonly<{ keys: readonly KeyCard[]; providers: readonly ProviderState[] }>

export type AlgorithmChoice = Readonly<{
  algorithm: NewKeyAlgorithm
  /** False where this browser cannot generate it. */
  available: boolean
  isDefault: boolean
  unreadableBy: readonly string[]
}>

export type CreateKeyRequest = Readonly<{
  algorithm: NewKeyAlgorithm
  label?: string
  subject: SubjectName
  /** Whole years from today, 1 to 30. */
  years: number
  backup?: KeyBackup | null
}>

/** What the browser promises about this origin's storage. */
export type StorageState = Readonly<{
  /** Null: this browser does not say. True: it promised not to evict it. */
  persisted: boolean | null
  /** Why keys cannot be kept here at all (private window, denied, full); null when they can. */
  unavailable: KeyErrorCode | null
  usageBytes: number | null
  quotaBytes: number | null
}>

export interface ManageKeys {
  /** All providers together; sorted: may sign and valid first, then last used, then by name. Never rejects but for a cancel. */
  list(signal?: AbortSignal): Promise<KeyListing>
  /** In the order to offer. Generates one key of each kind the first time (RSA apart), so call it when the form opens. */
  algorithms(): Promise<readonly AlgorithmChoice[]>
  /**
   * Makes the key and its self-signed certificate; resolves only when it was stored, read again and has signed.
   * Asks the browser for `storage.persist()`, so call it from the click.
   *
   * @throws SignError `KEY_*`; nothing half-made is left behind. RangeError on an empty name or a bad country, years or e-mail.
   */
  create(request: CreateKeyRequest, signal?: AbortSignal): Promise<KeyCard>
  /** @throws SignError `KEY_NOT_FOUND` */
  rename(ref: KeyRef, label: string): Promise<KeyCard>
  /** For ever. The page asks first. @throws SignError `KEY_NOT_FOUND` */
  remove(ref: KeyRef): Promise<void>
  /** `pem-chain` is the leaf followed by its chain. */
  exportCertificate(ref: KeyRef, encoding: 'pem' | 'der' | 'pem-chain'): Promise<SignedFile>
  storage(): Promise<StorageState>
  /** Call it from a click; Firefox asks the person. */
  requestPersistence(): Promise<StorageState>
  /** Fingerprint of the certificate that signed last; the picker starts there. */
  lastUsed(): Promise<string | null>
  /** Also fires when another tab changed the keys. Returns the way to stop. */
  onChange(listener: () => void): () => void
}
