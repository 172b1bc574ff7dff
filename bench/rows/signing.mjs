// Signing PDFs against reading and hashing them once.
import { peakMemory } from '../browser.mjs'
import { sparseFile } from '../inputs.mjs'
import { against, bar, call, cpuBar, floor, nameOf, rounds, withPage } from '../measure.mjs'
import { median, noise } from '../statistics.mjs'
import { cost } from '../browser.mjs'

const MIB = 1 << 20

const first = (page, file) => call(page, 'sign', file, 'signed')
const firstPeer = (page, file) => call(page, 'peerSign', file, 'peer-signed')

/** Signs what was signed once before. */
function second() {
  let prepared = false
  return async (page, file) => {
    if (!prepared) await call(page, 'sign', file, 'once')
    prepared = true
    return call(page, 'sign', 'once', 'twice')
  }
}
const secondPeer = (page) => call(page, 'peerSign', 'once', 'peer-twice')

/**
 * Peak memory above that of hashing alone, each in a browser of its own, from the same beginning: no worker runs yet. So ours has in it the
 * whole of our code, its heap and its compilation; what hashing has before it reads is a worker without any.
 */
async function extraMemory(run, path) {
  const peaks = {}
  for (const what of ['hash', 'sign']) {
    peaks[what] = []
    for (let i = 0; i < 3; i++) {
      await withPage(run, [path], async (page, browser) => {
        const body = () => (what === 'hash' ? call(page, 'hash', nameOf(path)) : first(page, nameOf(path)))
        peaks[what].push(await peakMemory(browser, body))
      })
    }
  }
  return { ours: median(peaks.sign) - median(peaks.hash), noise: noise(peaks.sign) + noise(peaks.hash) }
}

const DOCUMENTS = 200

/** CPU of each of many small documents beyond what the key itself costs. */
function batch(run, path) {
  return withPage(run, [path], async (page, browser) => {
    const file = nameOf(path)
    const after = () => call(page, 'clearOutbox')
    const bodies = {
      keys: () => call(page, 'keys', DOCUMENTS),
      product: { run: () => call(page, 'product', file, DOCUMENTS), after },
      sign: () => call(page, 'batch', file, DOCUMENTS),
    }
    if (run.withPeer) bodies.peer = () => call(page, 'repeat', 'peerSign', file, DOCUMENTS)
    const taken = await rounds(run.count, browser, bodies)
    const each = (one) => one.cpu.map((cpu, i) => (cpu - taken.keys.cpu[i]) / DOCUMENTS)
    const peer = taken.peer ? median(each(taken.peer)) : null
    const row = (name, one, beside) => bar(name, median(each(one)), 1.5, noise(each(one)), 'ms CPU', beside)
    return [
      row('200 small PDFs, each beyond the key itself', taken.sign, peer),
      row('the same with every result validated and kept in the outbox', taken.product, null),
    ]
  })
}

/** The whole of a file past the one-shot limit against WebCrypto's own speed on 1 GiB. The files hold no data on the disk; both read zeros. */
async function huge(run) {
  const whole = sparseFile('zeros-4g.bin', 4096 * MIB)
  const one = sparseFile('zeros-1g.bin', 1024 * MIB)
  // A browser for each: what hashing left behind would be taken for free memory of signing.
  const hash = await withPage(run, [one], (page, browser) => cost(browser, () => call(page, 'hash', nameOf(one))))
  return withPage(run, [whole], async (page, browser) => {
    const memory = { peak: 0 }
    const signed = await cost(browser, async () => {
      memory.peak = await peakMemory(browser, () => call(page, 'sign', nameOf(whole), 'huge', 'CAdES'))
    })
    const speed = 4096 / (signed.ms / 1000)
    const limit = 1024 / (hash.ms / 1000)
    return { part: speed / limit, speed, limit, memory: memory.peak }
  })
}

async function longestBlock(run, path) {
  const values = []
  await withPage(run, [path], async (page) => {
    for (let i = 0; i < 5; i++) values.push(await call(page, 'block', 'sign', nameOf(path)))
  })
  return bar('longest time the page was blocked, 100 MB scan', median(values), 50, noise(values), 'ms')
}

export const SIGNING = {
  async signing(run, files) {
    const bars = [cpuBar('100 MB scan, first signature', await against(run, files.scan100, first, firstPeer), 1.1)]
    for (const name of ['objs', 'objstm'].filter((one) => files[one])) {
      const row = `110,000 objects, ${name === 'objs' ? 'classic xref' : 'object streams'}`
      bars.push(cpuBar(`${row}, first signature`, await against(run, files[name], first, firstPeer), 2.5))
      bars.push(cpuBar(`${row}, second signature`, await against(run, files[name], second(), secondPeer), 4))
    }
    return bars
  },
  async memory(run, files) {
    const bars = []
    for (const name of ['scan10', 'scan100']) {
      const { ours, noise: slack } = await extraMemory(run, files[name])
      bars.push(bar(`extra memory over hashing alone, ${name}`, ours, 5, slack, 'MiB'))
    }
    return bars
  },
  batch: (run, files) => batch(run, files.small),
  async huge(run) {
    const { part, speed, limit, memory } = await huge(run)
    const against1 = `4 GiB detached (${speed.toFixed(0)} MiB/s) against WebCrypto on 1 GiB (${limit.toFixed(0)} MiB/s)`
    return [floor(against1, part, 0.2, 0, '×'), bar('4 GiB detached, extra memory', memory, 64, 0, 'MiB')]
  },
  page: async (run, files) => [await longestBlock(run, files.scan100)],
}
