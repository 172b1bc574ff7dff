import { writeFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { opensslDetached, pdfsig } from '../main/judges.ts'
import { file, openToSign, openToVerify, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

test('a pair of keys: two signature files, or one with two signers; in a PDF one @keys', async ({ page }, info) => {
  test.slow()
  await page.goto('#/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await form.getByLabel('Name', { exact: true }).fill('Ann Example')
  await form.getByLabel(/With a post-quantum key beside it/).check()
  await picture(page, 'keys-pair', [390, 700, 1280])
  await form.getByRole('button', { name: 'Create key' }).click()
  await expect(form).toBeHidden()
  const classical = page.getByRole('article').filter({ hasText: 'ECDSA P-256' })
  await expect(page.getByRole('article').filter({ hasText: 'ML-DSA-65' })).toHaveCount(1)
  const anchor = await download(page, () => classical.getByRole('button', { name: 'Certificate (PEM)' }).click())

  await openToSign(page, SAMPLES.offer)
  const second = page.getByRole('group', { name: 'Second, post-quantum signature' })
  await expect(second.getByLabel('Own file')).toBeChecked()
  await expectAccessible(page)
  await picture(page, 'sign-second', [390, 700, 1280])
  await sign(page)
  await expect(page.getByText('offer.docx.ml-dsa-65.p7s')).toBeVisible()
  await picture(page, 'sign-second-done', [390, 700, 1280])
  const zip = await download(page, () => page.getByRole('button', { name: 'Download 2 files as a zip' }).click())
  const files = unzipSync(zip.bytes)
  expect(Object.keys(files).toSorted()).toEqual(['offer.docx.ml-dsa-65.p7s', 'offer.docx.p7s'])
  const first = info.outputPath('offer.docx.p7s')
  writeFileSync(first, files['offer.docx.p7s'] ?? '')
  const judged = opensslDetached(first, SAMPLES.offer, anchor.path)
  expect(judged?.good ?? true, judged?.text).toBe(true)

  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, SAMPLES.offer)
  await second.getByLabel('Same file').check()
  await expect(second.getByText(/OpenSSL 3.0, EU DSS and pyHanko refuse the whole file/)).toBeVisible()
  await sign(page)
  const both = await takeFile(page)
  expect(both.name).toBe('offer.docx.p7s')
  await openToVerify(page, [file('offer.docx.p7s', both.bytes), SAMPLES.offer])
  await expect(page.getByRole('heading', { name: 'Ann Example 1 of 2' })).toBeVisible()
  await expect(page.getByRole('heading', { name: /Nothing was changed since/ })).toHaveCount(1)
  await expect(page.getByRole('main')).toContainText('ML-DSA-65')

  await page.goto('#/sign')
  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, SAMPLES.contract)
  await expect(second).toHaveCount(0)
  await sign(page)
  const pdf = pdfsig((await takeFile(page)).path)
  expect(pdf?.good ?? true, pdf?.text).toBe(true)
})
