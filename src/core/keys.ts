import type { DigestAlgorithm } from './ports.ts'
import type { KeyErrorCode } from './errors.ts'

/** What a key can do, in our own words; algorithms.ts maps them to OIDs and WebCrypto parameters. */
export type SignatureAlgorithm =
  | 'RSASSA-PKCS1-v1_5'
  | 'RSA-PSS'
  | 'ECDSA-P256'
  | 'ECDSA-P384'
  | 'ECDSA-P521'
  | 'Ed25519'
  | 'ML-DSA-44'
  | 'ML-DSA-65'
  | 'ML-DSA-87'

/** `digest` is that of the messageDigest attribute and, for RSA and ECDSA, of the signature itself. */
export type Mechanism = Readonly<{ signature: SignatureAlgorithm; digest: DigestAlgorithm }>

/** Plain data: may go to the worker; the key may not. `certificate` and `chain` are DER, byte-exact, leaf first. */
export type SignerInfo = Readonly<{
  certificate: Uint8Array
  chain: readonly Uint8Array[]
  mechanisms: readonly Mechanism[]
}>

export interface SigningKey {
  /** Stable within its provider; the picker remembers certificates by fingerprint instead. */
  readonly id: string
  /** The name a person gave it, or the certificate's common name. */
  readonly label: string
  /** What holds the key, as it calls itself: a token's or a card's label. Absent: nothing to carry about. */
  readonly device?: string
  readonly signer: SignerInfo
  /**
   * Hashes and signs the DTBS (DER of the signed attributes, SET OF tag 0x31).
   *
   * @returns WebCrypto's encoding (ECDSA: IEEE P1363 r||s; RSA, Ed25519, ML-DSA: the octets); only cms/ makes DER of it.
   * @throws SignError `KEY_*`; AbortError when cancelled.
   */
  sign(dtbs: Uint8Array, mechanism: Mechanism, signal: AbortSignal): Promise<Uint8Array>
}

/** Where a person's key lives: this browser's storage, a file opened for this session, a token, behind a passkey. */
export type KeyPlace = 'browser' | 'file' | 'token' | 'passkey'

export interface KeyProvider {
  readonly id: string
  /** Absent: a token. */
  readonly place?: KeyPlace
  /** Never prompts, never throws. */
  availability(): Promise<{ ready: true } | { ready: false; reason: KeyErrorCode }>
  /** May prompt (PIN, password, device chooser). Empty means none, not failure. */
  keys(signal: AbortSignal): Promise<readonly SigningKey[]>
}

/** A provider outside this browser (bridge, token): `keys` connects to it, so it is asked only when a person wants it. */
export interface TokenProvider extends KeyProvider {
  /** Logs out of the token, so that the next use asks for the PIN again. */
  disconnect(): Promise<void>
  /** Fires when a token came or went. Returns the way to stop. */
  onChange(listener: () => void): () => void
}

/** What can be made here; RSA carries its modulus length in bits. */
export type NewKeyAlgorithm = 'ECDSA-P256' | 'ECDSA-P384' | 'RSA-2048' | 'RSA-3072' | 'Ed25519' | 'ML-DSA-65'

/** The names a person gives for a self-signed certificate or a request. `country` is two letters, ISO 3166-1. */
export type SubjectName = Readonly<{
  commonName: string
  organization?: string
  email?: string
  country?: string
}>

/**
 * Wraps the private key at its birth, the only moment when that is possible; a rejection undoes the creation.
 *
 * @param key extractable, dropped after this call; meant for `subtle.wrapKey('pkcs8', …)`
 * @param certificate DER
 */
export type KeyBackup = (key: CryptoKey, certificate: Uint8Array, signal: AbortSignal) => Promise<void>

export type NewKey = Readonly<{
  algorithm: NewKeyAlgorithm
  /** What the picker shows; the common name when absent. */
  label?: string
  subject: SubjectName
  notBefore: Date
  notAfter: Date
  /** Null: the key can never be backed up, and the person was told so. */
  backup: KeyBackup | null
}>

/** What is known of a stored key beside the key itself. Plain data. */
export type StoredKey = Readonly<{
  id: string
  label: string
  signer: SignerInfo
  createdAt: Date
  lastUsedAt: Date | null
  backedUp: boolean
}>

/** A key from a file, ready to be kept. */
export type AdoptedKey = Readonly<{
  label: string
  /** Non-extractable, usage `sign`, all of one key pair: an RSA key comes once per scheme and digest it shall sign with. */
  privateKeys: readonly CryptoKey[]
  /** DER */
  certificate: Uint8Array
  /** DER, without the leaf, towards the root. */
  chain: readonly Uint8Array[]
  backedUp: boolean
}>

/** A provider whose keys this app makes and keeps. Every refusal is a SignError `KEY_*`. */
export interface KeyStore extends KeyProvider {
  stored(): Promise<readonly StoredKey[]>
  /** Found by generating, not by asking for names; the default first. */
  algorithms(): Promise<readonly NewKeyAlgorithm[]>
  /** Resolves only when the key was written, read again and has signed; a failure leaves nothing behind. */
  create(request: NewKey, signal: AbortSignal): Promise<StoredKey>
  /** Takes in a key that was made elsewhere; refused unless it is non-extractable, fits its certificate and signs. */
  adopt(key: AdoptedKey, signal: AbortSignal): Promise<StoredKey>
  rename(id: string, label: string): Promise<StoredKey>
  /** Replaces the certificate, for example by the company CA's; refused unless it carries this key. */
  installCertificate(id: string, certificate: Uint8Array, chain: readonly Uint8Array[]): Promise<StoredKey>
  remove(id: string): Promise<void>
  /** Remembers that the key signed now. */
  touch(id: string): Promise<void>
}

/** What providers may ask of the person; the UI hands the body in, so that no provider knows React. Null is a cancel. */
export interface Prompt {
  secret(request: {
    kind: 'pin' | 'password' | 'passphrase'
    /** Token, file or key that asks. */
    subject: string
    triesLeft?: number
    previous?: 'incorrect'
  }): Promise<string | null>
  /** Show a pairing code and wait until it is confirmed elsewhere or cancelled here. */
  showCode(request: { subject: string; code: string; signal: AbortSignal }): Promise<'dismissed' | 'cancelled'>
}
