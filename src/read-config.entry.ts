import type { Config } from './app/config.ts'
import { loadConfig } from './app/load-config.ts'
import { systemClock } from './platform/clock.ts'
import { configSource } from './platform/config-source.ts'

export function ownStorage(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB
  } catch {
    // A sandboxed frame of an opaque origin: the getter itself throws.
    return undefined
  }
}

export const readConfig = async (maxAge: boolean): Promise<Config> =>
  (await loadConfig({ ...configSource(document.baseURI, ownStorage), clock: systemClock }, { maxAge })).config
