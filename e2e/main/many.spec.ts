import { unzipSync } from 'fflate'
import { readFileSync } from 'node:fs'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, signButton, type Given } from './steps.ts'

const many = (count: number): Given[] => Array.from({ length: count }, (_, i) => file(`note ${i}.txt`, `note ${i}`))

test('many files, one consent: a failing one neither stops nor loses the others @main', async ({ page }) => {
  await createKey(page)
  await openToSign(page, [
    file('contract.pdf', readFileSync(SAMPLES.contract), 'application/pdf'),
    file('empty.txt', ''),
    file('photo.pdf', '\x89PNG\r\n\x1a\n and so on', 'application/pdf'),
    file('offer.docx', readFileSync(SAMPLES.offer)),
    file('note.txt', 'a note'),
    file('sub note.txt', 'another note'),
  ])
  await expect(page.getByRole('heading', { name: /^6\sdocuments$/ })).toBeVisible()
  await signButton(page).click()
  await expect(page.getByRole('heading', { name: 'Signed 4 of 6' })).toBeVisible()
  await expect(page.getByText(/\(FORMAT_EMPTY_FILE\)/)).toBeVisible()
  await expect(page.getByText(/\(FORMAT_NOT_PDF\)/)).toBeVisible()
  const zip = await download(page, () => page.getByRole('button', { name: /^Download 4 files/ }).click())
  expect(Object.keys(unzipSync(zip.bytes)).sort()).toEqual([
    'contract-signed.pdf',
    'note.txt.p7s',
    'offer.docx.p7s',
    'sub note.txt.p7s',
  ])
})

test('five hundred files at once, each of them valid @main', async ({ page }) => {
  test.slow()
  await createKey(page)
  await openToSign(page, many(500))
  await signButton(page).click()
  await expect(page.getByRole('heading', { name: 'Signed 500 of 500' })).toBeVisible({ timeout: 120_000 })
  const zip = await download(page, () => page.getByRole('button', { name: /^Download 500 files/ }).click())
  const inside = Object.entries(unzipSync(zip.bytes))
  expect(inside).toHaveLength(500)
  const [name, bytes] = inside[250]!
  await openToVerify(page, [file(name, bytes), file(name.replace('.p7s', ''), name.replace('.txt.p7s', ''))])
  await expect(page.getByRole('heading', { name: /Signed in the name of Ann Example/ })).toBeVisible()
})

test('a cancel keeps what is signed and leaves the rest unsigned @main', async ({ page }) => {
  await createKey(page)
  await openToSign(page, many(400))
  await signButton(page).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  const title = page.getByRole('heading', { name: /^Signed \d+ of 400$/ })
  await expect(title).toBeVisible()
  const count = Number(/\d+/.exec((await title.textContent()) ?? '')?.[0])
  expect(count).toBeLessThan(400)
  if (count > 0) await expect(page.getByRole('button', { name: /^Download/ }).last()).toBeVisible()
})

test('a tab that is closed while signing loses nothing that was signed @main', async ({ page, context }) => {
  await createKey(page)
  await openToSign(page, many(300))
  await signButton(page).click()
  await expect(page.getByText(/Signed ([1-9]\d?) of 300/).first()).toBeVisible()
  await page.close()
  const again = await context.newPage()
  await again.goto('#/sign')
  const kept = again.getByRole('region', { name: /signed files? waits? for you/ })
  await expect(kept).toBeVisible()
  const zip = await download(again, () => kept.getByRole('button', { name: 'Download as a zip' }).click())
  const signed = Object.keys(unzipSync(zip.bytes))
  expect(signed.length).toBeGreaterThan(0)
  expect(signed.every((name) => /^note \d+\.txt\.p7s$/.test(name))).toBe(true)
  await expect(kept).toBeHidden()
})
