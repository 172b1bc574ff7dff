import type { DigestAlgorithm, Engine } from '../ports.ts'
import { chunksOf, digestBlob } from './digest-blob.ts'
import { atHand, isAtHand, partOf, unreadable, type BytesOrBlob } from './small-blob.ts'

/** A beginning of the file, perhaps with a later part behind it: what a PDF signature covers. Offsets in bytes. */
export type Prefix = Readonly<{ end: number; tail?: Readonly<{ start: number; end: number }> }>

export type PrefixOptions = Readonly<{
  signal?: AbortSignal
  progress?: (done: number) => void
  /** The file is held whole in any case, as when it was just made: up to 64 MiB it is read once and hashed by WebCrypto. */
  mayHold?: boolean
}>

export interface PrefixDigests {
  /** @param index in the prefixes given */
  digest(index: number, algorithm: DigestAlgorithm): Promise<Uint8Array>
}

/** A longer tail is digested for itself. */
const LONGEST_TAIL = 8 << 20
/**
 * How much slower a hash whose state can be kept is than one in one piece (measured in Chromium): of bytes at hand 3.5 to 4.5; of a file that
 * is read from disk each time 1.4 to 2 with the reading, and less than 1 for SHA-384 and SHA-512; and in pieces no file is held.
 */
const STREAM_COST = { held: 4, read: 1.7 } as const

/** Bytes. */
const ONE_READ = 2 ** 26

/**
 * Digests of many beginnings of one file, for what all signatures of a file cover. Where that is cheaper the file is read once
 * for all of them, so that the n-th signature costs its own revision and not the whole file again.
 */
export function prefixDigests(
  content: BytesOrBlob,
  prefixes: readonly Prefix[],
  engine: Engine,
  options: PrefixOptions = {},
): PrefixDigests {
  const passes = new Map<DigestAlgorithm, Promise<Pass>>()
  const reads = new Map<DigestAlgorithm, Promise<Pass | null>>()
  const alone = new Map<string, Promise<Uint8Array>>()
  const inPass = new Set([...prefixes.keys()].filter((index) => fitsPass(prefixes[index])))
  const together = [...inPass].reduce((sum, index) => sum + (prefixes[index]?.end ?? 0), 0)
  const furthest = Math.max(0, ...[...inPass].map((index) => prefixes[index]?.end ?? 0))
  const isCheaper = together > furthest * (isAtHand(content) ? STREAM_COST.held : STREAM_COST.read)
  const isFew = inPass.size > 1 && together <= STREAM_COST.held * furthest
  const isOneRead = options.mayHold === true && isFew && content instanceof Blob && content.size <= ONE_READ

  return {
    async digest(index, algorithm) {
      const prefix = prefixes[index]
      if (!prefix) throw new RangeError(`no prefix ${index}`)
      if (isOneRead && algorithm === 'SHA-256' && inPass.has(index)) {
        const running = reads.get(algorithm) ?? readOnce(content, prefixes, inPass, algorithm, engine, options)
        reads.set(algorithm, running)
        const value = (await running)?.get(index)
        if (value) return value
      }
      if (isCheaper && inPass.has(index)) {
        const running = passes.get(algorithm) ?? runPass(content, prefixes, inPass, algorithm, engine, options)
        passes.set(algorithm, running)
        const value = (await running).get(index)
        if (value) return value
      }
      const key = `${index} ${algorithm}`
      const value = alone.get(key) ?? digestPrefix(content, prefix, algorithm, engine, options)
      alone.set(key, value)
      return value
    },
  }
}

const fitsPass = (prefix: Prefix | undefined): boolean =>
  prefix !== undefined && (!prefix.tail || prefix.tail.end - prefix.tail.start <= LONGEST_TAIL)

async function digestPrefix(
  content: BytesOrBlob,
  { end, tail }: Prefix,
  algorithm: DigestAlgorithm,
  engine: Engine,
  options: PrefixOptions,
): Promise<Uint8Array> {
  const ready = await atHand(content)
  const parts = [partOf(ready, 0, end), ...(tail ? [partOf(ready, tail.start, tail.end)] : [])]
  return digestBlob(parts, algorithm, engine, options)
}

type Pass = ReadonlyMap<number, Uint8Array>

/** @returns null for what is small: its bytes are at hand */
async function readOnce(
  content: Blob,
  prefixes: readonly Prefix[],
  inPass: ReadonlySet<number>,
  algorithm: DigestAlgorithm,
  engine: Engine,
  { signal, progress }: PrefixOptions,
): Promise<Pass | null> {
  if (!((await atHand(content)) instanceof Blob)) return null
  const wanted = [...inPass].flatMap((index) => {
    const prefix = prefixes[index]
    return prefix && (!prefix.tail || prefix.tail.start >= prefix.end) ? [{ index, ...prefix }] : []
  })
  const bytes = await bytesOf(content.slice(0, Math.max(...wanted.map(({ end, tail }) => tail?.end ?? end))))
  progress?.(0.5)
  const tails = wanted.map(({ tail }) => (tail ? bytes.slice(tail.start, tail.end) : new Uint8Array()))
  const values = new Map<number, Uint8Array>()
  // The longest first: what is put behind a beginning lies over nothing that a shorter one covers.
  for (const at of [...wanted.keys()].toSorted((a, b) => (wanted[b]?.end ?? 0) - (wanted[a]?.end ?? 0))) {
    const { index = -1, end = 0 } = wanted[at] ?? {}
    const tail = tails[at] ?? new Uint8Array()
    const stop = Math.min(end, bytes.length)
    bytes.set(tail, stop)
    signal?.throwIfAborted()
    values.set(index, new Uint8Array(await engine.subtle.digest(algorithm, bytes.subarray(0, stop + tail.length))))
  }
  progress?.(1)
  return values
}

async function runPass(
  content: BytesOrBlob,
  prefixes: readonly Prefix[],
  inPass: ReadonlySet<number>,
  algorithm: DigestAlgorithm,
  engine: Engine,
  { signal, progress }: PrefixOptions,
): Promise<Pass> {
  const values = new Map<number, Uint8Array>()
  const ready = await atHand(content)
  const hasher = await engine.hasher(algorithm)
  if (!hasher.digestWith) return values
  const order = [...inPass].toSorted((a, b) => (prefixes[a]?.end ?? 0) - (prefixes[b]?.end ?? 0))
  const last = prefixes[order.at(-1) ?? -1]?.end ?? 0
  let next = 0
  let at = 0
  const settle = async (): Promise<void> => {
    for (let prefix = prefixes[order[next] ?? -1]; prefix?.end === at; prefix = prefixes[order[++next] ?? -1]) {
      const tail = prefix.tail ? await bytesOf(partOf(ready, prefix.tail.start, prefix.tail.end)) : new Uint8Array()
      const value = await hasher.digestWith?.(tail)
      if (value) values.set(order[next] ?? -1, value)
    }
  }
  await settle()
  const beginning = partOf(ready, 0, last)
  for await (const chunk of beginning instanceof Blob ? chunksOf(beginning, signal) : [beginning]) {
    for (let from = 0; from < chunk.length;) {
      const stop = Math.min(chunk.length, from + (prefixes[order[next] ?? -1]?.end ?? Infinity) - at)
      hasher.update(chunk.subarray(from, stop))
      at += stop - from
      from = stop
      await settle()
    }
    progress?.(last === 0 ? 1 : at / last)
  }
  if (at !== last) throw unreadable(new RangeError(`expected ${last} bytes, got ${at}`))
  return values
}

async function bytesOf(part: BytesOrBlob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : part
  } catch (cause) {
    throw unreadable(cause)
  }
}
