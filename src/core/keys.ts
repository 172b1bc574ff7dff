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
  readonly signer: SignerInfo
  /**
   * Hashes and signs the DTBS (DER of the signed attributes, SET OF tag 0x31).
   *
   * @returns WebCrypto's encoding (ECDSA: IEEE P1363 r||s; RSA, Ed25519, ML-DSA: the octets); only cms/ makes DER of it.
   * @throws SignError `KEY_*`; AbortError when cancelled.
   */
  sign(dtbs: Uint8Array, mechanism: Mechanism, signal: AbortSignal): Promise<Uint8Array>
}

export interface KeyProvider {
  readonly id: string
  /** Never prompts, never throws. */
  availability(): Promise<{ ready: true } | { ready: false; reason: KeyErrorCode }>
  /** May prompt (PIN, password, device chooser). Empty means none, not failure. */
  keys(signal: AbortSignal): Promise<readonly SigningKey[]>
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
