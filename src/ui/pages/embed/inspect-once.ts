import type { DocumentInspection, SignDocuments } from '../../../app/sign-documents.ts'
import type { SourceFile } from '../../../core/formats/format.ts'

const known = new WeakMap<Blob, Promise<DocumentInspection>>()

/**
 * Looks into a document of an act once, for whoever asks whether it is an envelope and for whoever shows it. What could not be read
 * is tried again.
 */
export function inspectOnce(documents: Pick<SignDocuments, 'inspect'>, file: SourceFile): Promise<DocumentInspection> {
  const looked = known.get(file.blob) ?? documents.inspect(file)
  known.set(file.blob, looked)
  const forget = (): void => void known.delete(file.blob)
  looked.then(({ refused }) => refused && forget(), forget)
  return looked.then((found) => ({ ...found, name: file.name }))
}
