/** Certificates as this project makes them: RFC 5280, 4.1. The key stays where it is: `sign` is a callback. */
import { signatureAlgorithmIdentifier } from '../algorithms.ts'
import { bitString, explicit, integer, sequence, time, unsignedInteger, type DerBytes } from '../bytes/der-write.ts'
import { SignError } from '../errors.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine, Random } from '../ports.ts'
import { signatureOctets } from '../suites/ecdsa-value.ts'
import { verifyValue } from '../suites/verify.ts'
import type { KeyUsage } from './certificate.ts'
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  emailExtension,
  encodeExtensions,
  extendedKeyUsageExtension,
  keyIdentifier,
  keyUsageExtension,
  subjectKeyIdentifierExtension,
  type ExtensionInput,
} from './extensions.ts'
import { buildName, type NameInput } from './name.ts'

/** Signs the octets; the key boundary's encoding (keys.ts). */
export type SignOctets = (octets: Uint8Array) => Promise<Uint8Array>

export type CertificateInput = Readonly<{
  /** Unsigned magnitude. */
  serialNumber: Uint8Array
  /** The issuer's mechanism. */
  mechanism: Mechanism
  /** DER Names. */
  issuer: Uint8Array
  subject: Uint8Array
  notBefore: Date
  notAfter: Date
  /** The subject's SubjectPublicKeyInfo. */
  spki: Uint8Array
  extensions: readonly ExtensionInput[]
}>

/** A version 3 certificate. */
export async function buildCertificate(input: CertificateInput, sign: SignOctets): Promise<DerBytes> {
  const tbs = sequence(
    explicit(0, integer(2)),
    unsignedInteger(input.serialNumber),
    signatureAlgorithmIdentifier(input.mechanism),
    input.issuer,
    sequence(time(input.notBefore), time(input.notAfter)),
    input.subject,
    input.spki,
    ...(input.extensions.length === 0 ? [] : [explicit(3, encodeExtensions(input.extensions))]),
  )
  return signStructure(tbs, input.mechanism, sign)
}

/** SIGNED{}: what certificates, requests and CRLs share. */
export async function signStructure(tbs: DerBytes, mechanism: Mechanism, sign: SignOctets): Promise<DerBytes> {
  const value = signatureOctets(mechanism, await sign(tbs))
  return sequence(tbs, signatureAlgorithmIdentifier(mechanism), bitString(value))
}

/** 128 random bits, positive and never zero: RFC 5280, 4.1.2.2. */
export function randomSerialNumber(random: Random): Uint8Array {
  const serial = random.bytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return serial
}

export type SelfSignedInput = Readonly<{
  name: NameInput
  /** DER of the Name to keep, octet for octet, when a certificate is renewed; absent: `name` as it is built here. */
  subject?: Uint8Array
  spki: Uint8Array
  mechanism: Mechanism
  notBefore: Date
  notAfter: Date
  /** Default: digitalSignature and nonRepudiation. */
  keyUsage?: readonly KeyUsage[]
  /** OIDs. Default none: OpenSSL's plain `cms -verify` refuses a certificate that has documentSigning alone. */
  extendedKeyUsage?: readonly string[]
}>

/**
 * A signer's self-signed certificate: no CA, key usage critical, SKI and AKI, the e-mail also as subjectAltName.
 *
 * @throws RangeError name outside RFC 5280's bounds or an empty validity; SignError `KEY_SIGNATURE_INVALID` when the key is not that of `spki`
 */
export async function buildSelfSigned(
  input: SelfSignedInput,
  ports: Readonly<{ engine: Engine; random: Random }>,
  sign: SignOctets,
): Promise<DerBytes> {
  if (!(input.notBefore < input.notAfter)) throw new RangeError('notAfter must lie after notBefore')
  const name = input.subject ?? buildName(input.name)
  const identifier = keyIdentifier(input.spki)
  const email = input.name.email?.trim()
  const extensions = [
    basicConstraintsExtension(false),
    keyUsageExtension(input.keyUsage ?? ['digitalSignature', 'nonRepudiation']),
    ...(input.extendedKeyUsage?.length ? [extendedKeyUsageExtension(input.extendedKeyUsage)] : []),
    subjectKeyIdentifierExtension(identifier),
    authorityKeyIdentifierExtension(identifier),
    ...(email ? [emailExtension(email)] : []),
  ]
  const serialNumber = randomSerialNumber(ports.random)
  const fields = { serialNumber, issuer: name, subject: name, extensions }
  return buildCertificate({ ...input, ...fields }, checkedSign(input, ports.engine, sign))
}

/** Signs, and refuses a value that the public key does not verify: nothing wrong is ever handed out. */
export function checkedSign(
  { spki, mechanism }: Readonly<{ spki: Uint8Array; mechanism: Mechanism }>,
  engine: Engine,
  sign: SignOctets,
): SignOctets {
  return async (data) => {
    const value = await sign(data)
    const { valid, evidence } = await verifyValue(engine, mechanism, { spki, data, value })
    if (valid) return value
    throw new SignError('KEY_SIGNATURE_INVALID', 'the key gave a signature that its public key does not verify', {
      details: { signature: mechanism.signature, evidence: evidence ?? '' },
    })
  }
}
