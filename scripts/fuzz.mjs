#!/usr/bin/env node
// `npm run fuzz [-- --mutants N] [--seed N]`: the long run of both fuzzes, 20,000 mutants each; a mutant depends on seed and number alone.
import { spawn } from 'node:child_process'
import { root } from './build.mjs'

const argv = process.argv.slice(2)
const option = (name, fallback) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : fallback)
const env = {
  ...process.env,
  COUNTERSIGN_MUTANTS: option('--mutants', '20000'),
  COUNTERSIGN_SEED: option('--seed', '20261125'),
}
const files = ['interop/corpus/mutants.corpus.ts', 'src/core/formats/pades/fuzz.corpus.ts']
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'corpus', '--no-file-parallelism', ...files]
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env })
child.on('close', (status) => process.exit(status ?? 1))
