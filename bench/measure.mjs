// How things are measured: by turns in one browser, so that a busy moment of the machine hits all alike, in CPU time of all its processes.
import { spawnSync } from 'node:child_process'
import { cost, openBrowser } from './browser.mjs'
import { median, ratio } from './statistics.mjs'

/** A sample shorter than this is lost in the clock's grain (10 ms), so short things are done several times a sample. Milliseconds of CPU. */
const SAMPLE = 250

/** A function of bench/page/main.ts. */
export const call = (page, method, ...args) =>
  page.evaluate(([name, rest]) => globalThis.bench[name](...rest), [method, args])

export const nameOf = (path) => path.replace(/.*\//, '')

/** A page of the benchmarks in a browser of its own, with the files in its input; closed at the end. */
export async function withPage({ url }, paths, body) {
  const browser = await openBrowser()
  try {
    const page = await browser.page(url, paths)
    await call(page, 'warm')
    return await body(page, browser)
  } finally {
    await browser.close()
  }
}

/** Warms up, and tells how often to do it for one sample. */
async function timesOf(browser, { run, after }) {
  await run()
  await after?.()
  const { cpu, ms } = await cost(browser, run)
  await after?.()
  return Math.max(1, Math.min(100, Math.ceil(SAMPLE / Math.max(cpu, ms / 2, 2))))
}

/**
 * Takes turns.
 *
 * @param bodies by name: a function, or `{ run, after }` where `after` tidies up and is not measured
 * @returns by name: milliseconds and CPU milliseconds of one run, one of each a round
 */
export async function rounds(count, browser, bodies) {
  const taken = {}
  for (const [name, body] of Object.entries(bodies)) {
    const one = typeof body === 'function' ? { run: body } : body
    taken[name] = { ms: [], cpu: [], body: one, times: await timesOf(browser, one) }
  }
  for (let round = 0; round < count; round++) {
    for (const one of Object.values(taken)) {
      const { times, body } = one
      const { ms, cpu } = await cost(browser, async () => {
        for (let i = 0; i < times; i++) await body.run()
      })
      await body.after?.()
      one.ms.push(ms / times)
      one.cpu.push(cpu / times)
    }
  }
  return taken
}

/** Ours (and the peer) against reading and hashing the same file once: median and noise of the ratio. */
export function against(run, path, ours, peer, digest = 'SHA-256') {
  return withPage(run, [path], async (page, browser) => {
    const file = nameOf(path)
    const bodies = { hash: () => call(page, 'hash', file, digest), ours: () => ours(page, file) }
    if (run.withPeer && peer) bodies.peer = () => peer(page, file)
    const taken = await rounds(run.count, browser, bodies)
    const values = (one) => ({ ms: median(one.ms), ratio: ratio(one.cpu, taken.hash.cpu) })
    return { ours: values(taken.ours), peer: taken.peer ? values(taken.peer) : null }
  })
}

/** User and system CPU of a program, in milliseconds, and what it printed. Null: it is not here or failed. */
export function programCpu(command, args) {
  const done = spawnSync('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', command, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (done.status !== 0) return null
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(done.stderr) ?? []
  return { cpu: (Number(user) + Number(system)) * 1000, stdout: done.stdout }
}

/** A bar on a value that must not be above it; `value` and `noise` in the unit of the bar. */
export const bar = (row, value, limit, slack, unit, peer = null) => ({
  row,
  value,
  limit,
  noise: slack,
  unit,
  peer,
  good: value - slack <= limit,
})

/** A bar that must be reached. */
export const floor = (row, value, limit, slack, unit, peer = null) => ({
  row,
  value,
  limit,
  noise: slack,
  unit,
  peer,
  atLeast: true,
  good: value + slack >= limit,
})

/** Told beside a bar, without one of its own. */
export const beside = (row, value, slack, unit) => ({
  row,
  value,
  limit: null,
  noise: slack,
  unit,
  peer: null,
  good: true,
})

export function cpuBar(row, measured, limit) {
  const { median: value, noise: slack } = measured.ours.ratio
  return bar(row, value, limit, slack, '× hash CPU', measured.peer?.ratio.median ?? null)
}
