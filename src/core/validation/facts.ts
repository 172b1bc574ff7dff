/**
 * What was found and computed about a signature, without a verdict. ETSI EN 319 102-1, 5.2 onward judges these facts.
 * Plain cloneable data: facts cross the worker boundary and can be judged again under another policy or time for free.
 */

/** Something seen that a person or a check may need; `id` is stable and an i18n key, `evidence` is for engineers. */
export type Finding = Readonly<{
  id: string
  severity: 'failure' | 'warning' | 'info'
  evidence?: string
}>

/** Names as people write them; `text` is RFC 4514. */
export type NameFacts = Readonly<{
  text: string
  commonName?: string
  organization?: string
  email?: string
  country?: string
  /** ETSI EN 319 412-1 semantics or serialNumber attribute. */
  serialNumber?: string
}>

export type QualifiedFacts = Readonly<{
  /** 0.4.0.1862.1.1 */ compliance: boolean
  /** 0.4.0.1862.1.4 */ qscd: boolean
  /** 0.4.0.1862.1.6.x */ types: readonly ('esign' | 'eseal' | 'web')[]
}>

export type CertificateFacts = Readonly<{
  /** Upper-case hex SHA-256 of the DER. */
  fingerprint: string
  der: Uint8Array
  subject: NameFacts
  issuer: NameFacts
  /** Hex without leading zeros. */
  serialNumber: string
  notBefore: Date
  notAfter: Date
  publicKey: Readonly<{ algorithm: string; bits: number; curve?: string }>
  signatureAlgorithm: string
  keyUsage: readonly string[] | null
  extendedKeyUsage: readonly string[] | null
  isCa: boolean
  selfIssued: boolean
  qualified: QualifiedFacts | null
  /**
   * Whether its issuer publishes revocation information for it (CRL distribution points, OCSP in AIA), or says that none
   * is needed (id-pkix-ocsp-nocheck, RFC 6960 4.2.2.2.1; noRevAvail, RFC 9608). Absent: not looked at, taken as 'none'.
   */
  revocationSource?: 'published' | 'none' | 'not-needed'
}>

/** A signature value over bytes that were found; `verified` null: the algorithm is not supported here. */
export type CryptoFacts = Readonly<{
  /** As people name it: 'ECDSA P-256 with SHA-256'. */
  algorithm: string
  /** OID of the signatureAlgorithm as written. */
  oid: string
  /** Our name of the digest ('SHA-256', 'Streebog-256'), or the OID when unknown. */
  digest: string | null
  verified: boolean | null
  evidence?: string
}>

/** The signed data and the digest that the signature states for it. Hex. `computed` null: the data was not found. */
export type DigestFacts = Readonly<{
  algorithm: string
  stated: string
  computed: string | null
}>

/** ESS signing-certificate (RFC 2634), -v2 (RFC 5035) or XAdES SigningCertificate. */
export type SigningCertificateReference = Readonly<{
  kind: 'v2' | 'v1' | 'xades' | 'absent'
  /** Null when absent or the certificate was not found. */
  matches: boolean | null
}>

/** Result of RFC 5280 section 6 over one candidate path, leaf first; computed for a set of anchors at `at`. */
export type PathFacts = Readonly<{
  /** Fingerprints, leaf first, ending with the anchor (or the last certificate that could be found). */
  certificates: readonly string[]
  /** Fingerprint of the user's or config.json's anchor that ends it; null: none reached. */
  anchor: string | null
  /** RFC 5280 failures that do not depend on the judged time (signatures, constraints, usage, critical extensions). */
  problems: readonly Finding[]
}>

export type RevocationFacts = Readonly<{
  /** Fingerprint of the certificate spoken about. */
  certificate: string
  source: 'ocsp' | 'crl'
  origin: 'signature' | 'document' | 'supplied' | 'network'
  status: 'good' | 'revoked' | 'unknown'
  thisUpdate: Date
  nextUpdate?: Date
  producedAt?: Date
  revokedAt?: Date
  reason?: string
  /** Certificates that expired since then are still spoken about: OCSP archive cutoff (RFC 6960, 4.4.4), expiredCertsOnCRL (X.509). */
  expiredSince?: Date
  /** Signature, delegation and scope of the OCSP response or CRL. */
  problems: readonly Finding[]
}>

export type TimestampKind = 'content' | 'signature' | 'document' | 'archive'

export type TimestampFacts = Readonly<{
  kind: TimestampKind
  /** Stable within the file. */
  id: string
  /** genTime of TSTInfo; absent when the token cannot be parsed. */
  time?: Date
  imprint: DigestFacts | null
  /** The token is itself a CMS signature, judged by the same checks with purpose timeStamping. */
  token: SignatureFacts | null
  findings: readonly Finding[]
  /** Ids of signatures and time-stamps that this token proves to have existed. */
  covers: readonly string[]
}>

export type Coverage = 'whole-file' | 'earlier-revision' | 'partial' | 'invalid'
export type ModificationLevel = 'none' | 'lta-updates' | 'form-filling' | 'annotations' | 'other'

/** One explained or unexplained change after a signature; `rule` null: no rule of the whitelist explains it. */
export type ModificationFacts = Readonly<{
  level: ModificationLevel
  rule: string | null
  /** i18n key of what changed: 'field-filled', 'page-content', 'annotation-added', 'object-changed' … */
  what: string
  /** '12 0' */
  object?: string
  field?: string
  /** 1-based */
  page?: number
  evidence?: string
}>

export type DocumentFacts = Readonly<{
  coverage: Coverage
  modifications: ModificationLevel
  /** Compared with DocMDP, FieldMDP and field locks that were in force. */
  modificationsPermitted: boolean
  changes: readonly ModificationFacts[]
  /** PDF: the certification that this signature makes, if any. */
  docMdp?: 1 | 2 | 3
  /** PDF: field name and 1-based page of a visible signature. */
  field?: string
  page?: number
  reason?: string
  location?: string
  /** PDF: how long the file was when it was signed, in bytes; its beginning of this length is what the signer saw. */
  signedLength?: number
  /** Number of bytes covered, of how many the file has. */
  coveredBytes: number
  totalBytes: number
}>

export type SignatureFacts = Readonly<{
  /** Stable within the file: PDF field name, 'signature-1' … */
  id: string
  /** 'PAdES', 'CAdES', 'CMS', 'PDF' (adbe.*), 'XAdES' … */
  format: string
  /** Name of the file the signature was found in. */
  file: string
  /** What the structure claims to be: 'B-B' … ; null: not a baseline signature. */
  level: string | null
  findings: readonly Finding[]
  digest: DigestFacts | null
  crypto: CryptoFacts | null
  /** Null: the structure holds or names no usable certificate. */
  signer: CertificateFacts | null
  reference: SigningCertificateReference
  /** Every certificate in reach, the signer's included. */
  certificates: readonly CertificateFacts[]
  paths: readonly PathFacts[]
  revocation: readonly RevocationFacts[]
  claimedTime?: Date
  timestamps: readonly TimestampFacts[]
  counterSignatures: readonly SignatureFacts[]
  document: DocumentFacts
  /** Commitment type OIDs. */
  commitments: readonly string[]
  /** OID of an explicit signature policy (signature-policy-identifier): named, never evaluated here. */
  signaturePolicy?: string
}>

/** What was found in one file. No signature and no `code`: a readable file that holds none. */
export type FileFacts = Readonly<{
  name: string
  /** Set when the file could not be read: a stable error code (core/errors.ts). */
  code?: string
  message?: string
  /** Lower-case hex SHA-256 of the file, where it was asked for and cost no reading of its own. */
  sha256?: string
  /** About the file rather than one signature: unsigned extra files, duplicate names, signatures of a kind not checked here. */
  findings: readonly Finding[]
  signatures: readonly SignatureFacts[]
}>
