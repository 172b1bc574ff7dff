import type { DigestName } from '../algorithms.ts'
import { atHand, joinSmall, partOf, type BytesOrBlob } from '../bytes/small-blob.ts'
import type { Engine } from '../ports.ts'
import { digestBlobAs, digestBytes } from '../suites/digest.ts'

/** What a signature is over. Digests are computed once per algorithm. */
export interface SignedContent {
  /** Null: the content is not there. */
  digest(name: DigestName): Promise<Uint8Array | null>
  /** Null: not there, or too large for a signature without signed attributes. */
  bytes(): Promise<Uint8Array | null>
}

/** Content in one piece for signatures over the content itself. */
const MAX_WHOLE = 1 << 30

export const NO_CONTENT: SignedContent = { digest: () => Promise.resolve(null), bytes: () => Promise.resolve(null) }

export function bytesContent(bytes: Uint8Array, engine: Engine): SignedContent {
  return cached(
    (name) => digestBytes(engine, name, bytes),
    () => Promise.resolve(bytes),
  )
}

type ContentOptions = Readonly<{ signal?: AbortSignal; progress?: (done: number) => void }>

/** The whole of a file. */
export function wholeContent(content: BytesOrBlob, engine: Engine, options: ContentOptions = {}): SignedContent {
  return cached(
    (name) => digestBlobAs([content], name, engine, options),
    () => wholeOf([content]),
  )
}

type Span = Readonly<{ start: number; end: number }>

/** Spans of a file one after the other: what the byte range of a PDF covers. */
export function spansContent(
  content: BytesOrBlob,
  spans: readonly Span[],
  engine: Engine,
  options: ContentOptions = {},
): SignedContent {
  const parts = async (): Promise<readonly BytesOrBlob[]> => {
    const ready = await atHand(content)
    return spans.map(({ start, end }) => partOf(ready, start, end))
  }
  return cached(
    async (name) => digestBlobAs(await parts(), name, engine, options),
    async () => wholeOf(await parts()),
  )
}

async function wholeOf(parts: readonly BytesOrBlob[]): Promise<Uint8Array | null> {
  const small = await joinSmall(parts)
  if (small) return small
  const blob = new Blob([...parts])
  return blob.size > MAX_WHOLE ? null : new Uint8Array(await blob.arrayBuffer())
}

function cached(compute: (name: DigestName) => Promise<Uint8Array>, bytes: SignedContent['bytes']): SignedContent {
  const known = new Map<DigestName, Promise<Uint8Array>>()
  return {
    bytes,
    digest(name) {
      const value = known.get(name) ?? compute(name)
      known.set(name, value)
      return value
    },
  }
}
