import type { Page } from '@playwright/test'
import { createKey } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { envelopeMaker, given, person } from './made.ts'
import { giveEnvelope, signNow, signTurn, standing, take, timeline } from './steps.ts'

const ask = (page: Page) => page.getByRole('dialog')

test('past its deadline an envelope is signed by nobody, and its sender is told so @envelope', async ({ page }) => {
  await createKey(page, { name: 'Person 1' })
  const maker = await envelopeMaker()
  const deadline = new Date(Date.now() - 3_600_000).toISOString()
  const late = await maker.prepare([person(1), person(2)], { deadline })
  await giveEnvelope(page, await given(late), 's1')
  await expect(standing(page)).toHaveText(/^Not complete by /)
  await expect(page.getByText('ENVELOPE_EXPIRED')).toBeVisible()
  await expect(signNow(page)).toHaveCount(0)
  await expectAccessible(page)
  await picture(page, 'envelope-expired', [390, 560, 1280])
  // While it is still time it can be signed; a page that stays open past the time refuses then.
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const open = await maker.prepare([person(1), person(2)], { deadline: soon })
  await giveEnvelope(page, await given(open), 's1')
  await page.getByRole('checkbox', { name: 'I agree' }).check()
  await page.getByRole('checkbox', { name: /^I have read/ }).check()
  await page.clock.setFixedTime(Date.now() + 2 * 3_600_000)
  await signNow(page).click()
  await expect(page.getByRole('alert').getByText('ENVELOPE_EXPIRED')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
})

test('passed on to another person where the preparer allowed it, and nowhere else @envelope', async ({ page }) => {
  await createKey(page, { name: 'Lena Stellvertreter' })
  const maker = await envelopeMaker()
  const made = await maker.prepare([person(1, { mayDelegate: true }), person(2, { mayDelegate: false })])
  await giveEnvelope(page, await given(made), 's1')
  await page.getByRole('button', { name: /^Pass it on/ }).click()
  await ask(page).getByLabel('Name').fill('Lena Stellvertreter')
  await ask(page).getByLabel('E-mail').fill('lena@firm.example')
  await expectAccessible(page)
  await picture(page, 'envelope-delegate', [390, 560, 1280])
  await ask(page).getByRole('button', { name: 'Pass it on' }).click()
  await expect(page.getByRole('heading', { name: 'Passed on' })).toBeVisible({ timeout: 30_000 })
  await expect(timeline(page)).toContainText('Lena Stellvertreter')
  await expect(timeline(page)).toContainText('In place of Person 1')
  // The sender is told, and then the one who now signs.
  const letter = page.getByRole('link', { name: 'Write the e-mail' }).last()
  await expect(letter).toHaveAttribute('href', /^mailto:lena%40firm\.example\?/)
  const passed = await take(page)
  await giveEnvelope(page, passed, 's1')
  await page.getByRole('checkbox', { name: 'I agree' }).check()
  const signed = await signTurn(page)
  await giveEnvelope(page, signed, 's2')
  await expect(signNow(page)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Pass it on/ })).toHaveCount(0)
})

test('at the visa: returned to one person, or withdrawn with a reason; not sent again where that is switched off @envelope', async ({
  page,
}) => {
  const maker = await envelopeMaker()
  const people = [person(1), person(2), person(3, { role: 'visa', fields: [] })]
  const sealed = await maker.prepare(people)
  const one = await maker.sign(sealed, 's1')
  const two = await maker.sign(one, 's2')

  await giveEnvelope(page, await given(two), 's3')
  await expect(page.getByRole('button', { name: /^Accept/ })).toBeVisible()
  await page.getByRole('button', { name: /^Return to/ }).click()
  await ask(page).getByRole('radio', { name: 'Person 2' }).check()
  await ask(page).getByLabel('Reason').fill('Page 2 is missing an initial')
  await expectAccessible(page)
  await picture(page, 'envelope-return', [390, 560, 1280])
  await ask(page).getByRole('button', { name: 'Return it' }).click()
  await expect(page.getByRole('heading', { name: 'A new round has begun' })).toBeVisible({ timeout: 30_000 })
  const again = await take(page)
  await giveEnvelope(page, again)
  await expect(standing(page)).toHaveText('Waiting for Person 2')
  await expect(page.getByText('Round 2. Page 2 is missing an initial')).toBeVisible()
  await expect(timeline(page).locator('.place.signed')).toHaveCount(1)

  await giveEnvelope(page, await given(two), 's3')
  await page.getByRole('button', { name: /^Withdraw/ }).click()
  const withdraw = ask(page).getByRole('button', { name: 'Withdraw' })
  await ask(page).getByLabel('Reason').fill('The deal is off')
  await withdraw.click()
  await expect(page.getByRole('heading', { name: 'Withdrawn' })).toBeVisible({ timeout: 30_000 })
  const closed = await take(page)
  await giveEnvelope(page, closed, 's3')
  await expect(standing(page)).toHaveText('Withdrawn')
  await expect(page.getByText('The deal is off').first()).toBeVisible()
  await expect(page.getByText('ENVELOPE_CLOSED')).toBeVisible()
  await expect(signNow(page)).toHaveCount(0)

  const once = await maker.prepare(people, { resend: false })
  const declined = await maker.decline(await maker.sign(once, 's1'), 's2', 'No')
  await giveEnvelope(page, await given(declined))
  await expect(standing(page)).toHaveText('Person 2 declined')
  await expect(page.getByRole('button', { name: /^Return to/ })).toHaveCount(0)
  const visa = await maker.sign(await maker.sign(once, 's1'), 's2')
  await giveEnvelope(page, await given(visa), 's3')
  await expect(page.getByRole('button', { name: /^Accept/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Return to/ })).toHaveCount(0)
})

test('whoever looks after an envelope withdraws it while others sign; its letters are shared with the file @envelope', async ({
  page,
}) => {
  // Chromium on Linux has no share sheet: what would be given to it is kept here.
  await page.addInitScript(() => {
    const kept: unknown[] = []
    const share = (data: ShareData) => {
      const [file] = data.files ?? []
      kept.push({ title: data.title, text: data.text, name: file?.name, type: file?.type, size: file?.size })
      return Promise.resolve()
    }
    Object.assign(globalThis, { shared: kept })
    Object.defineProperty(navigator, 'canShare', { value: (data: ShareData) => data.files?.length === 1 })
    Object.defineProperty(navigator, 'share', { value: share })
  })
  const maker = await envelopeMaker()
  const made = await maker.prepare([person(1), person(2)], { message: 'By Friday, please.' })
  const file = await given(made)
  await giveEnvelope(page, file)
  await page.getByRole('radio', { name: 'I look after it' }).check()
  await page.getByText('Letters').first().click()
  const letter = page.getByRole('listitem').filter({ hasText: 'p1@firm.example' })
  await expect(letter.getByRole('link', { name: 'Write the e-mail' })).toHaveAttribute(
    'href',
    /^mailto:p1%40firm\.example\?/,
  )
  await letter.getByRole('button', { name: 'Share with the file' }).click()
  const shared = await page.evaluate(() => (globalThis as unknown as { shared: unknown[] }).shared)
  expect(shared).toEqual([
    {
      title: expect.stringContaining('Contract'),
      text: expect.stringContaining('By Friday, please.'),
      name: file.name,
      type: 'application/pdf',
      size: file.bytes.length,
    },
  ])
  await expectAccessible(page)
  await picture(page, 'envelope-overseen', [390, 560, 1280])
  await page.getByRole('button', { name: /^Withdraw/ }).click()
  await ask(page).getByLabel('Reason').fill('A newer version comes')
  await ask(page).getByRole('button', { name: 'Withdraw' }).click()
  await expect(page.getByRole('heading', { name: 'Withdrawn' })).toBeVisible({ timeout: 30_000 })
})

test('a hundred envelopes on the table: read, sorted, exported, and no title becomes a formula @envelope', async ({
  page,
}) => {
  test.setTimeout(240_000)
  const maker = await envelopeMaker()
  const files = []
  for (let n = 1; n <= 100; n++) {
    const title = n === 7 ? '=HYPERLINK("https://x.example")' : n === 8 ? 'x;=1+1' : `Contract ${n}`
    const deadline = new Date(Date.now() + (n % 10 === 0 ? -1 : n) * 3_600_000).toISOString()
    const made = await maker.prepare([person(1), person(2)], { title, deadline })
    files.push(await given(n % 3 === 0 ? await maker.sign(made, 's1') : made, `file-${n}.pdf`))
  }
  await giveEnvelope(page, files)
  const table = page.getByRole('table')
  await expect(page.getByText('100 files · 10 overdue')).toBeVisible({ timeout: 120_000 })
  await expect(table.getByRole('row')).toHaveCount(101)
  await expectAccessible(page)
  await picture(page, 'envelope-hundred', [390, 560, 1280])
  await table.getByRole('columnheader', { name: 'Document' }).getByRole('button').press('Enter')
  const titles = async () =>
    (await table.getByRole('rowheader').locator('button').allTextContents()).filter((text) =>
      text.startsWith('Contract'),
    )
  const names = await titles()
  expect(names.slice(0, 3)).toEqual(['Contract 1', 'Contract 2', 'Contract 3'])
  expect(names.at(-1)).toBe('Contract 100')
  await table.getByRole('columnheader', { name: 'Signed' }).getByRole('button').press('Enter')
  await table.getByRole('columnheader', { name: 'Signed' }).getByRole('button').press('Enter')
  await expect(table.getByRole('row').nth(1)).toContainText('1 of 2')
  const [event] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).press('Enter'),
  ])
  const { readFile } = await import('node:fs/promises')
  const csv = await readFile(await event.path(), 'utf8')
  const lines = csv.trim().split('\r\n')
  expect(lines).toHaveLength(101)
  expect(lines.slice(1, 34).every((line) => line.includes('1/2'))).toBe(true)
  expect(csv).toContain(`"'=HYPERLINK(""https://x.example"")"`)
  expect(csv).toContain(`"x;'=1+1"`)
  expect(csv).not.toMatch(/(^|[;,\r\n"])\s*=(?!")/m)
})
