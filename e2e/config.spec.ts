import type { Page, Route } from '@playwright/test'
import { serveApp } from '../scripts/serve.mjs'
import { openEmbedding } from './support/embedding.ts'
import { picture } from './support/files.ts'
import { expect, test, type Complaint } from './support/test.ts'

/** The server of the settings is away; everything else answers. */
const away = (route: Route) => route.abort()
const unreachable = (page: Page) => page.context().route('**/config.json', away)
const reachable = (page: Page) => page.context().unroute('**/config.json', away)

const forgive = (complaints: Complaint[]): void => {
  const rest = complaints.filter(({ text }) => !text.includes('net::ERR_FAILED'))
  complaints.splice(0, complaints.length, ...rest)
}

test('without its settings the standalone page takes the last good copy and says of when it is @config', async ({
  page,
  complaints,
}) => {
  await page.clock.install({ time: new Date('2026-11-20T10:00:00Z') })
  await page.goto('')
  await expect(page.getByRole('heading', { name: 'Sign' })).toBeVisible()
  await expect(page.getByText('settings of this site')).toBeHidden()
  await unreachable(page)
  await page.clock.setFixedTime(new Date('2026-11-23T10:00:00Z'))
  await page.reload()
  await expect(page.getByText(/settings of this site cannot be reached\. Those of .*20.* hold/)).toBeVisible()
  await picture(page, 'config-last-good', [390, 1280])
  await reachable(page)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Sign' })).toBeVisible()
  await expect(page.getByText('settings of this site')).toBeHidden()
  forgive(complaints)
})

test('settings that were never read: the page works, trusts nobody, and says so @config', async ({
  page,
  complaints,
}) => {
  await unreachable(page)
  await page.goto('')
  await expect(page.getByText('nobody is trusted')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible()
  forgive(complaints)
})

test('a wrong config.json closes every page and names each mistake @config', async ({ page }) => {
  const config = { storage: ['https://files.example/path'], policy: { maxDocumentMiB: 0 }, tsa: ['http://tsa.example'] }
  const app = await serveApp({ root: `${process.cwd()}/dist/app`, config })
  for (const path of ['', 'link.html#src=https://files.example/a.pdf']) {
    await page.goto('about:blank')
    await page.goto(`${app.origin}/${path}`)
    await expect(page.getByRole('heading', { name: 'The settings of this signer are wrong' })).toBeVisible()
    for (const mistake of ['/storage/0', '/policy/maxDocumentMiB', '/tsa/0']) {
      await expect(page.getByText(mistake, { exact: true })).toBeVisible()
    }
  }
  await picture(page, 'config-wrong', [390, 1280])
  await app.close()
})

test('the frame refuses a copy older than the policy allows, and says of when it is @config', async () => {
  const embedding = await openEmbedding({ storage: 'default', config: { policy: { maxConfigAgeHours: 0 } } })
  const page = embedding.context.pages()[0] ?? (await embedding.context.newPage())
  const frame = page.frameLocator('#signer iframe')
  const open = async (): Promise<void> => {
    await page.goto(`${embedding.crm.origin}/`)
    await page.locator('#sign').click()
  }
  await open()
  await expect(frame.locator('.workspace')).toBeVisible()
  // The copy is written when the page has been seen and there is time for it.
  await expect.poll(() => frame.locator('body').evaluate(keptCopies)).toBe(1)
  await unreachable(page)
  await open()
  await expect(frame.getByText('CONFIG_UNREACHABLE')).toBeVisible()
  await expect(frame.getByText(/last copy that could be read is of .* too old/)).toBeVisible()
  await reachable(page)
  await open()
  await expect(frame.locator('.workspace')).toBeVisible()
  await embedding.close()
})

/** Runs in the frame. A database that is not there yet must not be made by asking. */
async function keptCopies(): Promise<number> {
  const name = 'countersign-config'
  if (!(await indexedDB.databases()).some((one) => one.name === name)) return 0
  return new Promise((resolve) => {
    const asked = indexedDB.open(name)
    asked.onerror = () => resolve(0)
    asked.onsuccess = () => {
      const counted = asked.result.transaction('copies').objectStore('copies').count()
      counted.onsuccess = () => {
        asked.result.close()
        resolve(counted.result)
      }
    }
  })
}
