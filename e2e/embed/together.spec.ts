import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { pdfsig, pyhanko, qpdfCheck } from '../main/judges.ts'
import { expectAccessible } from '../support/axe.ts'
import { act, closedBy, consent, entries, inWindow, makeKey, onPhone, openDeal } from '../support/deal-envelopes.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'

// Several documents of the deal go out as one envelope: its file holds them all, so that a link to it is enough.
let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const NAMES = ['contract.pdf', 'invoice.pdf', 'offer.docx'] as const
const documents = (page: Page) => page.getByRole('region', { name: /^Documents: / })
const row = (page: Page, name: string) => page.locator('#documents li').filter({ hasText: name })

test('three documents of the deal travel in one envelope, are signed by link on two phones and accepted @embed @envelope', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  open = await openEmbedding({ storage: 'default' })
  const { page, complaints } = await openDeal(open)

  // By keyboard as by mouse: those that wait for a signature can be chosen.
  await expect(page.locator('#send-chosen')).toBeDisabled()
  await expect(page.getByRole('heading', { name: 'Letters' })).toBeHidden()
  for (const name of NAMES) await page.getByRole('checkbox', { name: `Choose ${name}` }).press('Space')
  await expect(page.locator('#send-chosen')).toHaveText('Send 3 chosen')
  await expectAccessible(page)
  await picture(page, 'together-chosen', [390, 560, 1280])
  const popup = await inWindow(page, () => page.locator('#send-chosen').click())
  await expect(popup.getByText('A cover sheet is made that stands for all of them')).toBeVisible({ timeout: 30_000 })
  await expect(popup.getByRole('radio', { name: 'Attached, in the same file' })).toBeChecked()
  // Beside it they would not reach anybody by a link: said before it is sent.
  await popup.getByRole('radio', { name: 'Beside it, as separate files' }).check()
  await expect(popup.getByText('These documents will not reach anybody by themselves')).toBeVisible()
  await expectAccessible(popup)
  await picture(popup, 'together-beside', [560, 1280])
  await popup.getByRole('radio', { name: 'Attached, in the same file' }).check()
  await expect(popup.getByText('These documents will not reach anybody by themselves')).toHaveCount(0)
  await expect(popup.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await closedBy(popup, () => popup.getByRole('button', { name: /^Seal as / }).click())
  await expect(page.locator('#veil')).toBeHidden()

  // The envelope is a new document of the deal; those in it stay as they were, and say where they are.
  const state = page.locator('#contract-state')
  await expect(state).toHaveText('0 of 3 signed, now Ingrid Halvorsen', { timeout: 20_000 })
  await expect(page.locator('#documents li')).toHaveCount(4)
  for (const name of NAMES) await expect(row(page, name).first()).toContainText('In an envelope')
  await expect(page.locator('#send-chosen')).toBeDisabled()
  await expect(page.getByRole('checkbox')).toHaveCount(0)
  await picture(page, 'together-sent', [390, 560, 1280])

  // The link brings the envelope alone, and all documents with it.
  await onPhone(browser, page, 'Ingrid Halvorsen', async (phone) => {
    await expect(documents(phone).getByText('Checked, attached')).toHaveCount(3)
    await documents(phone).getByRole('button', { name: 'invoice.pdf', exact: true }).click()
    await expect(phone.getByRole('button', { name: /Back to the cover sheet/ })).toBeVisible()
    await phone.getByRole('button', { name: /Back to the cover sheet/ }).click()
    const [saved] = await Promise.all([
      phone.waitForEvent('download'),
      phone.getByRole('button', { name: 'Save offer.docx' }).click(),
    ])
    expect(readFileSync(await saved.path()).equals(readFileSync('public/samples/offer.docx'))).toBe(true)
    await makeKey(phone, 'Ingrid Halvorsen')
    await expect(phone.getByText('with its 3 documents and sign them all')).toBeVisible()
    await consent(phone).check()
    await picture(phone, 'together-turn', [390, 560])
    await act(phone).click()
  })
  await expect(state).toHaveText('1 of 3 signed, now Oleksandr Melnyk', { timeout: 20_000 })
  await onPhone(browser, page, 'Oleksandr Melnyk', async (phone) => {
    await makeKey(phone, 'Oleksandr Melnyk')
    await consent(phone).check()
    await act(phone).click()
  })
  await expect(state).toHaveText('2 of 3 signed, now Anna Berg', { timeout: 20_000 })

  // The contract's own button leads to the envelope that it went out in.
  const visa = await inWindow(page, () => page.locator('#sign').click())
  await expect(documents(visa).getByText('Checked, attached')).toHaveCount(3)
  await consent(visa).check()
  await closedBy(visa, () => act(visa).click())
  await expect(state).toHaveText('Complete: all have signed', { timeout: 20_000 })
  await expect(entries(page)).toHaveCount(11, { timeout: 20_000 })
  expect((await entries(page).allTextContents()).slice(0, 7)).toEqual([
    'Envelope complete',
    'Visa given by Anna Berg',
    'Envelope viewed',
    'All have signed',
    'Signed by Oleksandr Melnyk',
    'Signed by Ingrid Halvorsen',
    'Sent for signature by Anna Berg',
  ])

  // A colleague's browser finds the envelope, and where each document went.
  const other = await browser.newContext({ locale: 'en-US' })
  const colleague = await other.newPage()
  await colleague.goto(`${open.crm.origin}/?user=Mikael%20Strand`)
  await expect(colleague.locator('#contract-state')).toHaveText('Complete: all have signed', { timeout: 20_000 })
  await expect(row(colleague, 'offer.docx')).toContainText('In an envelope')
  const [final] = await Promise.all([
    colleague.waitForEvent('download'),
    colleague.getByRole('button', { name: /^Download .*envelope\.pdf/ }).click(),
  ])
  for (const judge of [pdfsig, pyhanko, qpdfCheck]) {
    const answer = judge(await final.path())
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  await other.close()
  expect(complaints).toEqual([])
})
