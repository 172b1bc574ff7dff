import { SignError } from '../core/errors.ts'
import type { FileReport } from '../core/validation/report.ts'

/**
 * Nothing is handed out that does not validate here: the signature of every key must be intact and cover the whole file.
 *
 * @param prints fingerprints of the signers' certificates
 * @throws SignError `FORMAT_OUTPUT_INVALID`
 */
export function assertIntact(own: FileReport | null | undefined, prints: readonly string[]): FileReport {
  const good = prints.every((print) =>
    own?.signatures.some(
      ({ signer: by, integrity, coverage, modifications }) =>
        by?.fingerprint === print &&
        integrity === 'intact' &&
        // The evidence of B-LT and B-LTA stands behind what is signed.
        (coverage === 'whole-file' || (coverage === 'earlier-revision' && modifications === 'lta-updates')),
    ),
  )
  if (own && good) return own
  throw new SignError('FORMAT_OUTPUT_INVALID', 'what was written does not verify; it was not handed out', {
    details: { result: own?.result ?? 'no report', code: own?.code ?? '' },
  })
}
