import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'

/** The acceptance files beside the checkout (COUNTERSIGN_SHARED, else ../shared), or null where a newcomer has none. Node only. */
export const sharedFolder: string | null = findShared()

function findShared(): string | null {
  const beside = fileURLToPath(new URL('../../../shared', import.meta.url))
  const folder = resolve(process.env['COUNTERSIGN_SHARED'] ?? beside)
  return existsSync(`${folder}/corpus/manifest.json`) ? folder : null
}

/** describe() over the acceptance files: skipped by name where they are missing, except in CI, where that is a failure. */
export function describeShared(name: string, body: (folder: string) => void): void {
  if (sharedFolder !== null) describe(name, () => body(sharedFolder))
  else if (process.env['CI'])
    test(`${name}: ../shared must be there in CI`, () => Promise.reject(new Error('no ../shared')))
  else test.skip(`${name} (needs ../shared)`, () => {})
}
