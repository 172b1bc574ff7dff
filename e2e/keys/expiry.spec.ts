import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { createKey, openToSign, SAMPLES, sign } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const DAY = 24 * 3600 * 1000
const WIDTHS = [390, 700, 1280]

/** The page's own clock, so many days on; everything else of it runs as ever. */
async function daysOn(page: Page, days: number): Promise<void> {
  await page.clock.setFixedTime(Date.now() + days * DAY)
  await page.reload()
}

const entries = (text: string, name: string): readonly string[] =>
  [...text.replaceAll('\r\n ', '').matchAll(new RegExp(`^${name}:(.*)\\r$`, 'gm'))].map(([, value]) => value ?? '')

test('a certificate that ends: a calendar entry when it comes, a calm word in time, renewed by one click @keys', async ({
  page,
}) => {
  await createKey(page, { years: '1' })
  const fresh = page.getByRole('main').getByText('The certificate of Ann Example is here')
  await expect(fresh).toBeVisible()
  await picture(page, 'keys-fresh', WIDTHS)
  const calendar = await download(page, () => page.getByRole('button', { name: 'Calendar reminder' }).first().click())
  expect(calendar.name).toBe('Ann Example.ics')
  const ics = readFileSync(calendar.path, 'utf8')
  const end = new Date(Date.now() + 365 * DAY)
  const days = entries(ics, 'DTSTART;VALUE=DATE').map((day) =>
    Math.round((end.getTime() - Date.parse(day.replace(/(....)(..)(..)/, '$1-$2-$3'))) / DAY),
  )
  expect(days.map((ahead) => Math.round(ahead / 10))).toEqual([3, 1])
  expect(entries(ics, 'SUMMARY')[0]).toMatch(/^Certificate of Ann Example expires on /)
  await page.getByRole('button', { name: 'Close' }).click()
  await expect(fresh).toBeHidden()

  await daysOn(page, 200)
  await expect(page.getByText(/This certificate (expires|has expired)/)).toHaveCount(0)
  await daysOn(page, 345)
  await expect(page.getByText('This certificate expires soon')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'keys-expiring', WIDTHS)
  await openToSign(page, SAMPLES.contract)
  const panel = page.getByRole('complementary').or(page.locator('.sign-panel')).first()
  await expect(panel.getByText('This certificate expires soon')).toBeVisible()
  await picture(page, 'sign-expiring', WIDTHS)
  await panel.getByRole('button', { name: 'Renew' }).click()
  await expect(panel.getByText('This certificate expires soon')).toHaveCount(0)
  await sign(page)
})

test('an expired certificate: signing waits for a word; a new key takes its name and its place @keys', async ({
  page,
}) => {
  await createKey(page, { years: '1', organisation: 'Northwind', algorithm: 'ECDSA-P384' })
  await daysOn(page, 400)
  await expect(page.getByText('This certificate has expired')).toBeVisible()
  await openToSign(page, SAMPLES.offer)
  await expect(page.getByText('This certificate is not valid today')).toBeVisible()
  await picture(page, 'sign-expired', WIDTHS)
  await page.getByRole('main').getByRole('button', { name: 'New key', exact: true }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await expect(form.getByLabel('Name', { exact: true })).toHaveValue('Ann Example')
  await expect(form.getByLabel('Organisation')).toHaveValue('Northwind')
  await expect(form.getByLabel('Algorithm')).toHaveValue('ECDSA-P384')
  await form.getByRole('button', { name: 'Create key' }).click()
  await expect(form).toBeHidden()
  await expect(page.getByText('This certificate is not valid today')).toHaveCount(0)
  await sign(page)
  await page.goto('#/keys')
  await expect(page.getByRole('article')).toHaveCount(2)
})

test('the company CA: what ends is issued again for the same key, and the CA itself renewed @keys', async ({
  page,
}) => {
  await createKey(page, { name: 'Olena Koval' })
  const key = page.getByRole('article').filter({ hasText: 'Olena Koval' })
  await key.getByText('More', { exact: true }).click()
  const request = await download(page, () => key.getByRole('button', { name: 'Save the request' }).click())
  await page.goto('#/company')
  await page.getByRole('button', { name: 'New authority' }).click()
  await page.getByLabel('Name of the authority').fill('Lab CA')
  await page.getByLabel('Valid for').selectOption({ index: 0 })
  await page.getByRole('button', { name: 'Create authority' }).click()
  const authority = page.getByRole('article', { name: 'Lab CA' })
  await authority.getByRole('button', { name: 'Issue a certificate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Issue a certificate' })
  await dialog.getByLabel('Request (.csr)').setInputFiles(request.path)
  await download(page, () => dialog.getByRole('button', { name: 'Issue to Olena Koval' }).click())
  await expect(authority.getByRole('button', { name: 'Issue again' })).toHaveCount(0)

  await daysOn(page, 350)
  await expect(authority.getByRole('button', { name: 'Issue again' })).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'company-expiring', WIDTHS)
  const again = await download(page, () => authority.getByRole('button', { name: 'Issue again' }).click())
  await expect(authority.getByRole('row')).toHaveCount(3)
  await expect(authority.getByRole('button', { name: 'Issue again' })).toHaveCount(0)
  await page.goto('#/keys')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Install a certificate' }).click(),
  ])
  await chooser.setFiles({ name: 'a.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(again.bytes) })
  await expect(key.getByText('Issued by Lab CA').first()).toBeVisible()
  await expect(page.getByText('The certificate of Olena Koval is here')).toBeVisible()

  await page.goto('#/company')
  await daysOn(page, 20_000)
  await authority.getByRole('button', { name: 'Issue again' }).click()
  await expect(authority.getByRole('alert')).toContainText('KEY_CERTIFICATE_EXPIRED')
  await authority.getByRole('button', { name: 'Renew' }).click()
  await expect(authority.getByText('This certificate has expired')).toHaveCount(0)
  await download(page, () => authority.getByRole('button', { name: 'Issue again' }).click())
})
