import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'

function isInstalled(tool: string): boolean {
  return spawnSync('which', [tool]).status === 0
}

/** test() that needs programs of the system: skipped by name where one is missing, except in CI, where that is a failure. */
export function testWith(tools: readonly string[], name: string, body: () => Promise<void>): void {
  const missing = tools.filter((tool) => !isInstalled(tool))
  if (missing.length === 0) test(name, body)
  else if (process.env['CI']) test(name, () => Promise.reject(new Error(`${missing.join(', ')} must be there in CI`)))
  else test.skip(`${name} (needs ${missing.join(', ')})`, () => {})
}

/** A folder that is gone when the body ends. */
export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  try {
    return await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a program; `status` null when it was killed for taking over 30 seconds. */
export function run(tool: string, args: readonly string[]): { status: number | null; output: string } {
  const done = spawnSync(tool, args, { encoding: 'latin1', timeout: 30_000, maxBuffer: 64 << 20 })
  return { status: done.status, output: `${done.stdout}${done.stderr}` }
}

/** Rewrites a PDF by qpdf. */
export function qpdf(bytes: Uint8Array, args: readonly string[]): Promise<Uint8Array> {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'in.pdf'), bytes)
    execFileSync('qpdf', [...args, join(folder, 'in.pdf'), join(folder, 'out.pdf')])
    return Promise.resolve(new Uint8Array(readFileSync(join(folder, 'out.pdf'))))
  })
}
