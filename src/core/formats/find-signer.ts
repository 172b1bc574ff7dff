import { digestByOid } from '../algorithms.ts'
import { compareBytes, equalBytes } from '../bytes/bytes.ts'
import { signingCertificateReferences, type CertificateReference } from '../cms/attributes.ts'
import type { CmsSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import type { Finding, SigningCertificateReference } from '../validation/facts.ts'
import { parseCertificate, subjectKeyIdentifier, type Certificate } from '../x509/certificate.ts'
import { certificateDigest } from '../x509/certificate-digest.ts'

export type FoundSigner = Readonly<{
  certificate: Certificate | null
  reference: SigningCertificateReference
  findings: readonly Finding[]
}>

/**
 * The certificate that a SignerInfo means: by its identifier, and among several that fit it (anyone can copy a name and a number
 * into another certificate) by the signed reference.
 */
export async function findSigner(signer: CmsSigner, pool: readonly Uint8Array[], engine: Engine): Promise<FoundSigner> {
  const candidates = distinct(pool.flatMap((der) => tryCertificate(der) ?? []).filter((one) => fits(one, signer)))
  const findings: Finding[] = []
  const references = readReferences(signer, findings)
  if (candidates.length > 1) {
    findings.push({ id: 'cms-several-certificates-fit', severity: 'info', evidence: `${candidates.length}` })
  }
  for (const candidate of candidates) {
    if (references.length > 0 && (await allMatch(references, candidate, engine)))
      return found(candidate, references, true, findings)
  }
  const [first] = candidates
  return first
    ? found(first, references, false, findings)
    : { certificate: null, reference: none(references), findings }
}

function found(
  certificate: Certificate,
  references: readonly CertificateReference[],
  matches: boolean,
  findings: Finding[],
): FoundSigner {
  const [first] = references
  if (!first) return { certificate, reference: { kind: 'absent', matches: null }, findings }
  if (matches && references.some((one) => issuerSerialDiffers(one, certificate))) {
    findings.push({ id: 'ess-issuer-serial', severity: 'warning', evidence: 'another issuer or serial number' })
  }
  return { certificate, reference: { kind: first.kind, matches }, findings }
}

function none(references: readonly CertificateReference[]): SigningCertificateReference {
  return { kind: references[0]?.kind ?? 'absent', matches: null }
}

function readReferences(signer: CmsSigner, findings: Finding[]): readonly CertificateReference[] {
  try {
    return signingCertificateReferences(signer)
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    findings.push({ id: 'ess-unreadable', severity: 'failure', evidence: error.message })
    return []
  }
}

function tryCertificate(der: Uint8Array): Certificate | null {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

function fits(certificate: Certificate, { sid }: CmsSigner): boolean {
  if (sid.kind === 'subjectKeyIdentifier') {
    try {
      const identifier = subjectKeyIdentifier(certificate)
      return identifier !== null && equalBytes(identifier, sid.keyIdentifier)
    } catch {
      return false
    }
  }
  return equalBytes(certificate.issuer.der, sid.issuer) && sameInteger(certificate.serialNumber, sid.serialNumber)
}

/** Two's complement octets with any number of leading sign octets. */
function sameInteger(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(shortest(a), shortest(b))
}

function shortest(octets: Uint8Array): Uint8Array {
  let start = 0
  while (start + 1 < octets.length && octets[start] === 0) start++
  return octets.subarray(start)
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter((one, i) => certificates.findIndex(({ der }) => compareBytes(der, one.der) === 0) === i)
}

async function allMatch(
  references: readonly CertificateReference[],
  certificate: Certificate,
  engine: Engine,
): Promise<boolean> {
  for (const { digestOid, hash } of references) {
    const name = digestByOid(digestOid)?.name
    if (!name || !equalBytes(await certificateDigest(engine, name, certificate), hash)) return false
  }
  return true
}

function issuerSerialDiffers({ issuerSerial }: CertificateReference, certificate: Certificate): boolean {
  if (!issuerSerial) return false
  const sameIssuer = issuerSerial.issuer === null || equalBytes(issuerSerial.issuer, certificate.issuer.der)
  return !sameIssuer || !sameInteger(issuerSerial.serialNumber, certificate.serialNumber)
}
