/** The validation report: ETSI EN 319 102-1 vocabulary, each question its own answer. The CLI's `--json` prints exactly this. */
import type { Coverage, ModificationFacts, ModificationLevel, QualifiedFacts, TimestampKind } from './facts.ts'

/** EN 319 102-1, 5.1.3. */
export type Indication = 'TOTAL-PASSED' | 'INDETERMINATE' | 'TOTAL-FAILED'

/** EN 319 102-1, table 5: the part that this validator can give. */
export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'POLICY_PROCESSING_ERROR'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'OUT_OF_BOUNDS_NOT_REVOKED'
  | 'REVOCATION_OUT_OF_BOUNDS_NO_POE'
  | 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'
  | 'NO_POE'
  | 'TIMESTAMP_ORDER_FAILURE'
  | 'TRY_LATER'
  | 'SIGNED_DATA_NOT_FOUND'

/** The building blocks: format, identification, context, X.509, cryptography, acceptance (EN 319 102-1, 5.2). */
export type CheckBlock = 'fc' | 'isc' | 'vci' | 'xcv' | 'cv' | 'sav'

export type CheckStatus = 'passed' | 'failed' | 'indeterminate' | 'warning' | 'info' | 'not-checked'

export type CheckResult = Readonly<{
  /** Stable, kebab-case, an i18n key. */
  id: string
  block: CheckBlock
  status: CheckStatus
  sub?: SubIndication
  /** For engineers: expected, got, where. */
  evidence: string
}>

export type TimestampReport = Readonly<{
  kind: TimestampKind
  integrity: 'intact' | 'broken' | 'unchecked'
  /** ISO 8601, UTC */
  time?: string
  indication: Indication
  subIndication?: SubIndication
  checks: readonly CheckResult[]
  /** Subject of the time-stamping authority's certificate. */
  authority?: string
}>

export type SignerReport = Readonly<{
  subject: string
  issuer: string
  serialNumber: string
  notBefore: string
  notAfter: string
  commonName?: string
  organization?: string
  email?: string
  fingerprint: string
  qualified: 'qualified' | 'qualified-on-qscd' | 'not-qualified'
  /** What the certificate itself says (ETSI EN 319 412-5); absent: nothing. No trusted list was asked. */
  qcStatements?: QualifiedFacts
}>

export type SignatureReport = Readonly<{
  id: string
  format: string
  level: string | null
  indication: Indication
  subIndication?: SubIndication
  integrity: 'intact' | 'broken' | 'unchecked'
  coverage: Coverage
  modifications: ModificationLevel
  modificationsPermitted: boolean
  changes: readonly ModificationFacts[]
  signer: SignerReport | null
  /** How the path to the signer ended: an anchor of this user, none, or a broken path. */
  trust: 'trusted' | 'no-anchor' | 'failed'
  algorithm: string
  claimedTime?: string
  provenTime?: string
  timestamps: readonly TimestampReport[]
  counterSignatures: readonly SignatureReport[]
  field?: string
  page?: number
  reason?: string
  location?: string
  /** PDF: the file's beginning of this many bytes is what was signed, of how many it has now. */
  revision?: Readonly<{ length: number; of: number }>
  checks: readonly CheckResult[]
}>

export type FileResult = Indication | 'NO-SIGNATURE' | 'UNREADABLE'

export type FileReport = Readonly<{
  name: string
  result: FileResult
  code?: string
  message?: string
  warnings: readonly string[]
  signatures: readonly SignatureReport[]
}>

export type ValidationReport = Readonly<{
  version: 1
  /** ISO 8601: the time that was judged at. */
  validationTime: string
  policy: string
  files: readonly FileReport[]
}>
