import { digestByOid, ID_RSA_ENCRYPTION, parseAlgorithmIdentifier, type DigestName } from '../algorithms.ts'
import { toHex } from '../bytes/bytes.ts'
import { TAG, derOctets, derOid, type DerNode } from '../bytes/der-read.ts'
import { derNull, oid as oidBytes, sequence } from '../bytes/der-write.ts'
import {
  algorithmProtectionHolds,
  certificateValues,
  commitmentTypes,
  revocationValues,
  signaturePolicy,
  signingTime,
  singleValue,
} from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import type { CmsSignedData, CmsSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import type { RevocationSource } from '../revocation/collect-chain.ts'
import { parseSignatureAlgorithm, type SignatureScheme, type SignatureSuite } from '../suites/signature-algorithm.ts'
import { verifySignature } from '../suites/verify.ts'
import type { CryptoFacts, DigestFacts, DocumentFacts, Finding, SignatureFacts } from '../validation/facts.ts'
import { certificateFacts, type Certificate } from '../x509/certificate.ts'
import type { CertificatePurpose } from '../x509/purpose.ts'
import { chainOf, type CollectContext } from './collect-context.ts'
import { findSigner } from './find-signer.ts'
import type { SignedContent } from './signed-content.ts'

/** One SignerInfo and where it stands. */
export type SignerInput = Readonly<{
  signedData: CmsSignedData
  signer: CmsSigner
  content: SignedContent
  /** Stable within the file. */
  id: string
  file: string
  /** The format when the signature names its certificate; a plain CMS is named so. */
  format: 'CAdES' | 'PAdES' | 'PDF' | 'RFC3161'
  purpose: CertificatePurpose
  document: DocumentFacts
  findings?: readonly Finding[]
  /** A countersignature has no content type (RFC 5652, 11.4). */
  isCounter?: boolean
}>

export const WHOLE_CONTENT: DocumentFacts = {
  coverage: 'whole-file',
  modifications: 'none',
  modificationsPermitted: true,
  changes: [],
  coveredBytes: 0,
  totalBytes: 0,
}

/** Everything that can be found and computed about one signer but its time-stamps and countersignatures. No verdict. */
export async function collectSigner(input: SignerInput, context: CollectContext): Promise<SignatureFacts> {
  const { signedData, signer, content } = input
  const findings = [...(input.findings ?? []), ...signedData.findings, ...signer.findings]
  const embedded = embeddedMaterial(input, findings)
  const pool = [...embedded.certificates, ...context.certificates]
  const found = await findSigner(signer, pool, context.ports.engine)
  findings.push(...found.findings)
  const digestName = digestNameOf(signer)
  checkAttributes(input, findings)
  const crypto = await verify(input, found.certificate, digestName, context)
  const digest = await digestFacts(signer, content, digestName)
  checkDigests(signer, digestName, findings)
  const chain = found.certificate && (await chainOf(context, found.certificate.der, input.purpose, embedded))
  const claimed = tolerant(() => signingTime(signer), undefined, findings)
  const policy = tolerant(() => signaturePolicy(signer), undefined, findings)
  const named = found.reference.kind !== 'absent'
  return {
    id: input.id,
    format: named || input.format === 'PDF' || input.format === 'RFC3161' ? input.format : plainName(input.format),
    file: input.file,
    level: null,
    findings,
    digest,
    crypto,
    signer: found.certificate && certificateFacts(found.certificate),
    reference: found.reference,
    certificates: chain?.certificates ?? [],
    paths: chain?.paths ?? [],
    revocation: chain?.revocation ?? [],
    ...(claimed && { claimedTime: claimed }),
    timestamps: [],
    counterSignatures: [],
    document: input.document,
    commitments: tolerant(() => commitmentTypes(signer), [], findings),
    ...(policy !== undefined && { signaturePolicy: policy }),
  }
}

const plainName = (format: SignerInput['format']): string => (format === 'PAdES' ? 'PDF' : 'CMS')

export type Embedded = Readonly<{ certificates: readonly Uint8Array[]; revocation: readonly RevocationSource[] }>

/** Certificates and revocation data that a signature carries. */
export function embeddedMaterial(
  { signedData, signer }: Pick<SignerInput, 'signedData' | 'signer'>,
  findings: Finding[] = [],
): Embedded {
  const values = tolerant(() => revocationValues(signer), { crls: [], ocspResponses: [] }, findings)
  const source = (kind: 'ocsp' | 'crl') => (der: Uint8Array) => ({ kind, der, origin: 'signature' as const })
  return {
    certificates: [...signedData.certificates, ...tolerant(() => certificateValues(signer), [], findings)],
    revocation: [
      ...[...signedData.ocspResponses, ...values.ocspResponses].map(source('ocsp')),
      ...[...signedData.crls, ...values.crls].map(source('crl')),
    ],
  }
}

/** What cannot be read in an attribute is a finding, not the end of the report. */
function tolerant<T>(read: () => T, otherwise: T, findings: Finding[]): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    findings.push({ id: 'cms-attribute-unreadable', severity: 'warning', evidence: error.message })
    return otherwise
  }
}

export function digestNameOf(signer: CmsSigner): DigestName | null {
  try {
    return digestByOid(parseAlgorithmIdentifier(signer.digestAlgorithm).oid)?.name ?? null
  } catch {
    return null
  }
}

/** RFC 5652, 11.1, 11.2 and 5.3; RFC 6211. */
function checkAttributes(input: SignerInput, findings: Finding[]): void {
  const { signer, signedData, isCounter = false } = input
  const { signedAttributes } = signer
  if (!signedAttributes) {
    if (!isCounter && signedData.contentType !== '1.2.840.113549.1.7.1') {
      findings.push({ id: 'cms-signed-attributes-missing', severity: 'failure', evidence: signedData.contentType })
    }
    return
  }
  const type = singleValue(signedAttributes, ATTRIBUTE.contentType)
  if (type === undefined) {
    if (!isCounter) findings.push({ id: 'cms-content-type', severity: 'warning', evidence: 'absent' })
  } else if (isCounter) {
    findings.push({ id: 'cms-content-type', severity: 'warning', evidence: 'present in a countersignature' })
  } else if (type?.tag !== TAG.oid || derOid(type) !== signedData.contentType) {
    findings.push({ id: 'cms-content-type', severity: 'failure', evidence: `not ${signedData.contentType}` })
  }
  if (!singleValue(signedAttributes, ATTRIBUTE.messageDigest)) {
    findings.push({ id: 'cms-message-digest', severity: 'failure', evidence: 'absent or not one value' })
  }
  if (tolerant(() => algorithmProtectionHolds(signer), false, findings) === false) {
    findings.push({ id: 'cms-algorithm-protection', severity: 'failure', evidence: 'other algorithms were meant' })
  }
}

function messageDigestOf(signer: CmsSigner): Uint8Array | null {
  const value = singleValue(signer.signedAttributes, ATTRIBUTE.messageDigest)
  return value && (value.tag & ~0x20) === TAG.octetString ? derOctets(value) : null
}

async function digestFacts(
  signer: CmsSigner,
  content: SignedContent,
  name: DigestName | null,
): Promise<DigestFacts | null> {
  const algorithm = name ?? parseAlgorithmIdentifier(signer.digestAlgorithm).oid
  const value = name ? await content.digest(name) : null
  const computed = value && toHex(value)
  // Without attributes the value itself is over the content: nothing else states a digest.
  if (!signer.signedAttributes) return { algorithm, stated: computed ?? '', computed }
  const stated = messageDigestOf(signer)
  return stated && { algorithm, stated: toHex(stated), computed }
}

async function verify(
  { signer, content }: SignerInput,
  certificate: Certificate | null,
  signerDigest: DigestName | null,
  { ports }: CollectContext,
): Promise<CryptoFacts | null> {
  const oid = parseAlgorithmIdentifier(signer.signatureAlgorithm).oid
  if (!certificate) return { algorithm: oid, oid, digest: null, verified: null }
  const whole = signer.dtbs ? null : await content.bytes()
  const messages = signer.dtbs ?? (whole ? [whole] : [])
  let facts: CryptoFacts = {
    algorithm: oid,
    oid,
    digest: null,
    verified: null,
    evidence: 'the signed data is not there',
  }
  for (const algorithm of algorithmsToTry(signer, signerDigest)) {
    for (const data of messages) {
      const { spki } = certificate
      const input = { algorithm, spki, data, signature: signer.signature, signerDigest }
      const check = await verifySignature(ports.engine, input)
      if (facts.verified === false && !check.valid) continue
      facts = {
        algorithm: check.name,
        oid,
        digest: check.suite && (check.suite.digest ?? ownDigest(check.suite.scheme)),
        verified: check.supported ? check.valid : null,
        ...(check.evidence !== undefined && { evidence: check.evidence }),
      }
      if (check.valid) return facts
    }
  }
  return facts
}

/**
 * The algorithm as written; and where an RSA algorithm names another digest than digestAlgorithm, RSA with the latter: some writers
 * mix them up, and a PKCS #1 value says itself which digest it holds. The mix-up is told (`cms-digests-differ`).
 */
function algorithmsToTry({ signatureAlgorithm }: CmsSigner, signerDigest: DigestName | null): readonly Uint8Array[] {
  const suite = suiteOf(signatureAlgorithm, signerDigest)
  if (suite?.scheme !== 'RSA' || !signerDigest || suite.digest === signerDigest) return [signatureAlgorithm.raw]
  return [signatureAlgorithm.raw, sequence(oidBytes(ID_RSA_ENCRYPTION), derNull())]
}

function suiteOf(algorithm: DerNode, signerDigest: DigestName | null): SignatureSuite | null {
  try {
    return parseSignatureAlgorithm(algorithm, signerDigest)
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

/** Schemes that take the message itself hash it themselves. */
function ownDigest(scheme: SignatureScheme): DigestName | null {
  if (scheme === 'Ed25519') return 'SHA-512'
  return scheme === 'Ed448' || scheme === 'ML-DSA' ? 'SHAKE256' : null
}

/** RFC 5652 lets them differ, everyone who means it well has them equal. */
function checkDigests({ signatureAlgorithm }: CmsSigner, digest: DigestName | null, findings: Finding[]): void {
  const own = suiteOf(signatureAlgorithm, digest)?.digest
  if (!own || !digest || own === digest) return
  findings.push({ id: 'cms-digests-differ', severity: 'warning', evidence: `${digest} and ${own}` })
}

/** Facts of a signature whose structure cannot be read: it is there, and nothing can be said for it. */
export function unreadable(
  place: Readonly<{ id: string; file: string; format: string }>,
  evidence: string,
  document: DocumentFacts = WHOLE_CONTENT,
): SignatureFacts {
  return {
    ...place,
    level: null,
    findings: [{ id: 'signature-unreadable', severity: 'failure', evidence }],
    digest: null,
    crypto: null,
    signer: null,
    reference: { kind: 'absent', matches: null },
    certificates: [],
    paths: [],
    revocation: [],
    timestamps: [],
    counterSignatures: [],
    document,
    commitments: [],
  }
}
