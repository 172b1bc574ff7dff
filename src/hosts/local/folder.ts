import { isAbort, SignError } from '../../core/errors.ts'

/** A folder on this computer that the person chose. */
export interface LocalFolder {
  /** Lower-case names of what is in it. */
  names(): Promise<Set<string>>
  /** @throws SignError `HOST_SAVE_FAILED`; AbortError */
  write(name: string, blob: Blob, signal?: AbortSignal): Promise<void>
}

type DirectoryHandle = FileSystemDirectoryHandle & { keys(): AsyncIterableIterator<string> }
type Picker = (options: { mode: 'readwrite'; id: string }) => Promise<DirectoryHandle>

/** Null where the browser has no File System Access (all but Chromium) or this is a frame, where the picker is refused. */
export function folderPicker(): (() => Promise<LocalFolder | null>) | null {
  const picker = (globalThis as { showDirectoryPicker?: Picker }).showDirectoryPicker
  if (!picker || window.top !== window) return null
  return async () => {
    try {
      return folder(await picker({ mode: 'readwrite', id: 'signed' }))
    } catch (error) {
      // The person closed the picker, or did not grant writing.
      if (isAbort(error) || (error instanceof DOMException && error.name === 'NotAllowedError')) return null
      throw error
    }
  }
}

function folder(directory: DirectoryHandle): LocalFolder {
  return {
    async names() {
      const names = new Set<string>()
      for await (const name of directory.keys()) names.add(name.toLowerCase())
      return names
    },
    async write(name, blob, signal) {
      try {
        const file = await directory.getFileHandle(name, { create: true })
        const writable = await file.createWritable()
        await blob.stream().pipeTo(writable, signal ? { signal } : {})
      } catch (cause) {
        // What was begun is an empty file of ours: the bytes reach it only when the writer closes.
        await directory.removeEntry(name).catch(() => undefined)
        if (isAbort(cause)) throw cause
        const details = { name }
        throw new SignError('HOST_SAVE_FAILED', `${name} could not be written: ${String(cause)}`, { cause, details })
      }
    },
  }
}
