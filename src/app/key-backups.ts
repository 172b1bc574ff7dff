import type { SignedFile } from '../core/formats/format.ts'
import type { AdoptedKey, KeyBackup, KeyStore } from '../core/keys.ts'
import type { Clock } from '../core/ports.ts'
import type { CreateKeyRequest, KeyCard, KeyRef, ManageKeys } from './manage-keys.ts'
import { safeName } from './name-files.ts'

/** One way to open a backup; opaque here, the secret stays with who made it. */
export type BackupSecret = Readonly<{ kind: 'passkey' | 'recovery-code' }>

export type BackupSummary = Readonly<{
  label: string
  createdAt: Date
  passkeys: number
  recoveryCodes: number
}>

export interface KeyBackups {
  /** Whether this browser and device may make passkeys; whether one can open a backup shows only when it is made. */
  passkeysAvailable(): Promise<boolean>
  /** From a click. @throws SignError `KEY_PASSKEY_WITHOUT_PRF`, `KEY_DECLINED`, `KEY_PASSKEY_UNAVAILABLE` */
  enrolPasskey(name: string, signal: AbortSignal): Promise<BackupSecret>
  /** `code` is shown and printed once, never kept. */
  recoveryCode(): Promise<{ secret: BackupSecret; code: string }>
  /** A key that survives: the file is made before the key is kept, and can be had again with `file`. @throws as ManageKeys.create */
  create(
    request: Omit<CreateKeyRequest, 'backup'>,
    secrets: readonly BackupSecret[],
    signal?: AbortSignal,
  ): Promise<{ card: KeyCard; file: SignedFile }>
  /** The backup file of a key of this browser; null when it has none. */
  file(ref: KeyRef): Promise<SignedFile | null>
  /** @throws SignError `KEY_BACKUP_MALFORMED` */
  inspect(file: Blob): Promise<BackupSummary>
  /** From a click. @throws SignError `KEY_BACKUP_*`, `KEY_PASSKEY_*`, `KEY_DECLINED` */
  restoreWithPasskey(file: Blob, signal: AbortSignal): Promise<KeyCard>
  /** @throws SignError `KEY_BACKUP_*`, `KEY_RECOVERY_CODE_INCORRECT` */
  restoreWithCode(file: Blob, code: string, signal: AbortSignal): Promise<KeyCard>
}

/** The bodies stand in providers/passkey; `S` is their secret, `F` their file. */
export type KeyBackupsPorts<S extends BackupSecret, F> = Readonly<{
  keys: ManageKeys
  store: KeyStore
  clock: Clock
  settings: { setting(name: string): Promise<unknown>; putSetting(name: string, value: unknown): Promise<void> }
  passkeysAvailable(): Promise<boolean>
  enrolPasskey(name: string, signal: AbortSignal): Promise<S>
  newRecoveryCode(): Promise<string>
  recoverySecret(code: string): S
  keyBackup(label: string, secrets: readonly S[], createdAt: Date, keep: (file: Blob) => Promise<void>): KeyBackup
  readBackup(file: Blob): Promise<F>
  summary(file: F): BackupSummary
  askBackupPasskey(file: F, signal: AbortSignal): Promise<S>
  restoreKey(file: F, secret: S): Promise<AdoptedKey>
}>

const settingOf = (id: string): string => `key-backup/${id}`

export function createKeyBackups<S extends BackupSecret, F>(ports: KeyBackupsPorts<S, F>): KeyBackups {
  const { keys, store, settings } = ports

  async function adopt(file: F, secret: S, blob: Blob, signal: AbortSignal): Promise<KeyCard> {
    const { id } = await store.adopt(await ports.restoreKey(file, secret), signal)
    await settings.putSetting(settingOf(id), await blob.text()).catch(() => undefined)
    const found = (await keys.list(signal)).keys.find(({ ref }) => ref.provider === store.id && ref.id === id)
    if (!found) throw new Error('the restored key is not listed')
    return found
  }

  return {
    passkeysAvailable: () => ports.passkeysAvailable(),
    enrolPasskey: (name, signal) => ports.enrolPasskey(name, signal),
    async recoveryCode() {
      const code = await ports.newRecoveryCode()
      return { secret: ports.recoverySecret(code), code }
    },
    async create(request, secrets, signal) {
      const label = request.label?.trim() || request.subject.commonName
      let made: Blob | null = null
      const keep = (file: Blob): Promise<void> => {
        made = file
        return Promise.resolve()
      }
      // The page hands back only what enrolPasskey and recoveryCode gave it.
      const backup = ports.keyBackup(label, secrets as readonly S[], ports.clock.now(), keep)
      const card = await keys.create({ ...request, backup }, signal)
      const file = backupFile(label, made)
      // Ciphertext, so it may stay beside the key and be downloaded again; the download is what survives.
      await settings.putSetting(settingOf(card.ref.id), await file.blob.text()).catch(() => undefined)
      return { card, file }
    },
    async file(ref) {
      const text = ref.provider === store.id ? await settings.setting(settingOf(ref.id)) : null
      if (typeof text !== 'string') return null
      const blob = new Blob([text], { type: 'application/json' })
      return backupFile(ports.summary(await ports.readBackup(blob)).label, blob)
    },
    inspect: async (file) => ports.summary(await ports.readBackup(file)),
    async restoreWithPasskey(blob, signal) {
      const file = await ports.readBackup(blob)
      return adopt(file, await ports.askBackupPasskey(file, signal), blob, signal)
    },
    async restoreWithCode(blob, code, signal) {
      return adopt(await ports.readBackup(blob), ports.recoverySecret(code), blob, signal)
    },
  }
}

function backupFile(label: string, blob: Blob | null): SignedFile {
  if (!blob) throw new Error('the key was made without its backup')
  return { name: `${safeName(label)}.key-backup.json`, blob, type: 'application/json' }
}
