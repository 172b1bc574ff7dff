import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { pdfsig, textOf } from '../main/judges.ts'
import { picture } from '../support/files.ts'
import { openEmbedding, type Embedding, type EmbeddingOptions } from '../support/embedding.ts'
import { watch } from '../support/test.ts'
import { anna, ask, frameOf } from './asked.ts'
import { formFile, xfaFile } from './files.ts'

let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})
const begin = async (options: EmbeddingOptions): Promise<Embedding> => (open = await openEmbedding(options))

const notOurs = /^requestStorageAccess:/
const inWindow = (page: Page) => frameOf(page).getByRole('button', { name: 'Sign in a window' })

async function windowBy(page: Page): Promise<Page> {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), inWindow(page).click()])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

function fileOf(signed: number[] | string): string {
  expect(typeof signed, String(signed).slice(0, 100)).toBe('object')
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'signed.pdf')
  writeFileSync(path, Buffer.from(signed as number[]))
  return path
}

test('what was typed into the form in the frame is in the signing window, may be corrected there, and is what is signed @embed @pdf', async () => {
  const story = await begin({ storage: 'blocked' })
  const complaints = await watch(story.context)
  const page = await anna(story)
  const answer = await ask(page, story, formFile(), { name: 'Anna Berg', note: 'from the host', agree: true })
  const frame = frameOf(page)
  await frame.getByRole('textbox', { name: 'Full name' }).fill('Anna Berg-Lind')
  await frame.getByRole('textbox', { name: 'note' }).fill('')
  await frame.getByRole('radio', { name: 'plan' }).nth(1).check()
  await frame.getByRole('checkbox', { name: 'agree' }).uncheck()
  await frame.getByRole('combobox', { name: 'city' }).selectOption({ label: 'Lviv' })
  await frame.getByRole('listbox', { name: 'langs' }).selectOption(['uk', 'el'])
  await frame.getByRole('textbox', { name: 'code' }).fill('AB12')

  const popup = await windowBy(page)
  await expect(popup.getByRole('textbox', { name: 'Full name' })).toHaveValue('Anna Berg-Lind')
  await expect(popup.getByRole('textbox', { name: 'note' })).toHaveValue('')
  await expect(popup.getByRole('radio', { name: 'plan' }).nth(1)).toBeChecked()
  await expect(popup.getByRole('checkbox', { name: 'agree' })).not.toBeChecked()
  await expect(popup.getByRole('combobox', { name: 'city' })).toHaveValue('l')
  await expect(popup.getByRole('listbox', { name: 'langs' })).toHaveValues(['uk', 'el'])
  await expect(popup.getByRole('textbox', { name: 'code' })).toHaveValue('AB12')
  // A required field that nobody filled in keeps the window from signing as it would the frame.
  const act = popup.getByRole('button', { name: /^Sign form\.pdf/ })
  await expect(act).toHaveAttribute('aria-disabled', 'true')
  await popup.getByRole('button', { name: 'Telephone' }).click()
  await popup.getByRole('textbox', { name: 'Telephone' }).fill('112')
  await popup.getByRole('textbox', { name: 'code' }).fill('CD34')
  await act.click()

  const path = fileOf(await answer())
  const verdict = pdfsig(path)
  expect(verdict?.good ?? true, verdict?.text).toBe(true)
  const text = textOf(path)?.text
  for (const shown of ['Anna Berg-Lind', 'Lviv', '112']) expect(text ?? shown).toContain(shown)
  for (const gone of ['from the host', 'AB12']) expect(text ?? '').not.toContain(gone)
  expect(complaints.filter((one) => !notOurs.test(one.text))).toEqual([])
})

test('the way to the window answers before the document has come; the window gets it when it has @embed', async () => {
  const story = await begin({ storage: 'blocked' })
  const complaints = await watch(story.context)
  const page = await anna(story)
  const answer = await ask(page, story, { ...formFile(), name: 'slow.pdf' }, { name: 'Anna Berg', phone: '112' }, 4000)
  const frame = frameOf(page)
  await expect(frame.getByText('slow.pdf')).toBeVisible()
  await expect(frame.getByText('Fetching the document')).toBeVisible()
  await expect(frame.getByRole('button', { name: 'Decline' })).toBeVisible()
  await picture(page, 'frame-opening', [400, 700, 1280])
  // Whoever stands on the button by keyboard keeps it when the page behind it comes.
  await inWindow(page).focus()
  const popup = await windowBy(page)
  await expect(frame.getByText('Continue in the signing window')).toBeVisible()
  await expect(popup.getByText('slow.pdf')).toHaveCount(0)
  await popup.getByRole('button', { name: /^Sign slow\.pdf/ }).click()
  const path = fileOf(await answer())
  expect(pdfsig(path)?.good ?? true).toBe(true)
  expect(complaints.filter((one) => !notOurs.test(one.text))).toEqual([])
})

test('a keyboard user keeps the button when the document takes the place of its waiting @embed', async () => {
  const story = await begin({ storage: 'blocked' })
  const page = await anna(story)
  await ask(page, story, formFile(), {}, 2500)
  await inWindow(page).focus()
  await expect(frameOf(page).getByText('Fetching the document')).toBeVisible()
  await expect(frameOf(page).getByRole('textbox', { name: 'Full name' })).toBeVisible()
  await expect(inWindow(page)).toBeFocused()
})

const XFA = 'The document holds a second, XFA form that other programs show instead'

test('an XFA form in the frame: warned of, not filled in, signed as it is @embed @pdf', async () => {
  const story = await begin({ storage: 'granted' })
  const complaints = await watch(story.context)
  const page = await anna(story)
  const answer = await ask(page, story, xfaFile())
  const frame = frameOf(page)
  await expect(frame.getByText(XFA)).toBeVisible()
  await expect(frame.getByText('It can be signed as it is, but not filled in here')).toBeVisible()
  await expect(frame.getByRole('textbox', { name: 'Full name' })).toHaveCount(0)
  await picture(page, 'frame-xfa', [400, 1280])
  const act = frame.getByRole('button', { name: /^Sign xfa\.pdf/ })
  await expect(act).toHaveAttribute('data-visibility', 'clear')
  await act.click()
  const path = fileOf(await answer())
  const verdict = pdfsig(path)
  expect(verdict?.good ?? true, verdict?.text).toBe(true)
  expect(complaints).toEqual([])
})

test('a host that suggests a value for an XFA form is told that nothing is filled in there @embed @pdf', async () => {
  const story = await begin({ storage: 'default' })
  const page = await anna(story)
  const answer = await ask(page, story, xfaFile(), { name: 'Anna Berg' })
  expect(await answer()).toBe('FORMAT_UNSUPPORTED')
})

for (const storage of ['granted', 'blocked'] as const) {
  const where = storage === 'granted' ? 'in the frame' : 'in its window'
  test(`an XFA form that the policy refuses is not signed ${where}, and the host gets no file @embed @pdf`, async () => {
    const story = await begin({ storage, config: { policy: { refuse: ['content-xfa'] } } })
    const page = await anna(story)
    const answer = await ask(page, story, xfaFile())
    const frame = frameOf(page)
    await expect(frame.getByText(XFA)).toBeVisible()
    const place = storage === 'granted' ? frame : await windowBy(page)
    const act = place.getByRole('button', { name: /^Sign xfa\.pdf/ })
    await expect(act).toHaveAttribute('aria-disabled', 'false')
    await act.click()
    const refusal = place.getByRole('alert')
    await expect(refusal).toContainText('FORMAT_POISONED')
    await expect(refusal).toContainText('XFA')
    await picture(page, `frame-xfa-refused-${storage}`, [1280])
    if (storage === 'blocked') await (place as Page).close()
    await frame.getByRole('button', { name: 'Cancel' }).click()
    expect(await answer()).toBe('cancelled')
  })
}
