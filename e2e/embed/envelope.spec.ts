import { expect, test, type Page } from '@playwright/test'
import { pdfsig, pyhanko, qpdfCheck } from '../main/judges.ts'
import { expectAccessible } from '../support/axe.ts'
import { leaveAfter } from '../support/deal.ts'
import {
  act,
  closedBy,
  consent,
  entries,
  inWindow,
  linkTo,
  makeKey,
  onPhone,
  openDeal,
} from '../support/deal-envelopes.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'

// The deal's contract goes to two people outside and comes back with a visa. They have browsers of their own; between them and the
// CRM there is only its file store.
let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

test('a contract is sent from the deal, declined, sent again, signed by two people outside and accepted: the timeline tells it all @embed @envelope', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  open = await openEmbedding({ storage: 'default' })
  const { page, complaints } = await openDeal(open)
  const told: string[] = []
  const expectTold = async (on: Page, ...news: readonly string[]) => {
    told.push(...news)
    await expect(entries(on)).toHaveCount(told.length + 4, { timeout: 20_000 })
    expect((await entries(on).allTextContents()).slice(0, told.length)).toEqual(told.toReversed())
  }
  const state = page.locator('#contract-state')

  const popup = await inWindow(page, () => page.locator('#send').click())
  await expect(popup.getByRole('button', { name: /Ingrid Halvorsen/ }).first()).toBeVisible()
  await expect(popup.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await picture(popup, 'deal-prepare', [560, 1280])
  // Oleksandr is to sign by a code.
  await popup
    .getByRole('button', { name: /Oleksandr Melnyk/ })
    .first()
    .click()
  await popup.getByRole('radio', { name: 'Simple, with a code' }).check()
  await closedBy(popup, () => popup.getByRole('button', { name: /^Seal as / }).click())
  await expect(page.locator('#veil')).toBeHidden()
  await expectTold(page, 'Sent for signature by Anna Berg')
  await expect(state).toHaveText('0 of 3 signed, now Ingrid Halvorsen')
  await picture(page, 'deal-sent', [390, 560, 1280])

  await onPhone(browser, page, 'Ingrid Halvorsen', async (phone) => {
    await makeKey(phone, 'Ingrid Halvorsen')
    await consent(phone).check()
    await expectAccessible(phone)
    await picture(phone, 'deal-turn-Ingrid', [390, 560])
    await act(phone).click()
  })
  // The card is open: what they did comes in by itself.
  await expectTold(page, 'Signed by Ingrid Halvorsen')
  await expect(state).toHaveText('1 of 3 signed, now Oleksandr Melnyk')

  await onPhone(browser, page, 'Oleksandr Melnyk', async (phone) => {
    await phone.getByRole('button', { name: /^Decline/ }).click()
    await phone.getByRole('dialog').getByLabel('Reason').fill('Clause 3 names the wrong price')
    await expectAccessible(phone)
    await picture(phone, 'deal-decline', [390, 560])
    await phone.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
  })
  await expectTold(page, 'Declined by Oleksandr Melnyk')
  await expect(page.locator('#timeline')).toContainText('Clause 3 names the wrong price')
  await expect(state).toHaveText('Declined')

  // Sent again from the deal, with a code that goes another way than the letter.
  const again = await inWindow(page, () => page.locator('#sign').click())
  await again.getByRole('button', { name: /^Return to/ }).click()
  await again.getByRole('dialog').getByRole('radio', { name: 'Oleksandr Melnyk' }).check()
  await again.getByRole('dialog').getByLabel('Reason').fill('See annex 2')
  await closedBy(again, () => again.getByRole('dialog').getByRole('button', { name: 'Return it' }).click())
  await expectTold(page, 'Envelope viewed', 'Sent again to Oleksandr Melnyk')
  await expect(state).toHaveText('1 of 3 signed, now Oleksandr Melnyk')
  const office = await inWindow(page, () => page.locator('#sign').click())
  await office.getByText('Letters').first().click()
  await office.getByRole('button', { name: 'Make a code' }).click()
  const code = (await office.getByLabel('Code for Oleksandr Melnyk').textContent()) ?? ''
  await leaveAfter(office, page.frameLocator('#signer iframe'))
  await expect(page.locator('#veil')).toBeHidden()
  await expectTold(page, 'Envelope viewed')

  await onPhone(browser, page, 'Oleksandr Melnyk', async (phone) => {
    await expect(phone.getByText('Round 2. See annex 2')).toBeVisible()
    await phone.getByLabel('Your code').fill(code)
    await consent(phone).check()
    await picture(phone, 'deal-turn-Oleksandr', [390, 560])
    await act(phone).click()
  })
  await expectTold(page, 'Signed by Oleksandr Melnyk', 'All have signed')
  await expect(state).toHaveText('2 of 3 signed, now Anna Berg')

  const visa = await inWindow(page, () => page.locator('#sign').click())
  await consent(visa).check()
  await closedBy(visa, () => act(visa).click())
  await expect(state).toHaveText('Complete: all have signed')
  await expectTold(page, 'Envelope viewed', 'Visa given by Anna Berg', 'Envelope complete')
  await expectAccessible(page)
  await picture(page, 'deal-complete', [390, 560, 1280])

  // Nobody is told twice: after the card is opened anew, and in the browser of a colleague, who sees the same.
  await page.reload()
  await expect(state).toHaveText('Complete: all have signed')
  await expectTold(page)
  const other = await browser.newContext({ locale: 'en-US' })
  const colleague = await other.newPage()
  await colleague.goto(`${open.crm.origin}/?user=Mikael%20Strand`)
  await expect(colleague.locator('#contract-state')).toHaveText('Complete: all have signed', { timeout: 20_000 })
  await expectTold(colleague)

  const [download] = await Promise.all([
    colleague.waitForEvent('download'),
    colleague.getByRole('button', { name: 'Download contract.pdf' }).click(),
  ])
  const path = await download.path()
  for (const judge of [pdfsig, pyhanko, qpdfCheck]) {
    const answer = judge(path)
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  await other.close()
  expect(complaints).toEqual([])
})

test('two of one step open their links at once: the later one is told, signs on the current copy, and no signature is lost @embed @envelope', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  open = await openEmbedding({ storage: 'default' })
  const { page } = await openDeal(open)
  const popup = await inWindow(page, () => page.locator('#send').click())
  await popup.getByRole('radio', { name: 'All at once' }).check()
  await closedBy(popup, () => popup.getByRole('button', { name: /^Seal as / }).click())
  await expect(page.locator('#contract-state')).toHaveText('0 of 3 signed, now Ingrid Halvorsen, Oleksandr Melnyk')

  // Both have the same copy before them.
  const phones: Page[] = []
  for (const name of ['Ingrid Halvorsen', 'Oleksandr Melnyk']) {
    const theirs = await browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
    const phone = await theirs.newPage()
    await phone.goto(await linkTo(page, name))
    await expect(phone.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
    await phone.getByRole('button', { name: /^Waiting for / }).click()
    await makeKey(phone, name)
    await consent(phone).check()
    phones.push(phone)
  }
  const [ingrid, oleksandr] = phones
  if (!ingrid || !oleksandr) throw new Error('two phones')
  await act(ingrid).click()
  const sentBack = (phone: Page) => phone.getByRole('main').getByText(/sent back to localhost/)
  await expect(sentBack(ingrid)).toBeVisible({ timeout: 30_000 })

  await act(oleksandr).click()
  await expect(oleksandr.getByText('HOST_CONFLICT')).toBeVisible({ timeout: 30_000 })
  await expectAccessible(oleksandr)
  await picture(oleksandr, 'deal-conflict', [390, 560, 1280])
  // The CRM still has what came first; his own copy is his to keep.
  await expect(page.locator('#contract-state')).toHaveText('1 of 3 signed, now Oleksandr Melnyk', { timeout: 20_000 })
  const [kept] = await Promise.all([
    oleksandr.waitForEvent('download'),
    oleksandr.getByRole('button', { name: 'Download', exact: true }).click(),
  ])
  expect(pdfsig(await kept.path())?.good ?? true).toBe(true)
  await oleksandr.getByRole('button', { name: 'Open the document as it is now' }).click()
  await expect(oleksandr.locator('[data-page="1"][data-drawn=true]')).toBeVisible({ timeout: 30_000 })
  await oleksandr.getByRole('button', { name: /^Waiting for / }).click()
  await consent(oleksandr).check()
  await act(oleksandr).click()
  await expect(sentBack(oleksandr)).toBeVisible({ timeout: 30_000 })
  for (const phone of phones) await phone.context().close()

  await expect(page.locator('#contract-state')).toHaveText('2 of 3 signed, now Anna Berg', { timeout: 20_000 })
  for (const name of ['Ingrid Halvorsen', 'Oleksandr Melnyk'])
    await expect(entries(page).filter({ hasText: `Signed by ${name}` })).toHaveCount(1)
  const [stored] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download contract.pdf' }).click(),
  ])
  for (const judge of [pdfsig, pyhanko]) {
    const answer = judge(await stored.path())
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
})
