import type { Config } from './app/config.ts'
import { loadConfig, type LoadedConfig } from './app/load-config.ts'
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

/** With where it comes from: the network, or the last good copy and its date. `until`: nothing is written before. */
export const readSettings = (maxAge: boolean, until?: Promise<void>): Promise<LoadedConfig> =>
  loadConfig({ ...configSource(document.baseURI, ownStorage, until), clock: systemClock }, { maxAge })

export const readConfig = async (maxAge: boolean, until?: Promise<void>): Promise<Config> =>
  (await readSettings(maxAge, until)).config
