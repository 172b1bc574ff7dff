#!/usr/bin/env node
// `npm run bench [-- GROUP…] [--rounds N] [--check]`: prints the table with medians, noise and the peer, writes it as JSON. With --check it
// exits 1 when a value is over its bar by more than the noise measured.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureChromium } from '../scripts/chromium.mjs'
import { serve } from '../scripts/serve.mjs'
import { openBrowser } from './browser.mjs'
import { inputs } from './inputs.mjs'
import { GROUPS } from './rows.mjs'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const argv = process.argv.slice(2)
const option = (name, fallback) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : fallback)
const count = Number(option('--rounds', '7'))
const named = argv.filter((arg, i) => !arg.startsWith('--') && argv[i - 1] !== '--rounds')
const names = named.length > 0 ? named : Object.keys(GROUPS)

/** The peer is installed here when it is not there; without it the table has no peer column. */
function peerIsThere() {
  if (existsSync(join(root, 'bench/node_modules/@libpdf/core'))) return true
  return spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', 'bench'], { cwd: root }).status === 0
}

function buildPage() {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const done = spawnSync(process.execPath, [vite, 'build', '--config', 'bench/vite.config.ts', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`${done.stdout}${done.stderr}`)
}

const show = (value) => (value === null ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2))

function print(bars) {
  const rows = [['case', 'value', 'noise', 'bar', 'unit', '@libpdf/core', '']]
  for (const one of bars) {
    const limit = one.limit === null ? '' : `${one.atLeast ? '≥' : '≤'} ${one.limit}`
    rows.push([
      one.row,
      show(one.value),
      `±${show(one.noise)}`,
      limit,
      one.unit,
      show(one.peer),
      one.good ? '' : 'OVER',
    ])
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  for (const row of rows)
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
}

ensureChromium()
const withPeer = peerIsThere()
if (!withPeer) console.error('bench/node_modules could not be installed: no peer column')
buildPage()
const files = inputs()
const mounts = { '/fonts/': join(root, 'public/fonts') }
const server = await serve({ root: join(root, '.cache/bench/page'), host: '127.0.0.1', mounts })
const bars = []
let failed = false
for (const name of names) {
  console.error(`measuring ${name} …`)
  try {
    bars.push(...(await GROUPS[name]({ url: `${server.origin}/`, count, withPeer }, files)))
  } catch (error) {
    failed = true
    console.error(`${name}: ${error.stack}`)
  }
}
const browser = await openBrowser()
const { version } = browser
await browser.close()
await server.close()

const cpu = cpus()[0]?.model ?? 'unknown processor'
console.log(
  `\n${new Date().toISOString().slice(0, 10)}, Chromium ${version}, ${cpus().length} × ${cpu}, ${count} rounds\n`,
)
print(bars)
mkdirSync(join(root, '.cache/bench'), { recursive: true })
const record = { date: new Date().toISOString(), chromium: version, cpu, cores: cpus().length, rounds: count, bars }
writeFileSync(join(root, '.cache/bench/results.json'), JSON.stringify(record, null, 1))
if (failed || (argv.includes('--check') && bars.some((one) => !one.good))) process.exitCode = 1
