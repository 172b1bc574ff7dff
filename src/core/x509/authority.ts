/** A small company CA: certificates for the company's own signers, from their requests. RFC 5280; no key of anybody passes here. */
import { parsePublicKey } from '../algorithms.ts'
import { SignError } from '../errors.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine, Random } from '../ports.ts'
import { buildCertificate, checkedSign, randomSerialNumber, type SignOctets } from './build.ts'
import { basicConstraints, keyUsage, parseCertificate, subjectKeyIdentifier, type Certificate } from './certificate.ts'
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  crlDistributionPointsExtension,
  emailExtension,
  keyIdentifier,
  keyUsageExtension,
  subjectKeyIdentifierExtension,
} from './extensions.ts'
import { buildName, nameFacts, type NameInput } from './name.ts'
import { verifyRequest, type CertificationRequest } from './request.ts'

type Making = Readonly<{ engine: Engine; random: Random }>

export type AuthorityInput = Readonly<{
  /** Or the DER of a Name to keep, octet for octet: what was issued under it names it so. */
  name: NameInput | Uint8Array
  spki: Uint8Array
  mechanism: Mechanism
  notBefore: Date
  notAfter: Date
}>

/** The CA's own self-signed certificate: pathLenConstraint 0, so that it can make signers and no further CA. */
export async function buildAuthority(input: AuthorityInput, ports: Making, sign: SignOctets): Promise<Uint8Array> {
  const name = input.name instanceof Uint8Array ? input.name : buildName(input.name)
  const identifier = keyIdentifier(input.spki)
  return buildCertificate(
    {
      ...input,
      serialNumber: randomSerialNumber(ports.random),
      issuer: name,
      subject: name,
      extensions: [
        basicConstraintsExtension(true, 0),
        keyUsageExtension(['keyCertSign', 'cRLSign']),
        subjectKeyIdentifierExtension(identifier),
        authorityKeyIdentifierExtension(identifier),
      ],
    },
    checkedSign(input, ports.engine, sign),
  )
}

export type Issuance = Readonly<{
  /** DER of the CA. */
  authority: Uint8Array
  mechanism: Mechanism
  request: CertificationRequest
  /** What the person at the CA confirmed; absent: the request's own name. */
  name?: NameInput
  notBefore: Date
  notAfter: Date
  /** Where the company will publish its CRL. */
  crlUrl?: string
}>

/**
 * Issues a signer's certificate. The extensions are the profile's, not those that the request asks for.
 *
 * @throws SignError `KEY_REQUEST_INVALID` (no proof of possession, weak key), `KEY_USAGE_FORBIDS` (not a CA),
 *   `KEY_CERTIFICATE_EXPIRED` (the CA's own validity does not cover it)
 */
export async function issueCertificate(input: Issuance, ports: Making, sign: SignOctets): Promise<Uint8Array> {
  const authority = parseCertificate(input.authority)
  assertAuthority(authority, 'keyCertSign')
  const { request, notBefore, notAfter } = input
  await assertRequest(request, ports.engine)
  if (notBefore < authority.notBefore || notAfter > authority.notAfter || !(notBefore < notAfter)) {
    throw new SignError('KEY_CERTIFICATE_EXPIRED', 'the certificate would outlive its CA', {
      details: { caNotAfter: authority.notAfter.toISOString() },
    })
  }
  const email = (input.name ?? nameFacts(request.subject)).email?.trim()
  const issuerKey = subjectKeyIdentifier(authority) ?? keyIdentifier(authority.spki)
  return buildCertificate(
    {
      serialNumber: randomSerialNumber(ports.random),
      mechanism: input.mechanism,
      issuer: authority.subject.der,
      subject: input.name ? buildName(input.name) : request.subject.der,
      notBefore,
      notAfter,
      spki: request.spki,
      extensions: [
        basicConstraintsExtension(false),
        keyUsageExtension(['digitalSignature', 'nonRepudiation']),
        subjectKeyIdentifierExtension(keyIdentifier(request.spki)),
        authorityKeyIdentifierExtension(issuerKey),
        ...(email ? [emailExtension(email)] : []),
        ...(input.crlUrl ? [crlDistributionPointsExtension([input.crlUrl])] : []),
      ],
    },
    checkedSign({ spki: authority.spki, mechanism: input.mechanism }, ports.engine, sign),
  )
}

/** @throws SignError `KEY_USAGE_FORBIDS` */
export function assertAuthority(certificate: Certificate, usage: 'keyCertSign' | 'cRLSign'): void {
  const usages = keyUsage(certificate)
  if (basicConstraints(certificate)?.ca === true && (usages === null || usages.includes(usage))) return
  throw new SignError('KEY_USAGE_FORBIDS', `this certificate is not a CA that may use its key for ${usage}`)
}

const LEAST_RSA_BITS = 2048

async function assertRequest(request: CertificationRequest, engine: Engine): Promise<void> {
  const proof = await verifyRequest(engine, request)
  if (proof.valid !== true) {
    throw new SignError('KEY_REQUEST_INVALID', 'the request is not signed by its own key', {
      details: { why: 'signature' },
    })
  }
  const key = parsePublicKey(request.spki)
  if (key.algorithm.startsWith('RSA') && key.bits < LEAST_RSA_BITS) {
    throw new SignError('KEY_REQUEST_INVALID', `an RSA key of ${key.bits} bits`, {
      details: { why: 'weak-key', bits: key.bits },
    })
  }
}
