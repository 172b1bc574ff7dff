import { createKey, give, openToSign, openToVerify, SAMPLES, file } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { enterPeople, giveEnvelope, seal, standing } from './steps.ts'

test('an envelope brought to where documents are signed or verified is led to its own page @envelope', async ({
  page,
}) => {
  test.setTimeout(180_000)
  await createKey(page, { name: 'Olena Office' })
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [{ name: 'Ann Example' }])
  const sealed = await seal(page)
  const envelope = file('deal.pdf', sealed.bytes, 'application/pdf')
  await page.getByRole('button', { name: 'Put it away' }).click()

  // Signed as an ordinary document it would be an envelope no more: that is said, and nothing is signed by a slip.
  await openToSign(page, envelope)
  const act = page.getByRole('button', { name: /^Sign deal\.pdf/ })
  await expect(page.getByText('“deal.pdf” is an envelope')).toBeVisible()
  await expect(act).toHaveAttribute('aria-disabled', 'true')
  await act.press('Enter')
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
  await expect(page.getByText('An envelope is signed on its own page.')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'sign-envelope', [390, 560, 1280])
  await page.getByRole('button', { name: 'Open it on its own page' }).click()
  await expect(page).toHaveURL(/#\/envelope$/)
  await expect(standing(page)).toHaveText('Waiting for Ann Example')
  await page.goto('#/sign')
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible()

  // Among others it is named in its row, and taken out of the batch; the others are signed.
  await give(page, [envelope, SAMPLES.invoice, SAMPLES.contract])
  await expect(page.getByText('1 of these is an envelope')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'deal.pdf' })).toContainText(
    'An envelope: has its own page',
  )
  await expectAccessible(page)
  await picture(page, 'sign-envelope-many', [390, 560, 1280])
  await page.getByRole('button', { name: 'Open it on its own page' }).click()
  await page.goto('#/sign')
  await page.getByRole('button', { name: /^Sign 2 documents as / }).click()
  await expect(page.getByRole('heading', { name: 'Signed 2 of 2' })).toBeVisible({ timeout: 30_000 })

  // Whoever insists may; what comes of it is told by the verification.
  await page.getByRole('button', { name: 'Sign another' }).click()
  await give(page, envelope)
  await page.getByRole('button', { name: 'Sign it here all the same' }).click()
  await expect(act).toHaveAttribute('aria-disabled', 'false')

  // The verify page says where it stands, and leads on.
  await openToVerify(page, envelope)
  const part = page.getByRole('region', { name: /^Envelope/ })
  await expect(part.getByText('Waiting for Ann Example')).toBeVisible({ timeout: 30_000 })
  await expectAccessible(page)
  await picture(page, 'verify-envelope', [390, 560, 1280])
  await part.getByRole('button', { name: 'Go on with it on its own page' }).click()
  await expect(standing(page)).toHaveText('Waiting for Ann Example')
})
