// One Chromium for a set of measurements, with the CPU time of all its processes and the peak memory of its renderer.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { chromium } from 'playwright'
import { chromiumLaunch } from '../scripts/chromium.mjs'

/** @param flags more of Chromium's own */
export async function openBrowser(flags = []) {
  const usual = chromiumLaunch()
  const browser = await chromium.launch({ ...usual, args: [...usual.args, ...flags] })
  const devtools = await browser.newBrowserCDPSession()
  return {
    version: browser.version(),
    close: () => browser.close(),
    async page(url, files) {
      const context = await browser.newContext()
      const page = await context.newPage()
      page.on('pageerror', (error) => console.error('page:', error))
      await page.goto(url)
      if (files.length > 0) await page.setInputFiles('input', files)
      await page.waitForFunction(() => 'bench' in globalThis)
      return page
    },
    /** A page of its own with nothing cached or stored. */
    async fresh() {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US' })
      const page = await context.newPage()
      page.on('pageerror', (error) => console.error('page:', error))
      return { page, close: () => context.close() }
    },
    /** Seconds of CPU that all processes of the browser have used: reading a file is paid by more than the page's own. */
    async cpu() {
      const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
      return processInfo.reduce((sum, one) => sum + one.cpuTime, 0)
    },
    async renderers() {
      const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    },
  }
}

/** Runs `body` and tells what it cost. @returns milliseconds, and CPU milliseconds */
export async function cost(browser, body) {
  const before = await browser.cpu()
  const started = performance.now()
  const value = await body()
  const ms = performance.now() - started
  return { ms, cpu: ((await browser.cpu()) - before) * 1000, value }
}

const statusOf = (pid, field) => {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Forgets the peak so far. Linux only; elsewhere memory is not measured. */
function resetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // not ours to reset: the peak since the start is told instead
  }
}

const residentOf = (pids) => pids.reduce((sum, pid) => sum + statusOf(pid, 'VmRSS'), 0)
const mappedOf = (pids) => pids.reduce((sum, pid) => sum + statusOf(pid, 'RssFile'), 0)

/** A quarter of a second without a quarter of a MiB more or less is still, for this many of them. */
const STILL = 4
const LONGEST_WAIT = 40

/**
 * Waits until the renderers are still: behind a page that has just come up the browser starts a spare renderer, whose 30 MiB would be taken
 * for those of whatever is measured meanwhile.
 */
async function stillRenderers(browser) {
  let last = 0
  for (let still = 0, waits = 0; still < STILL && waits < LONGEST_WAIT; waits++) {
    await setTimeout(250)
    const now = residentOf(await browser.renderers())
    still = Math.abs(now - last) < 0.25 ? still + 1 : 0
    last = now
  }
  return browser.renderers()
}

/**
 * Peak memory of all renderers above what they held before, in MiB. Without the pages of files that are mapped: they are the browser's own
 * program, there once for all its processes and dropped at will, and a page that does more of anything touches more of them.
 */
export async function peakMemory(browser, body) {
  const pids = await stillRenderers(browser)
  for (const pid of pids) resetPeak(pid)
  const before = residentOf(pids)
  const mapped = mappedOf(pids)
  await body()
  const peak = pids.reduce((sum, pid) => sum + statusOf(pid, 'VmHWM'), 0)
  return peak - before - (mappedOf(pids) - mapped)
}
