import { isoTime } from './check.ts'
import { integrityOf, judge, type Judged } from './judge.ts'
import type { CertificateFacts, FileFacts, SignatureFacts } from './facts.ts'
import type { AnchorPurpose, ValidationPolicy } from './policy.ts'
import type { FileReport, FileResult, Indication, SignatureReport, SignerReport, ValidationReport } from './report.ts'

/**
 * Judges facts under a policy at a time, in the vocabulary of ETSI EN 319 102-1 (not a certified implementation of it).
 * Pure and synchronous: the same facts can be judged again for free, under another policy or at another time.
 */
export function validate(files: readonly FileFacts[], policy: ValidationPolicy, at: Date): ValidationReport {
  return {
    version: 1,
    validationTime: isoTime(at),
    policy: policy.id,
    files: files.map((file) => fileReport(file, policy, at)),
  }
}

function fileReport(file: FileFacts, policy: ValidationPolicy, at: Date): FileReport {
  const signatures = file.signatures.map((facts) => signatureReport(facts, policy, at))
  return {
    name: file.name,
    result: file.code === undefined ? worstOf(signatures) : 'UNREADABLE',
    ...(file.code !== undefined && { code: file.code }),
    ...(file.message !== undefined && { message: file.message }),
    warnings: file.findings.map(({ id, evidence }) => (evidence ? `${id}: ${evidence}` : id)),
    signatures,
  }
}

const SEVERITY: Readonly<Record<Indication, number>> = { 'TOTAL-PASSED': 0, INDETERMINATE: 1, 'TOTAL-FAILED': 2 }

/** Countersignatures count: a file is as good as its worst signature. */
function worstOf(signatures: readonly SignatureReport[]): FileResult {
  const all = signatures.flatMap(function flat(report: SignatureReport): readonly SignatureReport[] {
    return [report, ...report.counterSignatures.flatMap(flat)]
  })
  const [first, ...rest] = all.map(({ indication }) => indication)
  if (!first) return 'NO-SIGNATURE'
  return rest.reduce((worst, next) => (SEVERITY[next] > SEVERITY[worst] ? next : worst), first)
}

function signatureReport(facts: SignatureFacts, policy: ValidationPolicy, at: Date): SignatureReport {
  const purpose = purposeOf(facts)
  const stampTime = purpose === 'time-stamping' ? facts.claimedTime : undefined
  const judged = judge(facts, policy, at, { purpose, existedBy: at, ...(stampTime && { stampTime }) })
  const { document } = facts
  return {
    id: facts.id,
    format: facts.format,
    level: facts.level,
    indication: judged.indication,
    ...(judged.subIndication && { subIndication: judged.subIndication }),
    integrity: integrityOf(facts),
    coverage: document.coverage,
    modifications: document.modifications,
    modificationsPermitted: document.modificationsPermitted,
    changes: document.changes,
    signer: facts.signer && signerReport(facts.signer),
    trust: trustOf(judged),
    algorithm: facts.crypto?.algorithm ?? 'unknown',
    ...(facts.claimedTime && { claimedTime: isoTime(facts.claimedTime) }),
    ...(judged.provenTime && { provenTime: isoTime(judged.provenTime) }),
    timestamps: judged.timestamps.map(({ report }) => report),
    counterSignatures: facts.counterSignatures.map((inner) => signatureReport(inner, policy, at)),
    ...placeOf(facts),
    checks: judged.checks,
  }
}

/** A time-stamp that stands alone in a file is reported like a signature, for its own purpose. */
const purposeOf = (facts: SignatureFacts): AnchorPurpose => (facts.format === 'RFC3161' ? 'time-stamping' : 'signing')

function placeOf({ document }: SignatureFacts): Partial<SignatureReport> {
  return {
    ...(document.field !== undefined && { field: document.field }),
    ...(document.page !== undefined && { page: document.page }),
    ...(document.reason !== undefined && { reason: document.reason }),
    ...(document.location !== undefined && { location: document.location }),
    ...(document.signedLength !== undefined && {
      revision: { length: document.signedLength, of: document.totalBytes },
    }),
  }
}

function trustOf(judged: Judged): SignatureReport['trust'] {
  if (!judged.path?.anchor) return 'no-anchor'
  const faulty = judged.checks.some(
    ({ block, status }) => block === 'xcv' && (status === 'failed' || status === 'indeterminate'),
  )
  return faulty ? 'failed' : 'trusted'
}

function signerReport(certificate: CertificateFacts): SignerReport {
  const { subject, issuer, qualified } = certificate
  return {
    subject: subject.text,
    issuer: issuer.text,
    serialNumber: certificate.serialNumber,
    notBefore: isoTime(certificate.notBefore),
    notAfter: isoTime(certificate.notAfter),
    ...(subject.commonName !== undefined && { commonName: subject.commonName }),
    ...(subject.organization !== undefined && { organization: subject.organization }),
    ...(subject.email !== undefined && { email: subject.email }),
    fingerprint: certificate.fingerprint,
    qualified: qualified?.compliance ? (qualified.qscd ? 'qualified-on-qscd' : 'qualified') : 'not-qualified',
    ...(qualified && { qcStatements: qualified }),
  }
}
