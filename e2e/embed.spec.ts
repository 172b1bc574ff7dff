import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test, type FrameLocator, type Page } from '@playwright/test'
import { openEmbedding, type Embedding, type EmbeddingOptions } from './support/embedding.ts'
import { watch, type Complaint } from './support/test.ts'

const FULL_SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox allow-storage-access-by-user-activation'
const NAME = 'Anna Berg'

let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

type Story = Embedding & { page: Page; frame: FrameLocator; complaints: Complaint[] }

async function begin(options: EmbeddingOptions): Promise<Story> {
  open = await openEmbedding(options)
  const page = open.context.pages()[0] ?? (await open.context.newPage())
  const complaints = await watch(open.context)
  return { ...open, page, frame: page.frameLocator('#signer iframe'), complaints }
}

/** The browser itself says in the console that storage was not granted: that is the ladder's first rung, not a fault. */
const ours = ({ complaints }: Story) => complaints.filter(({ text }) => !text.startsWith('requestStorageAccess:'))

/** As a person does, once, on the signer's own site. */
async function makeKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(NAME)
  await page.getByRole('button', { name: 'Create key' }).click()
}

async function keyAtHome({ page, app }: Story): Promise<void> {
  await page.goto(`${app.origin}/#/keys`)
  await makeKey(page)
  await expect(page.getByRole('article')).toContainText(NAME)
}

/** Keys in the storage that a script of this document sees. */
const countKeys = () =>
  new Promise<number>((resolve, reject) => {
    const request = indexedDB.open('countersign-vault')
    request.onerror = () => reject(new Error(String(request.error)))
    request.onsuccess = () => {
      const database = request.result
      if (!database.objectStoreNames.contains('keys')) return resolve(0)
      const count = database.transaction('keys').objectStore('keys').count()
      count.onsuccess = () => resolve(count.result)
    }
  })

const openDeal = async ({ page, crm }: Story, query = '') => page.goto(`${crm.origin}/${query}`)
const pressSign = (page: Page) => page.locator('#sign').click()

async function signInFrame(story: Story): Promise<void> {
  await openDeal(story)
  await pressSign(story.page)
  const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
  await expect(button).toHaveAttribute('data-visibility', 'clear')
  await button.click()
}

async function signInWindow({ page, context, frame }: Story, { newKey = false } = {}): Promise<void> {
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    frame.getByRole('button', { name: 'Sign in a window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  if (newKey) await makeKey(popup)
  const closed = popup.waitForEvent('close')
  await popup.getByRole('button', { name: /^Sign contract\.pdf/ }).click()
  await closed
  await expect(page.locator('#veil')).toBeHidden()
}

/** What the CRM has stored, judged by a verifier that is not ours. */
async function expectStored({ page }: Story): Promise<void> {
  await expect(page.locator('#contract-state')).toHaveText('Signed · v2')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download contract.pdf' }).click(),
  ])
  const path = await download.path()
  if (spawnSync('pdfsig', ['-v']).error) return
  const verdict = execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
  expect(verdict).toContain('Signature is Valid')
  expect(verdict).toContain(`Signer Certificate Common Name: ${NAME}`)
  expect(verdict).toContain('Total document signed')
}

/** Makes a key at home and counts those that the frame's own storage shows. */
async function keysInFrame(story: Story): Promise<number | undefined> {
  await keyAtHome(story)
  await openDeal(story)
  await pressSign(story.page)
  await expect(story.frame.locator('.workspace')).toBeVisible()
  const frame = story.page.frames().find((one) => one.url().startsWith(story.app.origin))
  const seen = await frame?.evaluate(countKeys)
  await story.page.goto(`${story.app.origin}/#/keys`)
  expect(await story.page.evaluate(countKeys)).toBe(1)
  return seen
}

const STORAGES = ['default', 'blocked', 'granted'] as const
const SANDBOXES = [
  ['no sandbox', null],
  ['full sandbox', FULL_SANDBOX],
  ['bad sandbox', 'allow-scripts'],
] as const
const OPENERS = [null, 'same-origin'] as const

/**
 * Every pair of storage, sandbox and COOP, in 9 of the 18 cells; E2E_MATRIX=full runs all. What a cell left out would show is shown by
 * its neighbours: blocked without a sandbox and without COOP signs in a window, as the stories of the window below do.
 */
const CELLS = STORAGES.flatMap((storage, row) =>
  SANDBOXES.flatMap(([sandboxName, sandbox], column) =>
    OPENERS.filter((_, at) => process.env['E2E_MATRIX'] === 'full' || (row + column) % 2 === at).map((coop) => ({
      storage,
      sandboxName,
      sandbox,
      coop,
    })),
  ),
)

test.describe('@embed', () => {
  for (const storage of ['default', 'blocked'] as const) {
    test(`canary: with third-party storage ${storage}, the frame's own storage holds no key of ours`, async () => {
      expect(await keysInFrame(await begin({ storage }))).toBe(0)
    })
  }

  test('the canary is alive: where storage is not partitioned it sees the key, and would be red', async () => {
    expect(await keysInFrame(await begin({ storage: 'default', partitioned: false }))).toBe(1)
  })

  for (const { storage, sandboxName, sandbox, coop } of CELLS) {
    test(`matrix: storage ${storage}, ${sandboxName}, CRM ${coop ? `with COOP ${coop}` : 'without COOP'}`, async () => {
      const crmHeaders: Record<string, string> = coop ? { 'Cross-Origin-Opener-Policy': coop } : {}
      const story = await begin({ storage, sandbox, crmHeaders })
      if (sandboxName === 'bad sandbox') return expectSandboxed(story)
      await keyAtHome(story)
      if (storage !== 'blocked') {
        await signInFrame(story)
        await expectStored(story)
      } else {
        await openDeal(story)
        await pressSign(story.page)
        await expect(story.frame.getByText('Your keys live at 127.0.0.1')).toBeVisible()
        if (coop) return expectTab(story)
        await signInWindow(story)
        await expectStored(story)
      }
      expect(ours(story)).toEqual([])
    })
  }

  async function expectSandboxed(story: Story): Promise<void> {
    await openDeal(story)
    await pressSign(story.page)
    await expect(story.page.locator('#toast')).toContainText('HOST_SANDBOXED')
  }

  async function expectTab({ frame }: Story): Promise<void> {
    await frame.getByRole('button', { name: 'Sign in a window' }).click()
    await expect(frame.getByText('CONSENT_WINDOW_BLOCKED')).toBeVisible()
    await expect(frame.getByRole('link', { name: /in a tab/ })).toHaveAttribute('target', '_blank')
  }

  test('a first signature: no key yet, made in the signing window', async () => {
    const story = await begin({ storage: 'blocked' })
    await openDeal(story)
    await pressSign(story.page)
    await signInWindow(story, { newKey: true })
    await expectStored(story)
    const timeline = story.page.locator('#timeline')
    for (const step of [
      'Document opened',
      'shown to the signer',
      'Signer agreed',
      'Document signed',
      'stored in the deal',
    ])
      await expect(timeline).toContainText(step)
    expect(ours(story)).toEqual([])
  })

  test('the window is closed half-way: nothing was signed, and it opens again', async () => {
    const story = await begin({ storage: 'blocked' })
    await keyAtHome(story)
    await openDeal(story)
    await pressSign(story.page)
    const [popup] = await Promise.all([
      story.context.waitForEvent('page'),
      story.frame.getByRole('button', { name: 'Sign in a window' }).click(),
    ])
    await expect(popup.getByText('You sign for localhost')).toBeVisible()
    await popup.close()
    await expect(story.frame.getByText('CONSENT_WINDOW_CLOSED')).toBeVisible()
    await signInWindow(story)
    await expectStored(story)
  })

  test('a save that fails keeps the file; saving again stores it once', async () => {
    const story = await begin({ storage: 'default' })
    await keyAtHome(story)
    await openDeal(story, '?server=fails')
    await pressSign(story.page)
    const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await button.click()
    await expect(story.frame.getByText('HOST_SAVE_FAILED')).toBeVisible()
    await story.frame.getByRole('button', { name: 'Save again' }).click()
    await expectStored(story)
  })

  test('a document that changed meanwhile is not overwritten; the signed file can be taken', async () => {
    const story = await begin({ storage: 'default' })
    await keyAtHome(story)
    await openDeal(story, '?server=conflict')
    await pressSign(story.page)
    const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await button.click()
    await expect(story.frame.getByText('HOST_CONFLICT')).toBeVisible()
    const [download] = await Promise.all([
      story.page.waitForEvent('download'),
      story.frame.getByRole('button', { name: 'Download the signed file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('contract.pdf')
    await expect(story.page.locator('#contract-state')).toHaveText('Waits for our signature')
  })

  test('a CRM that never answers and is reloaded: the next frame stores what the first one signed', async () => {
    const story = await begin({ storage: 'default' })
    await keyAtHome(story)
    await openDeal(story, '?server=never')
    await pressSign(story.page)
    const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await button.click()
    await expect(story.frame.getByText('Signed. Saving at localhost').first()).toBeVisible()
    await openDeal(story)
    await story.page.getByRole('button', { name: 'Sign invoice.pdf' }).click()
    await expect(story.page.locator('#contract-state')).toHaveText('Signed · v2')
    await story.page.locator('#close').click()
    await expectStored(story)
  })

  test('decline is an answer', async () => {
    const story = await begin({ storage: 'default' })
    await openDeal(story)
    await pressSign(story.page)
    await story.frame.getByRole('button', { name: 'Decline' }).click()
    // The CRM takes the frame away at once: a click that waits for that frame's answer could wait for ever.
    const declined = story.frame.getByRole('dialog').getByRole('button', { name: 'Decline' })
    void declined.click().catch(() => undefined)
    await expect(story.page.locator('#timeline')).toContainText('Signer declined')
  })
})

test.describe('@embed what a page lays over the button', () => {
  const COVER = 'position:fixed;z-index:99;'
  const tricks: Record<string, string> = {
    'an opaque overlay': `#trick { ${COVER} right: 0; bottom: 0; width: 400px; height: 200px; background: white }`,
    'an overlay that lets clicks through': `#trick { ${COVER} inset: 0; background: white; pointer-events: none }`,
    'an overlay that is hardly there': `#trick { ${COVER} inset: 0; background: white; opacity: 0.01; pointer-events: none }`,
    'an overlay over half of the button': `#trick { ${COVER} right: 0; bottom: 0; width: 170px; height: 400px; background: white }`,
    'the shadow of something beside it': `#trick { ${COVER} right: -90px; bottom: -90px; width: 40px; height: 40px; box-shadow: 0 0 0 400px white; pointer-events: none }`,
    'a hardly faded frame': '#signer iframe { opacity: 0.99 }',
    'a half faded frame': '#signer iframe { opacity: 0.5 }',
    'an invisible frame': '#signer iframe { opacity: 0 }',
    'a blurred frame': '#signer iframe { filter: blur(1px) }',
    'a shrunk frame': '#signer iframe { transform: scale(0.3) }',
    'a turned frame': '#signer iframe { transform: rotate(2deg) }',
    'a blended frame': '#signer iframe { mix-blend-mode: multiply }',
    'a clipped frame': '#signer iframe { clip-path: inset(0 0 220px 0) }',
  }
  /** What pages do to frames with no bad thought. */
  const harmless: Record<string, string> = {
    'a moved frame': '#signer iframe { transform: translate(-12px, -4px) }',
    'round corners and a shadow': '#signer iframe { border-radius: 12px; box-shadow: 0 2px 12px black }',
    'full opacity, said outright': '#signer iframe { opacity: 1 }',
  }

  test('no trick leaves the button live; without them it is', async () => {
    const story = await begin({ storage: 'default' })
    await keyAtHome(story)
    await openDeal(story)
    await pressSign(story.page)
    const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await story.page.evaluate(() => document.body.append(Object.assign(document.createElement('div'), { id: 'trick' })))
    for (const [name, css] of Object.entries(tricks)) {
      await test.step(name, async () => {
        const style = await story.page.addStyleTag({ content: css })
        await expect(button, name).toHaveAttribute('data-visibility', 'covered')
        await expect(button, name).toHaveAttribute('aria-disabled', 'true')
        await button.dispatchEvent('click')
        await style.evaluate((element) => (element as Element).remove())
        await expect(button, name).toHaveAttribute('data-visibility', 'clear')
      })
    }
    for (const [name, css] of Object.entries(harmless)) {
      await test.step(name, async () => {
        const style = await story.page.addStyleTag({ content: css })
        // Several looks of the observer later it still is.
        await story.page.waitForTimeout(400)
        await expect(button, name).toHaveAttribute('data-visibility', 'clear')
        await style.evaluate((element) => (element as Element).remove())
      })
    }
    await expect(story.page.locator('#contract-state')).toHaveText('Waits for our signature')
    expect(ours(story)).toEqual([])
  })

  test('a click by script is no consent', async () => {
    const story = await begin({ storage: 'default' })
    await keyAtHome(story)
    await openDeal(story)
    await pressSign(story.page)
    const button = story.frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(button).toHaveAttribute('data-visibility', 'clear')
    await button.evaluate((element) => (element as HTMLElement).click())
    await expect(button).toBeVisible()
    await expect(story.page.locator('#contract-state')).toHaveText('Waits for our signature')
  })
})

test.describe('@embed closed doors', () => {
  test('an unlisted site: the header keeps the browser from showing the frame at all', async () => {
    const story = await begin({ storage: 'default', listed: false })
    await openDeal(story)
    await pressSign(story.page)
    await expect(story.page.locator('#signer iframe')).toBeVisible()
    await expect.poll(() => story.page.frames().some((one) => one.url().startsWith('chrome-error://'))).toBe(true)
  })

  test('an unlisted site where no header helps: the page says so, sends nothing, and offers a tab', async () => {
    const story = await begin({ storage: 'default', listed: false, frameAncestors: false })
    await openDeal(story)
    await pressSign(story.page)
    await expect(story.frame.getByRole('heading', { name: 'This site may not embed the signer' })).toBeVisible()
    await expect(story.frame.getByText('localhost')).toBeVisible()
    await expect(story.frame.getByRole('link', { name: 'Open the signer in a tab' })).toBeVisible()
    await expect(story.page.locator('#toast')).toContainText('HOST_TIMEOUT', { timeout: 25_000 })
  })

  test('a wrong config.json opens nowhere and names each mistake', async () => {
    const story = await begin({ storage: 'default', config: { policy: { level: 'B-X' }, brandng: {} } })
    await openDeal(story)
    await pressSign(story.page)
    await expect(story.frame.getByText('/brandng')).toBeVisible()
    await expect(story.frame.getByText('not-one-of: "B-X"')).toBeVisible()
  })

  test('the frame page on its own, and the window without its frame, say what they are', async () => {
    const story = await begin({ storage: 'default' })
    await story.page.goto(`${story.app.origin}/embed.html`)
    await expect(story.page.getByRole('heading', { name: 'This page works inside a CRM' })).toBeVisible()
    await story.page.goto(`${story.app.origin}/popup.html`)
    await expect(story.page.getByRole('heading', { name: 'This window lost the page that opened it' })).toBeVisible()
  })
})
