// The main story as the judges see it: the built page in a real browser makes a key, signs a contract and a Word file, and everybody
// else's verifier accepts what was downloaded.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumLaunch } from '../scripts/chromium.mjs'
import { serveApp, type Served } from '../scripts/serve.mjs'
import { dss } from './judges/dss.ts'
import { opensslCms, opensslPdf } from './judges/openssl.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { qpdfCheck } from './judges/qpdf.ts'
import { describeWith } from './judges/tools.ts'
import type { Case, Verdict } from './judges/verdict.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/browser')
const at = (name: string): string => join(folder, name)

async function save(page: Page, name: string, button: string): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).first().click(),
  ])
  await download.saveAs(at(name))
}

async function signOne(page: Page, path: string, name: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).first().click(),
  ])
  await chooser.setFiles(path)
  await page.getByRole('button', { name: /^Sign .+ as .+/ }).click()
  await page.getByRole('heading', { name: 'Signed', exact: true }).waitFor({ timeout: 60_000 })
  await save(page, name, 'Download')
  await page.getByRole('button', { name: 'Sign another' }).click()
}

describeWith(['openssl', 'openssl-3.5', 'pdfsig', 'qpdf', 'pyhanko', 'dss'], 'signed in the built page', () => {
  let browser: Browser
  let site: Served

  beforeAll(async () => {
    expect(existsSync('dist/app/index.html'), 'npm run build makes dist/app').toBe(true)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    site = await serveApp({ root: resolve('dist/app') })
    browser = await chromium.launch(chromiumLaunch())
    const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
    await page.goto(`${site.origin}/#/keys`)
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Олена Коваль')
    const create = page.getByRole('button', { name: 'Create key' })
    await create.click()
    await create.waitFor({ state: 'hidden', timeout: 60_000 })
    await save(page, 'certificate.pem', 'Certificate (PEM)')
    await page.goto(`${site.origin}/#/sign`)
    await signOne(page, 'public/samples/contract.pdf', 'contract.pdf')
    await signOne(page, 'public/samples/offer.docx', 'offer.docx.p7s')
  }, 180_000)
  afterAll(async () => {
    await browser.close()
    await site.close()
  })

  const trusted = [at('certificate.pem')]
  const pdf: Case = { file: at('contract.pdf'), trusted }
  const p7s: Case = { file: at('offer.docx.p7s'), contents: [resolve('public/samples/offer.docx')], trusted }

  test.each<[string, (one: Case) => Verdict | Promise<Verdict>, Case]>([
    ['pdfsig, the PDF', pdfsig, pdf],
    ['OpenSSL 3.0, the PDF', (one) => opensslPdf('openssl', one), pdf],
    ['pyHanko, the PDF', pyhanko, pdf],
    ['EU DSS, the PDF', dss, pdf],
    ['OpenSSL 3.0, the Word file', (one) => opensslCms('openssl', one), p7s],
    ['OpenSSL 3.5, the Word file', (one) => opensslCms('openssl-3.5', one), p7s],
    ['pyHanko, the Word file', pyhanko, p7s],
    ['EU DSS, the Word file', dss, p7s],
  ])('%s: accepted', async (_name, judge, one) => {
    const verdict = await judge(one)
    expect(verdict, verdict.why).toMatchObject({ intact: true, accepts: true, signatures: 1 })
  })

  test('EU DSS names the levels that we claim', async () => {
    const levels = [await dss(pdf), await dss(p7s)].map(({ answer }) => answer.signatures.map(({ level }) => level))
    expect(levels).toEqual([['PAdES-BASELINE-B'], ['CAdES-BASELINE-B']])
  })

  test('qpdf finds nothing wrong, and a tampered twin is refused by all', async () => {
    expect(qpdfCheck(pdf.file).clean).toBe(true)
    const twin: Case = { ...pdf, file: flipByte(pdf.file, at('tampered.pdf'), findText(pdf.file, '/MediaBox') + 1) }
    for (const verdict of [pdfsig(twin), await pyhanko(twin), await dss(twin)]) expect(verdict.accepts).toBe(false)
  })
})
