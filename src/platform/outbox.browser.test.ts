import { afterEach, expect, test } from 'vitest'
import { heldBytes, smallFile } from '../core/bytes/small-blob.ts'
import { openOutbox, type Outbox, type OutboxEntry } from './outbox.ts'

const opened: { outbox: Outbox; name: string }[] = []
let counter = 0

function fresh(bytes = 1000): { outbox: Outbox; name: string } {
  const name = `outbox-test-${Date.now()}-${counter++}`
  const one = { outbox: openOutbox(() => indexedDB, name, { bytes, takenFor: 1000 }), name }
  opened.push(one)
  return one
}

afterEach(() => {
  for (const { outbox, name } of opened.splice(0)) {
    outbox.close()
    indexedDB.deleteDatabase(name)
  }
})

const entry = (id: string, size: number, minute = 0): OutboxEntry => ({
  id,
  source: `${id}.pdf`,
  signedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)),
  takenAt: null,
  file: { name: `${id}.pdf`, type: 'application/pdf', blob: new Blob([new Uint8Array(size).fill(7)]) },
})

test('a result outlives the page that made it', async () => {
  const { outbox, name } = fresh()
  await outbox.put(entry('a', 10))
  outbox.close()
  const later = openOutbox(() => indexedDB, name)
  const [found] = await later.list()
  expect(found?.file.name).toBe('a.pdf')
  expect(new Uint8Array((await found?.file.blob.arrayBuffer()) ?? [])).toEqual(new Uint8Array(10).fill(7))
  later.close()
})

test('the newest comes first', async () => {
  const { outbox } = fresh()
  for (const [id, minute] of [
    ['a', 2],
    ['b', 3],
    ['c', 1],
  ] as const)
    await outbox.put(entry(id, 1, minute))
  expect((await outbox.list()).map((x) => x.id)).toEqual(['b', 'a', 'c'])
})

test('over the cap only what was taken makes room, the oldest first; what was not taken stays', async () => {
  const { outbox } = fresh(100)
  for (const [id, minute] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const)
    await outbox.put(entry(id, 30, minute))
  expect(await outbox.put(entry('d', 30, 4))).toBeNull()
  await outbox.markTaken(['b', 'c'], new Date())
  expect(await outbox.put(entry('d', 30, 4))).not.toBeNull()
  expect((await outbox.list()).map((x) => x.id)).toEqual(['d', 'c', 'a'])
  expect(await outbox.put(entry('e', 80, 5))).toBeNull()
  expect((await outbox.list()).map((x) => x.id)).toContain('a')
})

test('what was taken long ago is purged; what was not taken never is', async () => {
  const { outbox } = fresh()
  await outbox.put(entry('a', 1))
  await outbox.put(entry('b', 1))
  await outbox.markTaken(['a'], new Date(1_000_000))
  await outbox.purge(new Date(1_000_500))
  expect(await outbox.list()).toHaveLength(2)
  await outbox.purge(new Date(2_000_000))
  expect((await outbox.list()).map((x) => x.id)).toEqual(['b'])
})

test('what is put at once is all there, in room for some only the first are', async () => {
  const { outbox } = fresh(100)
  const put = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id, i) => outbox.put(entry(id, 30, i))))
  expect(put.map((one) => one?.id ?? null)).toEqual(['a', 'b', 'c', null, null])
  expect((await outbox.list()).map((x) => x.id)).toEqual(['c', 'b', 'a'])
  await outbox.markTaken(['a', 'b'], new Date())
  const more = await Promise.all(['f', 'g', 'h'].map((id, i) => outbox.put(entry(id, 30, 10 + i))))
  expect(more.map((one) => one?.id ?? null)).toEqual(['f', 'g', null])
  expect((await outbox.list()).map((x) => x.id)).toEqual(['g', 'f', 'c'])
})

test('one that cannot be stored does not cost those put beside it', async () => {
  const { outbox } = fresh()
  const bad = { ...entry('bad', 1), source: (() => 1) as unknown as string }
  const put = await Promise.allSettled([entry('a', 1), entry('b', 1), bad, entry('c', 1)].map((one) => outbox.put(one)))
  expect(put.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect((await outbox.list()).map((x) => x.id).sort()).toEqual(['a', 'b', 'c'])
})

test('a large result is given back as it was stored, a small one as it was given', async () => {
  const { outbox } = fresh(1 << 20)
  const [small, large] = [entry('s', 10), entry('l', 100_000)]
  const put = await Promise.all([small, large].map((one) => outbox.put(one)))
  expect(put[0]?.file).toBe(small.file)
  expect(put[1]?.file.blob).not.toBe(large.file.blob)
  expect(await put[1]?.file.blob.text()).toBe(await large.file.blob.text())
})

test('a small file of bytes is stored as bytes and is a file again, whatever is noted of it', async () => {
  const { outbox, name } = fresh(1 << 20)
  const held = (id: string, size: number): OutboxEntry => ({
    ...entry(id, 0),
    file: smallFile(`${id}.pdf`, 'application/pdf', new Uint8Array(size).fill(9)),
  })
  await outbox.put(held('light', 1000))
  await outbox.put(held('heavy', 70_000))
  await outbox.markTaken(['light'], new Date(5))
  outbox.close()
  const later = openOutbox(() => indexedDB, name, { bytes: 71_500, takenFor: 1000 })
  opened.push({ outbox: later, name })
  const found = await later.get('light')
  expect(found).toMatchObject({ takenAt: new Date(5), file: { name: 'light.pdf', type: 'application/pdf' } })
  expect(found && heldBytes(found.file)).toEqual(new Uint8Array(1000).fill(9))
  expect(new Uint8Array((await found?.file.blob.arrayBuffer()) ?? [])).toEqual(new Uint8Array(1000).fill(9))
  const heavy = (await later.list()).find(({ id }) => id === 'heavy')
  expect(heavy?.file.blob.size).toBe(70_000)
  // What it holds counts: only the one that was taken makes room.
  expect(await later.put(held('more', 1000))).not.toBeNull()
  expect((await later.list()).map(({ id }) => id).sort()).toEqual(['heavy', 'more'])
})

test('the same id twice is one result', async () => {
  const { outbox } = fresh()
  await outbox.put(entry('a', 1))
  await outbox.put(entry('a', 2))
  expect(await outbox.list()).toHaveLength(1)
})

test('no storage is a code', async () => {
  const outbox = openOutbox(() => undefined)
  await expect(outbox.put(entry('a', 1))).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
})
