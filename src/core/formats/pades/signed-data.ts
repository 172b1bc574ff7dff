import { parseSignedData, type CmsSignedData } from '../../cms/read.ts'
import type { PdfSignature } from '../../pdf/signatures.ts'

const read = new WeakMap<PdfSignature, CmsSignedData>()

/** The CMS in /Contents, read once however many ask. @throws SignError `DER_*`, `FORMAT_UNSUPPORTED` */
export function signedDataOf(signature: PdfSignature): CmsSignedData {
  const known = read.get(signature)
  if (known) return known
  const signedData = parseSignedData(signature.contents ?? new Uint8Array(), { padded: true })
  read.set(signature, signedData)
  return signedData
}
