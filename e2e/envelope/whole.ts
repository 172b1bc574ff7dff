import { readFileSync } from 'node:fs'
import { expect, type Browser, type Page } from '@playwright/test'
import { SAMPLES } from '../main/steps.ts'
import { download, type Downloaded } from '../support/files.ts'
import type { Complaint } from '../support/test.ts'
import { addField, another, consent, enterPeople, giveEnvelope, part, seal, signatory } from './steps.ts'
import { signNow, signTurn, standing, take, timeline, type Given, type Other } from './steps.ts'

/** A file that somebody was given by the page, in the order of the story. */
export type Kept = Readonly<{
  name: string
  file: Downloaded
  /** Its beginning, byte by byte. */
  before: Uint8Array
  /** What its last revision did: a certificate signed, or a reserved field was filled. */
  last: 'signature' | 'fill'
  /** With a certificate, the preparer's included. */
  signatures: number
}>

export type Setting = Readonly<{
  browser: Browser
  baseURL: string
  /** The third signatory's browser, with the key to be used; she declines first. */
  third: Readonly<{ name: string; begin: () => Promise<Other>; choose?: (page: Page) => Promise<void> }>
  onKept: (kept: Kept) => void | Promise<void>
}>

export type Told = Readonly<{
  /** The office's page, as it was when the visa was given. */
  done: Downloaded
  /** Boris Beispiel's. */
  code: string
  /** PEM of those who signed with keys of their browsers. */
  certificates: readonly string[]
  complaints: readonly Complaint[]
}>

/**
 * The whole story through the page: an unqualified signature with a key of Chromium's storage, a simple one by code on a phone, a third
 * person who declines, is asked again in a new round and signs, and the visa. Each file is what the page before gave.
 */
export async function tellWholeStory({ browser, baseURL, third, onKept }: Setting): Promise<Told> {
  const certificates: string[] = []
  const office = await withCertificate(browser, baseURL, 'Olena Office', certificates)
  const { page } = office
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [
    { name: 'Ann Example', email: 'ann@client.example, office@client.example' },
    { name: 'Boris Beispiel', email: 'boris@client.example', kind: 'Simple, with a code' },
    { name: third.name, email: 'third@client.example' },
    { name: 'Olena Office', email: 'olena@firm.example', role: 'visa' },
  ])
  await placeFields(page, third.name)
  await part(page, 'Message')
  await page.getByLabel('Message to everybody').fill('Please read clause 3 with care.')
  const sealed = await seal(page)
  const source = readFileSync(SAMPLES.contract)
  await onKept({ name: 'prepared', file: sealed, before: source, last: 'signature', signatures: 1 })
  const code = await handOutCode(page)

  const ann = await withCertificate(browser, baseURL, 'Ann Example', certificates)
  const one = await annSigns(ann.page, sealed)
  await onKept({ name: 'certificate', file: one, before: sealed.bytes, last: 'signature', signatures: 2 })

  // Boris, on a phone, with his code and no key.
  const boris = await another(browser, baseURL, { width: 390 })
  await giveEnvelope(boris.page, one, 's2')
  await boris.page.getByRole('button', { name: /Waiting for Boris Beispiel/ }).click()
  await boris.page.getByRole('checkbox', { name: 'I was informed' }).check()
  await boris.page.getByLabel('Your code').fill(code)
  const two = await signTurn(boris.page)
  await onKept({ name: 'simple', file: two, before: one.bytes, last: 'fill', signatures: 2 })
  await expect(timeline(boris.page).getByText('Signed with a code')).toBeVisible()

  // The third declines with a reason; the office sends it back to her.
  const carla = await third.begin()
  const declined = await decline(carla.page, two, 'Clause 3 names the wrong price')
  await onKept({ name: 'declined', file: declined, before: two.bytes, last: 'fill', signatures: 2 })
  const again = await askAgain(page, declined, third.name)
  await onKept({ name: 'new-round', file: again, before: two.bytes, last: 'fill', signatures: 2 })

  await giveEnvelope(carla.page, again)
  await expect(carla.page.getByText('Round 2. The price is right: see annex 2')).toBeVisible()
  await third.choose?.(carla.page)
  await carla.page.getByRole('checkbox', { name: 'The price is agreed' }).check()
  const three = await signTurn(carla.page)
  await onKept({ name: 'third', file: three, before: again.bytes, last: 'signature', signatures: 3 })

  // The visa sees every signature verified, and accepts.
  await giveEnvelope(page, three)
  await expect(timeline(page).getByText(/Signed in the name of Ann Example/)).toBeVisible()
  await expect(timeline(page).getByText(new RegExp(`Signed in the name of ${third.name}`))).toBeVisible()
  const done = await signTurn(page)
  await onKept({ name: 'visa', file: done, before: three.bytes, last: 'signature', signatures: 4 })
  const people = [office, ann, boris, carla]
  for (const { close } of people) await close()
  return { done, code, certificates, complaints: people.flatMap(({ complaints }) => complaints) }
}

async function withCertificate(browser: Browser, baseURL: string, name: string, to: string[]): Promise<Other> {
  const one = await signatory(browser, baseURL, name)
  const card = one.page.getByRole('button', { name: 'Certificate (PEM)' }).first()
  to.push(Buffer.from((await download(one.page, () => card.click())).bytes).toString('latin1'))
  return one
}

async function placeFields(page: Page, third: string): Promise<void> {
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Signature')
  await addField(page, 'Ann Example', 'Check box', 'I accept the terms')
  await page.getByLabel('Must be ticked').check()
  await addField(page, 'Ann Example', 'Text', 'Order number')
  await page.getByLabel('Suggestion').fill('PO-7')
  await addField(page, 'Ann Example', 'Date')
  await addField(page, 'Boris Beispiel', 'Check box', 'I was informed')
  await page.getByLabel('Must be ticked').check()
  await addField(page, third, 'Signature')
  await addField(page, third, 'Check box', 'The price is agreed')
  await page.getByLabel('Must be ticked').check()
}

async function handOutCode(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Make a code' }).click()
  const code = (await page.getByLabel('Code for Boris Beispiel').textContent()) ?? ''
  expect(code.replaceAll(/[^A-Za-z0-9]/g, '').length).toBeGreaterThanOrEqual(12)
  const letter = page.getByRole('link', { name: 'Write the e-mail' }).first()
  expect(await letter.getAttribute('href')).toMatch(/^mailto:ann%40client\.example,office%40client\.example\?subject=/)
  expect(decodeURIComponent((await letter.getAttribute('href')) ?? '')).toContain('#/envelope?who=s1')
  return code
}

/** What is required is pointed at, and only then does she sign; twice and out of turn are refused with the reason. */
async function annSigns(page: Page, sealed: Downloaded): Promise<Downloaded> {
  await giveEnvelope(page, sealed, 's1')
  await expect(page.getByText('Please read clause 3 with care.')).toBeVisible()
  await expect(page.getByLabel('Order number')).toHaveValue('PO-7')
  await signNow(page).click()
  await expect(page.getByRole('checkbox', { name: 'I accept the terms' })).toBeFocused()
  await expect(page.getByText('Tick this to go on.')).toBeVisible()
  await page.keyboard.press('Space')
  await signNow(page).click()
  await expect(consent(page)).toBeFocused()
  await page.getByLabel('Your company').fill('Client Ltd')
  const one = await signTurn(page)
  for (const [who, why] of [
    ['s1', 'You have signed this envelope already.'],
    ['s3', 'It is not your turn yet.'],
  ] as const) {
    await giveEnvelope(page, one, who)
    await expect(page.getByText(why)).toBeVisible()
    await expect(signNow(page)).toHaveCount(0)
  }
  return one
}

export async function decline(page: Page, file: Given, reason: string): Promise<Downloaded> {
  await giveEnvelope(page, file)
  await page.getByRole('button', { name: /^Decline/ }).click()
  await page.getByRole('dialog').getByLabel('Reason').fill(reason)
  await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
  await expect(page.getByRole('heading', { name: 'Declined' })).toBeVisible({ timeout: 30_000 })
  return take(page)
}

async function askAgain(page: Page, declined: Downloaded, name: string): Promise<Downloaded> {
  await giveEnvelope(page, declined)
  await expect(standing(page)).toHaveText(`${name} declined`)
  await expect(timeline(page).getByText('Clause 3 names the wrong price')).toBeVisible()
  await page.getByRole('button', { name: /^Return to/ }).click()
  await page.getByRole('dialog').getByRole('radio', { name }).check()
  await page.getByRole('dialog').getByLabel('Reason').fill('The price is right: see annex 2')
  await page.getByRole('dialog').getByRole('button', { name: 'Return it' }).click()
  await expect(page.getByRole('heading', { name: 'A new round has begun' })).toBeVisible({ timeout: 30_000 })
  return take(page)
}
