import { expect, test } from '../support/test.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, takeFile } from './steps.ts'

test('after the first load all of it works without a network @main', async ({ page, context, complaints }) => {
  await page.goto('')
  await page.evaluate(() => navigator.serviceWorker.ready)
  await expect
    .poll(async () => page.evaluate(() => navigator.serviceWorker.controller !== null), { timeout: 20_000 })
    .toBe(true)
    .catch(() => page.reload())
  await context.setOffline(true)
  await page.reload()
  await createKey(page)
  await openToSign(page, SAMPLES.contract)
  await expect(page.getByText('SERVICES AGREEMENT No. 2026-117').first()).toBeVisible()
  await sign(page)
  const { bytes } = await takeFile(page)
  await openToVerify(page, file('contract-signed.pdf', bytes))
  await expect(page.getByRole('heading', { name: /Signed in the name of Ann Example/ })).toBeVisible()
  await page.goto('#/about')
  await expect(page.getByText(/^Works:\s\d+\sfiles/)).toBeVisible()
  // The browser itself says so when it looks for a new service worker; nothing of ours asked.
  const rest = complaints.filter(({ text }) => !text.includes('ERR_INTERNET_DISCONNECTED'))
  complaints.splice(0, complaints.length, ...rest)
})
