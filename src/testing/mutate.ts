/** Seeded mutations of files for fuzzing: the same seed gives the same mutants everywhere. */

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
  const out = new Uint8Array(bytes.length - removed + inserted.length)
  out.set(bytes.subarray(0, start))
  out.set(inserted, start)
  out.set(bytes.subarray(start + removed), start + inserted.length)
  return out
}

/** Positions of digits, where offsets, lengths and object numbers live. */
function digitNear(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) if ((bytes[i] ?? 0) >= 48 && (bytes[i] ?? 0) <= 57) return i
  return from
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, next) => {
    const out = bytes.slice()
    const i = at(next, out.length)
    out[i] = (out[i] ?? 0) ^ (1 << at(next, 8))
    return out
  },
  (bytes, next) => {
    const out = bytes.slice()
    out[at(next, out.length)] = at(next, 256)
    return out
  },
  (bytes, next) => {
    const out = bytes.slice()
    out[digitNear(out, at(next, out.length))] = 48 + at(next, 10)
    return out
  },
  (bytes, next) => {
    const start = at(next, bytes.length)
    return splice(bytes, start, Math.min(at(next, 200), bytes.length - start), new Uint8Array())
  },
  (bytes, next) => {
    const start = at(next, bytes.length)
    const from = at(next, bytes.length)
    return splice(bytes, start, 0, bytes.slice(from, from + at(next, 400)))
  },
  (bytes, next, tokens) =>
    splice(bytes, at(next, bytes.length), 0, tokens[at(next, tokens.length)] ?? new Uint8Array()),
  (bytes, next) => bytes.slice(0, at(next, bytes.length)),
]

/** One to four mutations in a row. @param tokens snippets of the format's syntax that are put anywhere */
export function mutate(bytes: Uint8Array, next: () => number, tokens: readonly Uint8Array[]): Uint8Array {
  let out = bytes
  for (let n = 1 + at(next, 4); n > 0; n--) {
    const mutation = MUTATIONS[at(next, MUTATIONS.length)]
    if (mutation) out = mutation(out, next, tokens)
  }
  return out
}
