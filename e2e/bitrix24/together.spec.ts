import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { envelopeMaker, given, person as signer } from '../envelope/made.ts'
import { another, giveEnvelope, signatory, signTurn } from '../envelope/steps.ts'
import { keyAtHome } from '../support/deal.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'
import { watch } from '../support/test.ts'
import { openPortalEmulator, type Emulator, type PortalState } from './portal.ts'
import { app, bringBack, closedBy, copies, inWindow, person, row, told } from './steps.ts'

// An emulator of the portal with the official SDK; no live portal was seen.
let open: { embedding: Embedding; portal: Emulator } | null = null
test.afterEach(async () => {
  await open?.portal.close()
  await open?.embedding.close()
  open = null
})

const NAMES = ['contract.pdf', 'invoice.pdf', 'offer.docx'] as const
const RECORD = {
  multiple: { ufCrmDocuments: true, ufCrmSigned: true },
  options: { 'countersign.target.2': 'ufCrmSigned' },
  contacts: Object.fromEntries([person('Ingrid Halvorsen', 3, ['ingrid@x.example'])]),
}

async function begin(signed: PortalState['item'][string]) {
  const embedders: string[] = []
  const embedding = await openEmbedding({ storage: 'default', config: {}, embedders })
  const handler = `${embedding.app.origin}/bitrix24.html`
  const documents = NAMES.map((name, i) => ({ id: 11 + i, name, bytes: readFileSync(`public/samples/${name}`) }))
  const portal = await openPortalEmulator(
    { handler, open: 'POST', placement: 'CRM_DEAL_DETAIL_TAB', placementOptions: { ID: '7' } },
    structuredClone({ ...RECORD, item: { ufCrmDocuments: documents, ufCrmSigned: signed } }),
  )
  open = { embedding, portal }
  embedders.push(portal.origin)
  const page = embedding.context.pages()[0] ?? (await embedding.context.newPage())
  return { embedding, portal, page, complaints: await watch(embedding.context) }
}

test('files of a multiple field go to the contacts in one envelope, beside what was signed before @bitrix24 @envelope', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const before = { id: 50, name: 'earlier.pdf', bytes: readFileSync('public/samples/order-form.pdf') }
  const { embedding, portal, page, complaints } = await begin([before])
  await keyAtHome({ page, app: embedding.app })
  await page.goto(portal.origin)
  const together = app(page).getByRole('button', { name: /^Send together for signature/ })
  await expect(together).toBeDisabled()
  for (const name of NAMES)
    await app(page)
      .getByRole('checkbox', { name: `Choose ${name}` })
      .press('Space')
  await expect(together).toHaveText('Send together for signature (3)')
  await picture(page, 'bitrix24-chosen', [390, 560, 1280])

  const popup = await inWindow(page, /^Send together for signature/)
  await expect(popup.getByText('A cover sheet is made that stands for all of them')).toBeVisible({ timeout: 30_000 })
  await expect(popup.getByRole('radio', { name: 'Attached, in the same file' })).toBeChecked()
  await expect(popup.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await closedBy(popup, () => popup.getByRole('button', { name: /^Seal as / }).click())
  await expect(row(page, 'Waits for Ingrid Halvorsen')).toHaveCount(1, { timeout: 20_000 })
  await expect.poll(() => told(portal)).toEqual(['Office refit: sent for signature by Anna Berg'])
  // It is a new file of the record: nothing that lay there is lost, and nothing stays chosen.
  expect(copies(portal).map(({ name }) => name)).toEqual(['earlier.pdf', 'Office refit-envelope.pdf'])
  expect(portal.state.item['ufCrmDocuments']?.map(({ name }) => name)).toEqual(NAMES)
  await expect(together).toBeDisabled()
  await picture(page, 'bitrix24-together', [390, 560, 1280])
  // In a narrow card nothing is cut off.
  await page.locator('#app').evaluate((frame) => (frame.style.width = '400px'))
  const wider = () =>
    app(page)
      .locator('html')
      .evaluate((one) => one.scrollWidth - one.clientWidth)
  expect(await wider()).toBeLessThanOrEqual(0)
  await picture(page, 'bitrix24-narrow', [420])

  const ingrid = await signatory(browser, `${embedding.app.origin}/`, 'Ingrid Halvorsen')
  await giveEnvelope(ingrid.page, { name: 'e.pdf', bytes: new Uint8Array(copies(portal).at(-1)?.bytes ?? []) })
  await expect(ingrid.page.getByText('Checked, attached')).toHaveCount(3)
  const signed = await signTurn(ingrid.page)
  expect(ingrid.complaints).toEqual([])
  await ingrid.close()
  await bringBack(page, portal, signed.bytes)
  await expect
    .poll(() => told(portal).slice(1), { timeout: 20_000 })
    .toEqual(['Office refit: signed by Ingrid Halvorsen', 'Office refit: all have signed'])
  await expect(row(page, 'Waits for Anna Berg')).toHaveCount(1)
  expect(complaints.filter(({ text }) => !text.startsWith('requestStorageAccess:'))).toEqual([])
})

test('two managers look at the same moment: each step stands once in the timeline, and whoever is responsible has one notification of it @bitrix24 @envelope', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const maker = await envelopeMaker()
  const sent = await maker.prepare([signer(1), signer(2)], { title: 'Refit' })
  const done = await maker.sign(await maker.sign(sent, 's1'), 's2')
  const { bytes } = await given(done)
  const { portal, page } = await begin([{ id: 50, name: 'contract.pdf', bytes: Buffer.from(bytes) }])
  const second = await another(browser, `${open?.embedding.app.origin ?? ''}/`)
  // Neither sees the other's notes before it writes its own.
  portal.state.meeting = 2
  const complete = (on: Page) => expect(app(on).getByText('Complete', { exact: true })).toBeVisible({ timeout: 30_000 })
  await Promise.all([page.goto(portal.origin), second.page.goto(`${portal.origin}/?user=2`)])
  await Promise.all([complete(page), complete(second.page)])

  const calls = () => portal.state.calls.filter((method) => method === 'im.notify.personal.add').length
  await expect.poll(calls, { timeout: 30_000 }).toBe(4)
  const loud = ['all have signed', 'complete']
  const all = ['sent for signature by Олена Коваль', 'signed by Person 1', 'signed by Person 2', ...loud]
  const titled = (texts: readonly string[]) => texts.map((text) => `Refit: ${text}`).toSorted()
  await expect.poll(() => told(portal).toSorted()).toEqual(titled(all))
  expect(portal.state.notifications.map(({ MESSAGE }) => String(MESSAGE)).toSorted()).toEqual(titled(loud))
  await second.close()
})
