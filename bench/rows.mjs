// What is measured and the bar of each row. A ratio is CPU time over reading and hashing the same file once, in the same browser and run.
import { median, noise, ratio } from './statistics.mjs'
import { cost, openBrowser, peakMemory } from './browser.mjs'
import { sparseFile } from './inputs.mjs'

const MIB = 1 << 20

/** A sample shorter than this is lost in the clock's grain (10 ms), so short things are done several times a sample. Milliseconds of CPU. */
const SAMPLE = 250

const call = (page, method, ...args) => page.evaluate(([name, rest]) => globalThis.bench[name](...rest), [method, args])

/** Warms up, and tells how often to do it for one sample. */
async function timesOf(browser, body) {
  await body()
  const { cpu, ms } = await cost(browser, body)
  return Math.max(1, Math.min(100, Math.ceil(SAMPLE / Math.max(cpu, ms / 2, 2))))
}

/** Takes turns, so that a busy moment of the machine hits all alike. @returns milliseconds and CPU milliseconds of one */
async function rounds(count, browser, bodies) {
  const taken = {}
  for (const [name, body] of Object.entries(bodies))
    taken[name] = { ms: [], cpu: [], times: await timesOf(browser, body) }
  for (let round = 0; round < count; round++) {
    for (const [name, body] of Object.entries(bodies)) {
      const { times } = taken[name]
      const { ms, cpu } = await cost(browser, async () => {
        for (let i = 0; i < times; i++) await body()
      })
      taken[name].ms.push(ms / times)
      taken[name].cpu.push(cpu / times)
    }
  }
  return taken
}

/** Ours (and the peer) against hashing: one row of the signing table. */
async function against({ url, count, withPeer }, path, ours, peer) {
  const browser = await openBrowser()
  try {
    const page = await browser.page(url, [path])
    await call(page, 'warm')
    const file = path.replace(/.*\//, '')
    const bodies = { hash: () => call(page, 'hash', file), ours: () => ours(page, file) }
    if (withPeer && peer) bodies.peer = () => peer(page, file)
    const taken = await rounds(count, browser, bodies)
    const values = (one) => ({ ms: median(one.ms), ratio: ratio(one.cpu, taken.hash.cpu) })
    return { ours: values(taken.ours), peer: taken.peer ? values(taken.peer) : null }
  } finally {
    await browser.close()
  }
}

const first = (page, file) => call(page, 'sign', file, 'signed')
const firstPeer = (page, file) => call(page, 'peerSign', file, 'peer-signed')

/** Peak memory above that of hashing alone, each in a browser of its own. */
async function extraMemory({ url }, path) {
  const file = path.replace(/.*\//, '')
  const peaks = {}
  for (const what of ['hash', 'sign']) {
    const values = []
    for (let i = 0; i < 3; i++) {
      const browser = await openBrowser()
      const page = await browser.page(url, [path])
      await call(page, 'warm')
      values.push(await peakMemory(browser, () => (what === 'hash' ? call(page, 'hash', file) : first(page, file))))
      await browser.close()
    }
    peaks[what] = values
  }
  return {
    ours: median(peaks.sign) - median(peaks.hash),
    hash: median(peaks.hash),
    noise: noise(peaks.sign) + noise(peaks.hash),
  }
}

async function batch({ url, withPeer, count }, path) {
  const browser = await openBrowser()
  try {
    const page = await browser.page(url, [path])
    const file = path.replace(/.*\//, '')
    await call(page, 'warm')
    const documents = 200
    const bodies = { keys: () => call(page, 'keys', documents), ours: () => call(page, 'batch', file, documents) }
    if (withPeer) bodies.peer = () => call(page, 'repeat', 'peerSign', file, documents)
    const taken = await rounds(count, browser, bodies)
    const each = (one) => one.cpu.map((cpu, i) => (cpu - taken.keys.cpu[i]) / documents)
    const ours = each(taken.ours)
    return { ours: median(ours), noise: noise(ours), peer: taken.peer ? median(each(taken.peer)) : null }
  } finally {
    await browser.close()
  }
}

/** The whole of a file past the one-shot limit against WebCrypto's own speed on 1 GiB. The files hold no data on the disk; both read zeros. */
async function huge({ url }) {
  const whole = sparseFile('zeros-4g.bin', 4096 * MIB)
  const one = sparseFile('zeros-1g.bin', 1024 * MIB)
  const browser = await openBrowser()
  try {
    const page = await browser.page(url, [one, whole])
    await call(page, 'warm')
    const hash = await cost(browser, () => call(page, 'hash', 'zeros-1g.bin'))
    const memory = { peak: 0 }
    const signed = await cost(browser, async () => {
      memory.peak = await peakMemory(browser, () => call(page, 'sign', 'zeros-4g.bin', 'huge', 'CAdES'))
    })
    const speed = 4096 / (signed.ms / 1000)
    const limit = 1024 / (hash.ms / 1000)
    return { part: speed / limit, speed, limit, memory: memory.peak }
  } finally {
    await browser.close()
  }
}

async function longestBlock({ url }, path) {
  const browser = await openBrowser()
  try {
    const page = await browser.page(url, [path])
    const file = path.replace(/.*\//, '')
    await call(page, 'warm')
    const values = []
    for (let i = 0; i < 5; i++) values.push(await call(page, 'block', 'sign', file))
    return { ours: median(values), noise: noise(values) }
  } finally {
    await browser.close()
  }
}

/** A bar on a value that must not be above it; `value` and `noise` in the unit of the bar. */
const bar = (row, value, limit, slack, unit, peer = null) => ({
  row,
  value,
  limit,
  noise: slack,
  unit,
  peer,
  good: value - slack <= limit,
})
/** A bar that must be reached. */
const floor = (row, value, limit, slack, unit) => ({
  row,
  value,
  limit,
  noise: slack,
  unit,
  peer: null,
  atLeast: true,
  good: value + slack >= limit,
})

function cpuBar(row, measured, limit) {
  const { median: value, noise: slack } = measured.ours.ratio
  return bar(row, value, limit, slack, '× hash CPU', measured.peer?.ratio.median ?? null)
}

/** Each group can be asked for by name: `npm run bench -- signing memory`. */
export const GROUPS = {
  async signing(run, files) {
    const bars = []
    const measured = await against(run, files.scan100, first, firstPeer)
    bars.push(cpuBar('100 MB scan, first signature', measured, 1.1))
    for (const name of ['objs', 'objstm'].filter((one) => files[one])) {
      const kind = name === 'objs' ? 'classic xref' : 'object streams'
      bars.push(
        cpuBar(`110,000 objects, ${kind}, first signature`, await against(run, files[name], first, firstPeer), 2.5),
      )
      let prepared = false
      const second = async (page, file) => {
        if (!prepared) await call(page, 'sign', file, 'once')
        prepared = true
        return call(page, 'sign', 'once', 'twice')
      }
      const secondPeer = async (page) => call(page, 'peerSign', 'once', 'peer-twice')
      bars.push(
        cpuBar(`110,000 objects, ${kind}, second signature`, await against(run, files[name], second, secondPeer), 4),
      )
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
  async batch(run, files) {
    const { ours, noise: slack, peer } = await batch(run, files.small)
    return [bar('200 small PDFs, each beyond the key itself', ours, 1.5, slack, 'ms CPU', peer)]
  },
  async huge(run) {
    const { part, speed, limit, memory } = await huge(run)
    return [
      floor(
        `4 GiB detached (${speed.toFixed(0)} MiB/s) against WebCrypto on 1 GiB (${limit.toFixed(0)} MiB/s)`,
        part,
        0.2,
        0,
        '×',
      ),
      bar('4 GiB detached, extra memory', memory, 64, 0, 'MiB'),
    ]
  },
  async page(run, files) {
    const { ours, noise: slack } = await longestBlock(run, files.scan100)
    return [bar('longest time the page was blocked, 100 MB scan', ours, 50, slack, 'ms')]
  },
  async verification(run, files) {
    const validate = async (page, file) => {
      if (!(await page.evaluate(() => globalThis.signedOnce))) {
        await call(page, 'sign', file, 'to-verify')
        await page.evaluate(() => (globalThis.signedOnce = true))
      }
      return call(page, 'validate', 'to-verify')
    }
    return [cpuBar('verifying a signed 100 MB scan', await against(run, files.scan100, validate), 1.15)]
  },
}
