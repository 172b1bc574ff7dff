#!/usr/bin/env node
// Sets up the judges that no distribution package brings as it must be: pyHanko (exact versions, in a venv), DSS and veraPDF (built by Maven),
// OpenSSL ≥ 3.5 where the system's is older, and the token bridge. All under .cache/interop, made once; a failure is told and leaves the others.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const cache = join(root, '.cache/interop')

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', cwd: root, maxBuffer: 1 << 26, ...options })
  if (done.error) throw new Error(`${command}: ${done.error.message}`)
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${done.stdout}${done.stderr}`.trim())
  return done.stdout
}

function filesUnder(path) {
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Makes `name` unless it was made from the same inputs before. */
function once(name, inputs, make) {
  const folder = join(cache, name)
  const stamp = join(folder, '.made-from')
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(existsSync(input) ? readFileSync(input) : input).update('\0')
  const now = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  console.log(`interop: setting up ${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  make(folder)
  writeFileSync(stamp, now)
}

function pyhanko() {
  once('pyhanko', [join(root, 'interop/requirements.txt')], (folder) => {
    run('python3', ['-m', 'venv', join(folder, 'venv')])
    run(join(folder, 'venv/bin/pip'), ['install', '--quiet', '--no-deps', '-r', 'interop/requirements.txt'])
  })
}

function dss() {
  once('dss', filesUnder('interop/dss'), (folder) => {
    run('mvn', ['-q', '-B', '-f', 'interop/dss/pom.xml', `-Dbuild.into=${folder}`, 'package'])
  })
}

function verapdf() {
  once('verapdf', filesUnder('interop/verapdf'), (folder) => {
    run('mvn', ['-q', '-B', '-f', 'interop/verapdf/pom.xml', `-Dbuild.into=${folder}`, 'package'])
  })
}

/** "3.5.7" of "OpenSSL 3.5.7 9 Jun 2026 …" as [3, 5], or null. */
function opensslVersion(command, args = []) {
  const done = spawnSync(command, [...args, 'version'], { encoding: 'utf8' })
  const found = /^OpenSSL (\d+)\.(\d+)/.exec(done.stdout ?? '')
  return found ? [Number(found[1]), Number(found[2])] : null
}

const isNew = (version) => version !== null && (version[0] > 3 || (version[0] === 3 && version[1] >= 5))

/** Debian's next release holds it; its packages are unpacked beside their own C library and nothing is installed. */
function unpackOpenssl(folder) {
  const sites = run('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages', 'Origin: Debian'])
  const site = sites.split('\n').find((line) => /\/debian\/?$/.test(line.trim()))
  if (!site) throw new Error('no Debian mirror among the sources of apt')
  const apt = join(folder, 'apt')
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, part), { recursive: true })
  writeFileSync(join(apt, 'status'), '')
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  writeFileSync(join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${site.trim()} trixie main\n`)
  const settings = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}/cache`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting])
  run('apt-get', [...settings, '-qq', 'update'])
  run('apt-get', [...settings, '-qq', 'download', 'openssl', 'libssl3t64', 'libc6', 'zlib1g', 'libzstd1'], { cwd: apt })
  for (const file of readdirSync(apt).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', ['-x', join(apt, file), join(folder, 'root')])
  }
  rmSync(apt, { recursive: true })
  const libraries = join(folder, 'root/usr/lib/x86_64-linux-gnu')
  const loader = join(libraries, 'ld-linux-x86-64.so.2')
  const program = join(folder, 'root/usr/bin/openssl')
  writeFileSync(
    join(folder, 'openssl'),
    `#!/bin/sh\nexport OPENSSL_MODULES='${libraries}/ossl-modules'\nexec '${loader}' --library-path '${libraries}' '${program}' "$@"\n`,
  )
}

function openssl35() {
  once('openssl35', ['debian trixie'], (folder) => {
    if (isNew(opensslVersion('openssl'))) writeFileSync(join(folder, 'openssl'), '#!/bin/sh\nexec openssl "$@"\n')
    else unpackOpenssl(folder)
    chmodSync(join(folder, 'openssl'), 0o755)
    if (!isNew(opensslVersion(join(folder, 'openssl'))))
      throw new Error('what was unpacked is not OpenSSL 3.5 or newer')
  })
}

/** The bridge of the @tokens stories: its packages are native and live in their own folder. */
function tokenBridge() {
  const home = join(root, 'e2e/token')
  if (!existsSync(join(home, 'node_modules'))) rmSync(join(cache, 'token-bridge'), { recursive: true, force: true })
  once('token-bridge', [join(home, 'package-lock.json')], () => {
    run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', 'e2e/token'])
  })
}

let failed = 0
for (const [name, make] of Object.entries({ pyhanko, dss, verapdf, openssl35, tokenBridge })) {
  try {
    make()
  } catch (error) {
    failed++
    console.error(`interop: no ${name}: ${error.message}`)
  }
}
process.exit(failed === 0 ? 0 : 1)
