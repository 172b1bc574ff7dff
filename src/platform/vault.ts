import type { DBSchema } from 'idb'
import { SignError } from '../core/errors.ts'
import type { AnchorPurpose } from '../core/validation/policy.ts'
import { changesOf, type Changes } from './changes.ts'
import { openDatabase, type Database } from './database.ts'

export type KeyRecord = Readonly<{
  id: string
  label: string
  /** Non-extractable, usage `sign`; of one key pair: an RSA key once per scheme and digest. */
  privateKeys: readonly CryptoKey[]
  /** DER */
  certificate: Uint8Array
  /** DER, without the leaf, towards the root. */
  chain: readonly Uint8Array[]
  createdAt: Date
  lastUsedAt: Date | null
  backedUp: boolean
}>

export type AnchorRecord = Readonly<{
  /** Upper-case hex SHA-256 of the DER. */
  fingerprint: string
  der: Uint8Array
  purposes: readonly AnchorPurpose[]
  addedAt: Date
}>

interface VaultSchema extends DBSchema {
  keys: { key: string; value: KeyRecord }
  anchors: { key: string; value: AnchorRecord }
  settings: { key: string; value: unknown }
  /** By the key's id: what stands before its use. */
  gates: { key: string; value: unknown }
  /** Standing permissions, by their own id; `keyId` says whose. */
  grants: { key: string; value: unknown }
}

type Kept = Readonly<{ id: string }>

/** Records that the app shapes; `change` is one transaction, null removes, a throw leaves all as it was. */
export interface Shelf<T extends Kept> {
  all(): Promise<readonly T[]>
  get(id: string): Promise<T | null>
  change(id: string, change: (now: T | null) => T | null): Promise<T | null>
  onChange(listener: () => void): () => void
}

/** This origin's keys, anchors and settings. Every refusal is a SignError `KEY_STORAGE_*` or `KEY_NOT_FOUND`. */
export interface Vault {
  keys(): Promise<readonly KeyRecord[]>
  key(id: string): Promise<KeyRecord>
  /** Resolves when it is on the disk (strict durability). Never overwrites: a taken id is a `KEY_CREATION_FAILED`. */
  addKey(record: KeyRecord): Promise<void>
  /** Read, change and write in one transaction. */
  changeKey(id: string, change: (record: KeyRecord) => KeyRecord): Promise<KeyRecord>
  removeKey(id: string): Promise<void>
  anchors(): Promise<readonly AnchorRecord[]>
  putAnchor(record: AnchorRecord): Promise<void>
  removeAnchor(fingerprint: string): Promise<void>
  setting(name: string): Promise<unknown>
  putSetting(name: string, value: unknown): Promise<void>
  /** Both go with their key. */
  gates<T extends Kept>(): Shelf<T>
  grants<T extends Kept & Readonly<{ keyId: string }>>(): Shelf<T>
  readonly keyChanges: Changes
  readonly anchorChanges: Changes
  close(): void
}

/**
 * @param factory the window's `indexedDB`, or that of a Storage Access handle in a third-party frame
 * @param name of the database; only tests give another
 */
export function openVault(factory: () => IDBFactory | undefined, name = 'countersign-vault'): Vault {
  const database = openDatabase<VaultSchema>({
    name,
    version: 2,
    factory,
    upgrade(raw, oldVersion) {
      if (oldVersion < 1) {
        raw.createObjectStore('keys', { keyPath: 'id' })
        raw.createObjectStore('anchors', { keyPath: 'fingerprint' })
        raw.createObjectStore('settings')
      }
      if (oldVersion < 2) {
        raw.createObjectStore('gates', { keyPath: 'id' })
        raw.createObjectStore('grants', { keyPath: 'id' })
      }
    },
  })
  const shelfChanges = { gates: changesOf(`${name}/gates`), grants: changesOf(`${name}/grants`) }
  return {
    ...keyRecords(database, changesOf(`${name}/keys`)),
    ...anchorRecords(database, changesOf(`${name}/anchors`)),
    setting: (key) => database.run(['settings'], 'readonly', (tx) => tx.objectStore('settings').get(key)),
    async putSetting(key, value) {
      await database.run(['settings'], 'readwrite', (tx) => tx.objectStore('settings').put(value, key))
    },
    gates: () => shelfOf(database, 'gates', shelfChanges.gates),
    grants: () => shelfOf(database, 'grants', shelfChanges.grants),
    close: () => database.close(),
  }
}

function shelfOf<T extends Kept>(
  database: Database<VaultSchema>,
  name: 'gates' | 'grants',
  changes: Changes,
): Shelf<T> {
  return {
    all: async () => (await database.run([name], 'readonly', (tx) => tx.objectStore(name).getAll())) as T[],
    get: async (id) =>
      ((await database.run([name], 'readonly', (tx) => tx.objectStore(name).get(id))) as T | undefined) ?? null,
    async change(id, change) {
      const next = await database.run(
        [name],
        'readwrite',
        async (tx) => {
          const store = tx.objectStore(name)
          const made = change(((await store.get(id)) as T | undefined) ?? null)
          if (made === null) await store.delete(id)
          else await store.put(made)
          return made
        },
        'strict',
      )
      changes.notify()
      return next
    },
    onChange: (listener) => changes.subscribe(listener),
  }
}

type KeyPart = Pick<Vault, 'keys' | 'key' | 'addKey' | 'changeKey' | 'removeKey' | 'keyChanges'>

function keyRecords(database: Database<VaultSchema>, changes: Changes): KeyPart {
  return {
    keyChanges: changes,
    async keys() {
      const found = await database.run(['keys'], 'readonly', (tx) => tx.objectStore('keys').getAll())
      return found.filter(isKeyRecord)
    },
    async key(id) {
      const found = await database.run(['keys'], 'readonly', (tx) => tx.objectStore('keys').get(id))
      if (!isKeyRecord(found)) throw notFound(id)
      return found
    },
    async addKey(record) {
      await database.run(
        ['keys'],
        'readwrite',
        async (tx) => {
          const store = tx.objectStore('keys')
          if ((await store.getKey(record.id)) !== undefined) {
            throw new SignError('KEY_CREATION_FAILED', `a key with the id ${record.id} exists`)
          }
          await store.add(record)
        },
        'strict',
      )
      changes.notify()
    },
    async changeKey(id, change) {
      const changed = await database.run(
        ['keys'],
        'readwrite',
        async (tx) => {
          const store = tx.objectStore('keys')
          const found = await store.get(id)
          if (!isKeyRecord(found)) throw notFound(id)
          const next = change(found)
          await store.put(next)
          return next
        },
        'strict',
      )
      changes.notify()
      return changed
    },
    async removeKey(id) {
      await database.run(
        ['keys', 'gates', 'grants'],
        'readwrite',
        async (tx) => {
          const store = tx.objectStore('keys')
          if ((await store.getKey(id)) === undefined) throw notFound(id)
          await store.delete(id)
          await tx.objectStore('gates').delete(id)
          const grants = tx.objectStore('grants')
          for (const grant of (await grants.getAll()) as { id: string; keyId: string }[]) {
            if (grant.keyId === id) await grants.delete(grant.id)
          }
        },
        'strict',
      )
      changes.notify()
    },
  }
}

type AnchorPart = Pick<Vault, 'anchors' | 'putAnchor' | 'removeAnchor' | 'anchorChanges'>

function anchorRecords(database: Database<VaultSchema>, changes: Changes): AnchorPart {
  return {
    anchorChanges: changes,
    anchors: () => database.run(['anchors'], 'readonly', (tx) => tx.objectStore('anchors').getAll()),
    async putAnchor(record) {
      await database.run(['anchors'], 'readwrite', (tx) => tx.objectStore('anchors').put(record), 'strict')
      changes.notify()
    },
    async removeAnchor(fingerprint) {
      await database.run(['anchors'], 'readwrite', (tx) => tx.objectStore('anchors').delete(fingerprint), 'strict')
      changes.notify()
    },
  }
}

/** A record of another version, or damaged, is left alone and not shown. */
function isKeyRecord(value: unknown): value is KeyRecord {
  const record = value as Partial<KeyRecord> | undefined
  return (
    typeof record?.id === 'string' &&
    Array.isArray(record.privateKeys) &&
    record.privateKeys.length > 0 &&
    record.privateKeys.every((key) => key instanceof CryptoKey) &&
    record.certificate instanceof Uint8Array &&
    Array.isArray(record.chain)
  )
}

function notFound(id: string): SignError {
  return new SignError('KEY_NOT_FOUND', `no key with the id ${id} in this browser`)
}
