import type { Inspection, SourceFile } from '../core/formats/format.ts'
import type { WorkerClient } from '../worker/client.ts'
import { refusalOf } from './refusal.ts'
import type { DocumentInspection, SignatureContainer } from './sign-documents.ts'

/** Readers accept a header within the first 1,024 bytes: ISO 32000-1, annex H.3, note 13. */
const HEADER = 1024

/** @throws AbortError only */
export async function inspect(
  file: SourceFile,
  worker: WorkerClient,
  { password, signal }: { password?: string; signal?: AbortSignal },
): Promise<DocumentInspection> {
  const found = await inspection(file, worker, password, signal)
  return {
    ...found,
    name: file.name,
    size: file.blob.size,
    containers: containersOf(found, file),
    proposed: proposedFor(found, file),
  }
}

async function inspection(
  file: SourceFile,
  worker: WorkerClient,
  password: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Inspection> {
  try {
    return await worker.call('inspect', { file, ...(password === undefined ? {} : { password }) }, { signal })
  } catch (error) {
    return { kind: 'other', pdf: null, warnings: [], refused: refusalOf(error) }
  }
}

function containersOf({ kind, refused }: Inspection, { blob }: SourceFile): readonly SignatureContainer[] {
  if (blob.size === 0) return []
  return kind === 'pdf' && !refused ? ['embedded', 'detached'] : ['detached']
}

/** A PDF that cannot hold a signature gets none beside it unless the person asks for that. */
function proposedFor({ kind, refused }: Inspection, file: SourceFile): SignatureContainer | null {
  if (file.blob.size === 0) return null
  if (kind === 'pdf') return refused ? null : 'embedded'
  return isNamedPdf(file) ? null : 'detached'
}

/** By content. @returns false also when the file cannot be read: what reads it next says why. */
export async function looksLikePdf({ blob }: SourceFile): Promise<boolean> {
  const head = await blob
    .slice(0, HEADER + 8)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0))
  return new TextDecoder('latin1').decode(head).includes('%PDF-')
}

/** A person who names a file so expects a signature inside it. */
export const isNamedPdf = ({ name, type }: SourceFile): boolean => /\.pdf$/i.test(name) || type === 'application/pdf'
