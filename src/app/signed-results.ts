import type { DocumentHost, DocumentRef } from '../core/host.ts'
import type { SignedFile } from '../core/formats/format.ts'

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
