/** Keys that OpenSSL encrypted before PKCS#8: RFC 1421 headers, one round of MD5. */
import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { concatBytes, fromHex } from '../bytes/bytes.ts'
import { parseDer, TAG } from '../bytes/der-read.ts'
import type { PemBlock } from '../bytes/pem.ts'
import { SignError } from '../errors.ts'
import { cbcDecrypt, tripleDesDecrypt } from './block-ciphers.ts'
import { passwordForms } from './password.ts'

/**
 * The key inside a traditional PEM block; one that is not encrypted is returned as it is.
 *
 * @throws SignError `PKCS12_MALFORMED`, `PKCS12_UNSUPPORTED`, `PKCS12_PASSWORD_INCORRECT`
 */
export function traditionalKey(
  { label, bytes, headers }: PemBlock,
  password: string,
  bags: { weak: boolean },
): Uint8Array {
  if (parses(bytes)) return bytes
  const found = /^([A-Z0-9-]+),((?:[0-9A-F]{2})+)$/.exec(headers.get('DEK-Info') ?? '')
  if (!found) throw new SignError('PKCS12_MALFORMED', `a ${label} that cannot be read`)
  bags.weak = true
  const [, cipher = '', hex = ''] = found
  const iv = fromHex(hex)
  for (const { octets } of passwordForms(password)) {
    const plain = decryptTraditional(cipher, iv, octets, bytes)
    if (plain !== null && parses(plain)) return plain
  }
  throw new SignError('PKCS12_PASSWORD_INCORRECT', 'the password is wrong')
}

const KEY_LENGTHS: Readonly<Record<string, number>> = {
  'DES-EDE3-CBC': 24,
  'AES-128-CBC': 16,
  'AES-192-CBC': 24,
  'AES-256-CBC': 32,
}

function decryptTraditional(cipher: string, iv: Uint8Array, password: Uint8Array, data: Uint8Array): Uint8Array | null {
  const length = KEY_LENGTHS[cipher]
  if (length === undefined || iv.length !== (cipher.startsWith('AES') ? 16 : 8)) {
    throw new SignError('PKCS12_UNSUPPORTED', `a key encrypted with ${cipher}`, { details: { algorithm: cipher } })
  }
  const salt = iv.subarray(0, 8)
  let key: Uint8Array = new Uint8Array(0)
  let last: Uint8Array = new Uint8Array(0)
  while (key.length < length) {
    last = md5(concatBytes([last, password, salt]))
    key = concatBytes([key, last])
  }
  key = key.slice(0, length)
  if (!cipher.startsWith('AES')) return cbcDecrypt(tripleDesDecrypt(key), iv, data)
  if (data.length === 0 || data.length % 16 !== 0) return null
  try {
    return cbc(key, iv).decrypt(data)
  } catch {
    return null
  }
}

function parses(bytes: Uint8Array): boolean {
  try {
    return parseDer(bytes, 'ber').tag === TAG.sequence
  } catch {
    return false
  }
}
