import { SignError } from '../core/errors.ts'
import type { CommandDocument, DocumentHost } from '../core/host.ts'
import type { ActivityLog } from './activity-log.ts'
import type { LoadedDocument } from './hosted-answer.ts'

type Loading = Readonly<{ host: DocumentHost; digest: (blob: Blob) => Promise<string>; log: ActivityLog }>

/** Reads a document of the act and makes sure that it is the one that was asked for. @throws SignError `HOST_*` */
export async function loadAsked(
  { host, digest, log }: Loading,
  asked: CommandDocument,
  signal: AbortSignal,
): Promise<LoadedDocument> {
  const document = await host.open(asked, signal)
  const sha256 = await digest(document.blob)
  checkDigest(asked, sha256)
  await log.add('opened', { id: asked.id, name: document.name, bytes: document.blob.size, sha256 })
  return { asked, document, sha256 }
}

/** @throws SignError `HOST_DIGEST_MISMATCH` when the host named other bytes */
function checkDigest(asked: CommandDocument, sha256: string): void {
  if (asked.sha256 === null || asked.sha256 === sha256) return
  throw new SignError('HOST_DIGEST_MISMATCH', `${asked.name} is not the document that was asked for`, {
    details: { name: asked.name, expected: asked.sha256, got: sha256 },
  })
}
