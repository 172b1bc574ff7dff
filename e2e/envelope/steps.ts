import { readFileSync } from 'node:fs'
import { expect, type Browser, type Page } from '@playwright/test'
import { pdfsig, pyhanko, qpdfCheck } from '../main/judges.ts'
import { createKey, file } from '../main/steps.ts'
import { download, type Downloaded } from '../support/files.ts'
import { watch, type Complaint } from '../support/test.ts'

export type Person = Readonly<{
  name: string
  email?: string
  role?: string
  kind?: string
  together?: boolean
  mayDelegate?: boolean
}>

/** A browser of somebody else: storage, keys and windows of its own. */
export type Other = Readonly<{ page: Page; complaints: Complaint[]; close: () => Promise<void> }>

export async function another(browser: Browser, baseURL: string, options: { width?: number } = {}): Promise<Other> {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-US',
    viewport: { width: options.width ?? 1280, height: 900 },
  })
  const complaints = await watch(context)
  const page = await context.newPage()
  return { page, complaints, close: () => context.close() }
}

/** As `another`, with a key of one's own. */
export async function signatory(browser: Browser, baseURL: string, name: string): Promise<Other> {
  const one = await another(browser, baseURL)
  await createKey(one.page, { name })
  return one
}

export type Given = string | Readonly<{ name: string; bytes: Uint8Array }>

const typeOf = (name: string): string => (/\.pdf$/i.test(name) ? 'application/pdf' : 'application/octet-stream')

/** On the page for envelopes: what is given is recognised there. */
export async function giveEnvelope(page: Page, given: Given | readonly Given[], who?: string): Promise<void> {
  await page.goto(who === undefined ? '#/envelope' : `#/envelope?who=${who}`)
  const away = page.getByRole('button', { name: 'Put it away' })
  await expect(away.or(page.getByRole('heading', { name: /^Envelopes/ }))).toBeVisible()
  if (await away.isVisible()) await away.click()
  const all = Array.isArray(given) ? (given as readonly Given[]) : [given as Given]
  const files = all.map((one) =>
    typeof one === 'string'
      ? { name: one.replace(/^.*\//, ''), mimeType: typeOf(one), buffer: readFileSync(one) }
      : (file(one.name, one.bytes, typeOf(one.name)) as { name: string; mimeType: string; buffer: Buffer }),
  )
  await page.locator('.page:visible input[type=file]').first().setInputFiles(files)
}

export const part = (page: Page, name: 'Documents' | 'People' | 'Fields' | 'Message') =>
  page.getByRole('radio', { name: new RegExp(`^${name}`) }).check()

/** People in the order given, as somebody types them. */
export async function enterPeople(page: Page, people: readonly Person[]): Promise<void> {
  for (const [index, one] of people.entries()) {
    if (index > 0) await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Name', { exact: true }).fill(one.name)
    if (one.email) await page.getByLabel('E-mail', { exact: true }).fill(one.email)
    if (one.kind) await page.getByRole('radio', { name: one.kind }).check()
    if (one.mayDelegate) await page.getByLabel('May pass it on to another person').check()
    if (one.role) await page.getByLabel('What this person does').selectOption(one.role)
    const row = page.getByRole('listitem').filter({ has: page.getByRole('button', { name: one.name }) })
    if (one.together) await row.getByLabel('At the same time as the one above').check()
  }
}

/** Puts a field where there is room on the page in view, and names it. */
export async function addField(page: Page, person: string, kind: string, label?: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(person) }).check()
  await page.getByRole('button', { name: kind, exact: true }).click()
  const details = page.getByRole('group', { name: `Details of ${kind}` })
  await expect(details).toBeVisible()
  if (label) await details.getByLabel('Label').fill(label)
}

export async function seal(page: Page): Promise<Downloaded> {
  await page.getByRole('button', { name: /^Seal as / }).click()
  await expect(page.getByRole('heading', { name: 'Sealed' })).toBeVisible({ timeout: 30_000 })
  return take(page)
}

export const take = (page: Page): Promise<Downloaded> =>
  download(page, () => page.getByRole('button', { name: /^Download .*\.pdf$/ }).click())

export const consent = (page: Page) => page.getByRole('checkbox', { name: /^I have (read|checked)/ })
export const signNow = (page: Page) => page.getByRole('button', { name: /^(Sign|Accept) “/ })
/** Where the envelope stands, in one sentence. */
export const standing = (page: Page) => page.getByRole('complementary').locator('.standing')
export const timeline = (page: Page) => page.getByRole('list', { name: 'People, in their order' })

export async function signTurn(page: Page): Promise<Downloaded> {
  await consent(page).check()
  await signNow(page).click()
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeVisible({ timeout: 30_000 })
  return take(page)
}

/** The earlier file is the exact beginning, and other people's verifiers accept every signature. */
export function expectContinues(next: Downloaded, before: Uint8Array, last: 'signature' | 'fill' = 'signature'): void {
  const start = Buffer.from(next.bytes).subarray(0, before.length)
  expect(start.equals(Buffer.from(before)), 'the earlier file is the beginning').toBe(true)
  expect(next.bytes.length).toBeGreaterThan(before.length)
  const check = qpdfCheck(next.path)
  expect(check?.good ?? true, check?.text).toBe(true)
  const poppler = pdfsig(next.path)
  // After a revision that only fills, no signature covers the whole file: poppler says so, and must say no worse.
  const every = poppler && [...poppler.text.matchAll(/- Signature Validation: (.*)/g)].map((match) => match[1])
  if (last === 'signature') expect(poppler?.good ?? true, poppler?.text).toBe(true)
  else expect(every?.every((text) => text === 'Signature is Valid.') ?? true, poppler?.text).toBe(true)
  const judged = pyhanko(next.path)
  expect(judged?.good ?? true, judged?.text).toBe(true)
}
