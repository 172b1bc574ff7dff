import { attributesOf } from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import { messageOf, readSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import type { SignatureFacts } from '../validation/facts.ts'
import type { CollectContext } from './collect-context.ts'
import { bytesContent } from './signed-content.ts'
import { collectSigner, embeddedMaterial, unreadable, WHOLE_CONTENT, type SignerInput } from './signer-facts.ts'
import { timestampsOf } from './timestamp-facts.ts'

/** A signer with its time-stamps and countersignatures. */
export async function collectSignature(input: SignerInput, context: CollectContext): Promise<SignatureFacts> {
  const facts = await collectSigner(input, context)
  const timestamps = await timestampsOf(input, embeddedMaterial(input), context)
  const counters = input.isCounter ? [] : await counterSignatures(input, context)
  return { ...facts, timestamps, counterSignatures: counters }
}

/** RFC 5652, 11.4: signatures over this signature's value. */
async function counterSignatures(input: SignerInput, context: CollectContext): Promise<readonly SignatureFacts[]> {
  const values = attributesOf(input.signer.unsignedAttributes, ATTRIBUTE.counterSignature).flatMap(
    (each) => each.values,
  )
  const content = bytesContent(input.signer.signature, context.ports.engine)
  const found: SignatureFacts[] = []
  for (const [i, value] of values.entries()) {
    const id = `${input.id}/counter-${i + 1}`
    try {
      const place = { ...input, content, id, document: WHOLE_CONTENT, findings: [], isCounter: true }
      found.push(await collectSignature({ ...place, signer: readSigner(value) }, context))
    } catch (error) {
      if (!(error instanceof SignError)) throw error
      found.push(unreadable({ id, file: input.file, format: 'CMS' }, messageOf(error)))
    }
  }
  return found
}
