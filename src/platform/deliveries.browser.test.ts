import { afterEach, expect, test, vi } from 'vitest'
import type { SignedAnswer } from '../core/host.ts'
import { openDeliveries, type Delivery } from './deliveries.ts'

const ORIGIN = 'https://crm.example'
const factory = () => indexedDB
let names = 0
const newName = () => `deliveries-test-${names++}-${Math.random()}`

afterEach(() => vi.restoreAllMocks())

const answer = (stored: boolean): SignedAnswer => ({
  status: 'signed',
  documents: ['one', 'two'].map((id) => ({
    id,
    name: `${id}.pdf`,
    type: 'application/pdf',
    blob: new Blob([`signed ${id}`]),
    sha256: '',
    originalSha256: '',
    ifVersion: '1',
    stored,
    ...(stored ? { version: '2' } : {}),
  })),
  signature: {
    format: 'PAdES',
    level: 'B-B',
    signer: 'Ann',
    certificate: '',
    fingerprint: '',
    time: '',
    timeIsProven: false,
  },
  receipt: { id: 'r', requestId: 'q' },
})

const delivery = (stored: boolean): Delivery => ({
  receipt: 'r',
  origin: ORIGIN,
  requestId: 'q',
  at: new Date(0),
  answer: answer(stored),
})

const texts = (found: readonly Delivery[]) =>
  Promise.all(found.flatMap((one) => one.answer.documents.map(({ blob }) => blob.text())))

/** Entries of each store, seen from outside. */
const count = (name: string, version?: number) =>
  new Promise<Record<string, number>>((resolve, reject) => {
    const request = indexedDB.open(name, version)
    request.onerror = () => reject(request.error ?? new Error('not opened'))
    request.onsuccess = () => {
      const database = request.result
      const stores = [...database.objectStoreNames]
      const transaction = database.transaction(stores)
      const counts = stores.map((store) => [store, transaction.objectStore(store).count()] as const)
      transaction.oncomplete = () => {
        database.close()
        resolve(Object.fromEntries(counts.map(([store, { result }]) => [store, result])))
      }
    }
  })

test('what was signed is found by the next life of the frame, and its files are written once however often its state changes', async () => {
  const name = newName()
  const first = openDeliveries(factory, name)
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  expect(await first.put(delivery(false))).toBe('storage')
  expect(put.mock.calls.filter(([value]) => value instanceof Blob)).toHaveLength(2)
  expect(await first.put(delivery(true))).toBe('storage')
  expect(put.mock.calls.filter(([value]) => value instanceof Blob)).toHaveLength(2)
  first.close()
  const next = openDeliveries(factory, name)
  const found = await next.list(ORIGIN)
  expect(await texts(found)).toEqual(['signed one', 'signed two'])
  expect(found[0]?.answer.documents.map(({ stored, version }) => [stored, version])).toEqual([
    [true, '2'],
    [true, '2'],
  ])
  expect(await next.list('https://other.example')).toEqual([])
  await next.remove('r')
  expect(await next.list(ORIGIN)).toEqual([])
  next.close()
  expect(await count(name)).toEqual({ deliveries: 0, files: 0 })
})

test('what an earlier version of the app kept, with its files inside, is delivered too', async () => {
  const name = newName()
  await new Promise<void>((resolve) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('deliveries', { keyPath: 'receipt' })
    request.onsuccess = () => {
      const transaction = request.result.transaction('deliveries', 'readwrite')
      transaction.objectStore('deliveries').put(delivery(false))
      transaction.oncomplete = () => {
        request.result.close()
        resolve()
      }
    }
  })
  const deliveries = openDeliveries(factory, name)
  expect(await texts(await deliveries.list(ORIGIN))).toEqual(['signed one', 'signed two'])
  await deliveries.put({ ...delivery(true) })
  expect(await texts(await deliveries.list(ORIGIN))).toEqual(['signed one', 'signed two'])
  deliveries.close()
  expect(await count(name)).toEqual({ deliveries: 1, files: 2 })
})

test('a delivery whose file is gone is none: nobody is handed an empty file', async () => {
  const name = newName()
  const first = openDeliveries(factory, name)
  await first.put(delivery(false))
  first.close()
  await new Promise<void>((resolve) => {
    const request = indexedDB.open(name)
    request.onsuccess = () => {
      const transaction = request.result.transaction('files', 'readwrite')
      transaction.objectStore('files').delete(['r', 1])
      transaction.oncomplete = () => {
        request.result.close()
        resolve()
      }
    }
  })
  const next = openDeliveries(factory, name)
  expect(await next.list(ORIGIN)).toEqual([])
  next.close()
})

test('without storage it is kept as long as the page lives', async () => {
  const deliveries = openDeliveries(() => undefined, newName())
  expect(await deliveries.put(delivery(false))).toBe('memory')
  expect(await texts(await deliveries.list(ORIGIN))).toEqual(['signed one', 'signed two'])
})
