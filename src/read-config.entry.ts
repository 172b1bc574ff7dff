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

/** With where it comes from: the network, or the last good copy and its date. */
export const readSettings = (maxAge: boolean): Promise<LoadedConfig> =>
  loadConfig({ ...configSource(document.baseURI, ownStorage), clock: systemClock }, { maxAge })

export const readConfig = async (maxAge: boolean): Promise<Config> => (await readSettings(maxAge)).config
