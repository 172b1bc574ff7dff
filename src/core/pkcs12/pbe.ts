/** Password-based encryption: PBES1 of PKCS#12 (RFC 7292, C) and of PKCS#5, PBES2 (RFC 8018). Decryption only. */
import { cbc } from '@noble/ciphers/aes.js'
import { parseAlgorithmIdentifier, type DigestName } from '../algorithms.ts'
import { derOctets, derSmallInteger, fields, TAG, type DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { rc4 } from '../suites/rc4.ts'
import { cbcDecrypt, desDecrypt, rc2Decrypt, tripleDesDecrypt } from './block-ciphers.ts'
import { kdfDigest, pbkdf2, pkcs12Derive, PURPOSE, scrypt, type Derivation, type KdfDigest } from './derive.ts'
import type { PasswordForm } from './password.ts'
import { pbkdf1 } from './pbkdf1.ts'
import type { Work } from './work.ts'

const PKCS12_PBE = '1.2.840.113549.1.12.1.'
const PKCS5 = '1.2.840.113549.1.5.'

const unsupported = (what: string): SignError =>
  new SignError('PKCS12_UNSUPPORTED', `not supported: ${what}`, { details: { algorithm: what } })

/** Null: the padding says that the password is wrong. */
type Decrypt = (data: Uint8Array) => Uint8Array | null

/**
 * @param algorithm AlgorithmIdentifier of the encryption
 * @returns the plain octets, or null when this form of the password is not the right one (as far as padding can tell)
 * @throws SignError `PKCS12_UNSUPPORTED`, `PKCS12_LIMIT_EXCEEDED`, `DER_MALFORMED`; AbortError
 */
export async function decryptPbe(
  algorithm: DerNode,
  data: Uint8Array,
  password: PasswordForm,
  work: Work,
): Promise<Uint8Array | null> {
  const { oid, parameters } = parseAlgorithmIdentifier(algorithm)
  if (parameters === undefined) throw unsupported(`${oid} without parameters`)
  const decrypt = oid.startsWith(PKCS12_PBE)
    ? await pkcs12Pbe(oid, parameters, password, work)
    : oid === `${PKCS5}13`
      ? await pbes2(parameters, password, work)
      : await pkcs5Pbes1(oid, parameters, password, work)
  return decrypt(data)
}

/** Iterations that an encryption will cost, for the progress; 0 when it cannot be told. */
export function pbeIterations(algorithm: DerNode): number {
  try {
    const { oid, parameters } = parseAlgorithmIdentifier(algorithm)
    if (parameters === undefined) return 0
    if (oid !== `${PKCS5}13`) return readDerivation(parameters).iterations
    const kdf = parseAlgorithmIdentifier(fields(parameters).next(TAG.sequence))
    return kdf.oid === `${PKCS5}12` && kdf.parameters !== undefined ? readDerivation(kdf.parameters).iterations : 0
  } catch (error) {
    if (error instanceof SignError) return 0
    throw error
  }
}

/** SEQUENCE { salt OCTET STRING, iterations INTEGER … }, which PBES1 and PBKDF2 share. */
export function readDerivation(parameters: DerNode): Derivation {
  const reader = fields(parameters)
  const salt = derOctets(reader.next())
  const iterations = derSmallInteger(reader.next(TAG.integer))
  if (iterations < 1) throw new SignError('DER_MALFORMED', 'the iteration count must be positive')
  return { salt, iterations }
}

type Pbe1 = Readonly<{ keyLength: number; ivLength: number; make(key: Uint8Array, iv: Uint8Array): Decrypt }>

const rc2 = (bits: number): Pbe1 => ({
  keyLength: bits / 8,
  ivLength: 8,
  make: (key, iv) => (data) => cbcDecrypt(rc2Decrypt(key, bits), iv, data),
})
const tripleDes = (keyLength: 16 | 24): Pbe1 => ({
  keyLength,
  ivLength: 8,
  make: (key, iv) => (data) => cbcDecrypt(tripleDesDecrypt(key), iv, data),
})
const stream = (keyLength: number): Pbe1 => ({ keyLength, ivLength: 0, make: (key) => (data) => rc4(key, data) })

const PKCS12_CIPHERS: Readonly<Record<string, Pbe1>> = {
  '1': stream(16),
  '2': stream(5),
  '3': tripleDes(24),
  '4': tripleDes(16),
  '5': rc2(128),
  '6': rc2(40),
}

async function pkcs12Pbe(oid: string, parameters: DerNode, { bmp }: PasswordForm, work: Work): Promise<Decrypt> {
  const cipher = PKCS12_CIPHERS[oid.slice(PKCS12_PBE.length)]
  if (cipher === undefined) throw unsupported(oid)
  const derivation = readDerivation(parameters)
  const key = await pkcs12Derive('SHA-1', PURPOSE.key, bmp, derivation, cipher.keyLength, work)
  const iv = await pkcs12Derive('SHA-1', PURPOSE.iv, bmp, derivation, cipher.ivLength, work)
  return cipher.make(key, iv)
}

/** RFC 8018, 6.1: digest and cipher of each OID below 1.2.840.113549.1.5. */
const PKCS5_CIPHERS: Readonly<Record<string, readonly [digest: 'MD5' | 'SHA-1', cipher: 'des' | 'rc2']>> = {
  '3': ['MD5', 'des'],
  '6': ['MD5', 'rc2'],
  '10': ['SHA-1', 'des'],
  '11': ['SHA-1', 'rc2'],
}

async function pkcs5Pbes1(oid: string, parameters: DerNode, { octets }: PasswordForm, work: Work): Promise<Decrypt> {
  const row = oid.startsWith(PKCS5) ? PKCS5_CIPHERS[oid.slice(PKCS5.length)] : undefined
  if (row === undefined) throw unsupported(oid)
  const [digest, cipher] = row
  const derived = await pbkdf1(digest, octets, readDerivation(parameters), work)
  const [key, iv] = [derived.subarray(0, 8), derived.subarray(8, 16)]
  const decrypt = cipher === 'des' ? desDecrypt(key) : rc2Decrypt(key, 64)
  return (data) => cbcDecrypt(decrypt, iv, data)
}

async function pbes2(parameters: DerNode, { octets }: PasswordForm, work: Work): Promise<Decrypt> {
  const reader = fields(parameters)
  const kdf = parseAlgorithmIdentifier(reader.next(TAG.sequence))
  const scheme = encryptionScheme(reader.next(TAG.sequence))
  reader.end()
  return scheme.make(await deriveKey(kdf.oid, kdf.parameters, octets, scheme.keyLength, work))
}

/** The key derivation function of PBES2 or PBMAC1. */
export async function deriveKey(
  oid: string,
  parameters: DerNode | undefined,
  password: Uint8Array,
  length: number,
  work: Work,
): Promise<Uint8Array> {
  if (parameters === undefined) throw unsupported(`${oid} without parameters`)
  if (oid === `${PKCS5}12`) {
    return pbkdf2(pbkdf2Digest(parameters), password, readDerivation(parameters), length, work)
  }
  if (oid !== '1.3.6.1.4.1.11591.4.11') throw unsupported(oid)
  const reader = fields(parameters)
  const salt = derOctets(reader.next())
  const [n = 0, r = 0, p = 0] = [reader.next(), reader.next(), reader.next()].map(derSmallInteger)
  return scrypt(password, { salt, n, r, p }, length, work)
}

const HMACS: Readonly<Record<string, DigestName>> = {
  '1.2.840.113549.2.7': 'SHA-1',
  '1.2.840.113549.2.8': 'SHA-224',
  '1.2.840.113549.2.9': 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
}

export function hmacDigest(algorithm: DerNode): KdfDigest {
  const { oid } = parseAlgorithmIdentifier(algorithm)
  const name = HMACS[oid]
  if (name === undefined) throw unsupported(oid)
  return kdfDigest(name)
}

/** prf DEFAULT hmacWithSHA1, after the optional keyLength. */
function pbkdf2Digest(parameters: DerNode): KdfDigest {
  const reader = fields(parameters)
  reader.next()
  reader.next(TAG.integer)
  reader.optional(TAG.integer)
  const prf = reader.optional(TAG.sequence)
  return prf === undefined ? 'SHA-1' : hmacDigest(prf)
}

/** keyLength of PBKDF2-params, which PBMAC1 requires (RFC 9579, 6). */
export function pbkdf2KeyLength(parameters: DerNode | undefined): number | null {
  if (parameters === undefined) return null
  const reader = fields(parameters)
  reader.next()
  reader.next(TAG.integer)
  const length = reader.optional(TAG.integer)
  return length === undefined ? null : derSmallInteger(length)
}

const AES: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.2': 16,
  '2.16.840.1.101.3.4.1.22': 24,
  '2.16.840.1.101.3.4.1.42': 32,
}

function encryptionScheme(algorithm: DerNode): { keyLength: number; make(key: Uint8Array): Decrypt } {
  const { oid, parameters } = parseAlgorithmIdentifier(algorithm)
  const iv = parameters?.tag === TAG.octetString ? derOctets(parameters) : new Uint8Array(0)
  const aes = AES[oid]
  if (aes !== undefined && iv.length === 16)
    return { keyLength: aes, make: (key) => (data) => aesDecrypt(key, iv, data) }
  if (oid === '1.2.840.113549.3.7' && iv.length === 8) {
    return { keyLength: 24, make: (key) => (data) => cbcDecrypt(tripleDesDecrypt(key), iv, data) }
  }
  if (oid === '1.3.14.3.2.7' && iv.length === 8) {
    return { keyLength: 8, make: (key) => (data) => cbcDecrypt(desDecrypt(key), iv, data) }
  }
  throw unsupported(oid)
}

function aesDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array | null {
  if (data.length === 0 || data.length % 16 !== 0) return null
  try {
    return cbc(key, iv).decrypt(data)
  } catch {
    return null
  }
}
