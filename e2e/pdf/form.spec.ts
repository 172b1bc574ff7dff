import { writeFileSync } from 'node:fs'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { pdfsig, qpdfCheck, textOf } from '../main/judges.ts'
import { createKey, openToSign, openToVerify, file, sign, signButton, takeFile } from '../main/steps.ts'
import { formFile } from './files.ts'

test('every kind of field is filled in on the page, a required one blocks, and what is seen is what is signed @pdf', async ({
  page,
}) => {
  await createKey(page)
  await openToSign(page, formFile())
  const name = page.getByRole('textbox', { name: 'Full name' })
  await expect(name).toBeVisible()
  await expect(signButton(page)).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByText('2 required fields are empty')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'number, cannot be changed' })).toBeDisabled()
  await expectAccessible(page)
  await picture(page, 'form-empty', [390, 700, 1280])

  await name.fill('Олена Шевченко')
  await page.getByRole('textbox', { name: 'note' }).fill('First line\nsecond line')
  await page.getByRole('radio', { name: 'plan' }).nth(1).check()
  await page.getByRole('checkbox', { name: 'agree' }).check()
  await page.getByRole('combobox', { name: 'city' }).selectOption({ label: 'Lviv' })
  await page.getByRole('listbox', { name: 'langs' }).selectOption(['uk', 'el'])
  await page.getByRole('textbox', { name: 'code' }).fill('AB12')
  await expect(signButton(page)).toHaveAttribute('aria-disabled', 'true')

  // Pointed at: the page is turned to it and the cursor stands in it.
  await page.getByRole('button', { name: 'Telephone' }).click()
  const phone = page.getByRole('textbox', { name: 'Telephone' })
  await expect(phone).toBeFocused()
  await phone.fill('王')
  await expect(page.getByText('The font of the document lacks these characters')).toBeVisible()
  await expect(signButton(page)).toHaveAttribute('aria-disabled', 'true')
  await phone.fill('+380 44 123')
  await expect(page.getByText('8 fields filled in')).toBeVisible()

  // A look at the keys loses nothing.
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('link', { name: 'Sign', exact: true }).click()
  await expect(name).toHaveValue('Олена Шевченко')
  await expect(page.getByRole('combobox', { name: 'city' })).toHaveValue('l')
  await expect(page.getByRole('radio', { name: 'plan' }).nth(1)).toBeChecked()
  await expect(page.getByRole('checkbox', { name: 'agree' })).toBeChecked()
  await name.focus()
  await name.blur()
  await expect(name).toHaveValue('Олена Шевченко')
  await picture(page, 'form-filled', [390, 700, 1280])

  await sign(page)
  await expect(page.getByRole('textbox', { name: 'Full name' })).toHaveCount(0)
  await picture(page, 'form-signed', [390, 700, 1280])
  const signed = await takeFile(page)
  for (const answer of [pdfsig(signed.path), qpdfCheck(signed.path)])
    expect(answer?.good ?? true, answer?.text).toBe(true)
  const shown = textOf(signed.path)
  for (const text of ['Олена Шевченко', 'First line', 'second line', 'Lviv', '+380 44 123', '14-B']) {
    expect(shown?.text ?? text).toContain(text)
  }
  await openToVerify(page, file('signed.pdf', signed.bytes, 'application/pdf'))
  await expect(page.getByRole('heading', { name: /Signed in the name of Ann Example/ })).toBeVisible()
  writeFileSync('test-results/form-signed.pdf', signed.bytes)
})
