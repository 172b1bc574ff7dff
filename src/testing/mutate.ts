/** Seeded mutations of files for fuzzing: the same seed gives the same mutants on every machine. */

/** Mulberry32: numbers in [0, 1). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Mutation = (bytes: Uint8Array, next: () => number, tokens: readonly Uint8Array[]) => Uint8Array

const at = (next: () => number, limit: number): number => Math.floor(next() * Math.max(1, limit))

function splice(bytes: Uint8Array, start: number, removed: number, inserted: Uint8Array): Uint8Array {
  const count = Math.min(removed, bytes.length - start)
  const out = new Uint8Array(bytes.length - count + inserted.length)
  out.set(bytes.subarray(0, start))
  out.set(inserted, start)
  out.set(bytes.subarray(start + count), start + inserted.length)
  return out
}

/** Positions of digits, where offsets, lengths and object numbers live. */
function digitNear(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) if ((bytes[i] ?? 0) >= 48 && (bytes[i] ?? 0) <= 57) return i
  return from
}

/** Half of the time in place of as many bytes, which keeps offsets right behind it. */
function put(bytes: Uint8Array, next: () => number, inserted: Uint8Array): Uint8Array {
  return splice(bytes, at(next, bytes.length), next() < 0.5 ? inserted.length : 0, inserted)
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, next) {
    const out = bytes.slice()
    for (let n = 1 + at(next, 3); n > 0; n--) {
      const i = at(next, out.length)
      out[i] = (out[i] ?? 0) ^ (1 << at(next, 8))
    }
    return out
  },
  function setByte(bytes, next) {
    const out = bytes.slice()
    out[at(next, out.length)] = at(next, 256)
    return out
  },
  function digit(bytes, next) {
    const out = bytes.slice()
    out[digitNear(out, at(next, out.length))] = 48 + at(next, 10)
    return out
  },
  (bytes, next, tokens) => put(bytes, next, tokens[at(next, tokens.length)] ?? new Uint8Array()),
  (bytes, next) => splice(bytes, at(next, bytes.length), at(next, 200), new Uint8Array()),
  (bytes, next) => bytes.slice(0, at(next, bytes.length)),
  function copyBlock(bytes, next) {
    const from = at(next, bytes.length)
    return put(bytes, next, bytes.slice(from, from + at(next, 2000)))
  },
  // What an incremental update looks like to a careless reader: the end again.
  (bytes, next) => splice(bytes, bytes.length, 0, bytes.slice(at(next, bytes.length))),
]

/** One to `most` mutations in a row. @param tokens snippets of the format's syntax that are put anywhere */
export function mutate(
  bytes: Uint8Array,
  next: () => number,
  tokens: readonly Uint8Array[],
  most = 4,
): Uint8Array<ArrayBuffer> {
  let out = bytes
  for (let n = 1 + at(next, most); n > 0; n--) {
    const mutation = MUTATIONS[at(next, MUTATIONS.length)]
    if (mutation) out = mutation(out, next, tokens)
  }
  return Uint8Array.from(out)
}
