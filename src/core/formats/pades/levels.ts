import { attributesOf } from '../../cms/attributes.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import type { PdfSignature } from '../../pdf/signatures.ts'
import type { SignatureFacts } from '../../validation/facts.ts'
import { signedDataOf } from './signed-data.ts'

/** The level that the structure claims (EN 319 142-1, 6); null: not a baseline signature. */
export async function padesLevels(
  document: PdfDocument,
  signatures: readonly SignatureFacts[],
  places: readonly Readonly<{ signature: PdfSignature; id: string }>[],
  storeRevision: number | null,
): Promise<readonly SignatureFacts[]> {
  const levels = await Promise.all(signatures.map((facts) => levelOf(document, facts, places, storeRevision)))
  return signatures.map((facts, i) => ({ ...facts, level: levels[i] ?? null }))
}

async function levelOf(
  document: PdfDocument,
  facts: SignatureFacts,
  places: readonly Readonly<{ signature: PdfSignature; id: string }>[],
  storeRevision: number | null,
): Promise<string | null> {
  const place = places.find(({ id }) => id === facts.id)
  if (facts.format !== 'PAdES' || !place || hasSigningTime(place.signature)) return null
  if ((await document.value(place.signature.dict, 'M')) === null) return null
  const stamps = facts.timestamps.filter(({ kind }) => kind === 'document')
  if (facts.timestamps.length === 0) return 'B-B'
  if (storeRevision === null) return 'B-T'
  const afterStore = places.some(
    ({ id, signature }) => stamps.some((stamp) => stamp.id === id) && (signature.revision ?? -1) > storeRevision,
  )
  return afterStore ? 'B-LTA' : 'B-LT'
}

/** PAdES gives the claimed time in /M; the attribute shall be absent (EN 319 142-1, 6.3). */
function hasSigningTime(signature: PdfSignature): boolean {
  try {
    const [signer] = signedDataOf(signature).signers
    return attributesOf(signer?.signedAttributes ?? null, ATTRIBUTE.signingTime).length > 0
  } catch {
    return true
  }
}
