import { createHmac } from 'node:crypto'
import { expect, test, type FrameLocator, type Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { beginStory, keyAtHome, ours, pressGuarded, windowOf, type Story } from '../support/deal.ts'
import type { EmbeddingOptions } from '../support/embedding.ts'

let open: Story | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})
const begin = async (options: EmbeddingOptions) => (open = await beginStory(options))
const openDeal = async ({ page, crm }: Story) => {
  await page.goto(`${crm.origin}/`)
  await page.locator('#sign').click()
}
const stored = ({ page }: Story, version = 'v2') =>
  expect(page.locator('#contract-state')).toHaveText(`Signed · ${version}`)
const SIGN = /^Sign (again )?contract\.pdf/

/** The phone: RFC 6238 by Node's own HMAC. `ahead`: steps of 30 seconds from now. */
function phone(secret: string, ahead = 0): string {
  const bits = Array.from(secret.replace(/\s/g, ''))
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const mac = createHmac('sha1', key).update(counter).digest()
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(value % 1_000_000).padStart(6, '0')
}

async function enrolApp(where: Page): Promise<{ secret: string; code: string }> {
  const dialog = where.getByRole('dialog', { name: 'Set up your code app' })
  await expect(dialog.getByRole('img', { name: 'QR code for the code app' })).toBeVisible()
  const secret = await dialog.locator('.recovery-code').innerText()
  const code = phone(secret)
  await dialog.getByLabel('Six-digit code').fill(code)
  await dialog.getByRole('button', { name: 'Confirm and use from now on' }).click()
  return { secret, code }
}

async function enterCode(where: Page | FrameLocator, code: string): Promise<void> {
  const dialog = where.getByRole('dialog', { name: 'Confirm with your code app' })
  await dialog.getByLabel('Six-digit code').fill(code)
  await dialog.getByRole('button', { name: 'Confirm and sign' }).click()
}

test.describe('@embed confirmation by a code app', () => {
  test('set up in the signing window, asked in the frame; a used code and a wrong one are refused', async () => {
    const story = await begin({ storage: 'default', config: { confirmation: { default: 'totp' } } })
    await keyAtHome(story)
    await openDeal(story)
    await expect(story.frame.getByText('nothing is set up for this key yet')).toBeVisible()
    const popup = await windowOf(story)
    await popup.getByRole('button', { name: SIGN }).click()
    await expect(popup.getByRole('dialog', { name: 'Set up your code app' })).toBeVisible()
    await expectAccessible(popup)
    await popup.screenshot({ path: 'test-results/totp-enrol.png' })
    const { secret, code } = await enrolApp(popup)
    await stored(story)
    await expect(story.page.locator('#timeline')).toContainText('One-time code confirmed')

    await openDeal(story)
    await pressGuarded(story.frame, SIGN)
    await enterCode(story.frame, code)
    await expect(story.frame.getByText('This code was used already')).toBeVisible()
    await story.page.screenshot({ path: 'test-results/totp-frame.png' })
    await enterCode(story.frame, phone(secret, 7))
    await expect(story.frame.getByText('Wrong code. 4 tries left.')).toBeVisible()
    await enterCode(story.frame, phone(secret, 1))
    await stored(story, 'v3')
    expect(ours(story)).toEqual([])
  })

  test('the standalone page asks too; whoever goes away signs nothing', async () => {
    const story = await begin({ storage: 'default', config: { confirmation: { default: 'totp' } } })
    await keyAtHome(story)
    const { page } = story
    await page.goto(`${story.app.origin}/#/sign`)
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Choose files' }).first().click(),
    ])
    await chooser.setFiles('public/samples/contract.pdf')
    const sign = page.getByRole('button', { name: SIGN })
    await sign.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await expect(sign).toBeEnabled()
    await sign.click()
    await enrolApp(page)
    await expect(page.getByRole('button', { name: /Download/ }).first()).toBeVisible()
    expect(ours(story)).toEqual([])
  })
})

async function plugIn(story: Story, page: Page): Promise<void> {
  const session = await story.context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

test.describe('@embed confirmation by a passkey', () => {
  const passkey = { appHost: 'localhost', config: { confirmation: { default: 'passkey' } } } as const

  test('set up and asked in the signing window: bound to the documents', async () => {
    const story = await begin({ ...passkey, storage: 'blocked' })
    await keyAtHome(story)
    await openDeal(story)
    const popup = await windowOf(story)
    await plugIn(story, popup)
    await popup.getByRole('button', { name: SIGN }).click()
    await popup.getByRole('button', { name: 'Set up passkey' }).click()
    await expect(popup.getByText('for this document and no other')).toBeVisible()
    await popup.screenshot({ path: 'test-results/passkey-window.png' })
    await popup.getByRole('button', { name: 'Confirm with passkey' }).click()
    await stored(story)
    expect(ours(story)).toEqual([])
  })

  test('a page around it that forbids passkeys: the signing window is the way', async () => {
    const crmHeaders = { 'Permissions-Policy': 'publickey-credentials-get=()' }
    const story = await begin({ ...passkey, storage: 'default', crmHeaders })
    await keyAtHome(story)
    await openDeal(story)
    await expect(story.frame.getByText('does not let it ask for your passkey')).toBeVisible()
    await expect(story.frame.getByRole('button', { name: 'Sign in a window' })).toBeVisible()
    await expect(story.frame.getByRole('button', { name: SIGN })).toHaveCount(0)
  })
})
