// The frame in a CRM's page: how soon it can be used, and what the SDK adds to signing. The small CRM of bench/page stands under the app's
// own origin, so that both share a process and the slowed processor, and the page may look into its frame.
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

/** The built app with the pages of the benchmarks under /bench/, which have no policy of their own. */
async function openSite() {
  build('app')
  const app = join(root, 'dist/app')
  const bench = join(root, '.cache/bench/page')
  const config = { version: 1, embedders: [] }
  const headers = (path) => (path.startsWith('/bench/') ? {} : headersFor(path, config))
  const overrides = { '/config.json': () => JSON.stringify(config) }
  return serve({ root: app, host: '127.0.0.1', headers, overrides, mounts: { '/bench/': bench } })
}

/** Each in a context of its own: nothing is cached, as at the first visit. */
async function firstVisits(browser, origin, paths, count) {
  const taken = { signer: [], empty: [] }
  const visit = async (what, src) => {
    const { page, close } = await browser.fresh()
    await page.goto(`${origin}/bench/host.html`)
    await page.setInputFiles('input', paths)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED })
    const ms = await page.evaluate(([name, url]) => globalThis.host[name](url), [what, src])
    await close()
    return ms
  }
  for (let round = 0; round <= count; round++) {
    for (const [what, src] of [
      ['empty', `${origin}/bench/empty.html`],
      ['signer', `${origin}/embed.html`],
    ]) {
      const ms = await visit(what, src)
      // The first of each fills the caches of the system.
      if (round > 0) taken[what].push(ms)
    }
  }
  return taken
}

async function makeKey(page, origin) {
  await page.goto(`${origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Bench Signer')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('article').waitFor()
}

/** From the document's coming in to the signed one's being out, in CPU milliseconds of the whole browser. */
async function signOnPage(browser, page, origin, path) {
  await page.goto(`${origin}/#/sign`)
  await page.reload()
  await page.locator('input[type=file]').first().waitFor({ state: 'attached' })
  const { cpu } = await cost(browser, async () => {
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByRole('button', { name: /^Sign scan20\.pdf/ }).click()
    await page
      .getByRole('button', { name: /^Download/ })
      .first()
      .waitFor()
  })
  return cpu
}

async function signInFrame(browser, page, origin, path) {
  await page.goto(`${origin}/bench/host.html`)
  await page.setInputFiles('input', path)
  const { cpu, value } = await cost(browser, async () => {
    await page.evaluate((src) => globalThis.host.begin(src), `${origin}/embed.html`)
    await page.frameLocator('iframe').locator('button.act[aria-disabled=false]').click()
    return page.evaluate(() => globalThis.host.finished())
  })
  if (value === 0) throw new Error('the CRM got nothing')
  return cpu
}

async function throughSdk(browser, origin, count) {
  const path = scanOf('scan20', 20 << 20, 20)
  const { page, close } = await browser.fresh()
  await makeKey(page, origin)
  const taken = { page: [], sdk: [] }
  for (let round = 0; round <= count; round++) {
    const alone = await signOnPage(browser, page, origin, path)
    const framed = await signInFrame(browser, page, origin, path)
    if (round === 0) continue
    taken.page.push(alone)
    taken.sdk.push(framed)
  }
  await close()
  return taken
}

const percent = ({ median: value, noise: slack }) => ({ value: (value - 1) * 100, slack: slack * 100 })

export const FRAME = {
  async frame({ count }, files) {
    const site = await openSite()
    const browser = await openBrowser()
    try {
      const visits = await firstVisits(browser, site.origin, [files.small], count)
      const times = ratio(visits.signer, visits.empty)
      const ms = `${median(visits.signer).toFixed(0)} ms, empty page ${median(visits.empty).toFixed(0)} ±${noise(visits.empty).toFixed(0)} ms`
      const soon = bar(`frame usable with its document, ${SLOWED}× slowed (${ms})`, times.median, 2, times.noise, '×')
      const { page, sdk } = await throughSdk(browser, site.origin, count)
      const { value, slack } = percent(ratio(sdk, page))
      const row = `20 MB in, signed and out through the SDK, over the page (${median(page).toFixed(0)} ms CPU)`
      return [soon, bar(row, value, 15, slack, '%')]
    } finally {
      await browser.close()
      await site.close()
    }
  },
}
