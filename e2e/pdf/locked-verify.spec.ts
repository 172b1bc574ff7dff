// A signed PDF that a password opens, before whoever verifies it.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { TODAY } from '../../src/testing/contracts.ts'
import { signPdf } from '../../src/testing/pdf-signing.ts'
import { testChain } from '../../src/testing/pki.ts'
import { encrypted } from '../main/judges.ts'
import { file, give, openToVerify, SAMPLES } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

/** Signed by two people; null: qpdf is not here. */
async function lockedFile(password: string): Promise<Uint8Array | null> {
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'locked.pdf')
  if (!encrypted(SAMPLES.contract, path, [password, 'owner', '256'])) return null
  const { intermediate, leaf } = await testChain()
  const second = await intermediate.issue({ name: { commonName: 'Ivan Franko' } })
  const once = await signPdf(new Uint8Array(readFileSync(path)), leaf, { password })
  return signPdf(once, second, { password })
}

const verdict = (page: Page) => page.locator('.verdict')
const LOOKS = [390, 560, 1280]

test('the password of a signed PDF is asked for: wrong, left, right, and its pages are compared with it @pdf @verify', async ({
  page,
}) => {
  const locked = await lockedFile('reader')
  test.skip(locked === null, 'qpdf is not here')
  await page.clock.setFixedTime(TODAY)
  await openToVerify(page, file('lease.pdf', locked!, 'application/pdf'))
  await expect(verdict(page)).toContainText('This PDF is locked by a password.')
  const field = page.getByLabel('Password of lease.pdf:')
  await expect(field).toBeFocused()
  await expectAccessible(page)
  await picture(page, 'verify-locked', LOOKS)

  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await expect(page.getByText('That password does not open it.')).toBeVisible()
  await expect(verdict(page)).toContainText('This PDF is locked by a password.')
  await expect(field).toBeFocused()
  await picture(page, 'verify-locked-wrong', LOOKS)

  // Who has no password leaves it: the report stands and says so.
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(field).toBeHidden()
  await expect(verdict(page)).toContainText('What it says and who signed it could not be checked.')
  await expect(page.getByRole('button', { name: 'Enter the password' })).toBeFocused()
  await picture(page, 'verify-locked-left', LOOKS)

  await page.keyboard.press('Enter')
  await field.fill('reader')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(verdict(page)).toHaveText(/Signed in the name of Olena Shevchenko and Ivan Franko\./)
  await expect(page.locator('.signature-card')).toHaveCount(2)
  await page.getByText('Pages before and after').click()
  await expect(page.getByText('No page looks different.')).toBeVisible()
  const stored = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), location.href]),
  )
  expect(stored).not.toContain('reader')

  // Another file joins: the first is not asked about again.
  await give(page, file('second.pdf', (await lockedFile('other'))!, 'application/pdf'))
  await expect(page.getByLabel('Password of second.pdf:')).toBeVisible()
  await expect(page.getByLabel('Password of lease.pdf:')).toHaveCount(0)
  await page.getByLabel('Password of second.pdf:').fill('other')
  await page.keyboard.press('Enter')
  await expect(page.locator('.signature-card')).toHaveCount(4)

  await page.getByRole('button', { name: 'Start again' }).click()
  await give(page, file('lease.pdf', locked!, 'application/pdf'))
  await expect(field).toBeVisible()
})

test('on paper a locked PDF is said to be unchecked, and nothing asks @pdf @verify', async ({ page }) => {
  const locked = await lockedFile('reader')
  test.skip(locked === null, 'qpdf is not here')
  await openToVerify(page, file('lease.pdf', locked!, 'application/pdf'))
  await page.emulateMedia({ media: 'print' })
  await expect(verdict(page)).toContainText('could not be checked')
  await expect(page.getByLabel('Password of lease.pdf:')).toBeHidden()
  await page.emulateMedia({ media: null })
})
