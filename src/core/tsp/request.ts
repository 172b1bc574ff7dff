/** Time-stamp requests: RFC 3161, 2.4.1. */
import { digestAlgorithmIdentifier, digestByName } from '../algorithms.ts'
import { toHex } from '../bytes/bytes.ts'
import { boolean, integer, octetString, oid, sequence, unsignedInteger } from '../bytes/der-write.ts'
import type { DerBytes } from '../bytes/der-write.ts'
import type { DigestAlgorithm } from '../ports.ts'
import { parseDer } from '../bytes/der-read.ts'

export type TimeStampRequest = Readonly<{
  digest: DigestAlgorithm
  hash: Uint8Array
  /** Any octets; written as a positive INTEGER. */
  nonce: Uint8Array
  /** OID that the TSA must use; absent: its own default. */
  policy?: string
}>

/**
 * Version 1, certificates asked for.
 *
 * @throws RangeError when the hash does not have the digest's length
 */
export function buildTimeStampRequest({ digest, hash, nonce, policy }: TimeStampRequest): DerBytes {
  if (hash.length !== digestByName(digest).length) throw new RangeError(`not a ${digest} value`)
  return sequence(
    integer(1),
    sequence(digestAlgorithmIdentifier(digest), octetString(hash)),
    ...(policy === undefined ? [] : [oid(policy)]),
    unsignedInteger(nonce),
    boolean(true),
  )
}

/** The nonce as a token repeats it: hex of the INTEGER's contents. */
export const nonceText = (nonce: Uint8Array): string => toHex(parseDer(unsignedInteger(nonce)).contents)
