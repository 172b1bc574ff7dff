/** All that core asks of the world. Bodies: platform/ (browser), cli/ (Node), testing/ (fakes). */

/** SHA-2 digests by their WebCrypto names, plus those that a verifier must still recognise. */
export type DigestAlgorithm = 'SHA-1' | 'SHA-224' | 'SHA-256' | 'SHA-384' | 'SHA-512'

export interface Clock {
  now(): Date
}

/** A CRL or an issuer's certificate (RFC 2585). */
export type ExpectedType = 'application/pkix-crl' | 'application/pkix-cert'

/** Host-delegated, relay or direct CORS: the caller cannot tell. Rejects with SignError `NETWORK_*`. */
export interface Network {
  post(url: string, body: Uint8Array, type: string, signal: AbortSignal): Promise<Uint8Array>
  /** `expects`: media type of the answer, for those who pass the request on. */
  get(url: string, signal: AbortSignal, expects?: ExpectedType): Promise<Uint8Array>
}

export interface Random {
  bytes(length: number): Uint8Array
}

export interface StreamingHasher {
  update(chunk: Uint8Array): void
  digest(): Promise<Uint8Array>
  /**
   * Digest of everything so far and a tail behind it; the hasher itself goes on as if nothing had been asked. Absent: this
   * algorithm's state cannot be kept here.
   */
  digestWith?(tail: Uint8Array): Promise<Uint8Array>
}

/** The cryptography of the place: WebCrypto in one shot, streaming beyond what that is good for. */
export interface Engine {
  /** For messages and tests: 'browser', 'node', 'peculiar'. */
  readonly id: string
  readonly subtle: SubtleCrypto
  /** Bytes above which a message is better hashed piece by piece here, for time or for memory. Absent: 1 GiB. */
  oneShot?(digest: DigestAlgorithm): number
  hasher(digest: DigestAlgorithm): Promise<StreamingHasher>
}

export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly engine: Engine
  /** Absent when this place has no way out: then nothing is fetched and the report says so. */
  readonly network?: Network
}
