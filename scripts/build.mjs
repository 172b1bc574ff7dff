#!/usr/bin/env node
// Builds what is stale: `node scripts/build.mjs [app] [sdk] [cli] [crm] [bitrix24] [--force]`; without names, all.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** What each target is built from and by. One whose entry does not exist is left out. */
const TARGETS = {
  sdk: { entry: 'src/host-sdk/index.ts', inputs: ['src/host-sdk'], config: 'vite.sdk.config.ts', types: true },
  app: {
    entry: 'index.html',
    inputs: ['src', 'public', 'scripts/offline', 'scripts/chunks.mjs', 'index.html'],
    config: 'vite.config.ts',
  },
  crm: { entry: 'e2e/crm/index.html', inputs: ['e2e/crm', 'src/host-sdk'], config: 'vite.crm.config.ts' },
  bitrix24: {
    entry: 'bitrix24.html',
    inputs: ['src/integrations', 'src/host-sdk'],
    config: 'vite.bitrix24.config.ts',
  },
  cli: { entry: 'src/cli/countersign.ts', inputs: ['src/cli', 'src/core'], config: 'vite.cli.config.ts' },
}

export const TARGET_NAMES = Object.keys(TARGETS)

function* files(path) {
  const full = join(root, path)
  if (!existsSync(full)) return
  const entries = readdirSync(full, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) yield* files(inside)
    else if (!/\.(test|contract|corpus)\.tsx?$/.test(entry.name)) yield inside
  }
}

function fingerprint(target) {
  const hash = createHash('sha256')
  const add = (path) =>
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
  for (const input of target.inputs) {
    if (/\.[a-z]+$/.test(input)) add(input)
    else for (const file of files(input)) add(file)
  }
  for (const page of readdirSync(root).filter((name) => name.endsWith('.html'))) add(page)
  for (const file of ['package-lock.json', 'scripts/build.mjs', target.config]) add(file)
  return hash.digest('hex')
}

function run(command, args) {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', command), ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${done.stdout}${done.stderr}`)
}

/** Builds one target unless what it is made of has not changed since. @returns whether it exists in this tree. */
export function build(name, force = false) {
  const target = TARGETS[name]
  if (!target) throw new Error(`unknown build target ${name}: one of ${TARGET_NAMES.join(', ')}`)
  if (!existsSync(join(root, target.entry)) || !existsSync(join(root, target.config))) return false
  const stamp = join(root, 'dist', `.${name}.stamp`)
  const now = fingerprint(target)
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return true
  console.log(`build: ${name}`)
  run('vite/bin/vite.js', ['build', '--config', target.config, '--logLevel', 'warn'])
  if (target.types) {
    run('typescript/bin/tsc', ['-p', 'src/tsconfig.sdk.build.json'])
    run('../scripts/sdk-types.mjs', [])
  }
  mkdirSync(join(root, 'dist'), { recursive: true })
  if (name === 'app') {
    copyFileSync(join(root, 'LICENSE'), join(root, 'dist/app/license.txt'))
    run('../scripts/notices.mjs', ['dist/app/third-party-notices.txt'])
  }
  writeFileSync(stamp, now)
  return true
}

export const buildAll = (force = false) => TARGET_NAMES.filter((name) => build(name, force))

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
  const force = process.argv.includes('--force')
  try {
    for (const name of names.length > 0 ? names : TARGET_NAMES) build(name, force)
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
