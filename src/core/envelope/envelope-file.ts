import type { Collected } from '../formats/pades/collect.ts'
import type { PdfDocument } from '../pdf/document.ts'
import type { PdfSignature } from '../pdf/signatures.ts'
import type { FileReport, SignatureReport } from '../validation/report.ts'
import type { EnclosedView } from './check-enclosed.ts'
import type { EnvelopeManifest } from './manifest.ts'
import type { RevisionView } from './view.ts'

/** What every later step of reading stands on. */
export type EnvelopeFile = Readonly<{
  document: PdfDocument
  manifest: EnvelopeManifest
  /** Index of the preparer's revision. */
  prepared: number
  collected: Collected
  report: FileReport
  /** From the preparer's on. */
  revisions: readonly RevisionView[]
  enclosed: readonly EnclosedView[]
}>

export const reportOf = (report: FileReport, { field }: PdfSignature): SignatureReport | undefined =>
  report.signatures.find((each) => each.field === field.name)
