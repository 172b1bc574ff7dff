import { execFileSync } from 'node:child_process'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const CONTRACT = 'public/samples/contract.pdf'
const FORM = 'public/samples/order-form.pdf'

/** The box as the page says it, in millimetres from the upper left corner. */
const boxOf = async (page: Page) => ({
  left: Number(await page.getByLabel('Left, mm').inputValue()),
  top: Number(await page.getByLabel('Top, mm').inputValue()),
  width: Number(await page.getByLabel('Width, mm').inputValue()),
})

async function trySample(page: Page): Promise<void> {
  await page.goto('')
  await page.getByRole('button', { name: 'Try a sample' }).click()
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
}

test('@main a newcomer signs the sample with a key to throw away, and deletes it', async ({ page }) => {
  await trySample(page)
  await expect(page.getByText('A key to throw away')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^Sign Contract 14-B\.pdf \(3.pages\) as Sample signer$/ }).click()
  await expect(page.getByRole('heading', { name: 'Signed' })).toBeVisible()
  await expect(page.getByText('Read back and checked')).toBeVisible()
  await expectAccessible(page)
  const signed = await download(page, () => page.getByRole('button', { name: 'Download' }).click())
  expect(signed.name).toMatch(/^Contract 14-B.*\.pdf$/)
  const said = execFileSync('pdfsig', ['-nocert', signed.path], { encoding: 'utf8' })
  expect(said).toContain('Signature is Valid')
  expect(said).toContain('Total document signed')
  await page.getByRole('button', { name: 'Delete the sample key' }).click()
  await page.goto('#/keys')
  await expect(page.getByText('No keys yet')).toBeVisible()
})

test('@main the box is moved and resized by mouse, by arrow keys and by numbers', async ({ page }) => {
  await trySample(page)
  await page.getByLabel('In a box on the page').check()
  const face = page.getByRole('button', { name: 'Signature box on page 3' })
  await face.focus()
  const start = await boxOf(page)
  for (let times = 0; times < 5; times++) await page.keyboard.press('ArrowLeft')
  for (let times = 0; times < 5; times++) await page.keyboard.press('ArrowUp')
  const moved = await boxOf(page)
  expect(start.left - moved.left).toBeGreaterThan(5)
  expect(start.top - moved.top).toBeGreaterThan(5)
  for (let times = 0; times < 5; times++) await page.keyboard.press('Shift+ArrowRight')
  expect((await boxOf(page)).width - moved.width).toBeGreaterThan(5)

  const area = await face.boundingBox()
  if (!area) throw new Error('the box is not on the page')
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2)
  await page.mouse.down()
  await page.mouse.move(area.x + area.width / 2 - 120, area.y + area.height / 2 - 90, { steps: 4 })
  await page.mouse.up()
  const dragged = await boxOf(page)
  expect(dragged.left).toBeLessThan(moved.left - 15)

  await page.getByLabel('Left, mm').fill('20')
  await page.getByLabel('Page', { exact: true }).fill('1')
  await expect(page.getByRole('button', { name: 'Signature box on page 1' })).toBeVisible()
  expect((await boxOf(page)).left).toBe(20)
  await expectAccessible(page)
})

test('@main the whole way by keyboard alone: key, document, signature, result', async ({ page }) => {
  await page.goto('#/keys')
  await page.getByRole('button', { name: 'New key' }).press('Enter')
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.keyboard.type('Ann Example')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.getByRole('link', { name: 'Sign', exact: true }).press('Enter')
  await page.locator('.page:visible input[type=file]').first().setInputFiles(CONTRACT)
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()

  // Enter in a field signs nothing: the act must have been reached.
  await page.getByLabel(/^Reason/).press('Enter')
  await expect(page.getByRole('heading', { name: 'Signed' })).toBeHidden()
  const act = page.getByRole('button', { name: /^Sign contract\.pdf/ })
  for (let times = 0; times < 12; times++) {
    if (await act.evaluate((button) => button === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await expect(act).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Signed' })).toBeVisible()
})

test('@main a field that the document brings is proposed, and the text of the page can be read aloud', async ({
  page,
}) => {
  await page.goto('')
  await page.locator('.page:visible input[type=file]').first().setInputFiles(FORM)
  await expect(page.getByRole('region', { name: 'Page 1 of 1' })).toContainText('Order for maintenance work')
  await expect(page.getByRole('radio', { name: /In the field/ }).first()).toBeChecked()
})

for (const [name, hash] of [
  ['sign', '#/sign'],
  ['verify', '#/verify'],
  ['keys', '#/keys'],
  ['about', '#/about'],
] as const) {
  test(`@main axe finds nothing on ${name}, light and dark, wide and narrow`, async ({ page }) => {
    await page.goto(hash)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const width of [360, 1600]) {
        await page.setViewportSize({ width, height: 800 })
        await expectAccessible(page)
        const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(spill, `${name} at ${width} px`).toBeLessThanOrEqual(0)
      }
    }
  })
}

test('@main after the first visit it opens and signs without a network', async ({ page, context }) => {
  await page.goto('#/about')
  await expect(page.getByText(/Works: \d+\sfiles are stored/)).toBeVisible({ timeout: 30_000 })
  await context.setOffline(true)
  await page.goto('')
  await page.getByRole('button', { name: 'Try a sample' }).click()
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await page.getByRole('button', { name: /^Sign Contract/ }).click()
  await expect(page.getByRole('heading', { name: 'Signed' })).toBeVisible()
  await context.setOffline(false)
})

test('@main every language is whole: no page shows a key of the catalogue', async ({ page }) => {
  for (const language of ['ru', 'uk']) {
    for (const hash of ['#/sign', '#/verify', '#/keys', '#/about']) {
      await page.goto(hash)
      await page.getByRole('combobox').first().selectOption(language)
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      await expect(page.getByRole('heading', { level: 1 })).toContainText(/[а-яіїє]/i)
      await expect(page.locator('body')).not.toContainText(/\b(common|sign|verify|keys|errors)\.[a-z]/)
    }
  }
})
