import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { makeContracts, TODAY, type Contracts } from '../../src/testing/contracts.ts'
import { download, picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { file, give, openToVerify } from './steps.ts'

let contracts: Contracts
test.beforeAll(async () => {
  contracts = await makeContracts()
})

/** Drops a state of the contract, its root trusted and the list of its issuer at hand: only the document is in question. */
async function check(page: Page, state: Uint8Array): Promise<void> {
  await page.clock.setFixedTime(TODAY)
  await openToVerify(page, [file('agreement.pdf', state, 'application/pdf'), file('issuing.crl', contracts.crl)])
  await trust(page)
}

async function trust(page: Page): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add a certificate' }).click(),
  ])
  await chooser.setFiles([{ name: 'root.cer', mimeType: 'application/pkix-cert', buffer: Buffer.from(contracts.root) }])
  await page.getByRole('button', { name: 'Trust it' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
}

const verdict = (page: Page) => page.locator('.verdict h2')
const pictures = (page: Page) => page.getByText('Pages before and after')

async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page)
  await picture(page, `verify-${name}`, [390, 700, 1280])
}

test('an intact contract: who, when, nothing changed @main @verify', async ({ page }) => {
  await check(page, contracts.intact)
  await expect(verdict(page)).toHaveText(/^Signed by Olena Shevchenko on .+ Nothing was changed since\.$/)
  await expect(pictures(page)).toBeHidden()
  await expect(page.getByText('TOTAL-PASSED')).toBeHidden()
  await page.getByText(/checks? with (its|their) evidence/).click()
  await expect(page.getByText('TOTAL-PASSED')).toBeVisible()
  await look(page, 'intact')
})

test('a form filled in afterwards: permitted, shown before and after @main @verify', async ({ page }) => {
  await check(page, contracts.filled)
  await expect(verdict(page)).toHaveText(/Changed since, within what the signature permits\.$/)
  await page.getByText('1 change after this signature').click()
  await pictures(page).click()
  await expect(page.getByText('1 page looks different.')).toBeVisible()
  await expect(page.getByText('Field “Order”: “PO-2026-117” was filled in.')).toBeVisible()
  await expect(page.getByRole('figure', { name: 'As signed' }).locator('canvas')).toBeVisible()
  await expect(page.getByRole('figure', { name: 'As it is now' }).locator('canvas')).toBeVisible()
  await look(page, 'extended')
})

test('one letter changed: not what was signed @main @verify', async ({ page }) => {
  await check(page, contracts.forged)
  await expect(verdict(page)).toHaveText('The file was changed after Olena Shevchenko signed it.')
  await expect(pictures(page)).toBeHidden()
  await look(page, 'forged')
})

test('a shadow attack: the swapped text is outlined and said in words @main @verify', async ({ page }) => {
  await check(page, contracts.shadow)
  await expect(verdict(page)).toHaveText(/in a way the signature does not permit\.$/)
  await expect(page.getByText('What a page shows was changed')).toBeVisible()
  await pictures(page).click()
  await expect(page.getByText('Text: “12” became “92”.')).toBeVisible()
  await expect(page.getByText('1 area differs and is outlined.')).toBeVisible()
  const outlined = await page.locator('.changed-area').first().boundingBox()
  const sheet = await page.locator('.sheet').first().boundingBox()
  // Around one number, not the page.
  expect(outlined!.width * outlined!.height).toBeLessThan(0.02 * sheet!.width * sheet!.height)
  await look(page, 'shadow')
})

test('a page added afterwards: there is none beside it @main @verify', async ({ page }) => {
  await check(page, contracts.longer)
  await expect(verdict(page)).toHaveText(/in a way the signature does not permit\.$/)
  await pictures(page).click()
  const added = page.getByRole('region', { name: 'Page 2' })
  await expect(added).toContainText('There was no such page.')
  await expect(added).toContainText('New text: “Annex: the client also pays all repairs.”.')
})

test('a page that is never drawn to its end: the pictures stop with words, the report stands @main @verify', async ({
  page,
}) => {
  await page.clock.install({ time: TODAY })
  await openToVerify(page, [
    file('agreement.pdf', contracts.endless, 'application/pdf'),
    file('issuing.crl', contracts.crl),
  ])
  await trust(page)
  await expect(verdict(page)).toHaveText(/in a way the signature does not permit\.$/)
  await pictures(page).click()
  const drawing = page.getByText('Comparing page 1 of 1…')
  const drawers = () => page.workers().filter((worker) => worker.url().includes('pdf.worker'))
  await expect(drawing).toBeVisible()
  await page.clock.fastForward(55_000)
  await expect(drawing).toBeVisible()
  expect(drawers()).toHaveLength(1)

  await page.clock.fastForward(6000)
  await expect(page.getByText('Stopped: drawing the pages took too long. Not all of them were compared.')).toBeVisible()
  // What drew it is gone, not only no longer waited for.
  await expect.poll(() => drawers().length).toBe(0)
  await expect(verdict(page)).toHaveText(/in a way the signature does not permit\.$/)
  await expect(page.getByText('What a page shows was changed')).toBeVisible()
  const json = await download(page, () => page.getByRole('button', { name: 'Report (JSON)' }).click())
  expect(Buffer.from(json.bytes).toString()).toContain('TOTAL-FAILED')
  await look(page, 'endless')
})

test('a CRL dropped later answers an open question, and another time or rule judges again @main @verify', async ({
  page,
}) => {
  await page.clock.setFixedTime(TODAY)
  await openToVerify(page, file('agreement.pdf', contracts.intact, 'application/pdf'))
  await trust(page)
  await expect(page.getByText('Whether the certificate was revoked is not known yet.').first()).toBeVisible()
  const rules = page.getByText('Judge by other rules or at another time')
  await rules.click()
  await page.getByLabel('Whether a certificate was revoked').selectOption('is not asked')
  await page.getByRole('button', { name: 'Judge again' }).click()
  await expect(page.getByText('Not judged as usual, but by rules that you chose')).toBeVisible()
  await expect(verdict(page)).toHaveText(/^Signed by Olena Shevchenko on/)
  await expectAccessible(page)
  await picture(page, 'verify-other-rules', [390, 700, 1280])
  await page.getByRole('button', { name: 'Judge as usual' }).click()
  await expect(page.getByText('Whether the certificate was revoked is not known yet.').first()).toBeVisible()

  await give(page, file('issuing.crl', contracts.crl))
  await expect(page.getByText('Whether the certificate was revoked is not known yet.')).toHaveCount(0)
  await expect(verdict(page)).toHaveText(/^Signed by Olena Shevchenko on/)

  await rules.click()
  await page.getByLabel('Time to judge at').fill('2037-06-01T12:00')
  await page.getByRole('button', { name: 'Judge again' }).click()
  await expect(page.getByText('The certificate is not valid today').first()).toBeVisible()
})

test('the report to take away: JSON, ETSI XML, print @main @verify', async ({ page }) => {
  await check(page, contracts.intact)
  await expect(verdict(page)).toHaveText(/^Signed by Olena Shevchenko on/)
  const json = await download(page, () => page.getByRole('button', { name: 'Report (JSON)' }).click())
  const report = JSON.parse(Buffer.from(json.bytes).toString()) as { files: { result: string }[] }
  expect(report.files[0]?.result).toBe('TOTAL-PASSED')
  const xml = await download(page, () => page.getByRole('button', { name: 'Report (ETSI XML)' }).click())
  expect(Buffer.from(xml.bytes).toString()).toContain('total-passed')
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  // On paper the folded evidence is there.
  await expect(page.getByText('TOTAL-PASSED')).toBeVisible()
  await page.emulateMedia({ media: null })
})
