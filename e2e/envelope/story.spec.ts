import { readFileSync } from 'node:fs'
import { openToVerify, SAMPLES, createKey, file } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { expect, test } from '../support/test.ts'
import { addField, another, consent, enterPeople, expectContinues, giveEnvelope, part } from './steps.ts'
import { seal, signatory, signNow, signTurn, standing, take, timeline } from './steps.ts'

test('three people, a code, a refusal sent back, and a visa: the whole state is in the file @envelope', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000)
  const base = baseURL ?? ''
  await createKey(page, { name: 'Olena Office' })

  // Prepared: two with certificates of their own, one with a code, and the visa.
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [
    { name: 'Ann Example', email: 'ann@client.example, office@client.example' },
    { name: 'Boris Beispiel', email: 'boris@client.example', kind: 'Simple, with a code' },
    { name: 'Carla Esempio', email: 'carla@client.example' },
    { name: 'Olena Office', email: 'olena@firm.example', role: 'visa' },
  ])
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Signature')
  await addField(page, 'Ann Example', 'Check box', 'I accept the terms')
  await page.getByLabel('Must be ticked').check()
  await addField(page, 'Ann Example', 'Text', 'Order number')
  await page.getByLabel('Suggestion').fill('PO-7')
  await addField(page, 'Ann Example', 'Date')
  await addField(page, 'Boris Beispiel', 'Check box', 'I was informed')
  await page.getByLabel('Must be ticked').check()
  await addField(page, 'Carla Esempio', 'Signature')
  await part(page, 'Message')
  await page.getByLabel('Message to everybody').fill('Please read clause 3 with care.')
  const sealed = await seal(page)
  expectContinues(sealed, readFileSync(SAMPLES.contract))
  await page.getByRole('button', { name: 'Make a code' }).click()
  const code = (await page.getByLabel('Code for Boris Beispiel').textContent()) ?? ''
  expect(code.replaceAll(/[^A-Za-z0-9]/g, '').length).toBeGreaterThanOrEqual(12)
  const letter = page.getByRole('link', { name: 'Write the e-mail' }).first()
  expect(await letter.getAttribute('href')).toMatch(/^mailto:ann%40client\.example,office%40client\.example\?subject=/)
  expect(decodeURIComponent((await letter.getAttribute('href')) ?? '')).toContain('#/envelope?who=s1')

  // Ann: what is required is pointed at, and only then does she sign.
  const ann = await signatory(browser, base, 'Ann Example')
  await giveEnvelope(ann.page, { name: sealed.name, bytes: sealed.bytes }, 's1')
  await expect(ann.page.getByText('Please read clause 3 with care.')).toBeVisible()
  await expect(ann.page.getByLabel('Order number')).toHaveValue('PO-7')
  await signNow(ann.page).click()
  await expect(ann.page.getByRole('checkbox', { name: 'I accept the terms' })).toBeFocused()
  await expect(ann.page.getByText('Tick this to go on.')).toBeVisible()
  await ann.page.keyboard.press('Space')
  await signNow(ann.page).click()
  await expect(consent(ann.page)).toBeFocused()
  await ann.page.getByLabel('Your company').fill('Client Ltd')
  const one = await signTurn(ann.page)
  expectContinues(one, sealed.bytes)
  // Twice is refused with the reason.
  await giveEnvelope(ann.page, { name: one.name, bytes: one.bytes }, 's1')
  await expect(ann.page.getByText('You have signed this envelope already.')).toBeVisible()
  await expect(signNow(ann.page)).toHaveCount(0)
  // So is out of turn.
  await giveEnvelope(ann.page, { name: one.name, bytes: one.bytes }, 's3')
  await expect(ann.page.getByText('It is not your turn yet.')).toBeVisible()
  await ann.close()

  // Boris, on a phone, with his code and no key.
  const boris = await another(browser, base, { width: 390 })
  await giveEnvelope(boris.page, { name: one.name, bytes: one.bytes }, 's2')
  await boris.page.getByRole('button', { name: /Waiting for Boris Beispiel/ }).click()
  await boris.page.getByRole('checkbox', { name: 'I was informed' }).check()
  await boris.page.getByLabel('Your code').fill(code)
  const two = await signTurn(boris.page)
  expectContinues(two, one.bytes, 'fill')
  await expect(timeline(boris.page).getByText('Signed with a code')).toBeVisible()
  await boris.close()

  // Carla declines with a reason; the office sends it back to her.
  const carla = await signatory(browser, base, 'Carla Esempio')
  await giveEnvelope(carla.page, { name: two.name, bytes: two.bytes })
  await carla.page.getByRole('button', { name: /^Decline/ }).click()
  await carla.page.getByRole('dialog').getByLabel('Reason').fill('Clause 3 names the wrong price')
  await carla.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
  await expect(carla.page.getByRole('heading', { name: 'Declined' })).toBeVisible({ timeout: 30_000 })
  const declined = await take(carla.page)
  expectContinues(declined, two.bytes, 'fill')

  await giveEnvelope(page, { name: declined.name, bytes: declined.bytes })
  await expect(standing(page)).toHaveText('Carla Esempio declined')
  await expect(timeline(page).getByText('Clause 3 names the wrong price')).toBeVisible()
  await page.getByRole('button', { name: /^Return to/ }).click()
  await page.getByRole('dialog').getByRole('radio', { name: 'Carla Esempio' }).check()
  await page.getByRole('dialog').getByLabel('Reason').fill('The price is right: see annex 2')
  await page.getByRole('dialog').getByRole('button', { name: 'Return it' }).click()
  await expect(page.getByRole('heading', { name: 'A new round has begun' })).toBeVisible({ timeout: 30_000 })
  const again = await take(page)
  expectContinues(again, two.bytes, 'fill')

  await giveEnvelope(carla.page, { name: again.name, bytes: again.bytes })
  await expect(carla.page.getByText('Round 2. The price is right: see annex 2')).toBeVisible()
  const three = await signTurn(carla.page)
  expectContinues(three, again.bytes)
  await carla.close()

  // The visa sees every signature verified, and accepts.
  await giveEnvelope(page, { name: three.name, bytes: three.bytes })
  await expect(timeline(page).getByText(/Signed in the name of Ann Example/)).toBeVisible()
  await expect(timeline(page).getByText(/Signed in the name of Carla Esempio/)).toBeVisible()
  const done = await signTurn(page)
  expectContinues(done, three.bytes)

  // A browser that never saw any of it knows the same from the file alone.
  const wiped = await another(browser, base)
  await giveEnvelope(wiped.page, { name: done.name, bytes: done.bytes })
  await expect(standing(wiped.page)).toHaveText(/Complete: all 4.signatures/)
  await expect(timeline(wiped.page).locator('.place.signed')).toHaveCount(4)
  await expectAccessible(wiped.page)
  await openToVerify(wiped.page, file('contract.pdf', done.bytes, 'application/pdf'))
  const verified = wiped.page.getByRole('region', { name: /^Envelope/ })
  await expect(verified.getByText(/Complete: all 4.signatures/)).toBeVisible({ timeout: 30_000 })
  await verified
    .getByLabel('Check the code of Boris Beispiel')
    .fill(`${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`)
  await verified.getByRole('button', { name: 'Check' }).click()
  await expect(verified.getByText('Another code gave the signature')).toBeVisible({ timeout: 30_000 })
  await verified.getByLabel('Check the code of Boris Beispiel').fill(code)
  await verified.getByRole('button', { name: 'Check' }).click()
  await expect(verified.getByText('This code gave the signature')).toBeVisible({ timeout: 30_000 })
  // A changed byte under the signatures is not taken for an envelope in good order.
  const changed = Uint8Array.from(done.bytes)
  const at = Buffer.from(changed).indexOf('endstream') - 20
  changed[at] = (changed[at] ?? 0) ^ 1
  await giveEnvelope(wiped.page, { name: 'changed.pdf', bytes: changed })
  await expect(wiped.page.getByRole('alert').getByText(/^ENVELOPE_/)).toBeVisible({ timeout: 30_000 })
  await expect(standing(wiped.page).filter({ hasText: 'Complete' })).toHaveCount(0)
  for (const { complaints } of [ann, boris, carla, wiped]) expect(complaints).toEqual([])
  await wiped.close()
})
