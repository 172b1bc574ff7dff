import type { Locator } from '@playwright/test'
import { createKey, SAMPLES } from '../main/steps.ts'
import { download, type Downloaded } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { expectContinues, standing, timeline } from './steps.ts'

test('prepared, signed by two and accepted by keyboard alone @envelope', async ({ page }) => {
  test.setTimeout(240_000)
  const { keyboard } = page
  page.on('filechooser', () => undefined)
  await createKey(page, { name: 'Ann Example' })
  const tabTo = async (wanted: Locator): Promise<void> => {
    await expect(wanted.first()).toBeVisible()
    for (let presses = 0; presses < 90; presses++) {
      if (await wanted.first().evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab never reached ${String(wanted)}`)
  }
  const press = async (role: 'button' | 'link' | 'checkbox', name: string | RegExp, key = 'Enter'): Promise<void> => {
    await tabTo(page.getByRole(role, { name }))
    await keyboard.press(key)
  }
  const type = async (label: string, text: string): Promise<void> => {
    await tabTo(page.getByRole('textbox', { name: new RegExp(`^${label}( \\(optional\\))?$`) }))
    await keyboard.press('ControlOrMeta+A')
    await keyboard.type(text)
  }
  const open = async (given: string | Downloaded): Promise<void> => {
    await tabTo(page.getByRole('button', { name: 'Choose files' }))
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')])
    await chooser.setFiles(typeof given === 'string' ? given : given.path)
  }
  const take = async (): Promise<Downloaded> => {
    await tabTo(page.getByRole('button', { name: /^Download / }))
    return download(page, () => keyboard.press('Enter'))
  }

  await press('link', 'Envelopes')
  await open(SAMPLES.contract)
  await type('Name', 'Ann Example')
  await press('button', 'Add a person')
  await type('Name', 'Ann Example again')
  await tabTo(page.getByLabel('What this person does'))
  await keyboard.type('Gives')
  await expect(page.getByLabel('What this person does')).toHaveValue('visa')
  // Of a group of radio buttons Tab stops at the chosen one, and arrows choose.
  await tabTo(page.getByRole('radio', { name: /^People/ }))
  await keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: /^Fields/ })).toBeChecked()
  await press('button', 'Check box')
  await type('Label', 'I accept')
  await press('checkbox', 'Must be ticked', 'Space')
  // The box itself: arrows move it on the page.
  const box = page.getByRole('button', { name: /^I accept of Ann Example, page 1$/ })
  await tabTo(box)
  const before = await page.getByLabel('Top, mm').inputValue()
  await keyboard.press('ArrowUp')
  await expect(page.getByLabel('Top, mm')).not.toHaveValue(before)
  await press('button', /^Seal as /)
  await expect(page.getByRole('heading', { name: 'Sealed' })).toBeVisible({ timeout: 30_000 })
  const sealed = await take()

  await press('button', 'Put it away')
  await open(sealed)
  await expect(standing(page)).toHaveText('Waiting for Ann Example')
  // Enter where a name is corrected never signs; a dialog is left by Escape, and the focus is back where it was.
  await type('Your company', 'Client Ltd')
  await keyboard.press('Enter')
  await press('button', /^Decline/)
  await expect(page.getByRole('dialog')).toBeVisible()
  await keyboard.press('Escape')
  await expect(page.getByRole('button', { name: /^Decline/ })).toBeFocused()
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
  // What is missing is where the focus goes.
  await press('button', /^Sign “/)
  await expect(page.getByRole('checkbox', { name: 'I accept' })).toBeFocused()
  await keyboard.press('Space')
  await press('checkbox', /^I have read/, 'Space')
  await press('button', /^Sign “/)
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeVisible({ timeout: 30_000 })
  const signed = await take()
  expectContinues(signed, sealed.bytes)

  await press('button', 'Put it away')
  await open(signed)
  await press('checkbox', /^I have checked/, 'Space')
  await press('button', /^Accept “/)
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeVisible({ timeout: 30_000 })
  expectContinues(await take(), signed.bytes)
  await expect(timeline(page).locator('.place.signed')).toHaveCount(2)
})
