import type { DBSchema } from 'idb'
import { changesOf, type Changes } from './changes.ts'
import { openDatabase, type Database } from './database.ts'

/** A signed blob that waits to be stored or downloaded. */
export type OutboxEntry = Readonly<{
  id: string
  name: string
  type: string
  /** Name of the document that was signed. */
  source: string
  signedAt: Date
  takenAt: Date | null
  blob: Blob
}>

interface OutboxSchema extends DBSchema {
  results: { key: string; value: OutboxEntry; indexes: { signedAt: Date } }
}

export type OutboxLimits = Readonly<{
  /** All blobs together. */
  bytes: number
  /** What was taken is kept this long for a second look, in milliseconds. */
  takenFor: number
}>

const LIMITS: OutboxLimits = { bytes: 8 * 2 ** 30, takenFor: 24 * 3600 * 1000 }

/** What is not yet taken is never purged. Every refusal is a SignError `KEY_STORAGE_*`. */
export interface Outbox {
  /** Newest first. */
  list(): Promise<readonly OutboxEntry[]>
  get(id: string): Promise<OutboxEntry | null>
  /**
   * Stores the blob's bytes: afterwards it does not depend on the file it was made of.
   *
   * @returns the entry with its stored blob; null when there is no room even without what was taken.
   */
  put(entry: OutboxEntry): Promise<OutboxEntry | null>
  markTaken(ids: readonly string[], at: Date): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  /** Removes what was taken long ago. */
  purge(now: Date): Promise<void>
  readonly changes: Changes
  close(): void
}

export function openOutbox(
  factory: () => IDBFactory | undefined,
  name = 'countersign-outbox',
  limits: OutboxLimits = LIMITS,
): Outbox {
  const changes = changesOf(name)
  const database = openDatabase<OutboxSchema>({
    name,
    version: 1,
    factory,
    upgrade(raw, oldVersion) {
      if (oldVersion > 0) return
      raw.createObjectStore('results', { keyPath: 'id' }).createIndex('signedAt', 'signedAt')
    },
  })
  const all = (): Promise<OutboxEntry[]> =>
    database.run(['results'], 'readonly', (tx) => tx.objectStore('results').index('signedAt').getAll())

  // Counted once, not at each of five hundred results; forgotten when this or another tab changes something.
  let held: number | null = null
  changes.subscribe(() => {
    held = null
  })

  return {
    changes,
    list: async () => (await all()).reverse(),
    get: async (id) => (await database.run(['results'], 'readonly', (tx) => tx.objectStore('results').get(id))) ?? null,
    async put(entry) {
      if (held === null || held + entry.blob.size > limits.bytes) {
        held = await makeRoom(database, await all(), entry.blob.size, limits)
      }
      if (held + entry.blob.size > limits.bytes) return null
      await database.run(['results'], 'readwrite', (tx) => tx.objectStore('results').put(entry))
      const now = held + entry.blob.size
      changes.notify()
      held = now
      return database
        .run(['results'], 'readonly', (tx) => tx.objectStore('results').get(entry.id))
        .then((x) => x ?? null)
    },
    async markTaken(ids, at) {
      await change(database, ids, (entry) => ({ ...entry, takenAt: at }))
      changes.notify()
    },
    async remove(ids) {
      await removeAll(database, ids)
      changes.notify()
    },
    async purge(now) {
      const old = (await all()).filter((x) => x.takenAt && now.getTime() - x.takenAt.getTime() > limits.takenFor)
      if (old.length === 0) return
      await removeAll(
        database,
        old.map((x) => x.id),
      )
      changes.notify()
    },
    close: () => database.close(),
  }
}

/** Drops what was taken, the oldest first, until `bytes` more fit. @returns the bytes that are still held. */
async function makeRoom(
  database: Database<OutboxSchema>,
  entries: readonly OutboxEntry[],
  bytes: number,
  limits: OutboxLimits,
): Promise<number> {
  let held = entries.reduce((sum, entry) => sum + entry.blob.size, 0)
  const drop: string[] = []
  for (const entry of entries) {
    if (held + bytes <= limits.bytes) break
    if (!entry.takenAt) continue
    drop.push(entry.id)
    held -= entry.blob.size
  }
  if (drop.length > 0) await removeAll(database, drop)
  return held
}

async function removeAll(database: Database<OutboxSchema>, ids: readonly string[]): Promise<void> {
  await database.run(['results'], 'readwrite', async (tx) => {
    await Promise.all(ids.map((id) => tx.objectStore('results').delete(id)))
  })
}

async function change(
  database: Database<OutboxSchema>,
  ids: readonly string[],
  next: (entry: OutboxEntry) => OutboxEntry,
): Promise<void> {
  await database.run(['results'], 'readwrite', async (tx) => {
    const store = tx.objectStore('results')
    for (const id of ids) {
      const entry = await store.get(id)
      if (entry) await store.put(next(entry))
    }
  })
}
