import { createKey, SAMPLES } from '../main/steps.ts'
import { expectAccessible, expectAccessibleThemes } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { addField, enterPeople, giveEnvelope, part, seal, signTurn } from './steps.ts'

test('the pages of envelopes pass axe and are pictured at three widths, light and dark @envelope', async ({ page }) => {
  test.setTimeout(180_000)
  const look = async (name: string): Promise<void> => {
    await expectAccessibleThemes(page)
    await picture(page, `envelope-${name}`, [390, 560, 1280])
  }
  await createKey(page, { name: 'Ann Example' })
  await page.goto('#/envelope')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await look('start')
  await giveEnvelope(page, SAMPLES.contract)
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await enterPeople(page, [
    { name: 'Ann Example', email: 'ann@client.example' },
    { name: 'Boris Beispiel', kind: 'Simple, with a code', mayDelegate: true },
    { name: 'Vera Visa', role: 'visa' },
  ])
  await look('people')
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Signature')
  await addField(page, 'Ann Example', 'Check box', 'I accept the terms')
  await page.getByLabel('Must be ticked').check()
  await addField(page, 'Ann Example', 'Text', 'Order number')
  await addField(page, 'Boris Beispiel', 'Check box', 'I was informed')
  await look('fields')
  await part(page, 'Message')
  await page.getByLabel('To be signed before').fill('2099-03-01T12:00')
  await look('message')
  const sealed = await seal(page)
  await look('sealed')
  await page.getByRole('button', { name: 'Change the texts' }).click()
  await look('letter-texts')
  await page.keyboard.press('Escape')
  await giveEnvelope(page, { name: sealed.name, bytes: sealed.bytes })
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await page.getByLabel('Order number').fill('PO-7')
  await look('turn')
  // On a phone what is to be filled in is folded away; the page still has its title.
  await page.setViewportSize({ width: 390, height: 800 })
  await expect(page.getByRole('button', { name: /Fill in$/ })).toHaveAttribute('aria-expanded', 'false')
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.getByRole('button', { name: /^Sign “/ }).click()
  await look('missing')
  await page.getByRole('checkbox', { name: 'I accept the terms' }).check()
  const signed = await signTurn(page)
  await look('signed')
  await giveEnvelope(page, { name: signed.name, bytes: signed.bytes })
  await look('code')
})

test('no envelope page is wider than a phone, in each language @envelope', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  for (const language of ['en', 'ru', 'uk']) {
    await page.goto('#/about')
    await page.getByRole('combobox').selectOption(language)
    await page.goto('#/envelope')
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    await page.locator('.page:visible input[type=file]').first().setInputFiles(SAMPLES.contract)
    await expect(page.locator('.workspace')).toBeVisible()
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wider, language).toBeLessThanOrEqual(0)
    await expect(page.locator('body')).not.toContainText(/\b(common|sign|envelope|preparing)\.[a-z]/)
    await page.reload()
  }
})
