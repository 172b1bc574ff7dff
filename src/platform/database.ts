import { wrap, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import { SignError } from '../core/errors.ts'
import { storageError } from './storage-error.ts'

export type DatabaseSpec = Readonly<{
  name: string
  version: number
  /** Creates or changes stores from `oldVersion` (0: new) on; never drops what it does not understand. */
  upgrade(database: IDBDatabase, oldVersion: number): void
  /** The window's own, or a Storage Access handle's `indexedDB`. Asked at each opening: it may be absent. */
  factory: () => IDBFactory | undefined
  /** How long an opening may take, in milliseconds: some broken profiles never answer. */
  patience?: number
}>

export interface Database<Schema extends DBSchema> {
  /** Runs one transaction to its end; resolves only after its commit. @throws SignError `KEY_STORAGE_*` */
  run<Name extends StoreNames<Schema>, Mode extends 'readonly' | 'readwrite', Result>(
    stores: readonly Name[],
    mode: Mode,
    work: (transaction: IDBPTransaction<Schema, Name[], Mode>) => Promise<Result>,
    durability?: IDBTransactionDurability,
  ): Promise<Result>
  close(): void
}

/** Opens on first use, again after the browser closed it, and lets a newer version of the app upgrade it. */
export function openDatabase<Schema extends DBSchema>(spec: DatabaseSpec): Database<Schema> {
  let opening: Promise<IDBPDatabase<Schema>> | null = null

  function forget(): void {
    opening = null
  }

  function connection(): Promise<IDBPDatabase<Schema>> {
    opening ??= connect(spec, forget).then((raw) => wrap(raw) as unknown as IDBPDatabase<Schema>)
    opening.catch(forget)
    return opening
  }

  return {
    async run(stores, mode, work, durability = 'default') {
      try {
        return await inTransaction(await connection(), stores, mode, work, durability)
      } catch (error) {
        // The browser closes connections on its own (cleared data, a crashed storage process): once more with a new one.
        if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw storageError(error, spec.name)
        forget()
      }
      try {
        return await inTransaction(await connection(), stores, mode, work, durability)
      } catch (error) {
        throw storageError(error, spec.name)
      }
    },
    close() {
      const open = opening
      forget()
      open?.then(
        (database) => database.close(),
        () => undefined,
      )
    },
  }
}

async function inTransaction<
  Schema extends DBSchema,
  Name extends StoreNames<Schema>,
  Mode extends 'readonly' | 'readwrite',
  Result,
>(
  database: IDBPDatabase<Schema>,
  stores: readonly Name[],
  mode: Mode,
  work: (transaction: IDBPTransaction<Schema, Name[], Mode>) => Promise<Result>,
  durability: IDBTransactionDurability,
): Promise<Result> {
  const transaction = database.transaction([...stores], mode, { durability })
  // The commit decides: a request may succeed and its transaction still fail (a full disk).
  const committed = transaction.done
  committed.catch(() => undefined)
  let result: Result
  try {
    result = await work(transaction)
  } catch (error) {
    abort(transaction)
    throw await reasonOf(committed, error)
  }
  await committed
  return result
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort()
  } catch {
    // It is over already.
  }
}

/** A request that died with its transaction says only AbortError; the transaction knows why. */
async function reasonOf(committed: Promise<void>, error: unknown): Promise<unknown> {
  if (!(error instanceof DOMException) || error.name !== 'AbortError') return error
  return committed.then(
    () => error,
    (reason: unknown) => reason ?? error,
  )
}

function connect(spec: DatabaseSpec, forget: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(refused('timeout', `${spec.name}: the browser's storage does not answer`))
    }, spec.patience ?? 15_000)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      act()
    }
    try {
      const factory = spec.factory()
      if (!factory) throw refused('absent', `${spec.name}: this browser has no storage here`)
      const request = factory.open(spec.name, spec.version)
      request.onupgradeneeded = (event) => spec.upgrade(request.result, event.oldVersion)
      request.onerror = () => settle(() => reject(request.error ?? new DOMException('open failed', 'UnknownError')))
      request.onsuccess = () => {
        const database = request.result
        if (late) return database.close()
        database.onversionchange = () => {
          database.close()
          forget()
        }
        database.onclose = forget
        settle(() => resolve(database))
      }
    } catch (error) {
      settle(() => reject(error))
    }
  })
}

function refused(reason: string, message: string): SignError {
  return new SignError('KEY_STORAGE_UNAVAILABLE', message, { details: { reason } })
}
