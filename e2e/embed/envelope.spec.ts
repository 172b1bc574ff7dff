import { expect, test, type Page } from '@playwright/test'
import { pdfsig, pyhanko, qpdfCheck } from '../main/judges.ts'
import { keyAtHome } from '../support/deal.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'
import { watch } from '../support/test.ts'

// The deal's contract goes to two people outside and comes back with a visa. They have browsers of their own; between them and the
// CRM there is only its file store.
let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const entries = (page: Page) => page.locator('#timeline li > p:first-child')
const consent = (page: Page) => page.getByRole('checkbox', { name: /^I have (read|checked)/ })
const act = (page: Page) => page.getByRole('button', { name: /^(Sign|Accept) “/ })

/** The window that the frame opens for an act on an envelope. */
async function inWindow(page: Page, press: () => Promise<void>): Promise<Page> {
  await press()
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.frameLocator('#signer iframe').getByRole('button', { name: 'Open the window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

/** Without leaving the page of the envelope. */
async function makeKey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Create key' }).click()
}

/** The link of the newest letter to this person, as it stands in the letter. */
async function linkTo(page: Page, name: string): Promise<string> {
  const letter = page
    .locator('#letters li')
    .filter({ hasText: `To ${name}` })
    .first()
  const href = await letter.getByRole('link', { name: 'Open its link' }).getAttribute('href')
  if (!href) throw new Error(`no link for ${name}`)
  return href
}

test('a contract is sent from the deal, signed by two people outside and accepted: the timeline tells it all @embed @envelope', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  open = await openEmbedding({ storage: 'default' })
  const { context, app, crm } = open
  const page = context.pages()[0] ?? (await context.newPage())
  const complaints = await watch(context)
  await keyAtHome({ page, app })
  await page.goto(crm.origin)

  const popup = await inWindow(page, () => page.locator('#send').click())
  await expect(popup.getByRole('button', { name: /Ingrid Halvorsen/ }).first()).toBeVisible()
  await expect(popup.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await picture(popup, 'deal-prepare', [700, 1280])
  const closed = popup.waitForEvent('close')
  await popup.getByRole('button', { name: /^Seal as / }).click()
  await closed
  await expect(page.locator('#veil')).toBeHidden()
  await expect(entries(page).filter({ hasText: 'Sent for signature by Anna Berg' })).toHaveCount(1)
  await expect(page.locator('#contract-state')).toHaveText('0 of 3 signed, now Ingrid Halvorsen')
  await picture(page, 'deal-sent', [400, 700, 1280])

  for (const [name, next] of [
    ['Ingrid Halvorsen', '1 of 3 signed, now Oleksandr Melnyk'],
    ['Oleksandr Melnyk', '2 of 3 signed, now Anna Berg'],
  ] as const) {
    const theirs = await browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
    const complaints2 = await watch(theirs)
    const phone = await theirs.newPage()
    await phone.goto(await linkTo(page, name))
    await expect(phone.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
    await phone.getByRole('button', { name: 'Options' }).click()
    await makeKey(phone, name)
    await consent(phone).check()
    await picture(phone, `deal-turn-${name.split(' ')[0] ?? ''}`, [390, 700])
    await act(phone).click()
    await expect(phone.getByRole('main').getByText(/sent back to localhost/)).toBeVisible({ timeout: 30_000 })
    expect(complaints2).toEqual([])
    await theirs.close()
    // The card is open: what they did comes in by itself.
    await expect(entries(page).filter({ hasText: `Signed by ${name}` })).toHaveCount(1, { timeout: 20_000 })
    await expect(page.locator('#contract-state')).toHaveText(next)
  }
  // Nobody is asked twice.
  await page.reload()
  await expect(entries(page).filter({ hasText: 'Signed by Ingrid Halvorsen' })).toHaveCount(1)
  await expect(entries(page).filter({ hasText: 'All have signed' })).toHaveCount(1)

  const visa = await inWindow(page, () => page.locator('#sign').click())
  await consent(visa).check()
  const over = visa.waitForEvent('close')
  await act(visa).click()
  await over
  await expect(page.locator('#contract-state')).toHaveText('Complete: all have signed')
  await expect(entries(page).filter({ hasText: 'Visa given by Anna Berg' })).toHaveCount(1)
  await expect(entries(page).filter({ hasText: 'Envelope complete' })).toHaveCount(1)
  await picture(page, 'deal-complete', [400, 700, 1280])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download contract.pdf' }).click(),
  ])
  const path = await download.path()
  for (const judge of [pdfsig, pyhanko, qpdfCheck]) {
    const answer = judge(path)
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  expect(complaints).toEqual([])
})
