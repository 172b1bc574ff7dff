// The CRM's own file store, as a CRM has one: versions, a log of keys so that a repeated save is stored once, conflicts.
// It lives in this page's IndexedDB, so that the demo needs no server.
export type StoredFile = {
  id: string
  name: string
  type: string
  blob: Blob
  version: string
  /** Idempotency keys that were stored. */
  keys: string[]
  signed: boolean
}

const DATABASE = 'demo-crm'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('files', { keyPath: 'id' })
      request.result.createObjectStore('timeline', { autoIncrement: true })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the demo store did not open'))
  })
}

async function run<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode)
      const request = work(transaction.objectStore(store))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error ?? new Error('the demo store failed'))
    })
  } finally {
    database.close()
  }
}

export const getFile = (id: string) => run<StoredFile | undefined>('files', 'readonly', (store) => store.get(id))
export const putFile = (file: StoredFile) => run('files', 'readwrite', (store) => store.put(file))
export const allFiles = () => run<StoredFile[]>('files', 'readonly', (store) => store.getAll())

export type TimelineEntry = { text: string; detail: string; time: string; kind: 'note' | 'step' | 'signed' | 'error' }
export const addEntry = (entry: TimelineEntry) => run('timeline', 'readwrite', (store) => store.add(entry))
export const allEntries = () => run<TimelineEntry[]>('timeline', 'readonly', (store) => store.getAll())

export async function forgetAll(): Promise<void> {
  await run('files', 'readwrite', (store) => store.clear())
  await run('timeline', 'readwrite', (store) => store.clear())
}
