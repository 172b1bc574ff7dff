import type { DBSchema } from 'idb'
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
    version: 1,
    factory,
    upgrade(raw, oldVersion) {
      if (oldVersion === 0) raw.createObjectStore('deliveries', { keyPath: 'receipt' })
    },
  })
  return {
    async put(delivery) {
      memory.set(delivery.receipt, delivery)
      try {
        await database.run(['deliveries'], 'readwrite', (tx) => tx.objectStore('deliveries').put(delivery), 'strict')
        return 'storage'
      } catch {
        return 'memory'
      }
    },
    async list(origin) {
      const stored = await database
        .run(['deliveries'], 'readonly', (tx) => tx.objectStore('deliveries').getAll())
        .catch(() => [])
      const all = new Map(stored.map((one) => [one.receipt, one]))
      for (const [receipt, one] of memory) all.set(receipt, one)
      return [...all.values()].filter((one) => one.origin === origin).sort((a, b) => a.at.getTime() - b.at.getTime())
    },
    async remove(receipt) {
      memory.delete(receipt)
      await database
        .run(['deliveries'], 'readwrite', (tx) => tx.objectStore('deliveries').delete(receipt))
        .catch(() => undefined)
    },
    close: () => database.close(),
  }
}
