import type { DBSchema, IDBPTransaction } from 'idb'
import type { DeliverableAnswer } from '../core/host.ts'
import { openDatabase } from './database.ts'

/** A signed answer that its host has not confirmed yet. */
export type Delivery = Readonly<{
  receipt: string
  origin: string
  requestId: string
  at: Date
  answer: DeliverableAnswer
}>

interface DeliverySchema extends DBSchema {
  deliveries: { key: string; value: Delivery }
  /** The signed files of a delivery beside it, so that what becomes of them is written without writing them again. */
  files: { key: [receipt: string, index: number]; value: Blob }
}

/** Outlives the frame: a reload of the CRM finds here what was signed and not yet confirmed. */
export interface Deliveries {
  /** @returns where it is kept; 'memory' is lost with the frame. */
  put(delivery: Delivery): Promise<'storage' | 'memory'>
  /** Oldest first. */
  list(origin: string): Promise<readonly Delivery[]>
  remove(receipt: string): Promise<void>
  close(): void
}

/** Never rejects: where the browser refuses storage to a third-party frame, memory serves. */
export function openDeliveries(factory: () => IDBFactory | undefined, name = 'countersign-deliveries'): Deliveries {
  const memory = new Map<string, Delivery>()
  const database = openDatabase<DeliverySchema>({
    name,
    version: 2,
    factory,
    upgrade(raw, oldVersion) {
      if (oldVersion === 0) raw.createObjectStore('deliveries', { keyPath: 'receipt' })
      if (oldVersion < 2) raw.createObjectStore('files')
    },
  })
  /** Receipts whose files this page has written. */
  const written = new Set<string>()
  return {
    async put(delivery) {
      memory.set(delivery.receipt, delivery)
      const { receipt, answer } = delivery
      const files = answer.documents.map(({ blob }) => blob)
      const work = async (tx: WriteTransaction): Promise<void> => {
        if (!written.has(receipt)) {
          await Promise.all(files.map(async (file, index) => tx.objectStore('files').put(file, [receipt, index])))
        }
        await tx.objectStore('deliveries').put(withFiles(delivery, () => NO_FILE))
      }
      try {
        await database.run(['deliveries', 'files'], 'readwrite', work, 'strict')
        written.add(receipt)
        return 'storage'
      } catch {
        return 'memory'
      }
    },
    async list(origin) {
      const stored = await database
        .run(['deliveries', 'files'], 'readonly', async (tx) => {
          const kept = await tx.objectStore('deliveries').getAll()
          // As a rule there is none: each question costs a frame that is being opened its time.
          if (kept.length === 0) return []
          const [keys, files] = await Promise.all([
            tx.objectStore('files').getAllKeys(),
            tx.objectStore('files').getAll(),
          ])
          const byKey = new Map(keys.map((key, at) => [key.join(), files[at]]))
          return kept
            .map((one) => withFiles(one, (held, index) => byKey.get([one.receipt, index].join()) ?? held))
            .filter(isWhole)
        })
        .catch(() => [])
      const all = new Map(stored.map((one) => [one.receipt, one]))
      for (const [receipt, one] of memory) all.set(receipt, one)
      return [...all.values()].filter((one) => one.origin === origin).sort((a, b) => a.at.getTime() - b.at.getTime())
    },
    async remove(receipt) {
      memory.delete(receipt)
      written.delete(receipt)
      await database
        .run(['deliveries', 'files'], 'readwrite', async (tx) => {
          await tx.objectStore('files').delete(filesOf(receipt))
          await tx.objectStore('deliveries').delete(receipt)
        })
        .catch(() => undefined)
    },
    close: () => database.close(),
  }
}

type WriteTransaction = IDBPTransaction<DeliverySchema, ('deliveries' | 'files')[], 'readwrite'>

const NO_FILE = new Blob()

/** Nothing that was signed is empty: without its file a delivery is none. */
const isWhole = ({ answer }: Delivery): boolean => answer.documents.every(({ blob }) => blob.size > 0)

const filesOf = (receipt: string): IDBKeyRange => IDBKeyRange.bound([receipt, 0], [receipt, Number.MAX_SAFE_INTEGER])

/** The delivery with other files in the places of its documents. */
function withFiles(delivery: Delivery, file: (held: Blob, index: number) => Blob): Delivery {
  const { answer } = delivery
  const documents = answer.documents.map((document, index) => ({ ...document, blob: file(document.blob, index) }))
  return { ...delivery, answer: { ...answer, documents } }
}
