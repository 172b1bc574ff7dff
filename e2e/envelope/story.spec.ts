import { openToVerify, file } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { expect, test } from '../support/test.ts'
import { another, expectContinues, giveEnvelope, signatory, standing, timeline } from './steps.ts'
import { tellWholeStory } from './whole.ts'

// The same story with a token's key is told in e2e/tokens, and before all judges in interop/envelope-page.interop.ts.
test('three people, a code, a refusal sent back, and a visa: the whole state is in the file @envelope', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000)
  const base = baseURL ?? ''
  const { done, code, complaints } = await tellWholeStory({
    browser,
    baseURL: base,
    third: { name: 'Carla Esempio', begin: () => signatory(browser, base, 'Carla Esempio') },
    onKept: (kept) => expectContinues(kept.file, kept.before, kept.last),
  })
  expect(complaints).toEqual([])

  // A browser that never saw any of it knows the same from the file alone.
  const wiped = await another(browser, base)
  await giveEnvelope(wiped.page, done)
  await expect(standing(wiped.page)).toHaveText(/Complete: all 4.signatures/)
  await expect(timeline(wiped.page).locator('.place.signed')).toHaveCount(4)
  await expectAccessible(wiped.page)
  await openToVerify(wiped.page, file('contract.pdf', done.bytes, 'application/pdf'))
  const verified = wiped.page.getByRole('region', { name: /^Envelope/ })
  await expect(verified.getByText(/Complete: all 4.signatures/)).toBeVisible({ timeout: 30_000 })
  const field = verified.getByLabel('Check the code of Boris Beispiel')
  await field.fill(`${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`)
  await verified.getByRole('button', { name: 'Check' }).click()
  await expect(verified.getByText('Another code gave the signature')).toBeVisible({ timeout: 30_000 })
  await field.fill(code)
  await verified.getByRole('button', { name: 'Check' }).click()
  await expect(verified.getByText('This code gave the signature')).toBeVisible({ timeout: 30_000 })
  // A changed byte under the signatures is not taken for an envelope in good order.
  const changed = Uint8Array.from(done.bytes)
  const at = Buffer.from(changed).indexOf('endstream') - 20
  changed[at] = (changed[at] ?? 0) ^ 1
  await giveEnvelope(wiped.page, { name: 'changed.pdf', bytes: changed })
  await expect(wiped.page.getByRole('alert').getByText(/^ENVELOPE_/)).toBeVisible({ timeout: 30_000 })
  await expect(standing(wiped.page).filter({ hasText: 'Complete' })).toHaveCount(0)
  expect(wiped.complaints).toEqual([])
  await wiped.close()
})
