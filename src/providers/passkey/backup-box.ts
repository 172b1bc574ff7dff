import { fromBase64, toBase64, utf8 } from '../../core/bytes/bytes.ts'
import { SignError } from '../../core/errors.ts'
import type { KeyBackup } from '../../core/keys.ts'
import type { PasskeySecret } from './passkey.ts'
import { readRecoveryCode } from './recovery-code.ts'

/** What opens a backup: any one of at least two, so that a lost passkey is not a lost key. */
export type BackupSecret = PasskeySecret | Readonly<{ kind: 'recovery-code'; code: string }>

type Sealed = Readonly<{ iv: string; box: string }>
type Wrapper = Readonly<
  | ({ kind: 'passkey'; credentialId: string; salt: string } & Sealed)
  | ({ kind: 'recovery-code'; salt: string } & Sealed)
>

/**
 * The backup file, JSON. Ciphertext through and through, so it may be kept anywhere: PKCS#8 under a random AES-256-GCM
 * key (DEK); the DEK once per secret, under a key derived from it by HKDF-SHA-256. Base64 values. The certificate is
 * bound to it as additional data, so that nobody can swap it.
 */
export type BackupFile = Readonly<{
  type: 'countersign-key-backup'
  version: 1
  label: string
  createdAt: string
  certificate: string
  key: Sealed
  wrappers: readonly Wrapper[]
}>

const LARGEST_FILE = 256 * 1024
const LEAST_SECRETS = 2

/**
 * Wraps a key at its birth (`NewKey.backup`).
 *
 * @param keep resolves when the file is safe: stored, or handed to the person; its rejection undoes the key's creation
 * @throws RangeError with fewer than two secrets: one lost passkey would be a lost key
 */
export function keyBackup(
  label: string,
  secrets: readonly BackupSecret[],
  createdAt: Date,
  keep: (file: Blob) => Promise<void>,
): KeyBackup {
  if (secrets.length < LEAST_SECRETS) throw new RangeError('a backup needs at least two secrets that open it')
  return async (key, certificate, signal) => {
    const dek = await crypto.subtle.generateKey(AES, true, ['wrapKey', 'unwrapKey'])
    const wrappers = await Promise.all(secrets.map((secret) => wrapDek(dek, secret)))
    const iv = nonce()
    const parameters = { name: 'AES-GCM', iv, additionalData: bound(certificate) }
    const box = new Uint8Array(await crypto.subtle.wrapKey('pkcs8', key, dek, parameters))
    const file: BackupFile = {
      type: 'countersign-key-backup',
      version: 1,
      label,
      createdAt: createdAt.toISOString(),
      certificate: toBase64(certificate),
      key: { iv: toBase64(iv), box: toBase64(box) },
      wrappers,
    }
    signal.throwIfAborted()
    await keep(new Blob([JSON.stringify(file, null, 1)], { type: 'application/json' }))
  }
}

/** @throws SignError `KEY_BACKUP_MALFORMED` */
export async function readBackup(file: Blob): Promise<BackupFile> {
  if (file.size > LARGEST_FILE) throw malformed('larger than any backup')
  let value: unknown
  try {
    value = JSON.parse(await file.text())
  } catch (cause) {
    throw malformed('not JSON', cause)
  }
  if (!isBackup(value)) throw malformed('not a key backup of this version')
  return value
}

/**
 * The private key as non-extractable CryptoKeys, one per algorithm; its octets never reach this script.
 *
 * @throws SignError `KEY_BACKUP_SECRET_INCORRECT` when the secret opens nothing, `KEY_BACKUP_MALFORMED` when the file was changed
 */
export async function unwrapBackup(
  file: BackupFile,
  secret: BackupSecret,
  algorithms: readonly (Algorithm | RsaHashedImportParams | EcKeyImportParams)[],
): Promise<readonly CryptoKey[]> {
  const dek = await openDek(file, secret)
  const iv = fromBase64(file.key.iv)
  const parameters = { name: 'AES-GCM', iv, additionalData: bound(fromBase64(file.certificate)) }
  const keys: CryptoKey[] = []
  try {
    for (const algorithm of algorithms) {
      const box = fromBase64(file.key.box)
      keys.push(await crypto.subtle.unwrapKey('pkcs8', box, dek, parameters, algorithm, false, ['sign']))
    }
  } catch (cause) {
    throw malformed('the key or its certificate was changed', cause)
  }
  return keys
}

const AES = { name: 'AES-GCM', length: 256 } as const
const nonce = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(12))
const bound = (certificate: Uint8Array): Uint8Array<ArrayBuffer> => {
  const label = utf8('countersign-key-backup/1\0')
  const out = new Uint8Array(label.length + certificate.length)
  out.set(label)
  out.set(certificate, label.length)
  return out
}

async function kekOf(secret: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: utf8('countersign key backup: DEK') }
  return crypto.subtle.deriveKey(parameters, base, AES, false, ['wrapKey', 'unwrapKey'])
}

async function wrapDek(dek: CryptoKey, secret: BackupSecret): Promise<Wrapper> {
  const iv = nonce()
  const salt = secret.kind === 'passkey' ? secret.salt : crypto.getRandomValues(new Uint8Array(32))
  const octets = secret.kind === 'passkey' ? secret.secret : await readRecoveryCode(secret.code)
  const kek = await kekOf(octets, salt)
  const box = new Uint8Array(await crypto.subtle.wrapKey('raw', dek, kek, { name: 'AES-GCM', iv }))
  const sealed = { salt: toBase64(salt), iv: toBase64(iv), box: toBase64(box) }
  if (secret.kind === 'recovery-code') return { kind: 'recovery-code', ...sealed }
  return { kind: 'passkey', credentialId: toBase64(secret.credentialId), ...sealed }
}

async function openDek(file: BackupFile, secret: BackupSecret): Promise<CryptoKey> {
  const octets = secret.kind === 'passkey' ? secret.secret : await readRecoveryCode(secret.code)
  for (const wrapper of file.wrappers.filter((one) => one.kind === secret.kind)) {
    const kek = await kekOf(octets, fromBase64(wrapper.salt))
    const parameters = { name: 'AES-GCM', iv: fromBase64(wrapper.iv) }
    try {
      return await crypto.subtle.unwrapKey('raw', fromBase64(wrapper.box), kek, parameters, AES, false, ['unwrapKey'])
    } catch {
      // Another wrapper of the same kind may be this secret's.
    }
  }
  throw new SignError('KEY_BACKUP_SECRET_INCORRECT', `no ${secret.kind} wrapper opens with this secret`)
}

const malformed = (why: string, cause?: unknown): SignError => new SignError('KEY_BACKUP_MALFORMED', why, { cause })

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const isBase64 = (value: unknown): value is string => typeof value === 'string' && BASE64.test(value)
const isSealed = (value: unknown): value is Sealed => isRecord(value) && isBase64(value['iv']) && isBase64(value['box'])
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function isWrapper(value: unknown): value is Wrapper {
  if (!isRecord(value) || !isSealed(value) || !isBase64((value as Record<string, unknown>)['salt'])) return false
  const { kind, credentialId } = value as Record<string, unknown>
  return kind === 'recovery-code' || (kind === 'passkey' && isBase64(credentialId))
}

function isBackup(value: unknown): value is BackupFile {
  if (!isRecord(value) || value['type'] !== 'countersign-key-backup' || value['version'] !== 1) return false
  const { label, createdAt, certificate, key, wrappers } = value
  const named = typeof label === 'string' && typeof createdAt === 'string'
  return (
    named &&
    isBase64(certificate) &&
    isSealed(key) &&
    Array.isArray(wrappers) &&
    wrappers.length < 20 &&
    wrappers.every(isWrapper)
  )
}
