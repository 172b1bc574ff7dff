import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { archiveFiles } from '../scripts/bitrix24-app.mjs'
import { serve } from '../scripts/serve.mjs'
import { openPortalEmulator, type Emulator, type EmulatorOptions, type PortalState } from './bitrix24/portal.ts'
import { openEmbedding, type Embedding } from './support/embedding.ts'
import { picture } from './support/files.ts'
import { watch, type Complaint } from './support/test.ts'

// The real @bitrix24/b24jssdk against an emulator of the portal; no live portal was seen.
let open: { embedding: Embedding; portal: Emulator } | null = null
test.afterEach(async () => {
  await open?.portal.close()
  await open?.embedding.close()
  open = null
})

const contract = () => ({ id: 11, name: 'contract.pdf', bytes: readFileSync('public/samples/contract.pdf') })
const DEAL: Pick<PortalState, 'item' | 'multiple' | 'options'> = {
  item: { ufCrmContract: [], ufCrmSigned: [] },
  multiple: { ufCrmContract: false, ufCrmSigned: true },
  options: { 'countersign.target.2': 'ufCrmSigned' },
}

async function begin(
  change: Partial<EmulatorOptions> = {},
  state: Partial<PortalState> = {},
): Promise<{
  page: Page
  portal: Emulator
  complaints: Complaint[]
  embedding: Embedding
  embedders: string[]
}> {
  // The list of embedders may grow while the app is served: the portal's port is not known before.
  const embedders: string[] = []
  const embedding = await openEmbedding({ storage: 'default', config: {}, embedders })
  const handler = `${embedding.app.origin}/bitrix24.html`
  const portal = await openPortalEmulator(
    { handler, open: 'POST', placement: 'CRM_DEAL_DETAIL_TAB', placementOptions: { ID: '7' }, ...change },
    { ...structuredClone({ ...DEAL, item: { ...DEAL.item, ufCrmContract: [] } }), ...state },
  )
  if (!state.item) portal.state.item['ufCrmContract'] = [contract()]
  embedders.push(portal.origin)
  open = { embedding, portal }
  const page = embedding.context.pages()[0] ?? (await embedding.context.newPage())
  const complaints = await watch(embedding.context)
  return { page, portal, complaints, embedding, embedders }
}

async function makeKey(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Anna Berg')
  await page.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByRole('article')).toContainText('Anna Berg')
}

const appFrame = (page: Page) => page.frameLocator('#app')
const signerFrame = (page: Page) => appFrame(page).frameLocator('#signer iframe')

async function signContract(page: Page): Promise<void> {
  await appFrame(page).getByRole('button', { name: 'Sign contract.pdf' }).click()
  const button = signerFrame(page).getByRole('button', { name: /^Sign contract\.pdf/ })
  await expect(button).toHaveAttribute('data-visibility', 'clear')
  await button.click()
}

function expectValidPdf(bytes: Buffer): void {
  if (spawnSync('pdfsig', ['-v']).error) return
  const file = join(mkdtempSync(join(tmpdir(), 'b24-')), 'signed.pdf')
  writeFileSync(file, bytes)
  expect(execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })).toContain('Signature is Valid')
}

test.describe('@bitrix24', () => {
  for (const how of ['POST', 'GET'] as const) {
    test(`a deal's contract, opened by ${how}: signed, the original kept, the copy in its field, a timeline entry`, async () => {
      const { page, portal, complaints, embedding } = await begin({ open: how })
      await makeKey(page, embedding.app.origin)
      await page.goto(`${portal.origin}/`)
      await signContract(page)
      await expect(appFrame(page).getByText('The signed copy is in the record.')).toBeVisible({ timeout: 20_000 })
      await picture(page, 'bitrix24-signed', [1280])
      const { item, timeline, notifications } = portal.state
      expect(item['ufCrmContract']?.map(({ id }) => id)).toEqual([11])
      expect(item['ufCrmSigned']).toHaveLength(1)
      expectValidPdf(item['ufCrmSigned']![0]!.bytes)
      expect(timeline).toMatchObject([{ entityTypeId: 2, entityId: 7, title: 'Signed by Anna Berg' }])
      expect(notifications).toMatchObject([{ USER_ID: 1, MESSAGE: 'Signed by Anna Berg' }])
      expect(complaints).toEqual([])
    })
  }

  test('an expired token is refreshed, a rate limit waited for', async () => {
    const { page, portal, embedding } = await begin({}, { expired: 1, limited: 1 })
    await page.goto(`${portal.origin}/`)
    await expect(appFrame(page).getByRole('button', { name: 'Sign contract.pdf' })).toBeVisible({ timeout: 30_000 })
    expect(portal.state.refreshed).toBe(1)
    expect(embedding.app.origin).toBeTruthy()
  })

  test('a copy that another signer wrote meanwhile is not lost: a conflict, and the file is kept', async () => {
    const { page, portal, embedding } = await begin()
    await makeKey(page, embedding.app.origin)
    await page.goto(`${portal.origin}/`)
    await appFrame(page).getByRole('button', { name: 'Sign contract.pdf' }).click()
    const button = signerFrame(page).getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    portal.state.item['ufCrmSigned'] = [{ id: 99, name: 'other.pdf', bytes: Buffer.from('x') }]
    await button.click()
    await expect(signerFrame(page).getByText('HOST_CONFLICT')).toBeVisible()
    expect(portal.state.item['ufCrmSigned']?.map(({ id }) => id)).toEqual([99])
  })

  test('no token of the portal reaches the frame of the signer', async () => {
    const { page, portal } = await begin()
    await page.goto(`${portal.origin}/`)
    await appFrame(page).getByRole('button', { name: 'Sign contract.pdf' }).click()
    await expect(signerFrame(page).locator('.workspace')).toBeVisible()
    await picture(page, 'bitrix24-open', [700, 1280])
    const frame = page.frames().find((one) => one.url().includes('embed.html'))
    const seen = await frame?.evaluate(() =>
      [location.href, document.referrer, window.name, document.body.innerHTML].join(),
    )
    expect(seen).toBeTruthy()
    expect(seen).not.toMatch(/token-|refresh-|sid0123456789/)
  })

  test('a download whose token ran out is asked for anew', async () => {
    const { page, portal } = await begin({}, { filesExpired: 1 })
    await page.goto(`${portal.origin}/`)
    await appFrame(page).getByRole('button', { name: 'Sign contract.pdf' }).click()
    await expect(signerFrame(page).locator('.workspace')).toBeVisible()
  })

  test('another writer who deletes our copy without knowing of it: it stands beside theirs in the end', async () => {
    const theirs = (item: PortalState['item']) => {
      item['ufCrmSigned'] = [{ id: 99, name: 'theirs.pdf', bytes: Buffer.from('x') }]
    }
    const { page, portal, embedding } = await begin({}, { others: [theirs] })
    await makeKey(page, embedding.app.origin)
    await page.goto(`${portal.origin}/`)
    await signContract(page)
    await expect(appFrame(page).getByText('The signed copy is in the record.')).toBeVisible({ timeout: 20_000 })
    const [first, ours] = portal.state.item['ufCrmSigned'] ?? []
    expect(first?.id).toBe(99)
    expectValidPdf(ours!.bytes)
  })

  test('a portal whose files no page may fetch: the person brings the file, and signs it all the same', async () => {
    const { page, portal, embedding } = await begin({}, { filesClosed: true })
    await makeKey(page, embedding.app.origin)
    await page.goto(`${portal.origin}/`)
    await appFrame(page).getByRole('button', { name: 'Sign contract.pdf' }).click()
    await appFrame(page).getByLabel('Download it there').setInputFiles('public/samples/contract.pdf')
    const button = signerFrame(page).getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await button.click()
    await expect(appFrame(page).getByText('The signed copy is in the record.')).toBeVisible({ timeout: 20_000 })
    expectValidPdf(portal.state.item['ufCrmSigned']![0]!.bytes)
  })

  for (const [placement, options, entityTypeId] of [
    ['CRM_DEAL_DOCUMENTGENERATOR_BUTTON', { ENTITY_ID: 7 }, 2],
    ['CRM_DYNAMIC_174_DETAIL_TOOLBAR', { ID: '7' }, 174],
  ] as const) {
    test(`${placement}: its record's documents, and its own field for signed copies`, async () => {
      const target = { [`countersign.target.${entityTypeId}`]: 'ufCrmSigned' }
      const { page, portal, embedding } = await begin({ placement, placementOptions: options }, { options: target })
      await makeKey(page, embedding.app.origin)
      await page.goto(`${portal.origin}/`)
      await signContract(page)
      await expect(appFrame(page).getByText('The signed copy is in the record.')).toBeVisible({ timeout: 20_000 })
      expect(portal.state.timeline).toMatchObject([{ entityTypeId, entityId: 7 }])
    })
  }

  test('the archive for the cloud: opened by GET from the store of the portal, signing at our own host', async () => {
    const { page, portal, embedding, embedders, complaints } = await begin({ open: 'GET' })
    const files = archiveFiles(embedding.app.origin)
    const folder = mkdtempSync(join(tmpdir(), 'b24-app-'))
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), bytes)
    }
    const store = await serve({ root: folder, host: 'localhost' })
    embedders.push(store.origin)
    portal.setHandler(`${store.origin}/index.html`)
    await makeKey(page, embedding.app.origin)
    await page.goto(`${portal.origin}/`)
    await signContract(page)
    await expect(appFrame(page).getByText('The signed copy is in the record.')).toBeVisible({ timeout: 20_000 })
    expectValidPdf(portal.state.item['ufCrmSigned']![0]!.bytes)
    expect(complaints).toEqual([])
    await page.goto(`${store.origin}/index.html`)
    await expect(page.getByText('This page works inside a Bitrix24 portal.')).toBeVisible()
    await expect(page.getByText(/^Version \d/)).toBeVisible()
    await picture(page, 'bitrix24-outside', [390])
    await store.close()
  })

  test('installing binds what is chosen, makes the field where there is none, and can take it back', async () => {
    const types = [{ id: 5, entityTypeId: 174, title: 'Orders' }]
    const { page, portal } = await begin({ placement: 'DEFAULT', install: true }, { options: {}, types })
    await page.goto(`${portal.origin}/`)
    const deals = appFrame(page).getByRole('group', { name: 'Deals' })
    await deals.getByLabel('Signed copies go to').selectOption('ufCrmSigned')
    const orders = appFrame(page).getByRole('group', { name: 'Orders' })
    await orders.getByLabel('Tab').check()
    await orders.getByLabel('Signed copies go to').selectOption('A new field “Signed documents”')
    await picture(page, 'bitrix24-install', [1280])
    await appFrame(page).getByRole('button', { name: 'Finish' }).click()
    await expect(page).toHaveTitle('Installed', { timeout: 30_000 })
    const bound = () => portal.state.placements.map(({ placement }) => placement)
    expect(bound()).toEqual([
      'CRM_DEAL_DETAIL_TAB',
      'CRM_DEAL_DETAIL_TOOLBAR',
      'CRM_DEAL_DETAIL_ACTIVITY',
      'CRM_DEAL_DOCUMENTGENERATOR_BUTTON',
      'CRM_DYNAMIC_174_DETAIL_TAB',
    ])
    expect(portal.state.options).toEqual({
      'countersign.target.2': 'ufCrmSigned',
      'countersign.target.174': 'ufCrm5CsSigned',
    })
    await deals.getByLabel('Toolbar').uncheck()
    await appFrame(page).getByRole('button', { name: 'Finish' }).click()
    await expect.poll(bound, { timeout: 20_000 }).not.toContain('CRM_DEAL_DETAIL_TOOLBAR')
    expect(bound()).toHaveLength(4)
  })
})
