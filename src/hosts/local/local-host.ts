import { SignError } from '../../core/errors.ts'
import type { DocumentHost } from '../../core/host.ts'
import { download } from './download.ts'

/** Documents that a person drops, picks or pastes into the page. Saving is a download. */
export interface LocalHost extends DocumentHost {
  /** Registers a file; its ref opens it for as long as the page lives. */
  add(file: File): { id: string; name: string }
}

export function localHost(): LocalHost {
  const files = new Map<string, File>()
  const saved = new Map<string, { stored: { id: string; name: string }; version: string }>()
  let next = 1
  return {
    id: 'local',
    capabilities: new Set(['list']),
    context: () => Promise.resolve({}),
    list: () => Promise.resolve([...files].map(([id, { name }]) => ({ id, name }))),
    add(file) {
      const id = String(next++)
      files.set(id, file)
      return { id, name: file.name }
    },
    open(ref, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      const file = files.get(ref.id)
      if (!file) return Promise.reject(new RangeError(`no document ${ref.id}`))
      return Promise.resolve({ blob: file, name: file.name, type: file.type, version: versionOf(file) })
    },
    save(ref, blob, { ifVersion, idempotencyKey }) {
      const before = saved.get(idempotencyKey)
      if (before) return Promise.resolve(before)
      const file = files.get(ref.id)
      if (file && versionOf(file) !== ifVersion) {
        return Promise.reject(new SignError('HOST_CONFLICT', `${ref.name} is not the version that was signed`))
      }
      download(blob, ref.name)
      const answer = { stored: ref, version: ifVersion }
      saved.set(idempotencyKey, answer)
      return Promise.resolve(answer)
    },
  }
}

const versionOf = (file: File): string => `${file.size}-${file.lastModified}`
