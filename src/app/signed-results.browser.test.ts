import { unzipSync } from 'fflate'
import { afterAll, expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { DocumentHost } from '../core/host.ts'
import { openOutbox } from '../platform/outbox.ts'
import { fakeClock, testRandom } from '../testing/ports.ts'
import { connectWorker } from '../worker/client.ts'
import { workerUrl } from '../worker/worker-url.ts'
import { createSignedResults, type OpenFolder, type SignedResultsPorts } from './signed-results.ts'

const worker = connectWorker({ spawn: () => new Worker(workerUrl, { type: 'module' }) })
const names: string[] = []

afterAll(() => {
  worker.close()
  for (const name of names) indexedDB.deleteDatabase(name)
})

function setup(more: Partial<SignedResultsPorts> = {}, factory: () => IDBFactory | undefined = () => indexedDB) {
  const name = `results-test-${Date.now()}-${names.length}`
  names.push(name)
  const downloads: { name: string; blob: Blob }[] = []
  const clock = fakeClock('2026-11-22T12:00:00Z')
  const ports: SignedResultsPorts = {
    outbox: openOutbox(factory, name),
    worker,
    clock,
    random: testRandom,
    download: (blob, given) => void downloads.push({ blob, name: given }),
    pickFolder: null,
    ...more,
  }
  const again = () => createSignedResults({ ...ports, outbox: openOutbox(factory, name) })
  return { results: createSignedResults(ports), downloads, clock, again }
}

const signed = (name: string, content = name) => ({ name, blob: new Blob([content]), type: 'application/pdf' })

test('what was signed is there after the tab was closed, until it was taken long ago', async () => {
  const { results, again, clock } = setup()
  const kept = await results.keep(signed('a-signed.pdf'), 'a.pdf')
  expect(kept).toMatchObject({ kept: 'storage', takenAt: null, source: 'a.pdf' })
  const later = again()
  const [found] = await later.list()
  expect(found).toMatchObject({ id: kept.id, file: { name: 'a-signed.pdf', type: 'application/pdf' } })
  expect(await found?.file.blob.text()).toBe('a-signed.pdf')
  await later.download([kept.id])
  expect((await later.list())[0]?.takenAt).toEqual(clock.now())
  clock.set('2026-11-24T12:00:00Z')
  expect(await again().list()).toEqual([])
})

test('one id downloads the file, several one zip with unique names', async () => {
  const { results, downloads } = setup()
  const ids: string[] = []
  for (const content of ['1', '2', '3']) ids.push((await results.keep(signed('a.pdf', content), 'a.pdf')).id)
  await results.download([ids[0]!])
  expect(downloads[0]?.name).toBe('a.pdf')
  const steps: number[] = []
  await results.download(ids, { zipName: 'deal 14/B.zip', onProgress: (finished) => steps.push(finished) })
  expect(downloads[1]?.name).toBe('deal 14_B.zip')
  const inside = unzipSync(new Uint8Array(await downloads[1]!.blob.arrayBuffer()))
  const text = Object.entries(inside).map(([name, bytes]) => `${name}=${new TextDecoder().decode(bytes)}`)
  expect(text).toEqual(['a.pdf=1', 'a (2).pdf=2', 'a (3).pdf=3'])
  expect(steps.at(-1)).toBe(3)
  expect((await results.list()).every(({ takenAt }) => takenAt !== null)).toBe(true)
})

test('a storage that is denied loses nothing while the tab lives', async () => {
  const { results, downloads } = setup({}, () => undefined)
  const { id, kept } = await results.keep(signed('a.pdf'), 'a.pdf')
  expect(kept).toBe('memory')
  await results.download([id])
  expect(downloads).toHaveLength(1)
  expect((await results.list())[0]).toMatchObject({ id, takenAt: new Date('2026-11-22T12:00:00Z') })
})

test('a folder never loses a file that is in it', async () => {
  const written = new Map<string, string>([['a.pdf', 'old']])
  const folder: OpenFolder = {
    names: () => Promise.resolve(new Set(written.keys())),
    async write(name, blob) {
      expect(written.has(name)).toBe(false)
      written.set(name, await blob.text())
    },
  }
  const { results } = setup({ pickFolder: () => Promise.resolve(folder) })
  const ids = [await results.keep(signed('a.pdf', 'new'), 'a'), await results.keep(signed('b.pdf', 'b'), 'b')]
  expect(await results.saveToFolder(ids.map(({ id }) => id))).toEqual({ names: ['a (2).pdf', 'b.pdf'] })
  expect([...written]).toEqual([
    ['a.pdf', 'old'],
    ['a (2).pdf', 'new'],
    ['b.pdf', 'b'],
  ])
  const closed = setup({ pickFolder: () => Promise.resolve(null) }).results
  expect(await closed.saveToFolder([])).toBeNull()
})

test('a file that cannot be written to the folder stays untaken', async () => {
  const folder: OpenFolder = {
    names: () => Promise.resolve(new Set()),
    write: (name) =>
      name === 'b.pdf' ? Promise.reject(new SignError('HOST_SAVE_FAILED', 'disk full')) : Promise.resolve(),
  }
  const { results } = setup({ pickFolder: () => Promise.resolve(folder) })
  const ids: string[] = []
  for (const name of ['a.pdf', 'b.pdf']) ids.push((await results.keep(signed(name), name)).id)
  await expect(results.saveToFolder(ids)).rejects.toMatchObject({ code: 'HOST_SAVE_FAILED' })
  const taken = Object.fromEntries((await results.list()).map(({ file, takenAt }) => [file.name, takenAt !== null]))
  expect(taken).toEqual({ 'a.pdf': true, 'b.pdf': false })
})

test('what a host refuses to store stays; what it stores is taken', async () => {
  let refuse = true
  const ref = { id: '1', name: 'a.pdf' }
  const host: Pick<DocumentHost, 'save'> = {
    save: () =>
      refuse
        ? Promise.reject(new SignError('HOST_CONFLICT', 'changed meanwhile'))
        : Promise.resolve({ stored: ref, version: '2' }),
  }
  const { results } = setup()
  const { id } = await results.keep(signed('a.pdf'), 'a.pdf')
  const store = () => results.store(id, host as DocumentHost, ref, { ifVersion: '1', idempotencyKey: id })
  await expect(store()).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
  expect((await results.list())[0]?.takenAt).toBeNull()
  refuse = false
  expect(await store()).toEqual({ stored: ref, version: '2' })
  expect((await results.list())[0]?.takenAt).not.toBeNull()
})

test('discarding removes it for good, in storage and in memory', async () => {
  for (const factory of [() => indexedDB, () => undefined]) {
    const { results } = setup({}, factory)
    const { id } = await results.keep(signed('a.pdf'), 'a.pdf')
    await results.discard([id]).catch(() => undefined)
    expect(await results.list()).toEqual([])
  }
})
