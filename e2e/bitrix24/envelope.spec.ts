import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { another, consent, giveEnvelope, signatory, signNow, signTurn } from '../envelope/steps.ts'
import { decline } from '../envelope/whole.ts'
import { pdfsig, pyhanko } from '../main/judges.ts'
import { keyAtHome, leaveAfter } from '../support/deal.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture, type Downloaded } from '../support/files.ts'
import { watch } from '../support/test.ts'
import { openPortalEmulator, type Emulator } from './portal.ts'
import { app, bringBack, closedBy, copies, inWindow, person, row, told } from './steps.ts'

// An emulator of the portal with the official SDK; no live portal was seen.
let open: { embedding: Embedding; portal: Emulator } | null = null
test.afterEach(async () => {
  await open?.portal.close()
  await open?.embedding.close()
  open = null
})

const PEOPLE = ['Ingrid Halvorsen', 'Boris Beispiel', 'Carla Esempio'] as const
const RECORD = {
  item: {
    ufCrmContract: [{ id: 11, name: 'contract.pdf', bytes: readFileSync('public/samples/contract.pdf') }],
    ufCrmSigned: [],
  },
  multiple: { ufCrmContract: false, ufCrmSigned: true },
  options: { 'countersign.target.2': 'ufCrmSigned' },
  contacts: Object.fromEntries([
    person(PEOPLE[0], 3, ['ingrid@x.example', 'i@y.example']),
    person(PEOPLE[1], 4, ['boris@x.example']),
    person(PEOPLE[2], 5, ['carla@x.example']),
  ]),
}

test('a contract goes to the contacts of the deal, is declined, sent again and accepted; the timeline is told each step once @bitrix24 @envelope', async ({
  browser,
}) => {
  test.setTimeout(420_000)
  const embedders: string[] = []
  const embedding = await openEmbedding({ storage: 'default', config: {}, embedders })
  const base = `${embedding.app.origin}/`
  const handler = `${base}bitrix24.html`
  const portal = await openPortalEmulator(
    { handler, open: 'POST', placement: 'CRM_DEAL_DETAIL_TAB', placementOptions: { ID: '7' } },
    structuredClone(RECORD),
  )
  open = { embedding, portal }
  embedders.push(portal.origin)
  const page = embedding.context.pages()[0] ?? (await embedding.context.newPage())
  const complaints = await watch(embedding.context)
  await keyAtHome({ page, app: embedding.app })
  await page.goto(portal.origin)

  // The contacts, each with all addresses, and whoever sends it as the visa: Boris is to sign by a code.
  const popup = await inWindow(page, 'Send for signature: contract.pdf')
  for (const name of [...PEOPLE, 'Anna Berg']) {
    await expect(popup.getByRole('button', { name: new RegExp(name) }).first()).toBeVisible()
  }
  await popup
    .getByRole('button', { name: /Boris Beispiel/ })
    .first()
    .click()
  await popup.getByRole('radio', { name: 'Simple, with a code' }).check()
  await closedBy(popup, () => popup.getByRole('button', { name: /^Seal as / }).click())
  await expect(app(page).getByText('Waits for Ingrid Halvorsen')).toBeVisible({ timeout: 20_000 })
  const expected = ['sent for signature by Anna Berg']
  const expectTold = () => expect(told(portal)).toEqual(expected.map((text) => `Office refit: ${text}`))
  expectTold()
  await expect(app(page).getByRole('link', { name: 'Write to Ingrid Halvorsen' })).toHaveAttribute(
    'href',
    /^mailto:ingrid%40x\.example,i%40y\.example\?/,
  )
  await picture(page, 'bitrix24-envelope', [390, 560, 1280])

  // A manager hands out the code from the record: that she looked is told as well.
  const looked = await inWindow(page, 'Open contract.pdf')
  await expect(looked.getByRole('radio', { name: 'I look after it' })).toBeChecked()
  await looked.getByText('Letters').first().click()
  await looked.getByRole('button', { name: 'Make a code' }).click()
  const code = (await looked.getByLabel('Code for Boris Beispiel').textContent()) ?? ''
  await leaveAfter(looked, app(page).frameLocator('#signer iframe'))
  expected.push('opened by Anna Berg')
  await expect.poll(() => told(portal).length).toBe(expected.length)
  expectTold()

  // Each signs on our own page, far from the portal; somebody of the deal puts the file that comes back into the field.
  const newest = () => ({ name: 'contract.pdf', bytes: new Uint8Array(copies(portal).at(-1)?.bytes ?? []) })
  const comesBack = async (file: Downloaded, ...news: readonly string[]) => {
    expectContinuesBytes(file)
    // The card is open: what came in is told when the manager comes back to it.
    await bringBack(page, portal, file.bytes)
    expected.push(...news)
    await expect.poll(() => told(portal).length, { timeout: 20_000 }).toBe(expected.length)
    expectTold()
  }
  const ingrid = await signatory(browser, base, PEOPLE[0])
  await giveEnvelope(ingrid.page, newest())
  await comesBack(await signTurn(ingrid.page), 'signed by Ingrid Halvorsen')

  const boris = await another(browser, base, { width: 390 })
  await giveEnvelope(boris.page, newest(), 's2')
  await boris.page.getByRole('button', { name: /Waiting for Boris Beispiel/ }).click()
  await boris.page.getByLabel('Your code').fill(code)
  await comesBack(await signTurn(boris.page), 'signed by Boris Beispiel')

  const carla = await signatory(browser, base, PEOPLE[2])
  await comesBack(await decline(carla.page, newest(), 'The price is wrong'), 'declined by Carla Esempio')
  await expect(row(page, 'Declined')).toHaveCount(1)
  // A notification follows its note of the timeline.
  const notified = () => portal.state.notifications.map(({ MESSAGE }) => MESSAGE)
  await expect.poll(notified).toEqual(['Office refit: declined by Carla Esempio'])

  // Sent again: a new round, whose file is shorter than the declined one, and still the one that counts.
  const again = await inWindow(page, 'Open contract.pdf')
  await again.getByRole('button', { name: /^Return to/ }).click()
  await again.getByRole('dialog').getByRole('radio', { name: PEOPLE[2] }).check()
  await again.getByRole('dialog').getByLabel('Reason').fill('See annex 2')
  await closedBy(again, () => again.getByRole('dialog').getByRole('button', { name: 'Return it' }).click())
  await expect(row(page, 'Waits for Carla Esempio')).toHaveCount(1, { timeout: 20_000 })
  await expect(row(page, 'An earlier copy')).toHaveCount(4)
  expected.push('opened by Anna Berg', 'sent again to Carla Esempio')
  await expect.poll(() => told(portal).length).toBe(expected.length)
  expectTold()
  expect(portal.state.timeline.at(-1)?.['text']).toContain('See annex 2')
  await picture(page, 'bitrix24-again', [390, 560, 1280])

  await giveEnvelope(carla.page, newest())
  await expect(carla.page.getByText('Round 2. See annex 2')).toBeVisible()
  await comesBack(await signTurn(carla.page), 'signed by Carla Esempio', 'all have signed')
  for (const one of [ingrid, boris, carla]) {
    expect(one.complaints).toEqual([])
    await one.close()
  }

  // The visa, from the record; the final file is in the card.
  const visa = await inWindow(page, 'Open contract.pdf')
  await consent(visa).check()
  await closedBy(visa, () => signNow(visa).click())
  await expect(app(page).getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
  expected.push('opened by Anna Berg', 'visa given by Anna Berg', 'complete')
  await expect.poll(() => told(portal).length).toBe(expected.length)
  expectTold()
  const final = copies(portal).at(-1)
  const path = test.info().outputPath('final.pdf')
  writeFileSync(path, final?.bytes ?? '')
  for (const judge of [pdfsig, pyhanko]) {
    const answer = judge(path)
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  await picture(page, 'bitrix24-complete', [390, 560, 1280])

  // Once each: after the card is opened anew, and from the browser of a second manager.
  await page.reload()
  await expect(app(page).getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
  const second = await another(browser, base)
  await second.page.goto(`${portal.origin}/?user=2`)
  await expect(app(second.page).getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
  expectTold()
  await expect
    .poll(notified)
    .toEqual(['declined by Carla Esempio', 'all have signed', 'complete'].map((text) => `Office refit: ${text}`))
  await inWindow(second.page, 'Open contract.pdf')
  expected.push('opened by Mikael Strand')
  await expect.poll(() => told(portal).length).toBe(expected.length)
  expectTold()
  await second.close()
  expect(complaints.filter(({ text }) => !text.startsWith('requestStorageAccess:'))).toEqual([])
})

/** What came back goes on from what lay in the field, whatever its last revision did. */
function expectContinuesBytes(file: Downloaded): void {
  const before = open && copies(open.portal).at(-1)
  expect(
    Buffer.from(file.bytes)
      .subarray(0, before?.bytes.length)
      .equals(before?.bytes ?? Buffer.alloc(0)),
  ).toBe(true)
  const judged = pyhanko(file.path)
  expect(judged?.good ?? true, judged?.text).toBe(true)
}
