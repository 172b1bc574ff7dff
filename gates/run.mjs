#!/usr/bin/env node
// All static gates, each named, all run even when one fails. `--fix` lets the formatter and linter write; `--quick` leaves out the search for unused code.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { finish } from './finish.mjs'

const fix = process.argv.includes('--fix')
const quick = process.argv.includes('--quick')
const realms = [
  'tsconfig.json',
  'src/tsconfig.core.json',
  'src/tsconfig.page.json',
  'src/tsconfig.sdk.json',
  'src/tsconfig.cli.json',
]
const bin = (name) => `node_modules/.bin/${name}`

const gates = [
  ...realms.filter((realm) => existsSync(realm)).map((realm) => [`types ${realm}`, bin('tsc'), ['-p', realm]]),
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', ...(fix ? ['--fix'] : [])]],
  ['imports', process.execPath, ['gates/imports.mjs']],
  ['lockfile', process.execPath, ['gates/lockfile.mjs', ...(fix ? ['--fix'] : [])]],
  ...(quick ? [] : [['unused code', bin('knip'), ['--no-progress']]]),
  ['format', bin('prettier'), [fix ? '--write' : '--check', '--log-level', 'warn', '.']],
]

finish(
  gates.map(([name, command, args]) => {
    const run = spawnSync(command, args, { encoding: 'utf8' })
    return { name, good: run.status === 0, output: `${run.stdout ?? ''}${run.stderr ?? ''}`.trim() }
  }),
)
