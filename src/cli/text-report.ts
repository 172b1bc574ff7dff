import type { FileReport, SignatureReport, ValidationReport } from '../core/validation/report.ts'

/** The report for people: one block per file, one per signature, then what did not pass and why. */
export function textReport(report: ValidationReport): readonly string[] {
  return report.files.flatMap((file) => [...fileLines(file), ''])
}

function fileLines(file: FileReport): readonly string[] {
  return [
    `${file.name}: ${file.result}${file.code === undefined ? '' : ` (${file.code}: ${file.message ?? ''})`}`,
    ...file.warnings.map((warning) => `  warning: ${warning}`),
    ...file.signatures.flatMap((signature) => signatureLines(signature, '  ')),
  ]
}

function signatureLines(signature: SignatureReport, indent: string): readonly string[] {
  const { subIndication, signer, level, claimedTime, provenTime } = signature
  const verdict = `${signature.indication}${subIndication === undefined ? '' : ` / ${subIndication}`}`
  const lines = [
    `signed by: ${signer?.subject ?? 'unknown: no certificate'}`,
    ...(signer === null ? [] : [`issued by: ${signer.issuer}`]),
    `what:      ${signature.format}${level === null ? '' : `-${level}`}, ${signature.algorithm}`,
    `bytes:     ${signature.integrity}, ${signature.coverage}`,
    `changes:   ${signature.modifications}${signature.modificationsPermitted ? '' : ', not permitted'}`,
    `trust:     ${signature.trust}`,
    ...(claimedTime === undefined ? [] : [`claimed:   ${claimedTime}`]),
    ...(provenTime === undefined ? [] : [`proven:    ${provenTime}`]),
    ...signature.timestamps.map((stamp) =>
      `time-stamp (${stamp.kind}): ${stamp.indication} ${stamp.time ?? ''}`.trimEnd(),
    ),
    ...signature.checks
      .filter(({ status }) => status === 'failed' || status === 'indeterminate' || status === 'warning')
      .map(({ id, status, evidence }) => `${status}: ${id}${evidence === '' ? '' : ` (${evidence})`}`),
  ]
  return [
    `${indent}${signature.id}: ${verdict}`,
    ...lines.map((line) => `${indent}  ${line}`),
    ...signature.counterSignatures.flatMap((inner) => signatureLines(inner, `${indent}  `)),
  ]
}
