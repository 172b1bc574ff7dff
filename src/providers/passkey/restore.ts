import { importParameters, mechanismsFor } from '../../core/algorithms.ts'
import { fromBase64 } from '../../core/bytes/bytes.ts'
import type { AdoptedKey, Mechanism } from '../../core/keys.ts'
import { parseCertificate } from '../../core/x509/certificate.ts'
import { unwrapBackup, type BackupFile, type BackupSecret } from './backup-box.ts'
import { askPasskey } from './passkey.ts'

/** The passkeys that open this file, asked for in one request. @throws SignError `KEY_*` */
export function askBackupPasskey(file: BackupFile, signal: AbortSignal): Promise<BackupSecret> {
  const known = file.wrappers.flatMap((wrapper) =>
    wrapper.kind === 'passkey'
      ? [{ credentialId: fromBase64(wrapper.credentialId), salt: fromBase64(wrapper.salt) }]
      : [],
  )
  return askPasskey(known, signal)
}

/**
 * What the key store takes in; the store proves that the key and the certificate belong together.
 *
 * @throws SignError `KEY_BACKUP_SECRET_INCORRECT`, `KEY_BACKUP_MALFORMED`, `DER_MALFORMED`
 */
export async function restoreKey(file: BackupFile, secret: BackupSecret): Promise<AdoptedKey> {
  const certificate = fromBase64(file.certificate)
  const mechanisms = mechanismsFor(parseCertificate(certificate).spki)
  const privateKeys = await unwrapBackup(file, secret, onePerScheme(mechanisms).map(importParameters))
  return { label: file.label, privateKeys, certificate, chain: [], backedUp: true }
}

/** An RSA CryptoKey is bound to its scheme; an ECDSA one signs with every digest. SHA-256 for RSA, as at creation. */
function onePerScheme(mechanisms: readonly Mechanism[]): readonly Mechanism[] {
  const first = new Map<string, Mechanism>()
  for (const mechanism of mechanisms) if (!first.has(mechanism.signature)) first.set(mechanism.signature, mechanism)
  return [...first.values()]
}

/** What the page says of a file before anything is asked. */
export function summary(file: BackupFile): { label: string; createdAt: Date; passkeys: number; recoveryCodes: number } {
  const passkeys = file.wrappers.filter((one) => one.kind === 'passkey').length
  return {
    label: file.label,
    createdAt: new Date(file.createdAt),
    passkeys,
    recoveryCodes: file.wrappers.length - passkeys,
  }
}
