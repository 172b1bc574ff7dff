// The suites, how each is run and counted. Results land in .cache/results/ so that CI can add them up.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TARGET_NAMES, build, root } from './build.mjs'
import { ensureChromium } from './chromium.mjs'

const RESULTS = join(root, '.cache/results')

/** Runs Node on a script of the tree, output shown. @returns exit status */
function node(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('close', (status) => resolve(status ?? 1))
  })
}

const empty = () => ({ passed: 0, failed: 0, failedNames: [], skippedNames: [], flakyNames: [] })

/** A run that failed without naming a test (a crash, an import error) is one failure, never none. */
function settle(result, status, name) {
  if (status !== 0 && result.failed === 0) {
    result.failed = 1
    result.failedNames.push(`${name}: ended with exit status ${status}`)
  }
  return result
}

async function vitest(project) {
  const file = join(RESULTS, `${project}.raw.json`)
  rmSync(file, { force: true })
  const status = await node([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const result = empty()
  const raw = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] }
  for (const suite of raw.testResults) {
    const where = suite.name.replace(`${root}/`, '')
    const before = result.failed
    for (const one of suite.assertionResults) {
      const name = `${where} › ${one.fullName}`
      if (one.status === 'passed') result.passed++
      else if (one.status === 'failed') {
        result.failed++
        result.failedNames.push(name)
      } else result.skippedNames.push(name)
    }
    if (suite.status === 'failed' && result.failed === before) {
      result.failed++
      result.failedNames.push(`${where}: ${String(suite.message).split('\n')[0]}`)
    }
  }
  return settle(result, status, project)
}

function* playwrightSpecs(suite, trail = []) {
  for (const spec of suite.specs ?? []) yield [[...trail, spec.title].filter(Boolean).join(' › '), spec]
  for (const inner of suite.suites ?? []) yield* playwrightSpecs(inner, [...trail, inner.title])
}

async function e2e() {
  const file = join(RESULTS, 'e2e.raw.json')
  rmSync(file, { force: true })
  const status = await node(
    ['node_modules/@playwright/test/cli.js', 'test', '--pass-with-no-tests', '--reporter=list,json'],
    { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  )
  const result = empty()
  const raw = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { suites: [] }
  for (const suite of raw.suites) {
    for (const [name, spec] of playwrightSpecs(suite, [suite.title])) {
      for (const one of spec.tests) {
        if (one.status === 'skipped') result.skippedNames.push(name)
        else if (one.status === 'unexpected') {
          result.failed++
          result.failedNames.push(name)
        } else {
          result.passed++
          if (one.status === 'flaky') result.flakyNames.push(name)
        }
      }
    }
  }
  return settle(result, status, 'e2e')
}

async function gates(script) {
  const name = script.split('/').pop().replace('.mjs', '')
  const file = join(RESULTS, `${name}.raw.json`)
  rmSync(file, { force: true })
  const status = await node([script], { COUNTERSIGN_GATE_RESULTS: file })
  const result = empty()
  for (const gate of existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []) {
    if (gate.good) result.passed++
    else {
      result.failed++
      result.failedNames.push(gate.name)
    }
  }
  return settle(result, status, name)
}

function builds() {
  const result = empty()
  for (const name of TARGET_NAMES) {
    try {
      if (build(name)) result.passed++
    } catch (error) {
      console.error(error.message)
      result.failed++
      result.failedNames.push(`build ${name}`)
    }
  }
  return result
}

const withBrowser = (run) => () => {
  ensureChromium()
  return run()
}

export const SUITES = {
  gates: () => gates('gates/run.mjs'),
  build: builds,
  bundles: () => gates('gates/bundles.mjs'),
  unit: () => vitest('node'),
  browser: withBrowser(() => vitest('chromium')),
  e2e: withBrowser(e2e),
  interop: async () => {
    ensureChromium()
    build('app') // the browser story signs in the built page
    await node(['interop/setup.mjs']) // what could not be set up is told here; its tests skip, or in CI fail, by name
    return vitest('interop')
  },
  corpus: () => vitest('corpus'),
}

/** Runs one suite, keeps its counts, never throws. */
export async function runSuite(name) {
  mkdirSync(RESULTS, { recursive: true })
  const started = performance.now()
  let result
  try {
    result = await SUITES[name]()
  } catch (error) {
    console.error(error)
    result = { ...empty(), failed: 1, failedNames: [`${name}: ${error.message}`] }
  }
  result.seconds = Math.round((performance.now() - started) / 1000)
  writeFileSync(join(RESULTS, `${name}.json`), JSON.stringify(result, null, 1))
  return result
}

export function forgetResults() {
  rmSync(RESULTS, { recursive: true, force: true })
}

/** Every suite that has run since forgetResults(), by name. */
export function readResults() {
  if (!existsSync(RESULTS)) return {}
  const names = readdirSync(RESULTS).filter((name) => name.endsWith('.json') && !name.endsWith('.raw.json'))
  return Object.fromEntries(
    names.map((name) => [name.replace('.json', ''), JSON.parse(readFileSync(join(RESULTS, name), 'utf8'))]),
  )
}

/** Prints a table with every failure, skip and flake by name. @returns totals */
export function report(results) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  console.log('\nsuite      passed  failed  skipped  seconds')
  for (const [name, result] of Object.entries(results)) {
    const cells = [result.passed, result.failed, result.skippedNames.length, result.seconds]
    const widths = [6, 6, 7, 7]
    console.log(name.padEnd(9), cells.map((cell, i) => String(cell).padStart(widths[i] + (i === 0 ? 1 : 0))).join('  '))
    total.passed += result.passed
    total.failed += result.failed
    total.skipped += result.skippedNames.length
  }
  for (const [kind, key] of [
    ['skipped', 'skippedNames'],
    ['passed only on a second try', 'flakyNames'],
    ['FAILED', 'failedNames'],
  ]) {
    const names = Object.entries(results).flatMap(([suite, result]) => result[key].map((name) => `${suite}: ${name}`))
    if (names.length > 0) console.log(`\n${kind}:\n${names.map((name) => `  ${name}`).join('\n')}`)
  }
  return total
}
