// Envelopes of the demo deal: acts in the window that the frame opens, and people outside who come by the link of a letter.
import { expect, type Browser, type Page } from '@playwright/test'
import { keyAtHome } from './deal.ts'
import type { Embedding } from './embedding.ts'
import { watch, type Complaint } from './test.ts'

export const entries = (page: Page) => page.locator('#timeline li > p:first-child')
export const consent = (page: Page) => page.getByRole('checkbox', { name: /^I have (read|checked)/ })
export const act = (page: Page) => page.getByRole('button', { name: /^(Sign|Accept) “/ })

/** The deal card, opened by a person whose key is at home; four entries of its history stand in the timeline. */
export async function openDeal({ context, app, crm }: Embedding): Promise<{ page: Page; complaints: Complaint[] }> {
  const page = context.pages()[0] ?? (await context.newPage())
  const complaints = await watch(context)
  await keyAtHome({ page, app })
  await page.goto(crm.origin)
  await expect(entries(page)).toHaveCount(4)
  return { page, complaints }
}

/** The window that the frame opens for an act on an envelope. */
export async function inWindow(page: Page, press: () => Promise<void>): Promise<Page> {
  await press()
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.frameLocator('#signer iframe').getByRole('button', { name: 'Open the window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

/** Without leaving the page of the envelope. */
export async function makeKey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Create key' }).click()
}

/** The link of the newest letter to this person, as it stands in the letter. */
export async function linkTo(page: Page, name: string): Promise<string> {
  const letter = page
    .locator('#letters li')
    .filter({ hasText: `To ${name}` })
    .first()
  const href = await letter.getByRole('link', { name: 'Open its link' }).getAttribute('href')
  if (!href) throw new Error(`no link for ${name}`)
  return href
}

/** On a phone of their own, at the link of the newest letter. */
export async function onPhone(
  browser: Browser,
  page: Page,
  name: string,
  work: (phone: Page) => Promise<void>,
): Promise<void> {
  const theirs = await browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  const complaints = await watch(theirs)
  const phone = await theirs.newPage()
  await phone.goto(await linkTo(page, name))
  await expect(phone.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  // Where there is more than one document to read it stands open.
  const sheet = phone.getByRole('button', { name: /^Waiting for / })
  if ((await sheet.getAttribute('aria-expanded')) === 'false') await sheet.click()
  await work(phone)
  await expect(phone.getByRole('main').getByText(/sent back to localhost/)).toBeVisible({ timeout: 30_000 })
  expect(complaints).toEqual([])
  await theirs.close()
}

/** The window closes by itself once the CRM has the file. */
export async function closedBy(popup: Page, press: () => Promise<void>): Promise<void> {
  const closed = popup.waitForEvent('close')
  await press()
  await closed
}
