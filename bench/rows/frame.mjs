// The frame in a CRM's page: how soon it can be used, and what the SDK adds to signing.
import { join } from 'node:path'
import { build } from '../../scripts/build.mjs'
import { headersFor } from '../../scripts/headers.mjs'
import { serve } from '../../scripts/serve.mjs'
import { cost, openBrowser } from '../browser.mjs'
import { root, scanOf } from '../inputs.mjs'
import { bar } from '../measure.mjs'
import { median, noise, ratio } from '../statistics.mjs'

/** As a cheap phone: DevTools' "4× slowdown". */
const SLOWED = 4

/** Page and frame of two sites in one process: what slows the one then slows the other, for the empty page too. */
const ONE_PROCESS = ['--disable-site-isolation-trials', '--disable-features=IsolateOrigins,site-per-process']

const PAGES = join(root, '.cache/bench/page')

/** The built app, and under /bench/ of the same origin the pages of the benchmarks, which have no policy of their own. */
async function openApp(embedders = []) {
  build('app')
  const app = join(root, 'dist/app')
  const config = { version: 1, embedders }
  const headers = (path) => (path.startsWith('/bench/') ? {} : headersFor(path, config))
  const overrides = { '/config.json': () => JSON.stringify(config) }
  return serve({ root: app, host: '127.0.0.1', headers, overrides, mounts: { '/bench/': PAGES } })
}

/**
 * Runs in every frame before its scripts. Usable: the document's name and a Sign button that can be pressed stand there, are painted, and the
 * page is free to hear of a press; of the empty page, its button. First paint is the browser's own "first contentful paint".
 */
function probe() {
  if (self.parent === self) return
  const isEmpty = location.pathname.includes('/bench/')
  const say = (bench, at) => parent.postMessage({ bench, at: performance.timeOrigin + at }, '*')
  const stands = () =>
    document.querySelector('#root button.act:not([disabled], [aria-disabled=true])') &&
    (isEmpty || document.querySelector('#root')?.textContent.includes('document.pdf'))
  let painted = false
  let usable = false
  const look = () => {
    const [paint] = performance.getEntriesByName('first-contentful-paint')
    if (paint && !painted) say('paint', paint.startTime)
    painted = Boolean(paint)
    if (!usable && stands()) {
      usable = true
      requestAnimationFrame(() => setTimeout(() => say('usable', performance.now())))
    }
    if (!painted || !usable) requestAnimationFrame(look)
  }
  look()
}

/** Each in a context of its own: nothing is cached, as at the first visit; the person's keys are at home, so the frame leads to its window. */
async function firstVisits(browser, app, crm, paths, count) {
  const taken = { signer: [], empty: [] }
  const visit = async (what, src, press) => {
    const { page, close } = await browser.fresh()
    await page.addInitScript(probe)
    await page.goto(`${crm.origin}/host.html`)
    await page.setInputFiles('input', paths)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED })
    const marks = await page.evaluate(([name, url]) => globalThis.host[name](url), [what, src])
    if (press) {
      const opened = page.context().waitForEvent('page')
      await page.frameLocator('iframe').locator('button.act').click()
      await opened
    }
    await close()
    return marks
  }
  for (let round = 0; round <= count; round++) {
    for (const [what, src] of [
      ['empty', `${app.origin}/bench/empty.html`],
      ['signer', `${app.origin}/embed.html`],
    ]) {
      // The first of each fills the caches of the system, and shows that the button does what it says.
      const marks = await visit(what, src, round === 0 && what === 'signer')
      if (round > 0) taken[what].push(marks)
    }
  }
  return taken
}

async function soon(files, count) {
  const crm = await serve({ root: PAGES, host: 'localhost' })
  const app = await openApp([crm.origin])
  const browser = await openBrowser(ONE_PROCESS)
  try {
    const { signer, empty } = await firstVisits(browser, app, crm, [files.small], count)
    const at = (visits, mark) => visits.map((marks) => marks[mark])
    const ms = (visits, mark) => `${mark} ${median(at(visits, mark)).toFixed(0)}`
    const said = ['paint', 'ready', 'usable'].map((mark) => ms(signer, mark)).join(', ')
    const base = `empty page: ${ms(empty, 'paint')}, ${ms(empty, 'usable')} ±${noise(at(empty, 'usable')).toFixed(0)} ms`
    const times = ratio(at(signer, 'usable'), at(empty, 'usable'))
    const row = `frame usable with its document, ${SLOWED}× slowed (${said}; ${base})`
    return bar(row, times.median, 2, times.noise, '×')
  } finally {
    await browser.close()
    await app.close()
    await crm.close()
  }
}

async function makeKey(page, origin) {
  await page.goto(`${origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Bench Signer')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('article').waitFor()
}

/** Looks, a tenth of a second each, during which no further page was drawn. */
const STILL = 8

/**
 * Presses Sign when the document can be seen and the viewer has drawn what it draws ahead. A person does no sooner, and the frame's button is
 * not live sooner; were it pressed undrawn on the page alone, the drawing would count as the SDK's. Looked at seldom: looking costs CPU too.
 */
async function signWhenSeen(frame) {
  const live = (still) => {
    const drawn = document.querySelectorAll('.pdf-page[data-drawn=true]').length
    const { last = 0, looks = 0 } = globalThis.benchSeen ?? {}
    globalThis.benchSeen = { last: drawn, looks: drawn > 0 && drawn === last ? looks + 1 : 0 }
    return (
      globalThis.benchSeen.looks >= still &&
      document.querySelector('.panel button.act:not([disabled], [aria-disabled=true])')
    )
  }
  const button = await frame.waitForFunction(live, STILL, { polling: 100 })
  await button.asElement().click()
}

/** From the document's coming in to the signed one's being out, in CPU milliseconds of the whole browser. */
async function signOnPage(browser, page, origin, path) {
  await page.goto(`${origin}/#/sign`)
  await page.reload()
  await page.locator('input[type=file]').first().waitFor({ state: 'attached' })
  await page.waitForLoadState('networkidle')
  const { cpu } = await cost(browser, async () => {
    await page.locator('input[type=file]').first().setInputFiles(path)
    await signWhenSeen(page)
    await page.waitForFunction(() => document.querySelector('.result-panel'), null, { polling: 100 })
  })
  return cpu
}

/** `from`: the frame stands already, as the page does; or it is placed for this one document, as a CRM does that has just been opened. */
async function signInFrame(browser, page, origin, path, from) {
  await page.goto(`${origin}/bench/host.html`)
  await page.setInputFiles('input', path)
  const src = `${origin}/embed.html`
  const place = () => page.evaluate((url) => globalThis.host.place(url), src)
  if (from === 'frame') {
    await place()
    await page.waitForLoadState('networkidle')
  }
  const { cpu, value } = await cost(browser, async () => {
    if (from === 'nothing') await place()
    await page.evaluate(() => globalThis.host.sign())
    await signWhenSeen(page.frame({ url: /embed\.html/ }))
    return page.evaluate(() => globalThis.host.finished())
  })
  if (value === 0) throw new Error('the CRM got nothing')
  return cpu
}

async function throughSdk(count) {
  const app = await openApp()
  const browser = await openBrowser()
  const path = scanOf('scan20', 20 << 20, 20)
  try {
    const { page } = await browser.fresh()
    await makeKey(page, app.origin)
    const taken = { page: [], frame: [], nothing: [] }
    for (let round = 0; round <= count; round++) {
      const alone = await signOnPage(browser, page, app.origin, path)
      const framed = await signInFrame(browser, page, app.origin, path, 'frame')
      const whole = await signInFrame(browser, page, app.origin, path, 'nothing')
      if (round === 0) continue
      taken.page.push(alone)
      taken.frame.push(framed)
      taken.nothing.push(whole)
    }
    const over = (values) => ratio(values, taken.page)
    const { median: value, noise: slack } = over(taken.frame)
    const start = ((over(taken.nothing).median - 1) * 100).toFixed(0)
    const ms = `${median(taken.page).toFixed(0)} ms CPU; ${start} % with loading the frame`
    const row = `20 MB in, signed and out through the SDK, over the page (${ms})`
    return bar(row, (value - 1) * 100, 15, slack * 100, '%')
  } finally {
    await browser.close()
    await app.close()
  }
}

export const FRAME = {
  frame: async ({ count }, files) => [await soon(files, count), await throughSdk(count)],
}
