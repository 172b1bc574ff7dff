/** DES, triple DES (FIPS 46-3) and RC2 (RFC 2268): what old key files are encrypted with and no engine offers. Decryption only. */
import { fromHex } from '../bytes/bytes.ts'

/** Decrypts one block of 8 octets. */
export type BlockDecrypt = (block: Uint8Array) => Uint8Array

const bytesOf = (text: string): readonly number[] => text.split(' ').map(Number)

const P = bytesOf('16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25')
const PC1 = bytesOf(
  '57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36 ' +
    '63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4',
)
const PC2 = bytesOf(
  '14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2 ' +
    '41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32',
)
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
/** Row by row, each value a hex digit. */
const S_BOXES = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
]

/** Initial permutation: columns of the block, even ones first. */
const IP = Array.from({ length: 64 }, (_, i) => 8 * (8 - (i % 8)) - (i < 32 ? 6 : 7) + 2 * ((i >> 3) % 4))
const E = Array.from({ length: 48 }, (_, i) => ((4 * Math.floor(i / 6) + (i % 6) + 31) % 32) + 1)

/** Bits are kept one to an element: key files are a few kilobytes, so plain beats fast. */
type Bits = readonly number[]

const toBits = (bytes: Uint8Array): Bits =>
  [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i) & 1))
const pick = (bits: Bits, order: readonly number[]): Bits => order.map((at) => bits[at - 1] ?? 0)
const xor = (a: Bits, b: Bits): Bits => a.map((bit, i) => bit ^ (b[i] ?? 0))
const toNumber = (bits: Bits): number => bits.reduce((value, bit) => value * 2 + bit, 0)

function desKeys(key: Uint8Array): readonly Bits[] {
  let state = pick(toBits(key), PC1)
  return SHIFTS.map((shift) => {
    const rotated = (half: Bits): Bits => [...half.slice(shift), ...half.slice(0, shift)]
    state = [...rotated(state.slice(0, 28)), ...rotated(state.slice(28))]
    return pick(state, PC2)
  })
}

function round(half: Bits, key: Bits): Bits {
  const mixed = xor(pick(half, E), key)
  const out = S_BOXES.flatMap((box, i) => {
    const six = mixed.slice(6 * i, 6 * i + 6)
    const row = 2 * (six[0] ?? 0) + (six[5] ?? 0)
    const value = Number.parseInt(box.charAt(16 * row + toNumber(six.slice(1, 5))), 16)
    return [3, 2, 1, 0].map((bit) => (value >> bit) & 1)
  })
  return pick(out, P)
}

function des(block: Uint8Array, keys: readonly Bits[]): Uint8Array {
  const start = pick(toBits(block), IP)
  let left: Bits = start.slice(0, 32)
  let right: Bits = start.slice(32)
  for (const key of keys) [left, right] = [right, xor(left, round(right, key))]
  const swapped = [...right, ...left]
  const final = Array.from({ length: 64 }, () => 0)
  IP.forEach((at, i) => {
    final[at - 1] = swapped[i] ?? 0
  })
  return Uint8Array.from({ length: 8 }, (_, i) => toNumber(final.slice(8 * i, 8 * i + 8)))
}

/** @param key 8 octets */
export function desDecrypt(key: Uint8Array): BlockDecrypt {
  const keys = desKeys(key).toReversed()
  return (block) => des(block, keys)
}

/** @param key 24 octets, or 16 (two keys) */
export function tripleDesDecrypt(key: Uint8Array): BlockDecrypt {
  const [first, second] = [desKeys(key.subarray(0, 8)), desKeys(key.subarray(8, 16))]
  const third = key.length === 24 ? desKeys(key.subarray(16)) : first
  return (block) => des(des(des(block, third.toReversed()), second), first.toReversed())
}

/** The random permutation of RFC 2268, 2. */
const PITABLE = fromHex(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
)

/** @param bits effective key length */
export function rc2Decrypt(key: Uint8Array, bits: number): BlockDecrypt {
  const words = rc2Key(key, bits)
  return (block) => {
    const view = new DataView(block.buffer, block.byteOffset, 8)
    const r = [0, 2, 4, 6].map((at) => view.getUint16(at, true))
    const at = (i: number): number => r[i & 3] ?? 0
    for (let step = 63; step >= 0; step--) {
      const i = step & 3
      if (step === 43 || step === 19)
        for (let j = 3; j >= 0; j--) r[j] = (at(j) - (words[at(j - 1) & 63] ?? 0)) & 0xffff
      const shift = [1, 2, 3, 5][i] ?? 0
      const turned = (at(i) >>> shift) | (at(i) << (16 - shift))
      r[i] = (turned - (words[step] ?? 0) - (at(i - 1) & at(i - 2)) - (~at(i - 1) & at(i - 3))) & 0xffff
    }
    const out = new Uint8Array(8)
    r.forEach((word, i) => new DataView(out.buffer).setUint16(2 * i, word, true))
    return out
  }
}

/** Key expansion, RFC 2268, 2. */
function rc2Key(key: Uint8Array, bits: number): readonly number[] {
  const table = new Uint8Array(128)
  table.set(key)
  const pi = (value: number): number => PITABLE[value & 0xff] ?? 0
  const at = (i: number): number => table[i] ?? 0
  for (let i = key.length; i < 128; i++) table[i] = pi(at(i - 1) + at(i - key.length))
  const octets = Math.ceil(bits / 8)
  const mask = 0xff >> (8 * octets - bits)
  table[128 - octets] = pi(at(128 - octets) & mask)
  for (let i = 127 - octets; i >= 0; i--) table[i] = pi(at(i + 1) ^ at(i + octets))
  return Array.from({ length: 64 }, (_, i) => at(2 * i) + 256 * at(2 * i + 1))
}

/**
 * CBC with the padding of RFC 8018, 6.1.1.
 *
 * @returns null when the padding is wrong: the wrong key, nearly always
 */
export function cbcDecrypt(decrypt: BlockDecrypt, iv: Uint8Array, data: Uint8Array): Uint8Array | null {
  if (data.length === 0 || data.length % 8 !== 0) return null
  const out = new Uint8Array(data.length)
  let previous = iv
  for (let at = 0; at < data.length; at += 8) {
    const block = data.subarray(at, at + 8)
    const plain = decrypt(block)
    for (let i = 0; i < 8; i++) out[at + i] = (plain[i] ?? 0) ^ (previous[i] ?? 0)
    previous = block
  }
  return unpad(out, 8)
}

export function unpad(padded: Uint8Array, blockSize: number): Uint8Array | null {
  const count = padded.at(-1) ?? 0
  if (count === 0 || count > blockSize || count > padded.length) return null
  const start = padded.length - count
  return padded.subarray(start).every((octet) => octet === count) ? padded.subarray(0, start) : null
}
