import type { EnvelopeView } from '../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../core/formats/format.ts'
import type { ActOptions, RunEnvelope } from './run-envelope.ts'

/** Documents that travel beside an envelope, as far as they were handed over. */
export type Beside = Readonly<{
  /** By their index in the manifest. */
  handed: ReadonlyMap<number, SourceFile>
  /** Of the last files given: which is none of its documents, or no longer the same. */
  wrong: readonly Refusal[]
}>

export const NOTHING_BESIDE: Beside = { handed: new Map(), wrong: [] }

export const filesOf = ({ handed }: Beside): readonly SourceFile[] => [...handed.values()]

/** Files that somebody hands over, matched by their digests and nothing else. */
export async function takeBeside(
  envelopes: Pick<RunEnvelope, 'match'>,
  { enclosed }: Pick<EnvelopeView, 'enclosed'>,
  before: Beside,
  files: readonly SourceFile[],
  options: ActOptions = {},
): Promise<Beside> {
  const handed = new Map(before.handed)
  const wrong: Refusal[] = []
  const matched = await envelopes.match(enclosed, files, options)
  for (const [i, one] of matched.entries()) {
    const file = files[i]
    if (!file) continue
    if ('code' in one) {
      wrong.push({ code: one.code, message: one.name, details: { names: one.name, count: 1 } })
      continue
    }
    // The same bytes may be enclosed under two names.
    for (const [index, { sha256, attached }] of enclosed.entries()) {
      if (!attached && sha256 === enclosed[one.index]?.sha256) handed.set(index, file)
    }
  }
  return { handed, wrong }
}

/** A document is not at hand, or is not the one that was meant, or the cover sheet says something else: nobody may sign. */
export const isLacking = ({ enclosed, cover }: Pick<EnvelopeView, 'enclosed' | 'cover'>): boolean =>
  cover === 'differs' || enclosed.some(({ state }) => state === 'missing' || state === 'changed')

export const isAwaited = ({ enclosed }: Pick<EnvelopeView, 'enclosed'>): boolean =>
  enclosed.some(({ state, attached }) => state === 'missing' && !attached)
