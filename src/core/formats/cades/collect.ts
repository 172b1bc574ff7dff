/** CAdES and plain CMS signatures, detached or enveloping: EN 319 122-1. Facts only. */
import { parseAlgorithmIdentifier, digestByOid, type DigestName } from '../../algorithms.ts'
import { toHex } from '../../bytes/bytes.ts'
import { TAG, derOctets } from '../../bytes/der-read.ts'
import { attributesOf, revocationValues, singleValue } from '../../cms/attributes.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import type { CmsSignedData, CmsSigner } from '../../cms/read.ts'
import type { DocumentFacts, Finding, SignatureFacts } from '../../validation/facts.ts'
import type { CollectContext } from '../collect-context.ts'
import { collectSignature } from '../signature-facts.ts'
import { bytesContent, NO_CONTENT, type SignedContent } from '../signed-content.ts'
import { WHOLE_CONTENT } from '../signer-facts.ts'

export type CadesInput = Readonly<{
  /** Name of the signature's own file. */
  file: string
  signedData: CmsSignedData
  /** The content of a detached signature; null: it was not found. Enveloped content is always its own. */
  content: SignedContent | null
  /** Bytes of the content, for the report. */
  size: number
  /** What the ids of the signatures begin with. */
  prefix?: string
}>

/** One fact sheet per signer. */
export async function collectCades(input: CadesInput, context: CollectContext): Promise<readonly SignatureFacts[]> {
  const { signedData, file, prefix = 'signature-' } = input
  const enveloped = signedData.content
  const content = enveloped ? bytesContent(enveloped, context.ports.engine) : (input.content ?? NO_CONTENT)
  const size = enveloped ? enveloped.length : input.size
  const document: DocumentFacts = { ...WHOLE_CONTENT, coveredBytes: size, totalBytes: size }
  const findings = enveloped && input.content ? await comparedContents(signedData, input.content, context) : []
  const facts: SignatureFacts[] = []
  for (const [i, signer] of signedData.signers.entries()) {
    const id = `${prefix}${i + 1}`
    const attributeFindings = await confusedContent(signer, content)
    const place = { signedData, signer, content, id, file, document, findings: [...findings, ...attributeFindings] }
    const found = await collectSignature({ ...place, format: 'CAdES', purpose: 'signing' }, context)
    facts.push({ ...found, level: cadesLevel(found, signer, signedData) })
  }
  return facts
}

/** Digests that name the content that a detached signature was made over, to find it among other files. */
export function statedDigests(signedData: CmsSignedData): readonly Readonly<{ name: DigestName; value: string }>[] {
  return signedData.signers.flatMap((signer) => {
    const name = digestByOid(parseAlgorithmIdentifier(signer.digestAlgorithm).oid)?.name
    const value = singleValue(signer.signedAttributes, ATTRIBUTE.messageDigest)
    if (!name || !value || (value.tag & ~0x20) !== TAG.octetString) return []
    return [{ name, value: toHex(derOctets(value)) }]
  })
}

/** A file lies beside a signature that envelops its own content: they must be the same, or a person would read the wrong one. */
async function comparedContents(
  { content }: CmsSignedData,
  beside: SignedContent,
  { ports }: CollectContext,
): Promise<readonly Finding[]> {
  const own = content && (await bytesContent(content, ports.engine).digest('SHA-256'))
  const other = await beside.digest('SHA-256')
  if (!own || !other || toHex(own) === toHex(other)) return []
  return [
    { id: 'cms-content-differs', severity: 'failure', evidence: 'the enveloped content is not the file beside it' },
  ]
}

/**
 * A value over signed attributes also verifies without them over a "document" that is their DER. Nobody signs such a document.
 */
async function confusedContent(signer: CmsSigner, content: SignedContent): Promise<readonly Finding[]> {
  if (signer.signedAttributes) return []
  const bytes = await content.bytes()
  if (bytes?.[0] !== TAG.set) return []
  const text = toHex(bytes.subarray(0, 4096))
  const isAttributes = text.includes('06092a864886f70d010903') && text.includes('06092a864886f70d010904')
  if (!isAttributes) return []
  return [
    { id: 'cms-content-is-attributes', severity: 'failure', evidence: 'the content is a set of signed attributes' },
  ]
}

/** The level that the structure claims (EN 319 122-1, 6); null: not a baseline signature. */
export function cadesLevel(facts: SignatureFacts, signer: CmsSigner, signedData: CmsSignedData): string | null {
  const times = attributesOf(signer.signedAttributes, ATTRIBUTE.signingTime)
  if (facts.reference.kind === 'absent' || times.length !== 1) return null
  const has = (oid: string): boolean => attributesOf(signer.unsignedAttributes, oid).length > 0
  if (!has(ATTRIBUTE.signatureTimeStamp)) return 'B-B'
  const values = tolerantRevocation(signer)
  const longTerm = signedData.crls.length + signedData.ocspResponses.length + values > 0
  if (has(ATTRIBUTE.archiveTimeStampV3)) return 'B-LTA'
  return longTerm ? 'B-LT' : 'B-T'
}

function tolerantRevocation(signer: CmsSigner): number {
  try {
    const { crls, ocspResponses } = revocationValues(signer)
    return crls.length + ocspResponses.length
  } catch {
    return 0
  }
}
