import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { pdfsig, textOf } from '../main/judges.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { watch } from '../support/test.ts'
import { anna, ask, frameOf } from './asked.ts'
import { formFile } from './files.ts'

let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

test('a host suggests values for the form; the person sees them, corrects one and signs what is seen @pdf', async () => {
  open = await openEmbedding({ storage: 'granted' })
  const complaints = await watch(open.context)
  const page = await anna(open)
  const suggested = { name: 'Anna Berg', plan: 'pro', agree: true, city: 'l', langs: ['uk', 'en'] }
  const answer = await ask(page, open, formFile(), suggested)
  const frame = frameOf(page)
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
    const answer = await ask(page, open, formFile(), fields)
    expect(await answer()).toBe(code)
  })
}
