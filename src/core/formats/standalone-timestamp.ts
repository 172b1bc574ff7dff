import type { SignatureFacts, TimestampFacts } from '../validation/facts.ts'
import { unreadable } from './signer-facts.ts'

/**
 * A time-stamp that covers no signature, reported like one: it proves that the document existed, and by whom that is said. Its
 * digest is the imprint unless the token itself is broken.
 */
export function standaloneTimestamp(stamp: TimestampFacts, file: string): SignatureFacts {
  const { token, imprint, findings } = stamp
  if (!token) {
    const facts = unreadable({ id: stamp.id, file, format: 'RFC3161' }, 'the token cannot be read')
    return { ...facts, findings: [...findings, ...facts.findings] }
  }
  const tokenHolds = token.digest !== null && token.digest.computed === token.digest.stated
  return {
    ...token,
    id: stamp.id,
    file,
    findings: [...findings, ...token.findings],
    digest: tokenHolds ? imprint : token.digest,
    ...(stamp.time && { claimedTime: stamp.time }),
  }
}
