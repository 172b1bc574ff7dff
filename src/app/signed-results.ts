import type { DocumentHost, DocumentRef } from '../core/host.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type { Clock, Random } from '../core/ports.ts'
import { toHex } from '../core/bytes/bytes.ts'
import type { WorkerClient } from '../worker/client.ts'
import { safeName, uniqueNames } from './name-files.ts'

/** A signed file that waits to be downloaded or stored; it survives a closed tab unless `kept` is 'memory'. */
export type KeptResult = Readonly<{
  id: string
  file: SignedFile
  /** Name of the document that was signed. */
  source: string
  signedAt: Date
  /** 'memory': the browser's storage had no room or is denied; lost when the tab closes. */
  kept: 'storage' | 'memory'
  /** When it was downloaded, saved to a folder or stored by the host; null: still to be taken. */
  takenAt: Date | null
}>

/** `finished` of `total` files. */
export type SaveProgress = (finished: number, total: number) => void

/** Names are made unique, nothing that exists is overwritten. `names` in the order of the ids. */
export type FolderOutcome = Readonly<{ names: readonly string[] }>

export interface SignedResults {
  /** Newest first. What was taken longer than a day ago is gone. */
  list(): Promise<readonly KeptResult[]>
  /** One id: that file; several: one zip that is streamed, never held whole where the browser allows it. Marks them taken. */
  download(
    ids: readonly string[],
    options?: { zipName?: string; signal?: AbortSignal; onProgress?: SaveProgress },
  ): Promise<void>
  /** True where the browser can write to a folder (`showDirectoryPicker`, top-level window). */
  readonly canSaveToFolder: boolean
  /** Opens the folder picker: call it from the click. Null when the person closed the picker. */
  saveToFolder(
    ids: readonly string[],
    options?: { signal?: AbortSignal; onProgress?: SaveProgress },
  ): Promise<FolderOutcome | null>
  /** Stores by the host, then marks taken. @throws SignError `HOST_*`; the result stays kept then. */
  store(
    id: string,
    host: DocumentHost,
    ref: DocumentRef,
    guard: { ifVersion: string; idempotencyKey: string },
  ): Promise<{ stored: DocumentRef; version: string }>
  /** The page asks first when `takenAt` is null. */
  discard(ids: readonly string[]): Promise<void>
  onChange(listener: () => void): () => void
}

/** What of the outbox this needs; platform/outbox.ts is its body. */
export type ResultEntry = Omit<KeptResult, 'kept'>

export interface ResultStore {
  list(): Promise<readonly ResultEntry[]>
  put(entry: ResultEntry): Promise<ResultEntry | null>
  markTaken(ids: readonly string[], at: Date): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  purge(now: Date): Promise<void>
  readonly changes: { subscribe(listener: () => void): () => void }
}

/** A folder that the person chose. */
export interface OpenFolder {
  /** Lower-case names of what is in it. */
  names(): Promise<Set<string>>
  /** @throws SignError `HOST_SAVE_FAILED`; AbortError */
  write(name: string, blob: Blob, signal?: AbortSignal): Promise<void>
}

export type SignedResultsPorts = Readonly<{
  outbox: ResultStore
  worker: WorkerClient
  clock: Clock
  random: Random
  /** Hands a file to the browser's downloads. */
  download: (blob: Blob, name: string) => void
  /** Null: this browser cannot. The promise is null when the person closed the picker. */
  pickFolder: (() => Promise<OpenFolder | null>) | null
}>

/** What the use case that signs needs beside. */
export interface ResultKeeping {
  /** Never rejects: what the storage refuses is kept in memory. */
  keep(file: SignedFile, source: string): Promise<KeptResult>
}

export function createSignedResults(ports: SignedResultsPorts): SignedResults & ResultKeeping {
  const { outbox, worker, clock, random } = ports
  const inMemory = new Map<string, KeptResult>()
  const listeners = new Set<() => void>()
  const tell = coalesced(() => {
    for (const listener of listeners) listener()
  })
  let purged: Promise<void> | null = null

  async function list(): Promise<readonly KeptResult[]> {
    purged ??= outbox.purge(clock.now()).catch(() => undefined)
    await purged
    const stored = await outbox.list().catch(() => [])
    const all = [...stored.map(resultOf), ...inMemory.values()]
    return all.sort((a, b) => b.signedAt.getTime() - a.signedAt.getTime())
  }

  async function pick(ids: readonly string[]): Promise<readonly KeptResult[]> {
    const all = new Map((await list()).map((result) => [result.id, result]))
    return ids.flatMap((id) => all.get(id) ?? [])
  }

  async function markTaken(ids: readonly string[]): Promise<void> {
    const at = clock.now()
    for (const id of ids) {
      const result = inMemory.get(id)
      if (result) inMemory.set(id, { ...result, takenAt: at })
    }
    const stored = ids.filter((id) => !inMemory.has(id))
    // The person has the file; that the note of it fails must not look like a failed download.
    if (stored.length > 0) await outbox.markTaken(stored, at).catch(() => undefined)
    tell()
  }

  return {
    list,
    canSaveToFolder: ports.pickFolder !== null,
    async keep(file, source) {
      const entry = { id: toHex(random.bytes(16)), file, source, signedAt: clock.now(), takenAt: null }
      const stored = await outbox.put(entry).catch(() => null)
      if (stored) return resultOf(stored)
      const result: KeptResult = { ...resultOf(entry), kept: 'memory' }
      inMemory.set(result.id, result)
      tell()
      return result
    },
    async download(ids, { zipName = 'signed.zip', signal, onProgress } = {}) {
      const results = await pick(ids)
      const [only] = results
      if (!only) return
      if (results.length === 1) ports.download(only.file.blob, safeName(only.file.name))
      else ports.download(await zipOf(results, signal, onProgress), safeName(zipName))
      await markTaken(results.map(({ id }) => id))
    },
    async saveToFolder(ids, { signal, onProgress } = {}) {
      // First, while the click still counts.
      const folder = await ports.pickFolder?.()
      if (!folder) return null
      const results = await pick(ids)
      const names = uniqueNames(
        results.map(({ file }) => file.name),
        await folder.names(),
      )
      for (const [index, { id, file }] of results.entries()) {
        signal?.throwIfAborted()
        await folder.write(names[index] ?? file.name, file.blob, signal)
        await markTaken([id])
        onProgress?.(index + 1, results.length)
      }
      return { names }
    },
    async store(id, host, ref, guard) {
      const [result] = await pick([id])
      if (!result) throw new RangeError(`no signed file ${id}`)
      const answer = await host.save(ref, result.file.blob, guard)
      await markTaken([id])
      return answer
    },
    async discard(ids) {
      for (const id of ids) inMemory.delete(id)
      await outbox.remove(ids)
      tell()
    },
    onChange(listener) {
      listeners.add(listener)
      const stop = outbox.changes.subscribe(tell)
      return () => {
        listeners.delete(listener)
        stop()
      }
    },
  }

  async function zipOf(results: readonly KeptResult[], signal?: AbortSignal, onProgress?: SaveProgress): Promise<Blob> {
    const names = uniqueNames(results.map(({ file }) => file.name))
    const entries = results.map(({ file }, index) => ({ name: names[index] ?? file.name, blob: file.blob }))
    const zip = await worker.call(
      'zip',
      { entries, modified: clock.now() },
      { signal, onProgress: (_step, done) => onProgress?.(Math.floor(done * results.length), results.length) },
    )
    onProgress?.(results.length, results.length)
    return zip
  }
}

const resultOf = (entry: ResultEntry): KeptResult => ({ ...entry, kept: 'storage' })

/** Five hundred results are one change to a page that lists them. */
function coalesced(act: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    setTimeout(() => {
      waiting = false
      act()
    }, 100)
  }
}
