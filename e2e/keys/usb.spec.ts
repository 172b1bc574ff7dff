// A PIV token by WebUSB, through the page: the device and its card are simulated in this process, everything above them is the product.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { serveApp } from '../../scripts/serve.mjs'
import { pdfsig } from '../main/judges.ts'
import { give, SAMPLES, signButton, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test as base } from '../support/test.ts'
import { makeCard, type PivCard } from '../token/piv-card.mjs'
import { USB_TOKEN, usbDevice, type Faults } from '../token/usb-token.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const PIN = '123456'

type Token = { card: PivCard; faults: Faults }

const test = base.extend<{ token: Token; usbPage: Page }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's dependencies from the pattern
  token: async ({}, use, info) => {
    const make = (name: string, ...args: string[]) => {
      const [key, pem] = [info.outputPath(`${name}.key`), info.outputPath(`${name}.pem`)]
      const subject = ['-nodes', '-days', '30', '-subj', `/CN=Iryna ${name}`, '-keyout', key, '-out', pem]
      execFileSync('openssl', ['req', '-x509', ...args, ...subject], { stdio: 'ignore' })
      return { pem: readFileSync(pem, 'utf8'), key: readFileSync(key, 'utf8') }
    }
    const card = makeCard({
      0x9c: make('signature', '-newkey', 'rsa:2048'),
      0x9a: make('authentication', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'),
    })
    await use({ card, faults: {} })
  },
  usbPage: async ({ page, token }, use) => {
    const app = await serveApp({ root: `${process.cwd()}/dist/app`, config: { usbTokens: [USB_TOKEN] } })
    await plugIn(page, token)
    await page.goto(`${app.origin}/#/keys`)
    await use(page)
    await page.close()
    await app.close()
  },
})

test.skip(!hasOpenssl && !process.env['CI'], 'needs openssl')

/** `navigator.usb` with this one device, whose transfers are made here. */
async function plugIn(page: Page, { card, faults }: Token): Promise<void> {
  const device = usbDevice(card, faults)
  await page.exposeBinding('usbOut', async (_source, endpoint: number, data: number[]) => {
    await device.transferOut(endpoint, Uint8Array.from(data))
  })
  await page.exposeBinding('usbIn', async (_source, endpoint: number, length: number) => {
    const { data } = await device.transferIn(endpoint, length)
    return data ? [...new Uint8Array(data.buffer)] : []
  })
  const plain = { ...USB_TOKEN, productName: device.productName, configuration: device.configuration }
  await page.addInitScript((described) => {
    const wire = globalThis as unknown as {
      usbOut(endpoint: number, data: number[]): Promise<void>
      usbIn(endpoint: number, length: number): Promise<number[]>
    }
    const gone = (): never => {
      throw new DOMException('The device was disconnected.', 'NetworkError')
    }
    const nothing = (): Promise<void> => Promise.resolve()
    const methods = {
      opened: false,
      open: nothing,
      close: nothing,
      selectConfiguration: nothing,
      claimInterface: nothing,
      releaseInterface: nothing,
      transferOut: (endpoint: number, data: Uint8Array) =>
        wire.usbOut(endpoint, [...data]).then(() => ({ status: 'ok' }), gone),
      transferIn: (endpoint: number, length: number) =>
        wire
          .usbIn(endpoint, length)
          .then((data) => ({ status: 'ok', data: new DataView(Uint8Array.from(data).buffer) }), gone),
    }
    const token = { ...described, ...methods }
    const usb = {
      getDevices: () => Promise.resolve([token]),
      requestDevice: () => Promise.resolve(token),
      addEventListener: () => undefined,
    }
    Object.defineProperty(navigator, 'usb', { value: usb })
  }, plain)
}

const answerPin = async (page: Page, pin: string): Promise<void> => {
  const prompt = page.getByRole('dialog', { name: /^PIN of/ })
  await prompt.getByLabel('PIN').fill(pin)
  await prompt.getByRole('button', { name: 'Continue' }).click()
}

async function connect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'USB token' }).click()
  await expect(page.getByRole('article').filter({ hasText: 'on the token “Test token”' })).toHaveCount(2)
}

async function toSign(page: Page, name: string): Promise<void> {
  // Not by the base URL: this page has a server of its own.
  await page.goto(`${new URL(page.url()).origin}/#/sign`)
  await give(page, SAMPLES.contract)
  await page.getByRole('region', { name: 'Who signs' }).getByRole('button').first().click()
  const dialog = page.getByRole('dialog', { name: 'Choose a certificate' })
  await dialog.getByRole('button', { name: new RegExp(name) }).click()
}

test('a wrong PIN tells the tries left, the right one signs, and pdfsig accepts @keys', async ({
  usbPage: page,
  token,
}) => {
  await connect(page)
  await toSign(page, 'Iryna signature')
  await signButton(page).click()
  const prompt = page.getByRole('dialog', { name: /^PIN of/ })
  await expect(prompt.getByText('It goes to the token and is kept nowhere.')).toBeVisible()
  await answerPin(page, '000000')
  await expect(prompt.getByText('That was not right. 2 attempts left.')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'prompt-pin', [390, 700, 1280])
  await answerPin(page, PIN)
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toBeVisible({ timeout: 30_000 })
  const judged = pdfsig((await takeFile(page)).path)
  expect(judged?.good ?? true, judged?.text).toBe(true)
  expect(token.card.state.signatures).toBe(1)
})

test('three wrong PINs lock the token: said, and nothing is signed @keys', async ({ usbPage: page, token }) => {
  await connect(page)
  await toSign(page, 'Iryna signature')
  await signButton(page).click()
  for (const pin of ['000000', '111111', '222222']) await answerPin(page, pin)
  await expect(page.getByText('KEY_PIN_LOCKED').first()).toBeVisible()
  expect(token.card.state.signatures).toBe(0)
})

test('unplugged in the middle of a signature: said, and nothing is written @keys', async ({ usbPage: page, token }) => {
  await connect(page)
  await toSign(page, 'Iryna authentication')
  await signButton(page).click()
  await expect(page.getByRole('dialog', { name: /^PIN of/ })).toBeVisible()
  token.faults.unplugAfter = 0
  await answerPin(page, PIN)
  await expect(page.getByText('KEY_TOKEN_REMOVED').first()).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Signed', exact: true })).toHaveCount(0)
  expect(token.card.state.signatures).toBe(0)
})
