import { requireDocuments } from '../core/envelope/check-enclosed.ts'
import type { EnvelopeDraft } from '../core/envelope/draft.ts'
import type { EnclosedDocument } from '../core/envelope/enclosed.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { Mechanism } from '../core/keys.ts'
import { checkSigner, mechanismOf } from './check-signer.ts'
import type { KeyRef } from './manage-keys.ts'
import {
  askKey,
  finish,
  readBack,
  type ActOptions,
  type EnvelopeResult,
  type RunEnvelopePorts,
} from './envelope-work.ts'

export type PrepareRequest = Readonly<{
  /** The document, or the cover sheet that `cover` composed. */
  file: SourceFile
  /** What that sheet stands for, as `describe` said; those that travel beside come in `options.beside`. */
  enclosed?: readonly EnclosedDocument[]
  draft: EnvelopeDraft
  key: KeyRef
  mechanism?: Mechanism
}>

export async function prepareEnvelope(
  { file, enclosed = [], draft, key: ref, mechanism: wanted }: PrepareRequest,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const { worker, keys, clock, level, refuse } = ports
  const key = await keys.find(ref, options.signal ?? new AbortController().signal)
  const warnings = checkSigner(key, clock.now(), false)
  const signer = { signer: key.signer, mechanism: mechanismOf(key, wanted) }
  const params = { file, enclosed, draft, signer, level, refuse, font: await ports.font() }
  const made = await worker.call('prepareEnvelope', params, askKey(key, options))
  const name = `${file.name.replace(/\.pdf$/i, '')}-envelope.pdf`
  const signed = await finish(made, { key, ref, name, original: file }, ports, options)
  const kept = await readBack(signed.file, file, ports, options)
  requireDocuments(kept.view.enclosed)
  return { ...kept, warnings: [...warnings, ...signed.warnings, ...kept.warnings] }
}
