/** Seeded mutations: the same seed and number give the same mutant on every machine. */

export type Random = () => number

/** mulberry32 */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const upTo = (random: Random, limit: number): number => Math.floor(random() * limit)

/** Words that change what a reader sees of a PDF or a container. */
const WORDS = [
  '/ByteRange',
  '/Contents',
  '/V',
  'null',
  '[]',
  '0',
  '999999999',
  '>>',
  '<<',
  'endobj',
  'xref',
  '%%EOF',
  '/Root',
  '\0',
  '<',
  '>',
]

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array

function splice(bytes: Uint8Array, at: number, count: number, insert: Uint8Array): Uint8Array {
  const remove = Math.min(count, bytes.length - at)
  const out = new Uint8Array(bytes.length - remove + insert.length)
  out.set(bytes.subarray(0, at))
  out.set(insert, at)
  out.set(bytes.subarray(at + remove), at + insert.length)
  return out
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const out = Uint8Array.from(bytes)
    for (let n = 1 + upTo(random, 3); n > 0; n--) {
      const at = upTo(random, out.length)
      out[at] = (out[at] ?? 0) ^ (1 << upTo(random, 8))
    }
    return out
  },
  function setByte(bytes, random) {
    const out = Uint8Array.from(bytes)
    out[upTo(random, out.length)] = upTo(random, 256)
    return out
  },
  function digit(bytes, random) {
    const out = Uint8Array.from(bytes)
    const digits = [...out.keys()].filter((i) => (out[i] ?? 0) >= 48 && (out[i] ?? 0) <= 57)
    const at = digits[upTo(random, digits.length)]
    if (at !== undefined) out[at] = 48 + upTo(random, 10)
    return out
  },
  function word(bytes, random) {
    const text = WORDS[upTo(random, WORDS.length)] ?? ''
    const insert = Uint8Array.from(text, (c) => c.charCodeAt(0))
    return splice(bytes, upTo(random, bytes.length), random() < 0.5 ? insert.length : 0, insert)
  },
  (bytes, random) => splice(bytes, upTo(random, bytes.length), upTo(random, 64), new Uint8Array()),
  (bytes, random) => bytes.slice(0, upTo(random, bytes.length)),
  function copyBlock(bytes, random) {
    const from = upTo(random, bytes.length)
    const block = bytes.slice(from, from + upTo(random, 2000))
    return splice(bytes, upTo(random, bytes.length), random() < 0.5 ? block.length : 0, block)
  },
  (bytes, random) => splice(bytes, bytes.length, 0, bytes.slice(upTo(random, bytes.length))),
]

export function mutate(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const mutation = MUTATIONS[upTo(random, MUTATIONS.length)]
  return Uint8Array.from(mutation ? mutation(bytes, random) : bytes)
}
