import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { download, type Downloaded } from '../support/files.ts'

/** What a file chooser is given. */
export type GivenBytes = { name: string; mimeType: string; buffer: Buffer }
export type Given = string | GivenBytes

export const SAMPLES = {
  contract: 'public/samples/contract.pdf',
  invoice: 'public/samples/invoice.pdf',
  form: 'public/samples/order-form.pdf',
  offer: 'public/samples/offer.docx',
} as const

type NewKey = {
  name?: string
  algorithm?: string
  organisation?: string
  email?: string
  country?: string
  years?: string
}

/** On the keys page, as a person does it. */
export async function createKey(page: Page, wanted: NewKey = {}): Promise<void> {
  const { name = 'Ann Example' } = wanted
  await page.goto('#/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await form.getByLabel('Name', { exact: true }).fill(name)
  if (wanted.organisation) await form.getByLabel('Organisation').fill(wanted.organisation)
  if (wanted.email) await form.getByLabel('E-mail').fill(wanted.email)
  if (wanted.country) await form.getByLabel('Country code').fill(wanted.country)
  if (wanted.years) await form.getByLabel('Valid for').selectOption(wanted.years)
  const create = form.getByRole('button', { name: 'Create key' })
  await expect(create).toBeEnabled()
  if (wanted.algorithm) await form.getByLabel('Algorithm').selectOption(wanted.algorithm)
  await create.click()
  await expect(form).toBeHidden({ timeout: 30_000 })
  await expect(page.getByRole('main').getByText(name, { exact: true }).first()).toBeVisible()
}

/** Opens documents on the page for signing. */
export async function openToSign(page: Page, files: Given | readonly Given[]): Promise<void> {
  await page.goto('#/sign')
  await give(page, files)
}

export async function openToVerify(page: Page, files: Given | readonly Given[]): Promise<void> {
  await page.goto('#/verify')
  await give(page, files)
}

/** Through the visible file chooser of the current page. */
export async function give(page: Page, files: Given | readonly Given[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page
      .getByRole('button', { name: /^(Choose files|Add files)$/ })
      .first()
      .click(),
  ])
  const all = (Array.isArray(files) ? files : [files]) as readonly Given[]
  // Playwright takes paths or buffers, never both.
  const paths = all.filter((one) => typeof one === 'string')
  if (paths.length === all.length) return chooser.setFiles(paths)
  await chooser.setFiles(all.map((one) => (typeof one === 'string' ? read(one) : one)))
}

const read = (path: string): Exclude<Given, string> => ({
  name: path.replace(/^.*\//, ''),
  mimeType: path.endsWith('.pdf') ? 'application/pdf' : 'application/octet-stream',
  buffer: readFileSync(path),
})

/** Another certificate than the one proposed. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Who signs' }).getByRole('button').click()
  await page
    .getByRole('dialog', { name: 'Choose a certificate' })
    .getByRole('button', { name: new RegExp(name) })
    .click()
  await expect(signButton(page)).toContainText(name)
}

export const takeFile = (page: Page): Promise<Downloaded> =>
  download(page, () => page.getByRole('button', { name: 'Download', exact: true }).click())

/** The one button that says what will be signed. */
export const signButton = (page: Page) => page.getByRole('button', { name: /^Sign .+ as .+/ })

export async function sign(page: Page): Promise<void> {
  await signButton(page).click()
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeVisible({ timeout: 30_000 })
}

export const file = (
  name: string,
  content: string | Uint8Array,
  mimeType = 'application/octet-stream',
): GivenBytes => ({
  name,
  mimeType,
  buffer: Buffer.from(content),
})
