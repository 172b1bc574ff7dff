#!/usr/bin/env node
// `npm test`: gates, builds, unit tests in Node and in Chromium, e2e. `node scripts/test.mjs NAME…` runs some suites;
// `--total` runs none and adds up what has run since `--forget` (CI). Goes on after a failure; exits 1 if anything failed.
import { SUITES, forgetResults, readResults, report, runSuite } from './suites.mjs'

const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'))
const named = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const unknown = named.filter((name) => !SUITES[name])
if (unknown.length > 0) {
  console.error(`unknown suite ${unknown.join(', ')}: one of ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

if (flags.includes('--forget')) forgetResults()
let results = {}
if (flags.includes('--total')) results = readResults()
else if (named.length > 0 || !flags.includes('--forget')) {
  for (const name of named.length > 0 ? named : ['gates', 'build', 'bundles', 'unit', 'browser', 'e2e']) {
    console.log(`\n== ${name}`)
    results[name] = await runSuite(name)
  }
}
if (Object.keys(results).length > 0) {
  const total = report(results)
  const line = `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`
  // In CI only the last line of all may be the plain one.
  console.log(flags.includes('--total') || !process.env.CI ? `\n${line}` : `\nthese suites: ${line}`)
  process.exitCode = total.failed === 0 ? 0 : 1
}
