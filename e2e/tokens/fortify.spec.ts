import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { BrowserContext, Page } from '@playwright/test'
import { opensslDetached, pdfsig } from '../main/judges.ts'
import { give, openToSign, SAMPLES, sign, signButton, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture } from '../support/files.ts'
import { expect, lacks, test as base } from './bridge.ts'
import { cards, chooseOnToken, connect, personWithToken } from './person.ts'

type Fixtures = { person: BrowserContext; tokenPage: Page }

const test = base.extend<Fixtures>({
  person: async ({ rig, site }, use) => {
    const { person, complaints } = await personWithToken(rig, site.origin)
    await use(person)
    // A bridge that is not there is a refused connection: the browser writes that into the console by itself.
    const own = complaints.filter(({ text }) => !/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/.test(text))
    expect(own, 'CSP violations, uncaught errors, console errors').toEqual([])
    await person.close()
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

async function signWith(page: Page, name: string, sample: string): Promise<string> {
  const { origin } = new URL(page.url())
  await page.goto(`${origin}/#/sign`)
  await page.waitForLoadState()
  await openToSign(page, sample)
  await chooseOnToken(page, name)
  await sign(page)
  return (await takeFile(page)).path
}

test('pair once, one PIN: RSA and P-256 of the token sign, and others accept it @tokens', async ({
  tokenPage: page,
  bridge,
  rig,
}) => {
  const asked = bridge.next('challenge')
  await bridge.order({ set: { approve: null, pin: '12345678' } })
  await connect(page)
  const code = String(await asked)
  expect(code).toMatch(/^\d{6}$/)
  const pairing = page.getByRole('dialog', { name: 'Compare the codes' })
  await expect(pairing.getByText(code.replace(/(...)/, '$1 '))).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'prompt-pairing', [390, 700, 1280])
  await bridge.order({ set: { approve: true } })
  await expect(pairing).toBeHidden()
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

test('one PIN for a batch of five, and a request signed by the token’s key @tokens', async ({
  tokenPage: page,
  bridge,
}) => {
  await connect(page)
  await expect(cards(page)).toHaveCount(3)
  const card = cards(page).filter({ hasText: 'Olena Token P256' })
  await card.getByText('More', { exact: true }).click()
  const request = await download(page, () => card.getByRole('button', { name: 'Save the request' }).click())
  const proof = spawnSync('openssl', ['req', '-verify', '-noout', '-subject', '-in', request.path], {
    encoding: 'utf8',
  })
  expect(proof.stdout + proof.stderr).toMatch(/verify OK/)
  expect(proof.stdout).toContain('Olena Token P256')
  const bytes = readFileSync(request.path, 'latin1')
  const forged = test.info().outputPath('forged.csr')
  writeFileSync(
    forged,
    bytes.replace(/[A-Za-z](?=[^\n]{3}=*\n-----END)/, (one) => (one === 'A' ? 'B' : 'A')),
    'latin1',
  )
  const twin = spawnSync('openssl', ['req', '-verify', '-noout', '-in', forged], { encoding: 'utf8' })
  expect(twin.stdout + twin.stderr).not.toMatch(/verify OK/)

  await page.goto(`${new URL(page.url()).origin}/#/sign`)
  const batch = [SAMPLES.contract, SAMPLES.invoice, SAMPLES.offer, 'README.md', 'CONTRIBUTING.md']
  await give(page, batch)
  await page.getByRole('button', { name: /^Sign 5 documents as / }).click()
  await expect(page.getByRole('heading', { name: 'Signed 5 of 5' })).toBeVisible({ timeout: 40_000 })
  expect(bridge.events.filter((event) => 'pinAsked' in event)).toHaveLength(1)
})

test('a bridge that hangs while signing is left by a cancel, and the document is as it was @tokens', async ({
  tokenPage: page,
  bridge,
}) => {
  await connect(page)
  await expect(cards(page)).toHaveCount(3)
  await page.goto(`${new URL(page.url()).origin}/#/sign`)
  await openToSign(page, SAMPLES.invoice)
  await bridge.order({ set: { fault: 'hang' } })
  await signButton(page).click()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Cancelled, nothing was signed' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Download', exact: true })).toHaveCount(0)
})

test.describe('a token that says how it is @tokens', () => {
  /** PKCS#11 v3.1, CK_TOKEN_INFO. */
  const PIN_COUNT_LOW = 0x1_0000
  const PIN_FINAL_TRY = 0x2_0000
  const PIN_LOCKED = 0x4_0000

  for (const [name, tokenFlags, text] of [
    ['few tries left', PIN_COUNT_LOW, 'Few attempts are left before it locks.'],
    ['one try left', PIN_FINAL_TRY, '1 attempt left, then it locks.'],
    ['locked', PIN_LOCKED, 'KEY_PIN_LOCKED'],
  ] as const) {
    test.describe(name, () => {
      test.use({ bridgeOptions: { tokenFlags } })
      test(`a wrong PIN, ${name} @tokens`, async ({ tokenPage: page, bridge }) => {
        await bridge.order({ set: { pin: '0000' } })
        await connect(page)
        await expect(page.getByRole('alert')).toContainText(text, { timeout: 20_000 })
        if (tokenFlags === PIN_LOCKED) expect(bridge.events.filter((event) => 'pinAsked' in event)).toEqual([])
        else await expect(page.getByRole('alert')).toContainText('The PIN is wrong.')
      })
    })
  }

  test.describe('without ECDSA', () => {
    test.use({ bridgeOptions: { algorithms: ['RSASSA-PKCS1-v1_5'] } })
    test('a key that its token cannot use is shown with the reason, and cannot be chosen @tokens', async ({
      tokenPage: page,
      bridge,
    }) => {
      expect(bridge.port).toBe(31337)
      await connect(page)
      await expect(cards(page)).toHaveCount(3)
      const p256 = cards(page).filter({ hasText: 'Olena Token P256' })
      await expect(p256.getByText('The token cannot sign in the way this document needs.')).toBeVisible()
      await page.goto(`${new URL(page.url()).origin}/#/sign`)
      await openToSign(page, SAMPLES.contract)
      await page.getByRole('region', { name: 'Who signs' }).getByRole('button').first().click()
      const dialog = page.getByRole('dialog', { name: 'Choose a certificate' })
      await expect(dialog.getByRole('button', { name: /Olena Token P256/ })).toBeDisabled()
      await expect(dialog.getByRole('button', { name: /Olena Token RSA/ })).toBeEnabled()
      await picture(page, 'picker-token', [390, 700, 1280])
    })
  })
})
