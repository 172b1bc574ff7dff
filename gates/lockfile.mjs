#!/usr/bin/env node
// The lockfile names no registry host and holds every platform's binary packages, so that `npm ci` works on each of them and through any
// mirror. npm leaves out those that the mirror at hand does not serve; `--fix` writes them in (without a hash: none was seen).
import { readFileSync, writeFileSync } from 'node:fs'

const fix = process.argv.includes('--fix')
const FILE = 'package-lock.json'
const lock = JSON.parse(readFileSync(FILE, 'utf8'))

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32', 'mips64el']

/** The platform that a binary package's name tells: `@oxlint/binding-linux-arm-gnueabihf` -> linux, arm. */
function platform(name) {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.filter((system) => words.includes(system))
  const cpu = PROCESSORS.filter((processor) => words.includes(processor))
  return os.length + cpu.length > 0 ? { ...(os[0] ? { os: [os[0]] } : {}), ...(cpu[0] ? { cpu: [cpu[0]] } : {}) } : null
}

const problems = []
for (const [path, entry] of Object.entries(lock.packages)) {
  if (/^https?:/.test(entry.resolved ?? '')) {
    if (fix) delete entry.resolved
    else problems.push(`${path} names a registry host`)
  }
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => lock.packages[place])
    if (known) continue
    const where = platform(name)
    if (fix && where && /^\d/.test(version)) {
      const dev = entry.dev ? { dev: true } : {}
      lock.packages[`node_modules/${name}`] = { version, ...where, ...dev, optional: true }
    } else
      problems.push(`${name}@${version}, wanted by ${path}, is not in the lockfile (node gates/lockfile.mjs --fix)`)
  }
}
if (fix) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  lock.packages = Object.fromEntries(sorted)
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
}
for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
