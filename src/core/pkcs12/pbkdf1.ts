import { md5, sha1 } from '@noble/hashes/legacy.js'
import { concatBytes } from '../bytes/bytes.ts'
import type { Derivation } from './derive.ts'
import type { Work } from './work.ts'

/** PBKDF1, RFC 8018, 5.1: 16 octets (key and IV of an 8-octet block cipher). */
export async function pbkdf1(
  digest: 'MD5' | 'SHA-1',
  password: Uint8Array,
  { salt, iterations }: Derivation,
  work: Work,
): Promise<Uint8Array> {
  const hash = digest === 'MD5' ? md5 : sha1
  work.spend(iterations)
  let value = hash(concatBytes([password, salt]))
  for (let round = 1; round < iterations; round++) {
    value = hash(value)
    if (round % 20_000 === 0) await work.breathe(round)
  }
  work.finish(iterations)
  return value.slice(0, 16)
}
