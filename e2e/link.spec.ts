import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { serveApp, type Served } from '../scripts/serve.mjs'
import { openBlobStore, type BlobStore } from '../src/testing/blob-store.ts'
import { expectAccessible } from './support/axe.ts'
import { download, picture } from './support/files.ts'
import { expect, test as base } from './support/test.ts'

// A client on a phone: no account, nothing installed, a link. The storage is a real server with signed addresses that expire.
const NAME = 'Anna Berg'
const CONTRACT = readFileSync('public/samples/contract.pdf')

type Fixtures = { store: BlobStore; app: Served; link: (fields?: Record<string, string>, page?: string) => string }

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's dependencies from the pattern
  store: async ({}, use) => {
    const store = await openBlobStore()
    store.objects.set('contract.pdf', { bytes: CONTRACT, type: 'application/pdf' })
    await use(store)
    await store.close()
  },
  app: async ({ store }, use) => {
    const config = { storage: [store.origin], policy: { maxDocumentMiB: 1 } }
    const app = await serveApp({ root: `${process.cwd()}/dist/app`, config })
    await use(app)
    await app.close()
  },
  link: async ({ app, store }, use) => {
    await use((fields = {}, page = 'link.html#') => {
      const usual = { src: store.sign('GET', 'contract.pdf'), dst: store.sign('PUT', 'contract.pdf') }
      return `${app.origin}/${page}${new URLSearchParams({ ...usual, ...fields }).toString()}`
    })
  },
  viewport: { width: 390, height: 844 },
})

async function makeKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(NAME)
  await page.getByRole('button', { name: 'Create key' }).click()
}

const act = (page: Page) => page.getByRole('button', { name: /^Sign contract\.pdf/ })

async function signAs(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await makeKey(page)
  await act(page).click()
}

function expectValid(bytes: Buffer): void {
  if (spawnSync('pdfsig', ['-v']).error) return
  const file = join(mkdtempSync(join(tmpdir(), 'link-')), 'signed.pdf')
  writeFileSync(file, bytes)
  const verdict = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
  expect(verdict).toContain('Signature is Valid')
  expect(verdict).toContain(`Signer Certificate Common Name: ${NAME}`)
}

const held = (store: BlobStore, name = 'contract.pdf'): Buffer => store.objects.get(name)?.bytes ?? Buffer.alloc(0)

test.describe('@link', () => {
  test('a client opens a link on a phone, signs, and the document is back; a copy can be kept', async ({
    page,
    link,
    store,
  }) => {
    await page.goto(link())
    await expect(page.getByText(`From ${new URL(store.origin).host}`)).toBeVisible()
    await expect(page.getByRole('img').or(page.locator('canvas')).first()).toBeVisible()
    await picture(page, 'link-open', [390, 700, 1280])
    await expectAccessible(page)
    await makeKey(page)
    await expect(page.getByText('then sent back to localhost')).toBeVisible()
    await picture(page, 'link-ready', [390, 700, 1280])
    await act(page).click()
    await expect(page.getByText('Signed and sent back to localhost').first()).toBeVisible()
    await picture(page, 'link-sent', [390, 700, 1280])
    await expectAccessible(page)
    expect(held(store).subarray(0, CONTRACT.length).equals(CONTRACT)).toBe(true)
    expectValid(held(store))
    const copy = await download(page, () => page.getByRole('button', { name: 'Keep a copy' }).click())
    expect(copy.name).toBe('contract.pdf')
    expect(Buffer.from(copy.bytes).equals(held(store))).toBe(true)
  })

  test('the address is told to nobody: no referrer, nothing in the query after the first load, nothing in the title', async ({
    page,
    link,
    store,
    app,
  }) => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(link())
    await expect(
      act(page)
        .or(page.getByRole('button', { name: 'Sign' }))
        .first(),
    ).toBeVisible()
    expect(asked.filter((url) => url.startsWith(app.origin)).join()).not.toContain('sig=')
    expect(store.requests.map(({ referrer }) => referrer)).toEqual([undefined])
    await page.goto('about:blank')
    await page.goto(link({}, 'link.html?'))
    await expect(page).toHaveURL(/link\.html#src=/)
    asked.length = 0
    await page.reload()
    await expect(page.getByText('From localhost')).toBeVisible()
    expect(asked.filter((url) => url.startsWith(app.origin)).join()).not.toContain('sig=')
    expect(await page.title()).toBe('Sign a document · Countersign')
  })

  test('somebody wrote meanwhile: nothing is overwritten, the signed file is kept and can be taken', async ({
    page,
    link,
    store,
    complaints,
  }) => {
    await page.goto(link())
    await makeKey(page)
    store.objects.set('contract.pdf', { bytes: Buffer.concat([CONTRACT, Buffer.from('\n')]), type: 'application/pdf' })
    await act(page).click()
    await expect(page.getByText('HOST_CONFLICT')).toBeVisible()
    await picture(page, 'link-conflict', [390])
    expect(held(store)).toHaveLength(CONTRACT.length + 1)
    const copy = await download(page, () => page.getByRole('button', { name: 'Download' }).click())
    expectValid(Buffer.from(copy.bytes))
    await page.getByRole('button', { name: 'Open the document as it is now' }).click()
    await expect(act(page)).toBeVisible()
    await act(page).click()
    await expect(page.getByText('Signed and sent back to localhost').first()).toBeVisible()
    forgive(complaints, /412/)
  })

  test('a storage that fails half-way: sent again from where it is kept, also after the page was closed', async ({
    page,
    link,
    store,
    complaints,
  }) => {
    const url = link()
    store.next('PUT', 'breaks', 2)
    await signAs(page, url)
    await expect(page.getByText('Signed, but not sent back').first()).toBeVisible()
    store.next('PUT', 'error')
    await page.getByRole('button', { name: 'Send again' }).click()
    await expect(page.getByText('HOST_SAVE_FAILED')).toBeVisible()
    expect(held(store).equals(CONTRACT)).toBe(true)
    // A new visit sends what the last one signed, and asks for no second signature.
    await page.goto('about:blank')
    await page.goto(url)
    await expect(page.getByText('Signed and sent back to localhost').first()).toBeVisible()
    expectValid(held(store))
    forgive(complaints, /Failed to load resource|net::ERR/)
    await page.reload()
    await expect(act(page)).toBeVisible()
    await expect(page.locator('.signed-before')).toBeVisible()
  })

  test('an address that expired says so; so does one that expires before the document is back', async ({
    page,
    link,
    store,
    complaints,
  }) => {
    const past = new Date(Date.now() - 1000)
    await page.goto(link({ src: store.sign('GET', 'contract.pdf', past) }))
    await expect(page.getByText('LINK_EXPIRED')).toBeVisible()
    await picture(page, 'link-expired', [390])
    await page.goto('about:blank')
    await signAs(page, link({ dst: store.sign('PUT', 'contract.pdf', past) }))
    await expect(page.getByText('LINK_EXPIRED')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Download' })).toBeVisible()
    forgive(complaints, /403/)
  })

  test('a storage that is not on the list is not asked, and the page says which', async ({ page, link, store }) => {
    await page.goto(link({ dst: 'https://elsewhere.example/x' }))
    await expect(page.getByText('https://elsewhere.example')).toBeVisible()
    await expect(page.getByText('LINK_ORIGIN_REFUSED')).toBeVisible()
    await picture(page, 'link-refused', [390])
    expect(store.requests).toEqual([])
  })

  test('a link that is cut short, and a document that is too large or another one, are refused', async ({
    page,
    link,
    store,
    app,
  }) => {
    await page.goto(`${app.origin}/link.html#src=`)
    await expect(page.getByText('LINK_INVALID')).toBeVisible()
    await page.goto('about:blank')
    await page.goto(link({ sha256: 'ab'.repeat(32) }))
    await expect(page.getByText('HOST_DIGEST_MISMATCH')).toBeVisible()
    store.objects.set('contract.pdf', { bytes: Buffer.alloc(2 ** 20 + 1, '%PDF-1.7 '), type: 'application/pdf' })
    await page.goto('about:blank')
    await page.goto(link())
    await expect(page.getByText('HOST_DOCUMENT_TOO_LARGE')).toBeVisible()
  })

  test('a storage that never answers: it can be stopped and asked again; left alone it is given up', async ({
    page,
    link,
    store,
  }) => {
    await page.clock.install()
    store.next('GET', 'silent')
    await page.goto(link())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect(page.getByText('Fetching the document was stopped')).toBeVisible()
    store.next('GET', 'silent')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
    await page.clock.fastForward(31_000)
    await expect(page.getByText('NETWORK_TIMEOUT')).toBeVisible()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.locator('canvas').first()).toBeVisible()
  })

  test('a link that takes nothing back: the signer keeps the file', async ({ page, app, store }) => {
    const src = encodeURIComponent(store.sign('GET', 'contract.pdf'))
    await page.goto(`${app.origin}/link.html#src=${src}`)
    await makeKey(page)
    await act(page).click()
    const copy = await download(page, () => page.getByRole('button', { name: 'Download' }).click())
    expectValid(Buffer.from(copy.bytes))
    expect(store.requests.map(({ method }) => method)).toEqual(['GET'])
  })
})

test.describe('@link sealed', () => {
  /** As a sender does it: the storage gets the sealed document, the client gets the printed link. */
  function sealed(store: BlobStore, app: Served) {
    const folder = mkdtempSync(join(tmpdir(), 'sealed-'))
    const file = join(folder, 'contract.sealed')
    const addresses = ['--src', store.sign('GET', 'sealed'), '--dst', store.sign('PUT', 'sealed')]
    const program = ['dist/cli/countersign.js', 'link', 'public/samples/contract.pdf']
    const args = [...program, '--page', `${app.origin}/link.html`, ...addresses, '--seal', file]
    const link = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()
    store.objects.set('sealed', { bytes: readFileSync(file), type: 'application/octet-stream' })
    return { link, folder }
  }

  test('neither the storage nor the server of the page can read the document; the sender opens what came back', async ({
    page,
    app,
    store,
  }) => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const { link, folder } = sealed(store, app)
    const key = new URLSearchParams(new URL(link).hash.slice(1)).get('key') ?? 'missing'
    await signAs(page, link)
    await expect(page.getByText('Signed and sent back to localhost').first()).toBeVisible()
    expect(asked.join()).not.toContain(key)
    expect(held(store, 'sealed').includes('%PDF')).toBe(false)
    writeFileSync(join(folder, 'back.sealed'), held(store, 'sealed'))
    writeFileSync(join(folder, 'link'), link)
    const [back, from, out] = ['back.sealed', 'link', 'signed.pdf'].map((name) => join(folder, name))
    execFileSync(process.execPath, ['dist/cli/countersign.js', 'unseal', back!, '--link-file', from!, '--out', out!])
    expectValid(readFileSync(out!))
  })

  test('a link with another key, or cut short in the middle of it, says so', async ({ page, app, store }) => {
    const { link } = sealed(store, app)
    await page.goto(link.replace(/key=./, 'key=_'))
    await expect(page.getByText('LINK_KEY_INCORRECT')).toBeVisible()
    await page.goto('about:blank')
    await page.goto(link.slice(0, -4))
    await expect(page.getByText('LINK_INVALID')).toBeVisible()
  })
})

function forgive(complaints: { text: string }[], what: RegExp): void {
  for (let at = complaints.length - 1; at >= 0; at--)
    if (what.test(complaints[at]?.text ?? '')) complaints.splice(at, 1)
}
