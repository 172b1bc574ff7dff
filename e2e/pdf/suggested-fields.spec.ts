import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import type { createSigner } from '../../src/host-sdk/index.ts'
import { pdfsig, textOf } from '../main/judges.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { watch } from '../support/test.ts'
import { formFile } from './files.ts'

type Values = Record<string, string | boolean | readonly string[]>
type Sdk = { createSigner: typeof createSigner }
type Given = { sdk: string; origin: string; pdf: number[]; fields: Values }

let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

/** A host page that asks for one signature by the published SDK; resolves with the signed bytes or the code of the refusal. */
async function ask(page: Page, fields: Values): Promise<() => Promise<number[] | string>> {
  const { buffer } = formFile() as { buffer: Buffer }
  const given: Given = {
    sdk: readFileSync('dist/sdk/countersign.js', 'utf8'),
    origin: open?.app.origin ?? '',
    pdf: [...buffer],
    fields,
  }
  await page.evaluate(async ({ sdk, origin, pdf, fields }) => {
    const url = URL.createObjectURL(new Blob([sdk], { type: 'text/javascript' }))
    const { createSigner } = (await import(url)) as Sdk
    const container = document.body.appendChild(document.createElement('div'))
    container.id = 'here'
    container.style.cssText = 'position:fixed;inset:0;z-index:9;background:#fff'
    const signer = createSigner({ src: `${origin}/embed.html`, container })
    const documents = [{ name: 'form.pdf', bytes: new Uint8Array(pdf) }]
    const signed = signer.sign({ documents, fields }).then(
      async (result) => {
        if (result.status !== 'signed') return result.status
        return [...new Uint8Array(await (result.documents[0]?.blob ?? new Blob()).arrayBuffer())]
      },
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    )
    Object.assign(globalThis, { signed })
  }, given)
  return () => page.evaluate(() => (globalThis as unknown as { signed: Promise<number[] | string> }).signed)
}

test('a host suggests values for the form; the person sees them, corrects one and signs what is seen @pdf', async () => {
  open = await openEmbedding({ storage: 'granted' })
  const page = open.context.pages()[0] ?? (await open.context.newPage())
  const complaints = await watch(open.context)
  await page.goto(`${open.app.origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Anna Berg')
  await page.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByRole('article')).toContainText('Anna Berg')
  await page.goto(open.crm.origin)
  const answer = await ask(page, { name: 'Anna Berg', plan: 'pro', agree: true, city: 'l', langs: ['uk', 'en'] })
  const frame = page.frameLocator('#here iframe')
  const name = frame.getByRole('textbox', { name: 'Full name' })
  await expect(name).toHaveValue('Anna Berg')
  await expect(frame.getByRole('radio', { name: 'plan' }).nth(1)).toBeChecked()
  await expect(frame.getByRole('checkbox', { name: 'agree' })).toBeChecked()
  await expect(frame.getByRole('combobox', { name: 'city' })).toHaveValue('l')
  const act = frame.getByRole('button', { name: /^Sign form\.pdf/ })
  await expect(act).toHaveAttribute('aria-disabled', 'true')
  await frame.getByRole('button', { name: 'Telephone' }).click()
  await frame.getByRole('textbox', { name: 'Telephone' }).fill('112')
  await name.fill('Anna Berg-Lind')
  await expect(act).toHaveAttribute('aria-disabled', 'false')
  await act.click()
  const signed = await answer()
  expect(typeof signed, String(signed).slice(0, 100)).toBe('object')
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'signed.pdf')
  writeFileSync(path, Buffer.from(signed as number[]))
  const verdict = pdfsig(path)
  expect(verdict?.good ?? true, verdict?.text).toBe(true)
  const text = textOf(path)?.text
  for (const shown of ['Anna Berg-Lind', 'Lviv', '112']) expect(text ?? shown).toContain(shown)
  expect(complaints).toEqual([])
})

for (const [what, fields, code] of [
  ['a field that no document has', { nobody: 'x' }, 'FORMAT_FIELD_NOT_FOUND'],
  ['a choice that is none', { city: 'Odesa' }, 'FORMAT_FIELD_VALUE_INVALID'],
  ['a field that its author closed', { number: '15' }, 'FORMAT_FIELD_LOCKED'],
] as const) {
  test(`a host that suggests ${what} is told so, and nothing is signed @pdf`, async () => {
    open = await openEmbedding({ storage: 'default' })
    const page = open.context.pages()[0] ?? (await open.context.newPage())
    await page.goto(open.crm.origin)
    const answer = await ask(page, fields)
    expect(await answer()).toBe(code)
  })
}
