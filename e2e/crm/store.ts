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
  /** Its name in the file store, where people outside the CRM reach it. */
  shared?: string
  /** The version of it that the timeline has told. */
  told?: string
  /** Of an envelope: where it stands, in a few words. */
  envelope?: string
}

const DATABASE = 'demo-crm'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 2)
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) request.result.createObjectStore('files', { keyPath: 'id' })
      if (oldVersion < 1) request.result.createObjectStore('timeline', { autoIncrement: true })
      request.result.createObjectStore('told')
      request.result.createObjectStore('letters', { autoIncrement: true })
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

export type Letter = { to: string; subject: string; body: string }
export const addLetter = (letter: Letter) => run('letters', 'readwrite', (store) => store.add(letter))
export const allLetters = () => run<Letter[]>('letters', 'readonly', (store) => store.getAll())

/** True for the first who asks with this key, in whatever tab. */
export const tellOnce = (key: string): Promise<boolean> =>
  run('told', 'readwrite', (store) => store.add(true, key)).then(
    () => true,
    () => false,
  )

export async function forgetAll(): Promise<void> {
  await run('files', 'readwrite', (store) => store.clear())
  await run('timeline', 'readwrite', (store) => store.clear())
}
