import { openDatabase } from './database.ts'
import type { DBSchema } from 'idb'

interface ConfigSchema extends DBSchema {
  copies: { key: 'last-good'; value: { text: string; date: Date } }
}

const BYTES = 2 * 2 ** 20
const PATIENCE = 10_000

/**
 * config.json beside the page: asked of the network each time, with the last good copy kept for offline.
 *
 * @param until the copy is for another day: it is written when there is time for it
 */
export function configSource(base: string, factory: () => IDBFactory | undefined, until?: Promise<void>) {
  const database = openDatabase<ConfigSchema>({
    name: 'countersign-config',
    version: 1,
    factory,
    patience: 2000,
    upgrade: (raw, oldVersion) => {
      if (oldVersion === 0) raw.createObjectStore('copies')
    },
  })
  return {
    async fetchText(): Promise<string | null> {
      const response = await fetch(new URL('config.json', base), {
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(PATIENCE),
      })
      if (response.status === 404) return null
      if (!response.ok) throw new Error(`config.json: HTTP ${response.status}`)
      const text = await response.text()
      if (text.length > BYTES) throw new Error('config.json is too large')
      return text
    },
    readLastGood: () =>
      database
        .run(['copies'], 'readonly', (tx) => tx.objectStore('copies').get('last-good'))
        .then((copy) => copy ?? null)
        .catch(() => null),
    async writeLastGood(copy: { text: string; date: Date }): Promise<void> {
      await until
      await database
        .run(['copies'], 'readwrite', (tx) => tx.objectStore('copies').put(copy, 'last-good'))
        .catch(() => undefined)
    },
  }
}
