import { openBlobStore, type BadDay, type BlobStore } from './blob-store.ts'

/** The blob store for tests that run in a browser: it lives in Vitest's own process and is asked by commands. */
let running: Promise<BlobStore> | null = null
const store = (): Promise<BlobStore> => (running ??= openBlobStore())

type Context = unknown

export const blobStoreCommands = {
  async storePut(_: Context, name: string, text: string, type: string): Promise<void> {
    const { objects } = await store()
    objects.set(name, { bytes: Buffer.from(text, 'latin1'), type })
  },
  async storeGet(_: Context, name: string): Promise<string | null> {
    return (await store()).objects.get(name)?.bytes.toString('latin1') ?? null
  },
  async storeSign(_: Context, method: 'GET' | 'PUT' | 'POST', name: string, expires?: number): Promise<string> {
    return (await store()).sign(method, name, expires === undefined ? undefined : new Date(expires))
  },
  async storeNext(_: Context, method: string, day: BadDay): Promise<void> {
    ;(await store()).next(method, day, 2)
  },
  async storeCalm(): Promise<void> {
    ;(await store()).calm()
  },
  async storeEtags(_: Context, kind: BlobStore['etags']['kind']): Promise<void> {
    ;(await store()).etags.kind = kind
  },
  async storeRequests(_: Context, name: string): Promise<BlobStore['requests']> {
    return (await store()).requests.filter((one) => one.name === name)
  },
}

type Callable<T> = {
  [K in keyof T]: T[K] extends (context: Context, ...args: infer A) => infer R ? (...args: A) => R : never
}
export type BlobStoreCommands = Callable<typeof blobStoreCommands>
