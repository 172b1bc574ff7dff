import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'vitest'

const cache = resolve('.cache/interop')

/** Where each judge's program is when it is there at all. */
const PLACES = {
  openssl: 'openssl',
  'openssl-3.5': `${cache}/openssl35/openssl`,
  pdfsig: 'pdfsig',
  qpdf: 'qpdf',
  mutool: 'mutool',
  xmlsec1: 'xmlsec1',
  pyhanko: `${cache}/pyhanko/venv/bin/python`,
  dss: `${cache}/dss/judge.jar`,
  verapdf: `${cache}/verapdf/archive.jar`,
  /** A module of the system's OpenSSL: GOST R 34.10-2012 and Streebog. */
  'gost-engine': '/usr/lib/x86_64-linux-gnu/engines-3/gost.so',
} as const

export type Tool = keyof typeof PLACES

export type Ran = { status: number; out: string; err: string }

/** Runs a program to its end; never throws for a bad exit status. */
export function run(command: string, args: readonly string[], input?: Uint8Array): Ran {
  const done = spawnSync(command, args, {
    maxBuffer: 1 << 28,
    timeout: 120_000,
    ...(input ? { input } : {}),
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  if (done.error) throw done.error
  return { status: done.status ?? -1, out: done.stdout.toString('utf8'), err: done.stderr.toString('utf8') }
}

const onPath = (name: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).status === 0

const found = new Map<Tool, boolean>()

export function hasTool(tool: Tool): boolean {
  const known = found.get(tool)
  if (known !== undefined) return known
  const place = PLACES[tool]
  const here = place.startsWith('/') ? existsSync(place) : onPath(place)
  found.set(tool, here)
  return here
}

/** @throws Error when it is missing: ask hasTool() first, or stand inside describeWith(). */
export function toolPath(tool: Tool): string {
  if (!hasTool(tool)) throw new Error(`${tool} is not on this machine`)
  return PLACES[tool]
}

/** describe() that needs tools: skipped by name where one is missing, except in CI, where that is a failure. */
export function describeWith(tools: readonly Tool[], name: string, body: () => void): void {
  const missing = tools.filter((tool) => !hasTool(tool))
  if (missing.length === 0) describe(name, body)
  else if (process.env['CI']) {
    test(`${name}: needs ${missing.join(', ')}`, () => {
      throw new Error(`missing in CI: ${missing.join(', ')} (node interop/setup.mjs says why)`)
    })
  } else test.skip(`${name} (needs ${missing.join(', ')}: npm run test:interop sets up what it can)`, () => {})
}
