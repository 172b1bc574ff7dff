// Key files: our worker against OpenSSL on the same file.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../inputs.mjs'
import { bar, call, nameOf, programCpu, rounds, withPage } from '../measure.mjs'
import { median, noise } from '../statistics.mjs'

const ITERATIONS = 600_000

/** A P-256 key and its certificate in a key file of OpenSSL's own making: PBES2 and a PKCS#12 MAC, both by SHA-256. Null without openssl. */
function keyFile(iterations) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `key-${iterations}.p12`)
  if (existsSync(path)) return path
  const pem = join(folder, 'key.pem')
  const openssl = (...args) => spawnSync('openssl', args, { encoding: 'utf8' }).status === 0
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650']
  if (!existsSync(pem) && !openssl(...request, '-subj', '/CN=Bench', '-keyout', pem, '-out', pem)) return null
  const algorithms = ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256']
  const work = ['-iter', String(iterations), '-passout', 'pass:secret']
  return openssl('pkcs12', '-export', '-in', pem, '-out', path, ...algorithms, ...work) ? path : null
}

/** What the iterations themselves cost OpenSSL: its start and all else are in the file of one iteration too. */
function opensslCpu(paths) {
  const [many, one] = paths.map((path) =>
    programCpu('openssl', ['pkcs12', '-in', path, '-passin', 'pass:secret', '-nodes', '-out', '/dev/null']),
  )
  if (!many || !one) throw new Error('openssl does not read its own key file')
  return many.cpu - one.cpu
}

export const KEYS = {
  async keys(run) {
    const paths = [keyFile(ITERATIONS), keyFile(1)]
    if (paths.includes(null)) {
      console.error('no openssl: the row of key files is left out')
      return []
    }
    return withPage(run, paths, async (page, browser) => {
      const open = (path) => () => call(page, 'openKeyFile', nameOf(path), 'secret')
      const taken = await rounds(run.count, browser, { many: open(paths[0]), one: open(paths[1]) })
      const theirs = Array.from({ length: run.count }, () => opensslCpu(paths))
      const times = taken.many.cpu.map((cpu, i) => (cpu - taken.one.cpu[i]) / median(theirs))
      const row = `PKCS#12 of ${ITERATIONS.toLocaleString('en')} iterations over OpenSSL's CPU (${median(theirs).toFixed(0)} ms)`
      return [bar(row, median(times), 1.5, noise(times), '×')]
    })
  },
}
