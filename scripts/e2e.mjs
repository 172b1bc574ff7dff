#!/usr/bin/env node
// `npm run e2e -- --grep @tag`: builds what is stale, finds a Chromium, runs Playwright with the arguments given.
import { spawnSync } from 'node:child_process'
import { buildAll, root } from './build.mjs'
import { ensureChromium } from './chromium.mjs'

buildAll()
ensureChromium()
const run = spawnSync(process.execPath, ['node_modules/@playwright/test/cli.js', 'test', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(run.status ?? 1)
