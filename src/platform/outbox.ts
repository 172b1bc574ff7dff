import type { DBSchema } from 'idb'
import { heldBytes, sizeOf, smallFile, type BytesOrBlob } from '../core/bytes/small-blob.ts'
import type { SignedFile } from '../core/formats/format.ts'
import { changesOf, type Changes } from './changes.ts'
import { openDatabase, type Database } from './database.ts'

type Facts = Readonly<{
  id: string
  /** Name of the document that was signed. */
  source: string
  signedAt: Date
  takenAt: Date | null
}>

/** A signed file that waits to be stored or downloaded. */
export type OutboxEntry = Facts & Readonly<{ file: SignedFile }>

/** What is light is stored as bytes: a Blob would be a file of its own beside the database, which costs as much as signing it. */
type Row = Facts & Readonly<{ name: string; type: string; blob: BytesOrBlob }>

interface OutboxSchema extends DBSchema {
  results: { key: string; value: Row; indexes: { signedAt: Date } }
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
   * Stores the file's bytes: afterwards it does not depend on the file it was made of.
   *
   * @returns the entry with its stored file; null when there is no room even without what was taken.
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
  const all = (): Promise<Row[]> =>
    database.run(['results'], 'readonly', (tx) => tx.objectStore('results').index('signedAt').getAll())

  // Counted once, not at each of five hundred results; forgotten when this or another tab changes something.
  let held: number | null = null
  changes.subscribe(() => {
    held = null
  })

  const readAgain = (rows: readonly Row[]): Promise<(Row | undefined)[]> =>
    database.run(['results'], 'readonly', (tx) => Promise.all(rows.map(({ id }) => tx.objectStore('results').get(id))))

  /** One transaction for all; null for what has no room. */
  async function store(entries: readonly OutboxEntry[]): Promise<readonly (OutboxEntry | null)[]> {
    const fitting = new Map<OutboxEntry, Row>()
    let added = 0
    let total = held
    for (const entry of entries) {
      const row = rowOf(entry)
      const size = sizeOf(row.blob)
      if (total === null || total + size > limits.bytes) {
        total = added + (await makeRoom(database, await all(), added + size, limits))
      }
      if (total + size > limits.bytes) continue
      fitting.set(entry, row)
      added += size
      total += size
    }
    await database.run(['results'], 'readwrite', async (tx) => {
      await Promise.all([...fitting.values()].map(async (row) => tx.objectStore('results').put(row)))
    })
    changes.notify()
    held = total
    const heavy = [...fitting.values()].filter((row) => sizeOf(row.blob) > LIGHT)
    const again = heavy.length === 0 ? [] : await readAgain(heavy)
    return entries.map((entry) => {
      const row = fitting.get(entry)
      if (!row) return null
      if (!heavy.includes(row)) return entry
      const stored = again[heavy.indexOf(row)]
      return stored ? entryOf(stored) : null
    })
  }

  return {
    changes,
    list: async () => (await all()).reverse().map(entryOf),
    async get(id) {
      const row = await database.run(['results'], 'readonly', (tx) => tx.objectStore('results').get(id))
      return row ? entryOf(row) : null
    },
    put: inGroups(store),
    async markTaken(ids, at) {
      await change(database, ids, (row) => ({ ...row, takenAt: at }))
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

/** In bytes. What is not larger and depends on no file is no burden: it is not read again from where it was stored. */
const LIGHT = 64 << 10

function rowOf({ file, ...facts }: OutboxEntry): Row {
  const { name, type } = file
  const bytes = heldBytes(file)
  return { ...facts, name, type, blob: bytes && bytes.length <= LIGHT ? bytes : file.blob }
}

function entryOf({ name, type, blob, ...facts }: Row): OutboxEntry {
  return { ...facts, file: blob instanceof Blob ? { name, type, blob } : smallFile(name, type, blob) }
}

/**
 * What is given while `act` runs is given to it together when it is done. One that fails does not fail what was in its group: each is
 * then tried alone.
 */
function inGroups<In, Out>(act: (items: readonly In[]) => Promise<readonly Out[]>): (item: In) => Promise<Out> {
  type Waiting = Readonly<{ item: In; resolve: (value: Out) => void; reject: (error: unknown) => void }>
  let waiting: Waiting[] = []
  let running = false

  async function run(group: readonly Waiting[]): Promise<void> {
    try {
      const values = await act(group.map(({ item }) => item))
      group.forEach(({ resolve }, i) => resolve(values[i] as Out))
    } catch (error) {
      if (group.length === 1) for (const { reject } of group) reject(error)
      else for (const one of group) await run([one])
    }
  }

  async function runAll(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await run(group)
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void runAll()
    })
}

/** Drops what was taken, the oldest first, until `bytes` more fit. @returns the bytes that are still held. */
async function makeRoom(
  database: Database<OutboxSchema>,
  rows: readonly Row[],
  bytes: number,
  limits: OutboxLimits,
): Promise<number> {
  let held = rows.reduce((sum, row) => sum + sizeOf(row.blob), 0)
  const drop: string[] = []
  for (const row of rows) {
    if (held + bytes <= limits.bytes) break
    if (!row.takenAt) continue
    drop.push(row.id)
    held -= sizeOf(row.blob)
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
  next: (row: Row) => Row,
): Promise<void> {
  await database.run(['results'], 'readwrite', async (tx) => {
    const store = tx.objectStore('results')
    for (const id of ids) {
      const row = await store.get(id)
      if (row) await store.put(next(row))
    }
  })
}
