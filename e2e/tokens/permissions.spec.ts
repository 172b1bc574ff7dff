// What Chromium says of reaching a program on this machine, by profile: granted, denied, asked; on our own page, in a CRM's frame that
// delegates, in one that does not. In every cell the page shows the right thing.
import type { FrameLocator, Page } from '@playwright/test'
import { openEmbedding, type Embedding } from '../support/embedding.ts'
import { picture } from '../support/files.ts'
import { expect, lacks, test } from './bridge.ts'

test.skip(lacks.length > 0 && !process.env['CI'], `@tokens stories need ${lacks.join(', ')}`)

let open: Embedding | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const PERMISSIONS = ['granted', 'denied', 'ask'] as const
const tokenButton = (on: Page | FrameLocator) => on.getByRole('button', { name: 'Token or smart card' })

/** What the permission's state means for a person, where nothing in between is in the way. */
async function expectCell(on: Page | FrameLocator, permission: (typeof PERMISSIONS)[number]): Promise<void> {
  switch (permission) {
    case 'granted':
      await expect(on.getByText(/^Olena Token/).first()).toBeVisible({ timeout: 30_000 })
      return expect(on.getByRole('alert')).toHaveCount(0)
    // Nobody answers in a headless browser, and Chromium takes that for a no.
    case 'ask':
    case 'denied':
      await expect(on.getByRole('alert')).toContainText('KEY_LOOPBACK_DENIED')
      return expect(on.getByRole('alert')).toContainText('Allow “apps on device” for this page in the address bar')
  }
}

for (const permission of PERMISSIONS) {
  test(`our own page, ${permission} @tokens`, async ({ bridge, rig }) => {
    open = await openEmbedding({ storage: 'default', loopback: { permission, delegated: true, home: rig.home } })
    const page = await open.context.newPage()
    await page.goto(`${open.app.origin}/#/keys`)
    const state = () =>
      navigator.permissions.query({ name: 'loopback-network' as PermissionName }).then((one) => one.state)
    expect(await page.evaluate(state)).toBe(permission === 'ask' ? 'prompt' : permission)
    await tokenButton(page).click()
    await expectCell(page, permission)
    if (permission !== 'granted') expect(bridge.events.filter((event) => 'action' in event)).toEqual([])
  })

  test(`a frame with allow, ${permission} @tokens`, async ({ bridge, rig }) => {
    expect(bridge.port).toBe(31337)
    open = await openEmbedding({ storage: 'default', loopback: { permission, delegated: true, home: rig.home } })
    const { page, frame } = await openDeal(open)
    await tokenButton(frame).click()
    await expectCell(frame, permission)
    const inWindow = frame.getByRole('alert').getByRole('button', { name: 'Sign in a window' })
    await expect(inWindow).toHaveCount(permission === 'granted' ? 0 : 1)
    if (permission === 'denied') await picture(page, 'frame-loopback-denied', [390, 1280])
    if (permission !== 'granted') return
    const act = frame.getByRole('button', { name: /^Sign contract\.pdf/ })
    await expect(act).toHaveAttribute('data-visibility', 'clear')
    await act.click()
    await expect(page.locator('#contract-state')).toHaveText('Signed · v2')
  })

  test(`a frame without allow, ${permission}: the signing window is offered, and there it works or says why @tokens`, async ({
    bridge,
    rig,
  }) => {
    open = await openEmbedding({ storage: 'default', loopback: { permission, delegated: false, home: rig.home } })
    const { page, frame } = await openDeal(open)
    await tokenButton(frame).click()
    const alert = frame.getByRole('alert')
    await expect(alert).toContainText('The page around this one does not let it talk to programs')
    await expect(alert).toContainText('KEY_NEEDS_WINDOW')
    expect(bridge.events.filter((event) => 'action' in event)).toEqual([])
    if (permission === 'granted') await picture(page, 'frame-not-delegated', [390, 1280])
    const [window] = await Promise.all([
      open.context.waitForEvent('page'),
      alert.getByRole('button', { name: 'Sign in a window' }).click(),
    ])
    await tokenButton(window).click()
    await expectCell(window, permission)
    if (permission !== 'granted') return
    const closed = window.waitForEvent('close')
    await window.getByRole('button', { name: /^Sign contract\.pdf/ }).click()
    await closed
    await expect(page.locator('#contract-state')).toHaveText('Signed · v2')
  })
}

/** The CRM's deal card with the signer's frame open; no key in this browser, so the ways to others stand there. */
async function openDeal({ context, crm }: Embedding): Promise<{ page: Page; frame: FrameLocator }> {
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${crm.origin}/`)
  await page.locator('#sign').click()
  return { page, frame: page.frameLocator('#signer iframe') }
}
