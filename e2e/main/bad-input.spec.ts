import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumLaunch } from '../../scripts/chromium.mjs'
import { expect, test } from '../support/test.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, signButton, takeFile } from './steps.ts'

const contract = readFileSync(SAMPLES.contract)
const NO_PAGES = `%PDF-1.7
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Kids [] /Count 0 >>
endobj
xref
0 3
0000000000 65535 f 
0000000009 00000 n 
0000000058 00000 n 
trailer
<< /Size 3 /Root 1 0 R >>
startxref
110
%%EOF
`

const BAD = [
  ['an empty file', file('empty.pdf', ''), 'FORMAT_EMPTY_FILE'],
  ['a picture named .pdf', file('photo.pdf', '\x89PNG\r\n\x1a\n and so on', 'application/pdf'), 'FORMAT_NOT_PDF'],
  ['a PDF without pages', file('bare.pdf', NO_PAGES, 'application/pdf'), 'FORMAT_NO_PAGES'],
  ['a PDF cut after its header', file('cut.pdf', contract.subarray(0, 700), 'application/pdf'), /FORMAT_/],
] as const

for (const [what, bad, code] of BAD) {
  test(`${what} is told in words with its code, and nothing is signed unasked @main`, async ({ page }) => {
    await createKey(page)
    await openToSign(page, bad)
    await expect(page.getByText(code).first()).toBeVisible()
    await expect(page.locator('.sign-act button[aria-disabled=true]')).toHaveCount(1)
    if (code === 'FORMAT_EMPTY_FILE') return
    await page.getByRole('radio', { name: 'Separate file' }).check()
    await sign(page)
    expect((await takeFile(page)).name).toMatch(/\.pdf\.p7s$/)
  })
}

test('a PDF cut in the middle is refused or said to be damaged before it is signed @main', async ({ page }) => {
  await createKey(page)
  await openToSign(page, file('half.pdf', contract.subarray(0, contract.length >> 1), 'application/pdf'))
  await expect(page.getByText(/The file is damaged|FORMAT_/).first()).toBeVisible()
})

test('bad files on the verify page are a report, one by one @main', async ({ page }) => {
  await openToVerify(page, [
    file('empty.pdf', ''),
    file('photo.pdf', '\x89PNG\r\n\x1a\n', 'application/pdf'),
    file('cut.pdf', contract.subarray(0, 700)),
    file('broken.p7s', new Uint8Array([0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02])),
  ])
  await expect(page.getByText('empty.pdf').first()).toBeVisible()
  await expect(page.getByText('FORMAT_EMPTY_FILE').first()).toBeVisible()
  for (const name of ['photo.pdf', 'cut.pdf', 'broken.p7s']) await expect(page.getByText(name).first()).toBeVisible()
  await expect(page.getByText(/Signed by|Signed in the name of/)).toHaveCount(0)
})

test('an expired certificate signs only when the person insists, and the result says so @main', async ({ page }) => {
  await createKey(page, { years: '1' })
  await page.clock.setSystemTime(new Date(Date.now() + 400 * 24 * 3600 * 1000))
  await page.reload()
  await openToSign(page, SAMPLES.invoice)
  await expect(page.getByText('This certificate is not valid today')).toBeVisible()
  await expect(signButton(page)).toBeDisabled()
  await page.getByRole('checkbox', { name: /Sign all the same/ }).check()
  await sign(page)
  await expect(page.getByText(/expired|not valid/i).first()).toBeVisible()
})

test('a clock set back is noticed: the certificate is not valid yet @main', async ({ page }) => {
  await createKey(page)
  await page.clock.setSystemTime(new Date('2020-01-01T00:00:00Z'))
  await page.reload()
  await openToSign(page, SAMPLES.invoice)
  await expect(page.getByText('This certificate is not valid today')).toBeVisible()
  await expect(signButton(page)).toBeDisabled()
})

test('a full storage: no key is claimed, and what is signed can still be taken @main', async ({ page }) => {
  await createKey(page)
  // As Chromium does it when the disk is full; its DevTools quota is not asked for small writes.
  await page.evaluate(() => {
    const full = () => {
      throw new DOMException('the disk is full', 'QuotaExceededError')
    }
    Object.assign(IDBObjectStore.prototype, { add: full, put: full })
  })
  await page.getByRole('button', { name: 'New key' }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await form.getByLabel('Name', { exact: true }).fill('Too Much')
  await form.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByText(/KEY_STORAGE_FULL/)).toBeVisible()
  await form.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Too Much')).toHaveCount(0)
  await openToSign(page, SAMPLES.invoice)
  await sign(page)
  await expect(page.getByText('Not stored by the browser')).toBeVisible()
  expect((await takeFile(page)).bytes.length).toBeGreaterThan(1000)
})

test('storage that the browser denies is said, and verifying still works @main', async ({ baseURL }, info) => {
  const folder = info.outputPath('profile')
  mkdirSync(join(folder, 'Default'), { recursive: true })
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(folder, { ...chromiumLaunch(), baseURL: baseURL ?? '' })
  try {
    const page = await context.newPage()
    await page.goto('#/keys')
    await expect(page.getByText(/KEY_STORAGE_UNAVAILABLE/).first()).toBeVisible()
    await openToVerify(page, SAMPLES.invoice)
    await expect(page.getByRole('heading', { name: 'This file carries no signature.' })).toBeVisible()
  } finally {
    await context.close()
  }
})
