/** PKCS#12 files: RFC 7292, RFC 9579. Pure: providers and the CLI are thin doors to it. */
import { digestByOid, parseAlgorithmIdentifier } from '../algorithms.ts'
import { equalBytes } from '../bytes/bytes.ts'
import { derOctets, derSmallInteger, derOid, fields, inner, parseDer, TAG, type DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { assembleKeys, type KeyEntry } from './assemble.ts'
import { ID_DATA, ID_ENCRYPTED_DATA, readBags, type Bags } from './bags.ts'
import { kdfDigest, mac, pkcs12Derive, PURPOSE } from './derive.ts'
import { passwordForms, type PasswordForm } from './password.ts'
import { decryptPbe, deriveKey, hmacDigest, pbeIterations, pbkdf2KeyLength } from './pbe.ts'
import { startWork, type Work, type WorkOptions } from './work.ts'

export type Pkcs12Contents = Readonly<{
  keys: readonly KeyEntry[]
  /** Every certificate of the file, DER, byte for byte. */
  certificates: readonly Uint8Array[]
  /** 'none': the file states no MAC, so nothing says that it is as it was written. */
  integrity: 'mac' | 'pbmac1' | 'none'
  /** Stable ids: 'no-mac', 'weak-encryption', 'unknown-bags'. */
  warnings: readonly string[]
}>

const MAX_FILE = 1 << 24
const PBMAC1 = '1.2.840.113549.1.5.14'

/**
 * Opens a file with its password.
 *
 * @param password as the person typed it; writers' encodings are tried in turn
 * @throws SignError `PKCS12_MALFORMED`, `PKCS12_PASSWORD_INCORRECT` (also when the file was damaged: a MAC cannot tell),
 *   `PKCS12_UNSUPPORTED`, `PKCS12_NO_KEY`, `PKCS12_LIMIT_EXCEEDED`; AbortError
 */
export async function openPkcs12(
  bytes: Uint8Array,
  password: string,
  engine: Engine,
  options: WorkOptions = {},
): Promise<Pkcs12Contents> {
  if (bytes.length > MAX_FILE) throw new SignError('PKCS12_LIMIT_EXCEEDED', 'a key file over 16 MiB')
  try {
    return await open(parsePfx(bytes), passwordForms(password), startWork(engine, options))
  } catch (cause) {
    // DER trouble inside the file is the file's trouble.
    if (!(cause instanceof SignError && cause.code.startsWith('DER_'))) throw cause
    throw new SignError('PKCS12_MALFORMED', `not a PKCS#12 file: ${cause.message}`, { cause })
  }
}

async function open(pfx: Pfx, forms: readonly PasswordForm[], work: Work): Promise<Pkcs12Contents> {
  for (const { algorithm } of pfx.safes) if (algorithm) work.expect(pbeIterations(algorithm))
  if (pfx.mac) work.expect(pfx.mac.iterations)
  const proven = pfx.mac === null ? null : await checkMac(pfx.mac, pfx.authenticatedSafe, forms, work)
  const decrypt = decrypter(proven === null ? forms : [proven, ...forms.filter((form) => form !== proven)], work)
  const bags: Bags = { keys: [], certificates: [], unknown: 0, weak: false }
  for (const safe of pfx.safes) {
    const content = safe.algorithm === null ? safe.content : await decrypt(safe.algorithm, safe.content, bags)
    await readBags(parseDer(content, 'ber'), bags, decrypt, 0)
  }
  if (bags.keys.length === 0) throw new SignError('PKCS12_NO_KEY', 'the file holds no private key')
  return {
    keys: await assembleKeys(bags, work.engine),
    certificates: bags.certificates.map(({ der }) => der),
    integrity: pfx.mac === null ? 'none' : pfx.mac.pbmac1 === null ? 'mac' : 'pbmac1',
    warnings: [
      ...(pfx.mac === null ? ['no-mac'] : []),
      ...(bags.weak ? ['weak-encryption'] : []),
      ...(bags.unknown > 0 ? ['unknown-bags'] : []),
    ],
  }
}

type Safe = Readonly<{ algorithm: DerNode | null; content: Uint8Array }>

type MacData = Readonly<{
  algorithm: DerNode
  pbmac1: DerNode | null
  expected: Uint8Array
  salt: Uint8Array
  iterations: number
}>

type Pfx = Readonly<{ authenticatedSafe: Uint8Array; safes: readonly Safe[]; mac: MacData | null }>

function parsePfx(bytes: Uint8Array): Pfx {
  const reader = fields(parseDer(bytes, 'ber'))
  if (derSmallInteger(reader.next(TAG.integer)) !== 3) throw new SignError('PKCS12_UNSUPPORTED', 'only PFX version 3')
  const authSafe = fields(reader.next(TAG.sequence))
  const type = derOid(authSafe.next(TAG.oid))
  if (type !== ID_DATA) throw new SignError('PKCS12_UNSUPPORTED', 'a file protected by a public key, not a password')
  const authenticatedSafe = derOctets(inner(authSafe.next(0xa0)))
  const macData = reader.optional(TAG.sequence)
  reader.end()
  const contents = fields(parseDer(authenticatedSafe, 'ber'))
  const safes: Safe[] = []
  while (contents.peek() !== undefined) safes.push(parseSafe(contents.next(TAG.sequence)))
  if (safes.length > 64) throw new SignError('PKCS12_LIMIT_EXCEEDED', 'more than 64 safes')
  return { authenticatedSafe, safes, mac: macData === undefined ? null : parseMac(macData) }
}

function parseSafe(node: DerNode): Safe {
  const reader = fields(node)
  const type = derOid(reader.next(TAG.oid))
  const content = inner(reader.next(0xa0))
  if (type === ID_DATA) return { algorithm: null, content: derOctets(content) }
  if (type !== ID_ENCRYPTED_DATA) throw new SignError('PKCS12_UNSUPPORTED', `a safe of type ${type}`)
  const encrypted = fields(content)
  encrypted.next(TAG.integer)
  const info = fields(encrypted.next(TAG.sequence))
  info.next(TAG.oid)
  const algorithm = info.next(TAG.sequence)
  return { algorithm, content: implicitOctets(info.next()) }
}

/** [0] IMPLICIT OCTET STRING, in one piece or many. */
function implicitOctets(node: DerNode): Uint8Array {
  return derOctets({ ...node, tag: TAG.octetString | (node.constructed ? 0x20 : 0) })
}

function parseMac(node: DerNode): MacData {
  const reader = fields(node)
  const digestInfo = fields(reader.next(TAG.sequence))
  const algorithm = digestInfo.next(TAG.sequence)
  const expected = derOctets(digestInfo.next())
  const salt = derOctets(reader.next())
  const count = reader.optional(TAG.integer)
  reader.end()
  const { oid, parameters } = parseAlgorithmIdentifier(algorithm)
  const pbmac1 = oid === PBMAC1 ? (parameters ?? null) : null
  if (oid === PBMAC1 && pbmac1 === null) throw new SignError('PKCS12_MALFORMED', 'PBMAC1 without parameters')
  const iterations = count === undefined ? 1 : derSmallInteger(count)
  if (iterations < 1) throw new SignError('PKCS12_MALFORMED', 'the iteration count must be positive')
  return { algorithm, pbmac1, expected, salt, iterations }
}

/** The form of the password that the MAC proves. @throws SignError `PKCS12_PASSWORD_INCORRECT` */
async function checkMac(
  given: MacData,
  data: Uint8Array,
  forms: readonly PasswordForm[],
  work: Work,
): Promise<PasswordForm> {
  for (const form of forms) {
    const key = given.pbmac1 === null ? await macKey(given, form, work) : await pbmac1Key(given.pbmac1, form, work)
    if (equalBytes(mac(key.digest, key.octets, data), given.expected)) return form
  }
  throw new SignError('PKCS12_PASSWORD_INCORRECT', 'the password is wrong, or the file was damaged')
}

type MacKey = Readonly<{ digest: ReturnType<typeof kdfDigest>; octets: Uint8Array }>

async function macKey({ algorithm, salt, iterations }: MacData, { bmp }: PasswordForm, work: Work): Promise<MacKey> {
  const row = digestByOid(parseAlgorithmIdentifier(algorithm).oid)
  const digest = kdfDigest(row?.name)
  const length = row?.length ?? 0
  return { digest, octets: await pkcs12Derive(digest, PURPOSE.mac, bmp, { salt, iterations }, length, work) }
}

/** RFC 9579: salt and count are those of the PBKDF2 inside; the outer ones are not used. */
async function pbmac1Key(parameters: DerNode, { octets }: PasswordForm, work: Work): Promise<MacKey> {
  const reader = fields(parameters)
  const kdf = parseAlgorithmIdentifier(reader.next(TAG.sequence))
  const digest = hmacDigest(reader.next(TAG.sequence))
  const length = pbkdf2KeyLength(kdf.parameters)
  // Without a length a MAC could be forged by choosing a short one (RFC 9579, 4).
  if (length === null || length < 20 || length > 64)
    throw new SignError('PKCS12_MALFORMED', 'PBMAC1 needs a key length')
  return { digest, octets: await deriveKey(kdf.oid, kdf.parameters, octets, length, work) }
}

export type DecryptSafe = (algorithm: DerNode, data: Uint8Array, bags: { weak: boolean }) => Promise<Uint8Array>

/** Tries each form of the password on a PBE structure. */
export function decrypter(forms: readonly PasswordForm[], work: Work): DecryptSafe {
  return async (algorithm, data, bags) => {
    if (!parseAlgorithmIdentifier(algorithm).oid.startsWith('1.2.840.113549.1.5.13')) bags.weak = true
    for (const form of forms) {
      const plain = await decryptPbe(algorithm, data, form, work)
      if (plain !== null && startsLikeSequence(plain)) return plain
    }
    throw new SignError('PKCS12_PASSWORD_INCORRECT', 'the password is wrong')
  }
}

/** A stream cipher has no padding to tell a wrong password by; every plaintext here is a SEQUENCE. */
function startsLikeSequence(plain: Uint8Array): boolean {
  try {
    return parseDer(plain, 'ber').tag === TAG.sequence
  } catch {
    return false
  }
}
