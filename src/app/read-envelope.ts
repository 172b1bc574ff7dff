import { SignError } from '../core/errors.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { EnvelopeSummary } from '../core/host-envelope.ts'
import { summaryOf } from './envelope-summary.ts'
import type { Services } from './services.ts'

/**
 * The state of an envelope for a host that keeps it, and the letters that it asks for.
 *
 * @param how `beside`: documents that travel beside it; `link`: where a person acts; `{signatory}` stands for the id. Null: our own page, to which the file is brought by hand
 * @returns null for a file that is no envelope @throws SignError as `RunEnvelope.open`
 */
export async function readEnvelope(
  services: Services,
  file: SourceFile,
  { link, beside }: Readonly<{ link: string | null; beside: readonly Blob[] }>,
  signal: AbortSignal,
): Promise<EnvelopeSummary | null> {
  const envelopes = await services.envelopes()
  const others = beside.map((blob, i) => ({ name: String(i + 1), blob }))
  const view = await envelopes.open(file, { signal, beside: others }).catch((error: unknown) => {
    if (error instanceof SignError && error.code === 'ENVELOPE_MANIFEST_MISSING') return null
    throw error
  })
  if (!view) return null
  const linkFor = (signatory: string | null): string =>
    link === null || signatory === null ? '' : link.replaceAll('{signatory}', encodeURIComponent(signatory))
  return summaryOf(view, envelopes.notices(view, { link: linkFor }))
}
