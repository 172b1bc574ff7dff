/** Keys from passwords: PBKDF2 and scrypt (RFC 8018, 7914) and the derivation of PKCS#12 itself (RFC 7292, appendix B). */
import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { DigestName } from '../algorithms.ts'
import { concatBytes } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { sha256Rounds } from './sha256-rounds.ts'
import type { Work } from './work.ts'

const HASHES = {
  MD5: md5,
  'SHA-1': sha1,
  'SHA-224': sha224,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
} as const

export type KdfDigest = keyof typeof HASHES

export function kdfDigest(name: DigestName | null | undefined): KdfDigest {
  if (name !== null && name !== undefined && name in HASHES) return name as KdfDigest
  throw new SignError('PKCS12_UNSUPPORTED', `no key derivation with ${name ?? 'an unknown digest'} here`)
}

/** What a derivation is for: RFC 7292, B.3. */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const

export type Derivation = Readonly<{ salt: Uint8Array; iterations: number }>

const BREATH = 20_000

/**
 * RFC 7292, B.2.
 *
 * @param password BMPString octets; @param length octets wanted
 */
export async function pkcs12Derive(
  digest: KdfDigest,
  purpose: 1 | 2 | 3,
  password: Uint8Array,
  { salt, iterations }: Derivation,
  length: number,
  work: Work,
): Promise<Uint8Array> {
  const { blockLen: v, outputLen: u } = HASHES[digest]
  const blocks = Math.ceil(length / u)
  work.spend(iterations * blocks)
  const diversifier = new Uint8Array(v).fill(purpose)
  const input = concatBytes([fill(salt, v), fill(password, v)])
  const out: Uint8Array[] = []
  for (let i = 0; i < blocks; i++) {
    const a = await iterate(digest, concatBytes([diversifier, input]), iterations, work)
    out.push(a)
    addOne(
      input,
      Uint8Array.from({ length: v }, (_, at) => a[at % u] ?? 0),
    )
    work.finish(iterations)
  }
  return concatBytes(out).slice(0, length)
}

/** The digest of `first`, and then of itself until `iterations` were done. */
async function iterate(digest: KdfDigest, first: Uint8Array, iterations: number, work: Work): Promise<Uint8Array> {
  const value = HASHES[digest](first).slice()
  const repeat = repeater(digest)
  for (let done = 1; done < iterations;) {
    const rounds = Math.min(BREATH, iterations - done)
    repeat(value, rounds)
    done += rounds
    if (done < iterations) await work.breathe(done)
  }
  return value
}

/** Hashes a value again and again, in place. SHA-256 is what files of many iterations use. */
function repeater(digest: KdfDigest): (value: Uint8Array, rounds: number) => void {
  if (digest === 'SHA-256') return sha256Rounds
  const hash = HASHES[digest]
  return (value, rounds) => {
    for (let round = 0; round < rounds; round++) value.set(hash(value))
  }
}

/** Copies up to a multiple of `size`; nothing stays nothing. */
function fill(bytes: Uint8Array, size: number): Uint8Array {
  const length = size * Math.ceil(bytes.length / size)
  return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0)
}

/** Each v-octet block of `input` becomes block + b + 1 modulo 2^(8v). */
function addOne(input: Uint8Array, b: Uint8Array): void {
  for (let start = 0; start < input.length; start += b.length) {
    let carry = 1
    for (let i = b.length - 1; i >= 0; i--) {
      const sum = (input[start + i] ?? 0) + (b[i] ?? 0) + carry
      input[start + i] = sum
      carry = sum >> 8
    }
  }
}

export async function pbkdf2(
  digest: KdfDigest,
  password: Uint8Array,
  { salt, iterations }: Derivation,
  length: number,
  work: Work,
): Promise<Uint8Array> {
  work.spend(iterations)
  await work.breathe(0)
  const derived = await derivePbkdf2(digest, password, { salt, iterations }, length, work)
  work.finish(iterations)
  return derived
}

async function derivePbkdf2(
  digest: KdfDigest,
  password: Uint8Array,
  { salt, iterations }: Derivation,
  length: number,
  { engine }: Work,
): Promise<Uint8Array> {
  // WebCrypto has neither.
  if (digest === 'SHA-224' || digest === 'MD5') {
    return pbkdf2Async(HASHES[digest], password, salt, { c: iterations, dkLen: length })
  }
  const key = await engine.subtle.importKey('raw', Uint8Array.from(password), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: digest, salt: Uint8Array.from(salt), iterations }
  return new Uint8Array(await engine.subtle.deriveBits(parameters, key, 8 * length))
}

export type ScryptParameters = Readonly<{ salt: Uint8Array; n: number; r: number; p: number }>

const MAX_SCRYPT_MEMORY = 2 ** 28

export async function scrypt(
  password: Uint8Array,
  { salt, n, r, p }: ScryptParameters,
  length: number,
  work: Work,
): Promise<Uint8Array> {
  if (n < 2 || r < 1 || p < 1 || p > 64 || 128 * n * r > MAX_SCRYPT_MEMORY) {
    throw new SignError('PKCS12_LIMIT_EXCEEDED', 'scrypt parameters ask for too much memory', { details: { n, r, p } })
  }
  work.spend(n * p)
  await work.breathe(0)
  const derived = await scryptAsync(password, salt, { N: n, r, p, dkLen: length, maxmem: 2 * MAX_SCRYPT_MEMORY })
  work.finish(n * p)
  return derived
}

export const mac = (digest: KdfDigest, key: Uint8Array, data: Uint8Array): Uint8Array => hmac(HASHES[digest], key, data)
