import type { DocumentInspection, SignatureContainer, SignOptions } from '../../../app/sign-documents.ts'

/** `auto` resolved for one file: what will be made of it. */
export function containerFor(inspection: DocumentInspection | null, options: SignOptions): SignatureContainer | null {
  if (!inspection) return null
  if (options.container === 'auto') return inspection.proposed
  return inspection.containers.includes(options.container) ? options.container : null
}
