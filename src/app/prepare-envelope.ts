import type { EnvelopeDraft } from '../core/envelope/draft.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { Mechanism } from '../core/keys.ts'
import { checkSigner, mechanismOf } from './check-signer.ts'
import type { KeyRef } from './manage-keys.ts'
import { finish, readBack, type ActOptions, type EnvelopeResult, type RunEnvelopePorts } from './envelope-work.ts'

type PrepareRequest = Readonly<{ file: SourceFile; draft: EnvelopeDraft; key: KeyRef; mechanism?: Mechanism }>

export async function prepareEnvelope(
  { file, draft, key: ref, mechanism: wanted }: PrepareRequest,
  ports: RunEnvelopePorts,
  { signal = new AbortController().signal, onProgress }: ActOptions,
): Promise<EnvelopeResult> {
  const { worker, keys, clock, level, refuse } = ports
  const key = await keys.find(ref, signal)
  const warnings = checkSigner(key, clock.now(), false)
  const signer = { signer: key.signer, mechanism: mechanismOf(key, wanted) }
  const params = { file, draft, signer, level, refuse, font: await ports.font() }
  const prepared = await worker.call('prepareEnvelope', params, { signal, onProgress })
  const name = `${file.name.replace(/\.pdf$/i, '')}-envelope.pdf`
  const signed = await finish(prepared, { key, ref, name, original: file }, ports, {
    signal,
    ...(onProgress && { onProgress }),
  })
  const kept = await readBack(signed.file, file, ports, { signal, ...(onProgress && { onProgress }) })
  return { ...kept, warnings: [...warnings, ...signed.warnings, ...kept.warnings] }
}
