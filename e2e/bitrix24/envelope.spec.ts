import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { giveEnvelope, signatory, signTurn } from '../envelope/steps.ts'
import { pdfsig, pyhanko } from '../main/judges.ts'
import { keyAtHome } from '../support/deal.ts'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'
import { watch } from '../support/test.ts'
import { openPortalEmulator, type Emulator } from './portal.ts'

// An emulator of the portal with the official SDK; no live portal was seen.
let open: { embedding: Embedding; portal: Emulator } | null = null
test.afterEach(async () => {
  await open?.portal.close()
  await open?.embedding.close()
  open = null
})

const app = (page: Page) => page.frameLocator('#app')

async function inWindow(page: Page, button: string): Promise<Page> {
  await app(page).getByRole('button', { name: button }).click()
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    app(page).frameLocator('#signer iframe').getByRole('button', { name: 'Open the window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

const told = ({ state }: Emulator) => state.timeline.map(({ title }) => String(title))

test('a contract goes to the contact of the deal and comes back; the timeline is told each step once @bitrix24 @envelope', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const embedders: string[] = []
  const embedding = await openEmbedding({ storage: 'default', config: {}, embedders })
  const handler = `${embedding.app.origin}/bitrix24.html`
  const portal = await openPortalEmulator(
    { handler, open: 'POST', placement: 'CRM_DEAL_DETAIL_TAB', placementOptions: { ID: '7' } },
    {
      item: {
        ufCrmContract: [{ id: 11, name: 'contract.pdf', bytes: readFileSync('public/samples/contract.pdf') }],
        ufCrmSigned: [],
      },
      multiple: { ufCrmContract: false, ufCrmSigned: true },
      options: { 'countersign.target.2': 'ufCrmSigned' },
      contacts: {
        3: { NAME: 'Ingrid', LAST_NAME: 'Halvorsen', EMAIL: [{ VALUE: 'ingrid@x.example' }, { VALUE: 'i@y.example' }] },
      },
    },
  )
  open = { embedding, portal }
  embedders.push(portal.origin)
  const page = embedding.context.pages()[0] ?? (await embedding.context.newPage())
  const complaints = await watch(embedding.context)
  await keyAtHome({ page, app: embedding.app })
  await page.goto(portal.origin)

  const popup = await inWindow(page, 'Send for signature: contract.pdf')
  await expect(popup.getByRole('button', { name: /Ingrid Halvorsen/ }).first()).toBeVisible()
  const closed = popup.waitForEvent('close')
  await popup.getByRole('button', { name: /^Seal as / }).click()
  await closed
  await expect(app(page).getByText('Waits for Ingrid Halvorsen')).toBeVisible({ timeout: 20_000 })
  expect(told(portal)).toEqual(['Office refit: sent for signature by Anna Berg'])
  const letter = app(page).locator('#status').getByRole('link', { name: 'Ingrid Halvorsen' })
  await expect(letter).toHaveAttribute('href', /^mailto:ingrid%40x\.example,i%40y\.example\?/)
  await picture(page, 'bitrix24-envelope', [700, 1280])

  // She signs on our own page, far from the portal; somebody of the deal puts her file into the field.
  const sealed = portal.state.item['ufCrmSigned']?.[0]
  if (!sealed) throw new Error('the sealed copy is not in the field')
  const ingrid = await signatory(browser, `${embedding.app.origin}/`, 'Ingrid Halvorsen')
  await giveEnvelope(ingrid.page, { name: 'contract.pdf', bytes: sealed.bytes })
  const signed = await signTurn(ingrid.page)
  for (const judge of [pdfsig, pyhanko]) {
    const answer = judge(signed.path)
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  expect(ingrid.complaints).toEqual([])
  await ingrid.close()
  portal.state.item['ufCrmSigned']?.push({ id: 77, name: 'contract.pdf', bytes: Buffer.from(signed.bytes) })

  for (let looks = 0; looks < 2; looks++) {
    await page.reload()
    await expect(app(page).getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
    await expect(app(page).getByText('An earlier copy')).toBeVisible()
  }
  expect(told(portal)).toEqual([
    'Office refit: sent for signature by Anna Berg',
    'Office refit: signed by Ingrid Halvorsen',
    'Office refit: all have signed',
    'Office refit: complete',
  ])
  expect(portal.state.notifications.map(({ MESSAGE }) => MESSAGE)).toEqual([
    'Office refit: all have signed',
    'Office refit: complete',
  ])
  expect(complaints.filter(({ text }) => !text.startsWith('requestStorageAccess:'))).toEqual([])
})
