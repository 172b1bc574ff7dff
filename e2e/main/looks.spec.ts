import { expectAccessibleThemes } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, signButton, takeFile } from './steps.ts'

test('every page passes axe and is pictured at three widths, light and dark @main', async ({ page }) => {
  test.slow()
  const look = async (name: string): Promise<void> => {
    await expectAccessibleThemes(page)
    await picture(page, name)
  }
  await page.goto('')
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible()
  await look('sign-empty')
  await page.goto('#/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  await expect(page.getByRole('button', { name: 'Create key' })).toBeEnabled()
  await look('keys-new')
  await page.keyboard.press('Escape')
  await createKey(page, { organisation: 'Northwind Facility Services', email: 'ann@example.com' })
  await page.getByText('Certificate details').click()
  await look('keys')
  await openToSign(page, SAMPLES.contract)
  await expect(page.getByText('SERVICES AGREEMENT No. 2026-117').first()).toBeVisible()
  await expect(signButton(page)).toBeEnabled()
  await look('sign-document')
  await sign(page)
  await look('sign-done')
  const { bytes } = await takeFile(page)
  await openToVerify(page, file('contract-signed.pdf', bytes))
  await expect(page.getByRole('heading', { name: /Signed in the name of/ })).toBeVisible()
  await look('verify')
  await page.goto('#/about')
  await expect(page.getByRole('heading', { name: 'About Countersign' })).toBeVisible()
  await look('about')
})

test('at four times its size what is asked lies on nothing, and the page scrolls to it @main', async ({ page }) => {
  await createKey(page)
  await page.setViewportSize({ width: 320, height: 256 })
  await openToSign(page, SAMPLES.contract)
  await expect(signButton(page)).toBeEnabled()
  await page.getByRole('button', { name: /Options$/ }).click()
  const place = page.getByLabel('Place (optional)')
  await place.fill('Kyiv')
  const [above, below] = await Promise.all([place.boundingBox(), signButton(page).boundingBox()])
  expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})

test('no page is wider than a small phone or a narrow window, in each language @main', async ({ page }) => {
  for (const language of ['en', 'ru', 'uk']) {
    await page.goto('#/about')
    await page.getByRole('combobox').first().selectOption(language)
    for (const route of ['about', 'sign', 'verify', 'keys']) {
      await page.goto(`#/${route}`)
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      for (const width of [360, 421, 481, 561, 641, 721, 861, 901]) {
        await page.setViewportSize({ width, height: 740 })
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(wider, `${route} in ${language} at ${width} px`).toBeLessThanOrEqual(0)
      }
    }
  }
})
