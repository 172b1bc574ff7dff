// The CRM's own file store, as a CRM has one: versions, a log of keys so that a repeated save is stored once, conflicts.
// It lives in this page's IndexedDB; what colleagues share of the deal lies on the demo's server, behind ETags.
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
  /** The envelope that it was sent in, together with others. */
  sentIn?: string
}

const DATABASE = 'demo-crm-files'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('files', { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the demo store did not open'))
  })
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction('files', mode)
      const request = work(transaction.objectStore('files'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error ?? new Error('the demo store failed'))
    })
  } finally {
    database.close()
  }
}

export const getFile = (id: string) => run<StoredFile | undefined>('readonly', (store) => store.get(id))
export const putFile = (file: StoredFile) => run('readwrite', (store) => store.put(file))
export const allFiles = () => run<StoredFile[]>('readonly', (store) => store.getAll())

export type TimelineEntry = { text: string; detail: string; time: string; kind: 'note' | 'step' | 'signed' | 'error' }
export type Letter = { to: string; subject: string; body: string }
/** A file of this deal that people outside work on: what a colleague's browser needs to find it. */
export type Sent = { id: string; name: string; type: string; shared: string; holds: string[] }

/** What all colleagues see of the deal. */
export type Deal = { entries: TimelineEntry[]; letters: Letter[]; told: string[]; sent: Sent[] }

/** The deal's own record lies on the CRM's server, so that each colleague sees the same. */
const RECORD = new URL('store/the-record-of-deal-4182', document.baseURI)

async function readDeal(): Promise<{ deal: Deal; etag: string }> {
  const response = await fetch(RECORD, { cache: 'no-store' })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return { deal: (await response.json()) as Deal, etag: response.headers.get('ETag') ?? '' }
}

/** Reads, changes and writes; anew where a colleague came first. @param change false: there is nothing to write */
async function changeNow(change: (deal: Deal) => boolean): Promise<boolean> {
  for (;;) {
    const { deal, etag } = await readDeal()
    if (!change(deal)) return false
    const headers = { 'Content-Type': 'application/json', 'If-Match': etag }
    const { ok, status } = await fetch(RECORD, { method: 'PUT', body: JSON.stringify(deal), headers })
    if (ok) return true
    if (status !== 412) throw new Error(`HTTP ${status}`)
  }
}

let turn: Promise<unknown> = Promise.resolve()

/** This page's own changes go one after another. */
function changeDeal(change: (deal: Deal) => boolean): Promise<boolean> {
  const mine = turn.then(() => changeNow(change))
  turn = mine.catch(() => undefined)
  return mine
}

export const theDeal = async (): Promise<Deal> => (await readDeal()).deal
export const addEntry = (entry: TimelineEntry) => changeDeal((deal) => deal.entries.push(entry) > 0)
export const addSent = (file: Sent) => changeDeal((deal) => deal.sent.push(file) > 0)

/**
 * What happened, told once whoever looked first, from whatever computer: the deal remembers its name.
 *
 * @returns false: it was told before
 */
export const tellOnce = (key: string, news: Partial<Pick<Deal, 'entries' | 'letters'>>): Promise<boolean> =>
  changeDeal((deal) => {
    if (deal.told.includes(key)) return false
    deal.told.push(key)
    deal.entries.push(...(news.entries ?? []))
    deal.letters.push(...(news.letters ?? []))
    return true
  })
