import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { chromiumLaunch } from '../../scripts/chromium.mjs'
import { opensslDetached, pdfsig } from '../main/judges.ts'
import { openToSign, SAMPLES, sign, signButton, takeFile } from '../main/steps.ts'
import { expect, lacks, test as base, watch } from './bridge.ts'

/** A browser of a person who has Fortify: the profile trusts its TLS certificate and was asked for the loopback permission. */
function profile(origin: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-profile-'))
  mkdirSync(join(folder, 'Default'))
  const allowed = { [`${origin},*`]: { setting: 1 } }
  const exceptions = { loopback_network: allowed, local_network_access: allowed }
  writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify({ profile: { content_settings: { exceptions } } }))
  return folder
}

type Fixtures = { person: BrowserContext; tokenPage: Page }

const test = base.extend<Fixtures>({
  person: async ({ rig, site }, use) => {
    const env = { ...process.env, HOME: rig.home } as Record<string, string>
    const options = { ...chromiumLaunch(), env, locale: 'en-US', viewport: { width: 1280, height: 900 } }
    const context = await chromium.launchPersistentContext(profile(site.origin), options)
    const complaints = await watch(context)
    await use(context)
    // A bridge that is not there is a refused connection: the browser writes that into the console by itself.
    const own = complaints.filter(({ text }) => !/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/.test(text))
    expect(own, 'CSP violations, uncaught errors, console errors').toEqual([])
    await context.close()
  },
  tokenPage: async ({ person, site }, use) => {
    const page = await person.newPage()
    await page.goto(`${site.origin}/`)
    await use(page)
  },
})

test.describe.configure({ mode: 'serial' })
test.skip(lacks.length > 0 && !process.env['CI'], `@tokens stories need ${lacks.join(', ')}`)
test.beforeAll(() => {
  expect(lacks, 'in CI everything that the @tokens stories need must be there').toEqual([])
})

async function connect(page: Page): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/keys`)
  await page.getByRole('button', { name: 'Token or smart card' }).click()
}

const cards = (page: Page) => page.getByRole('article').filter({ hasText: 'on a token' })

async function signWith(page: Page, name: string, sample: string): Promise<string> {
  const { origin } = new URL(page.url())
  await page.goto(`${origin}/#/sign`)
  await page.waitForLoadState()
  await openToSign(page, sample)
  await page.getByRole('region', { name: 'Who signs' }).getByRole('button').first().click()
  const dialog = page.getByRole('dialog', { name: 'Choose a certificate' })
  await dialog.getByRole('button', { name: new RegExp(name) }).click()
  await sign(page)
  return (await takeFile(page)).path
}

test('pair once, one PIN: RSA and P-256 of the token sign, and others accept it @tokens', async ({
  tokenPage: page,
  bridge,
  rig,
}) => {
  const asked = bridge.next('challenge')
  await bridge.order({ set: { pin: '12345678' } })
  await connect(page)
  expect(await asked).toMatch(/^\d{6}$/)
  await expect(cards(page)).toHaveCount(3)
  const pdf = await signWith(page, 'Olena Token RSA', SAMPLES.contract)
  const rsa = pdfsig(pdf)
  expect(rsa?.good ?? true, rsa?.text).toBe(true)
  await page.getByRole('button', { name: 'Sign another' }).click()
  const p7s = await signWith(page, 'Olena Token P256', SAMPLES.offer)
  const ec = opensslDetached(p7s, SAMPLES.offer, rig.caFile)
  expect(ec?.good ?? true, ec?.text).toBe(true)
  expect(bridge.events.filter((event) => 'pinAsked' in event)).toHaveLength(1)
})

test('Fortify’s own picker: the key chosen there signs @tokens', async ({ tokenPage: page, bridge, rig }) => {
  await bridge.order({ set: { pin: '12345678' } })
  await page.goto(`${new URL(page.url()).origin}/#/keys`)
  await page.getByRole('button', { name: 'Fortify’s own list' }).click()
  const picker = page.locator('peculiar-fortify-certificates')
  await picker.getByText('Olena Token P256').first().click({ timeout: 30_000 })
  await picker.getByText('Continue').first().click()
  await expect(cards(page)).toHaveCount(1)
  const p7s = await signWith(page, 'Olena Token P256', SAMPLES.offer)
  const judged = opensslDetached(p7s, SAMPLES.offer, rig.caFile)
  expect(judged?.good ?? true, judged?.text).toBe(true)
})

test('a wrong PIN, a locked one, and one that is not given are said plainly @tokens', async ({
  tokenPage: page,
  bridge,
}) => {
  for (const [order, text] of [
    [{ pin: '0000' }, 'The PIN is wrong.'],
    [{ pin: null }, 'Signing was declined on the device.'],
    [{ pin: '12345678', fault: 'pin-locked' }, 'The token is locked after too many wrong PINs.'],
  ] as const) {
    await bridge.order({ set: order })
    await connect(page)
    await expect(page.getByRole('alert').getByText(text)).toBeVisible({ timeout: 20_000 })
    await expect(cards(page)).toHaveCount(0)
  }
  await bridge.order({ set: { fault: null } })
  await connect(page)
  await expect(cards(page)).toHaveCount(3)
})

test('declined pairing, no token, no bridge: each has its own words @tokens', async ({ tokenPage: page, bridge }) => {
  await bridge.order({ set: { approve: false } })
  await connect(page)
  await expect(page.getByRole('alert')).toContainText('KEY_PAIRING_DECLINED')
  await bridge.order({ set: { approve: true } })
  await bridge.order({ remove: true })
  await connect(page)
  await expect(page.getByRole('alert')).toContainText('KEY_TOKEN_ABSENT')
  await bridge.stop()
  await page.reload()
  await connect(page)
  await expect(page.getByRole('alert')).toContainText('KEY_BRIDGE_NOT_FOUND')
  await expect(page.getByRole('link', { name: 'Get Fortify' })).toBeVisible()
})

test('a token that is removed, declines or lies while signing writes nothing @tokens', async ({
  tokenPage: page,
  bridge,
}) => {
  await connect(page)
  await expect(cards(page)).toHaveCount(3)
  await page.goto(`${new URL(page.url()).origin}/#/sign`)
  await openToSign(page, SAMPLES.invoice)
  for (const [fault, code] of [
    ['user-declines', 'KEY_DECLINED'],
    ['bad-signature', 'KEY_SIGNATURE_INVALID'],
    ['wrong-length', 'KEY_SIGNATURE_INVALID'],
    ['removed-while-signing', 'KEY_TOKEN_REMOVED'],
  ] as const) {
    await bridge.order({ set: { fault } })
    await signButton(page).click()
    await expect(page.getByText(code).first()).toBeVisible({ timeout: 20_000 })
    await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
    await page.reload()
    await bridge.order({ set: { fault: null } })
    await bridge.order({ insert: true })
    await connect(page)
    await expect(cards(page)).toHaveCount(3)
    await page.goto(`${new URL(page.url()).origin}/#/sign`)
    await openToSign(page, SAMPLES.invoice)
  }
})
