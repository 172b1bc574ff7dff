import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { createKey, SAMPLES } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { addField, enterPeople, giveEnvelope, part, seal, timeline } from './steps.ts'

const place = async (page: Page) => ({
  left: Number(await page.getByLabel('Left, mm').inputValue()),
  top: Number(await page.getByLabel('Top, mm').inputValue()),
})

test('fields are placed by keyboard, numbers and mouse, and never on each other @envelope', async ({ page }) => {
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [{ name: 'Ann Example' }, { name: 'Boris Beispiel' }])
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Signature')
  await addField(page, 'Boris Beispiel', 'Signature')
  await expectAccessible(page)
  const second = page.getByRole('button', { name: /^Signature of Boris Beispiel, page 1$/ })
  const first = page.getByRole('button', { name: /^Signature of Ann Example, page 1$/ })

  // Arrows, and small steps with Alt.
  await second.focus()
  const start = await place(page)
  for (let times = 0; times < 5; times++) await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
  const up = await place(page)
  expect(start.top - up.top).toBeCloseTo((5 * 4 + 1) * (25.4 / 72), 0)

  // A drag onto the other is shown as refused, and goes back.
  const [from, to] = [await second.boundingBox(), await first.boundingBox()]
  if (!from || !to) throw new Error('the fields are not on the page')
  await page.mouse.move(from.x + 40, from.y + 20)
  await page.mouse.down()
  await page.mouse.move(to.x + 60, to.y + 30, { steps: 5 })
  await expect(page.getByText('Lies on “Signature”')).toBeVisible()
  await page.mouse.up()
  await expect(page.getByText('Lies on “Signature”')).toBeHidden()
  expect(await place(page)).toEqual(up)

  // Numbers that would overlap are refused where they are typed.
  await first.focus()
  await expect(first).toHaveAttribute('aria-pressed', 'true')
  const taken = await place(page)
  await second.focus()
  await expect(second).toHaveAttribute('aria-pressed', 'true')
  await page.getByLabel('Left, mm').fill(String(taken.left))
  await expect(page.getByText('Lies on “Signature”').first()).toBeVisible()
  await page.getByLabel('Page', { exact: true }).fill('3')
  await expect(page.getByRole('button', { name: /^Signature of Boris Beispiel, page 3$/ })).toBeVisible()

  // From the palette onto the page.
  const target = page.locator('[data-page="3"]')
  await target.scrollIntoViewIfNeeded()
  const sheet = await target.boundingBox()
  const source = await page.getByRole('button', { name: 'Check box', exact: true }).boundingBox()
  if (!sheet || !source) throw new Error('no page, or no palette')
  await page.mouse.move(source.x + 20, source.y + 10)
  await page.mouse.down()
  await page.mouse.move(sheet.x + 90, Math.max(sheet.y, 140) + 60, { steps: 6 })
  await page.mouse.up()
  await expect(page.getByRole('button', { name: /^Check box of Boris Beispiel, page 3$/ })).toBeVisible()
  await page.getByRole('button', { name: /^Check box of Boris Beispiel, page 3$/ }).focus()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('button', { name: /^Check box of Boris/ })).toHaveCount(0)
})

test('the order by keyboard, a template kept and used again, and a file that cannot be prepared @envelope', async ({
  page,
}) => {
  await createKey(page, { name: 'Olena Office' })
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [
    { name: 'Ann Example', email: 'ann@client.example' },
    { name: 'Boris Beispiel', mayDelegate: true },
    { name: 'Vera Visa', role: 'visa' },
    { name: 'Carla Esempio', together: true },
  ])
  // The visa went last by itself.
  const people = page.getByRole('listitem').locator('.person-open')
  await expect(people.last()).toContainText('Vera Visa')
  await people.filter({ hasText: 'Carla Esempio' }).press('Alt+ArrowUp')
  await people.filter({ hasText: 'Carla Esempio' }).press('Alt+ArrowUp')
  await expect(people.first()).toContainText('Carla Esempio')
  await page.getByRole('radio', { name: 'All at once' }).check()
  await expect(people.nth(2)).toContainText('Step 1')
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Text', 'Order number')
  await page.getByRole('button', { name: 'Save template' }).click()
  await page.getByLabel('With names and addresses').check()
  const template = await download(page, () => page.getByRole('button', { name: 'Save', exact: true }).click())

  await page.reload()
  await giveEnvelope(page, SAMPLES.contract)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Load template' }).click(),
  ])
  await chooser.setFiles({ name: 'template.json', mimeType: 'application/json', buffer: readFileSync(template.path) })
  await expect(people.first()).toContainText('Carla Esempio')
  await expect(people.nth(2)).toContainText('Step 1')
  await expect(page.getByRole('button', { name: 'Order number of Ann Example, page 1' })).toBeVisible()

  const sealed = await seal(page)
  await expect(timeline(page).getByText('Their turn')).toHaveCount(3)
  // What is sealed is no document to be prepared once more, and neither is what another signed.
  await giveEnvelope(page, { name: 'again.pdf', bytes: sealed.bytes })
  await expect(page.getByRole('heading', { name: 'contract' })).toBeVisible()
  await giveEnvelope(page, { name: 'no.pdf', bytes: new TextEncoder().encode('no PDF at all') })
  await expect(page.getByRole('alert')).toBeVisible()
})
