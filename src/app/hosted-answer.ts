import { encodePem } from '../core/bytes/pem.ts'
import type { CommandDocument, HostDocument, SignatureSummary, SignedAnswer, SignedDocument } from '../core/host.ts'
import type { KeyCard } from './manage-keys.ts'
import type { SignOutcome } from './sign-documents.ts'

/** A document of a command, with its bytes. */
export type LoadedDocument = Readonly<{
  asked: CommandDocument
  document: HostDocument
  /** Lower-case hex of the bytes. */
  sha256: string
}>

type Signed = Extract<SignOutcome, { status: 'signed' }>

export type AnswerParts = Readonly<{
  requestId: string
  receipt: string
  documents: readonly LoadedDocument[]
  outcomes: readonly SignOutcome[]
  key: KeyCard
  /** Lower-case hex SHA-256. */
  digest: (blob: Blob) => Promise<string>
  log: Blob | null
}>

/** What goes back to the host: the signed documents in the order of the command; those that failed are left out. */
export async function answerOf(parts: AnswerParts): Promise<SignedAnswer> {
  const signed = parts.outcomes.filter((outcome): outcome is Signed => outcome.status === 'signed')
  const [first] = signed
  if (!first) throw new RangeError('nothing was signed')
  const documents = await Promise.all(signed.map((outcome) => signedDocument(parts, outcome)))
  return {
    status: 'signed',
    documents,
    signature: summaryOf(first, parts.key),
    receipt: { id: parts.receipt, requestId: parts.requestId },
    ...(parts.log ? { log: parts.log } : {}),
  }
}

async function signedDocument(parts: AnswerParts, outcome: Signed): Promise<SignedDocument> {
  const loaded = parts.documents[outcome.index]
  if (!loaded) throw new RangeError('an outcome without its document')
  const { name, type, blob } = outcome.result.file
  // The signed PDF replaces the document: same name. A detached signature stands beside it, under its own.
  const embedded = outcome.format === 'PAdES'
  return {
    id: loaded.asked.id,
    name: embedded ? loaded.document.name : name,
    type,
    blob,
    sha256: outcome.sha256 ?? (await parts.digest(blob)),
    originalSha256: loaded.sha256,
    ifVersion: loaded.document.version,
    stored: false,
  }
}

function summaryOf(outcome: Signed, key: KeyCard): SignatureSummary {
  const report = outcome.report.signatures.at(-1)
  const { subject, der, fingerprint } = key.certificate
  const proven = report?.provenTime
  return {
    format: outcome.format,
    level: outcome.level,
    signer: subject.commonName ?? subject.organization ?? subject.text,
    certificate: encodePem('CERTIFICATE', der),
    fingerprint: fingerprint.toLowerCase(),
    time: proven ?? report?.claimedTime ?? outcome.result.signedAt.toISOString(),
    timeIsProven: proven !== undefined,
  }
}
