import { assertMechanism, digestByName } from '../algorithms.ts'
import { utf8 } from '../bytes/bytes.ts'
import type { DerBytes } from '../bytes/der-write.ts'
import { Recent } from '../bytes/recent.ts'
import type { SignerInfo, Mechanism } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { buildSignedAttributes, maxSignedDataLength, type CommitmentType } from './write.ts'

/** What one signer writes the same into every document: hundreds of them are signed with one consent. */
export type SignerConstants = Readonly<{
  /** `buildSignedAttributes` without a signing time. @throws RangeError for a digest of another length */
  signedAttributes(messageDigest: Uint8Array): DerBytes
  /** Upper bound in octets of the CMS, room for a time-stamp included. */
  longest: number
}>

const recent = new Recent<SignerConstants>(8, 1 << 16)

/**
 * @param unsigned octets to keep free for a time-stamp
 * @throws SignError `KEY_ALGORITHM_UNSUPPORTED`, `DER_MALFORMED`
 */
export async function signerConstants(
  { certificate, chain }: SignerInfo,
  mechanism: Mechanism,
  commitment: CommitmentType | undefined,
  unsigned: number,
  engine: Engine,
): Promise<SignerConstants> {
  const key = [certificate, ...chain, utf8(JSON.stringify([mechanism, commitment, unsigned]))]
  const known = recent.get(...key)
  if (known) return known
  assertMechanism(mechanism, parseCertificate(certificate).spki)
  const input = { mechanism, certificate, ...(commitment ? { commitment } : {}) }
  const size = digestByName(mechanism.digest).length
  const zeros = await buildSignedAttributes({ ...input, messageDigest: new Uint8Array(size) }, engine)
  const ones = await buildSignedAttributes({ ...input, messageDigest: new Uint8Array(size).fill(255) }, engine)
  // SET OF is sorted, but by the type of an attribute before its value: the digest stands at the same place whatever it is.
  const at = zeros.findIndex((octet, i) => octet !== ones[i])
  const entry = { mechanism, certificate, signedAttributes: zeros }
  const constants: SignerConstants = {
    signedAttributes(messageDigest) {
      if (messageDigest.length !== size) throw new RangeError('messageDigest has a wrong length')
      const attributes = zeros.slice()
      attributes.set(messageDigest, at)
      return attributes
    },
    longest: maxSignedDataLength([entry], chain, unsigned),
  }
  return recent.keep(constants, ...key)
}
