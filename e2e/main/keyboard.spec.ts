import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { createKey, SAMPLES } from './steps.ts'

test('a key, a signature and its verification by keyboard alone @main', async ({ page }) => {
  const { keyboard } = page
  // Playwright catches choosers only while somebody listens, and a key press is faster than its asking for that.
  page.on('filechooser', () => undefined)
  /** Tab until the wanted thing has the focus. */
  async function tabTo(role: Parameters<typeof page.getByRole>[0], name: string | RegExp): Promise<void> {
    const wanted = page.getByRole(role, { name }).first()
    await expect(wanted).toBeVisible()
    for (let i = 0; i < 60; i++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab never reached ${String(name)}`)
  }

  await page.goto('')
  await tabTo('link', 'Keys')
  await keyboard.press('Enter')
  await tabTo('button', 'New key')
  await keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'New key' })).toBeVisible()
  await tabTo('textbox', 'Name')
  await keyboard.type('Keyboard Person')
  await tabTo('button', 'Create key')
  await keyboard.press('Space')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('main').getByText('Keyboard Person').first()).toBeVisible()
  // What was pressed is gone with the empty page: who hears the page goes on at its heading.
  await expect(page.getByRole('heading', { name: 'Keys' })).toBeFocused()

  await tabTo('link', 'Sign')
  await keyboard.press('Enter')
  await tabTo('button', 'Choose files')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')])
  await chooser.setFiles(SAMPLES.form)
  await tabTo('textbox', 'contact')
  await keyboard.type('Keyboard Person')
  // Enter in a field never signs.
  await tabTo('textbox', /^Reason/)
  await keyboard.type('Agreed')
  await keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
  await tabTo('button', /^Sign order-form\.pdf .* as Keyboard Person/)
  await keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeFocused()
  await tabTo('button', 'Download')
  const signed = await download(page, () => keyboard.press('Enter'))

  await tabTo('link', 'Verify')
  await keyboard.press('Enter')
  await tabTo('button', 'Choose files')
  const [again] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')])
  await again.setFiles(signed.path)
  await expect(page.getByRole('heading', { name: /Signed in the name of Keyboard Person/ })).toBeFocused()
})

test('Escape closes a dialog and the focus comes back @main', async ({ page }) => {
  await page.goto('#/keys')
  const open = page.getByRole('button', { name: 'New key' })
  await open.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(open).toBeFocused()
})

test('a key deleted by keyboard leaves the focus on the page of keys @main', async ({ page }) => {
  await createKey(page)
  const card = page.getByRole('article', { name: 'Ann Example' })
  await expect(card.getByRole('heading', { name: 'Ann Example' })).toBeVisible()
  const remove = card.getByRole('button', { name: 'Delete', exact: true })
  await remove.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete for ever' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible()
  await expect(page.getByRole('heading').and(page.locator(':focus'))).toBeVisible()
})

test('what takes the focus never lies under the bar @main', async ({ page }) => {
  await page.goto('')
  await page.setViewportSize({ width: 640, height: 300 })
  const last = page.getByRole('button', { name: 'Offer.docx' })
  await last.focus()
  const bar = (await page.getByRole('banner').boundingBox())!
  for (let presses = 0; presses < 5; presses++) {
    await page.keyboard.press('Shift+Tab')
    const here = page.locator(':focus')
    expect((await here.boundingBox())!.y).toBeGreaterThanOrEqual(bar.height)
    if ((await here.textContent()) === 'Choose files') return
  }
  throw new Error('Shift and Tab never came back to the first button')
})
