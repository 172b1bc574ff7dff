/** Keys in PEM files: RFC 7468, RFC 5958, and what OpenSSL called traditional. */
import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { concatBytes, fromHex, fromLatin1 } from '../bytes/bytes.ts'
import { parseDer, TAG } from '../bytes/der-read.ts'
import { parsePem, type PemBlock } from '../bytes/pem.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { readCertificates } from '../x509/read-certificates.ts'
import { assembleKeys } from './assemble.ts'
import { shroudedKey, type KeyBag } from './bags.ts'
import { cbcDecrypt, tripleDesDecrypt } from './block-ciphers.ts'
import { passwordForms } from './password.ts'
import { pkcs8OfEc, pkcs8OfRsa } from './private-key.ts'
import { decrypter, openPkcs12, type Pkcs12Contents } from './read.ts'
import { startWork, type WorkOptions } from './work.ts'

const MAX_KEYS = 100

const isPem = (bytes: Uint8Array): boolean => parsePem(bytes).length > 0

/** PEM: an encrypted key is inside. PKCS#12: always, though the password may be empty. */
export function needsPassword(bytes: Uint8Array): boolean {
  if (!isPem(bytes)) return true
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(fromLatin1(bytes))
}

/**
 * Opens a key file of either kind: PKCS#12, or PEM with keys and certificates in any order.
 *
 * @throws SignError as `openPkcs12`; AbortError
 */
export async function openKeyFile(
  bytes: Uint8Array,
  password: string,
  engine: Engine,
  options: WorkOptions = {},
): Promise<Pkcs12Contents> {
  if (bytes.length > 1 << 24) throw new SignError('PKCS12_LIMIT_EXCEEDED', 'a key file over 16 MiB')
  if (!isPem(bytes)) return openPkcs12(bytes, password, engine, options)
  try {
    return await openPem(bytes, password, engine, options)
  } catch (cause) {
    if (!(cause instanceof SignError && cause.code.startsWith('DER_'))) throw cause
    throw new SignError('PKCS12_MALFORMED', `not a key: ${cause.message}`, { cause })
  }
}

async function openPem(
  bytes: Uint8Array,
  password: string,
  engine: Engine,
  options: WorkOptions,
): Promise<Pkcs12Contents> {
  const work = startWork(engine, options)
  const bags = { weak: false }
  const decrypt = decrypter(passwordForms(password), work)
  const blocks = parsePem(bytes).filter(({ label }) => label.endsWith('PRIVATE KEY'))
  if (blocks.length === 0) throw new SignError('PKCS12_NO_KEY', 'the file holds no private key')
  if (blocks.length > MAX_KEYS) throw new SignError('PKCS12_LIMIT_EXCEEDED', `more than ${MAX_KEYS} keys`)
  const keys: KeyBag[] = []
  for (const block of blocks) {
    const { label } = block
    if (label === 'ENCRYPTED PRIVATE KEY') {
      keys.push({ pkcs8: await shroudedKey(parseDer(block.bytes, 'ber'), bags, decrypt) })
    } else keys.push({ pkcs8: plainKey(label, traditional(block, password, bags)) })
  }
  const certificates = readCertificates(bytes)
  return {
    keys: await assembleKeys({ keys, certificates: certificates.map((der) => ({ der })) }, engine),
    certificates,
    integrity: 'none',
    warnings: bags.weak ? ['weak-encryption'] : [],
  }
}

function plainKey(label: string, bytes: Uint8Array): Uint8Array {
  switch (label) {
    case 'PRIVATE KEY':
      return bytes
    case 'RSA PRIVATE KEY':
      return pkcs8OfRsa(bytes)
    case 'EC PRIVATE KEY':
      return pkcs8OfEc(bytes)
    default:
      throw new SignError('PKCS12_UNSUPPORTED', `a key of the kind ${label}`, { details: { label } })
  }
}

/** RFC 1421 encryption with OpenSSL's one-round key derivation; a key without it is returned as it is. */
function traditional({ label, bytes, headers }: PemBlock, password: string, bags: { weak: boolean }): Uint8Array {
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
