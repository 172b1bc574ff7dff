import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, utf8 } from '../../bytes/bytes.ts'
import { rc4 } from '../../suites/rc4.ts'

/** What the encryption dictionary says about passwords (ISO 32000-2, 7.6.4.2, table 21). */
export type PasswordEntries = Readonly<{
  revision: number
  /** Of the file key, in octets. */
  keyLength: number
  O: Uint8Array
  U: Uint8Array
  OE: Uint8Array
  UE: Uint8Array
  /** Signed 32-bit. */
  P: number
  /** First part of the trailer's /ID; empty when absent. */
  id: Uint8Array
  encryptMetadata: boolean
}>

export type Opened = Readonly<{ key: Uint8Array; by: 'owner' | 'user' }>

const PAD = Uint8Array.from([
  0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e, 0x2e, 0x00,
  0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
])

/** The file key if the password is the owner's or the user's, else null. */
export function openWithPassword(password: string, entries: PasswordEntries): Opened | null {
  return entries.revision >= 5 ? openModern(password, entries) : openClassic(password, entries)
}

/** PDFDocEncoding as far as Latin-1 goes; some writers used UTF-8, so both are tried. */
function classicEncodings(password: string): Uint8Array[] {
  const unicode = utf8(password)
  const latin = /^[\x20-\xff]*$/.test(password) ? Uint8Array.from(password, (c) => c.charCodeAt(0)) : null
  return latin && !equalBytes(latin, unicode) ? [latin, unicode] : [unicode]
}

function openClassic(password: string, entries: PasswordEntries): Opened | null {
  for (const bytes of classicEncodings(password)) {
    const asOwner = userKey(userPasswordFromOwner(bytes, entries), entries)
    if (asOwner) return { key: asOwner, by: 'owner' }
    const key = userKey(bytes, entries)
    if (key) return { key, by: 'user' }
  }
  return null
}

const padded = (password: Uint8Array): Uint8Array => concatBytes([password, PAD]).slice(0, 32)

/** Algorithms 2, 4, 5 and 6: the key, if the check value agrees. */
function userKey(password: Uint8Array, entries: PasswordEntries): Uint8Array | null {
  const { revision, keyLength, P } = entries
  const permissions = Uint8Array.of(P & 255, (P >> 8) & 255, (P >> 16) & 255, (P >> 24) & 255)
  const metadata = revision >= 4 && !entries.encryptMetadata ? Uint8Array.of(255, 255, 255, 255) : new Uint8Array()
  let hash = md5(concatBytes([padded(password), entries.O.subarray(0, 32), permissions, entries.id, metadata]))
  if (revision >= 3) for (let i = 0; i < 50; i++) hash = md5(hash.subarray(0, keyLength))
  const key = hash.slice(0, keyLength)
  if (revision === 2) return equalBytes(rc4(key, PAD), entries.U.subarray(0, 32)) ? key : null
  let check = rc4(key, md5(concatBytes([PAD, entries.id])))
  for (let i = 1; i <= 19; i++)
    check = rc4(
      key.map((byte) => byte ^ i),
      check,
    )
  return equalBytes(check, entries.U.subarray(0, 16)) ? key : null
}

/** Algorithm 7: what the owner's password uncovers. */
function userPasswordFromOwner(password: Uint8Array, { revision, keyLength, O }: PasswordEntries): Uint8Array {
  let hash = md5(padded(password))
  if (revision >= 3) for (let i = 0; i < 50; i++) hash = md5(hash)
  const key = hash.slice(0, keyLength)
  let found: Uint8Array = O.slice(0, 32)
  if (revision === 2) return rc4(key, found)
  for (let i = 19; i >= 0; i--)
    found = rc4(
      key.map((byte) => byte ^ i),
      found,
    )
  return found
}

/** Algorithm 2.A. The password is UTF-8 after normalisation (SASLprep), 127 octets at most. */
function openModern(password: string, entries: PasswordEntries): Opened | null {
  const { revision, O, U, OE, UE } = entries
  const bytes = utf8(password.normalize('NFKC')).slice(0, 127)
  const user = U.slice(0, 48)
  const none = new Uint8Array()
  const hash = (salt: Uint8Array, data: Uint8Array): Uint8Array =>
    revision === 5 ? sha256(concatBytes([bytes, salt, data])) : hardenedHash(bytes, salt, data)
  if (equalBytes(hash(O.slice(32, 40), user), O.subarray(0, 32))) {
    return { key: unwrap(hash(O.slice(40, 48), user), OE), by: 'owner' }
  }
  if (equalBytes(hash(U.slice(32, 40), none), U.subarray(0, 32))) {
    return { key: unwrap(hash(U.slice(40, 48), none), UE), by: 'user' }
  }
  return null
}

function unwrap(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return cbc(key, new Uint8Array(16), { disablePadding: true }).decrypt(wrapped.slice(0, 32))
}

/** Algorithm 2.B. */
function hardenedHash(password: Uint8Array, salt: Uint8Array, data: Uint8Array): Uint8Array {
  let key: Uint8Array = sha256(concatBytes([password, salt, data]))
  for (let round = 0; ; round++) {
    const block = concatBytes([password, key, data])
    const repeated = new Uint8Array(block.length * 64)
    for (let i = 0; i < 64; i++) repeated.set(block, i * block.length)
    const encrypted = cbc(key.slice(0, 16), key.slice(16, 32), { disablePadding: true }).encrypt(repeated)
    const remainder = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = remainder === 0 ? sha256(encrypted) : remainder === 1 ? sha384(encrypted) : sha512(encrypted)
    if (round >= 63 && (encrypted.at(-1) ?? 0) <= round - 31) return key.slice(0, 32)
  }
}
