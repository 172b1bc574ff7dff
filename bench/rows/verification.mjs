// Verifying: against reading and hashing once, and against pyHanko.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peakMemory } from '../browser.mjs'
import { folder, root } from '../inputs.mjs'
import { against, bar, call, cpuBar, floor, nameOf, rounds, withPage } from '../measure.mjs'
import { median, noise } from '../statistics.mjs'

const MIB = 1 << 20
const PYTHON = join(root, '.cache/interop/pyhanko/venv/bin/python')

/** Validates what this page signed first, as often as `times` says one after the other. */
function validateSigned({ algorithm = 'ECDSA-P256', times = 1 } = {}) {
  let signed = false
  return async (page, file) => {
    if (!signed) await signTimes(page, file, algorithm, times)
    signed = true
    return call(page, 'validate', 'to-verify')
  }
}

async function signTimes(page, file, algorithm, times) {
  await call(page, 'use', algorithm)
  for (let i = 0; i < times; i++) await call(page, 'sign', i === 0 ? file : 'to-verify', 'to-verify')
}

/** CPU milliseconds of each of pyHanko's validations of all signatures of the file, its start and imports not counted. */
function pyhanko(path, certificate, count) {
  const script = join(root, 'bench/pyhanko-validate.py')
  const done = spawnSync(PYTHON, [script, path, certificate, String(count)], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout)
}

async function againstPyhanko(run, path) {
  return withPage(run, [path], async (page, browser) => {
    await call(page, 'sign', nameOf(path), 'once')
    await call(page, 'sign', 'once', 'twice')
    const file = join(folder, 'objs-twice.pdf')
    const certificate = join(folder, 'objs-twice.der')
    writeFileSync(file, Buffer.from(await call(page, 'take', 'twice'), 'base64'))
    writeFileSync(certificate, Buffer.from(await call(page, 'certificate'), 'base64'))
    const { ours } = await rounds(run.count, browser, { ours: () => call(page, 'validate', 'twice') })
    const theirs = median(pyhanko(file, certificate, 3))
    const times = ours.cpu.map((cpu) => theirs / cpu)
    const row = `110,000 objects, two signatures: pyHanko's CPU (${theirs.toFixed(0)} ms) over ours (${median(ours.cpu).toFixed(0)} ms)`
    return floor(row, median(times), 10, noise(times), '×')
  })
}

async function memory(run, path, { algorithm = 'ECDSA-P256', times = 1, what = '' } = {}) {
  const beyond = []
  for (let i = 0; i < 3; i++) {
    await withPage(run, [path], async (page, browser) => {
      await signTimes(page, nameOf(path), algorithm, times)
      await call(page, 'warm')
      const peak = await peakMemory(browser, () => call(page, 'validate', 'to-verify'))
      beyond.push(peak - statSync(path).size / MIB)
    })
  }
  return bar(
    `verifying a signed ${nameOf(path)}${what}, memory beyond the file`,
    median(beyond),
    50,
    noise(beyond),
    'MiB',
  )
}

export const VERIFICATION = {
  async verification(run, files) {
    const wide = { algorithm: 'ECDSA-P521', what: ' over SHA-512' }
    const twice = { times: 2, what: ', twice signed' }
    const bars = [
      cpuBar('verifying a signed 100 MB scan', await against(run, files.scan100, validateSigned()), 1.15),
      await memory(run, files.scan10),
      await memory(run, files.scan100),
      cpuBar(
        'verifying a 100 MB scan signed over SHA-512',
        await against(run, files.scan100, validateSigned(wide), undefined, 'SHA-512'),
        1.15,
      ),
      await memory(run, files.scan100, wide),
      cpuBar('verifying a twice signed 100 MB scan', await against(run, files.scan100, validateSigned(twice)), 2.3),
      await memory(run, files.scan100, twice),
    ]
    if (existsSync(PYTHON)) bars.push(await againstPyhanko(run, files.objs))
    else console.error('no pyHanko under .cache/interop (npm run test:interop makes it): its row is left out')
    return bars
  },
}
