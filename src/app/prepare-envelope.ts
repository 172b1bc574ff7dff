import type { EnvelopeDraft } from '../core/envelope/draft.ts'
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

type PrepareRequest = Readonly<{ file: SourceFile; draft: EnvelopeDraft; key: KeyRef; mechanism?: Mechanism }>

export async function prepareEnvelope(
  { file, draft, key: ref, mechanism: wanted }: PrepareRequest,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const { worker, keys, clock, level, refuse } = ports
  const key = await keys.find(ref, options.signal ?? new AbortController().signal)
  const warnings = checkSigner(key, clock.now(), false)
  const signer = { signer: key.signer, mechanism: mechanismOf(key, wanted) }
  const params = { file, draft, signer, level, refuse, font: await ports.font() }
  const made = await worker.call('prepareEnvelope', params, askKey(key, options))
  const name = `${file.name.replace(/\.pdf$/i, '')}-envelope.pdf`
  const signed = await finish(made, { key, ref, name, original: file }, ports, options)
  const kept = await readBack(signed.file, file, ports, options)
  return { ...kept, warnings: [...warnings, ...signed.warnings, ...kept.warnings] }
}
