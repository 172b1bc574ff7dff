import { execFileSync, spawnSync } from 'node:child_process'
import { createVerify, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeCard, type PivCard } from '../../../e2e/token/piv-card.mjs'
import { USB_TOKEN, usbDevice, type Faults } from '../../../e2e/token/usb-token.ts'
import type { Mechanism, Prompt } from '../../core/keys.ts'
import { providerContract } from '../provider.contract.ts'
import { webUsbProvider } from './piv-provider.ts'
import type { Usb, UsbDevice } from './usb.ts'

const ALLOWED = USB_TOKEN
const signal = new AbortController().signal
const RSA: Mechanism = { signature: 'RSASSA-PKCS1-v1_5', digest: 'SHA-256' }
const P256: Mechanism = { signature: 'ECDSA-P256', digest: 'SHA-256' }

const usbWith = (device: UsbDevice): Usb => ({
  getDevices: () => Promise.resolve([device]),
  requestDevice: () => Promise.resolve(device),
  addEventListener: () => undefined,
})

function promptWith(pins: (string | null)[]): Prompt & { asked: { triesLeft?: number; previous?: string }[] } {
  const asked: { triesLeft?: number; previous?: string }[] = []
  return {
    asked,
    secret(request) {
      asked.push(request)
      return Promise.resolve(pins.shift() ?? null)
    },
    showCode: () => Promise.resolve('dismissed'),
  }
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let rsa: { pem: string; key: string }
let p256: { pem: string; key: string }

beforeAll(() => {
  if (!hasOpenssl) return
  const dir = mkdtempSync(join(tmpdir(), 'piv-'))
  const make = (name: string, args: string[]): { pem: string; key: string } => {
    const files = ['-keyout', `${dir}/${name}.key`, '-out', `${dir}/${name}.pem`]
    execFileSync('openssl', ['req', '-x509', ...args, '-nodes', '-days', '30', '-subj', `/CN=${name}`, ...files], {
      stdio: 'ignore',
    })
    return { pem: readFileSync(`${dir}/${name}.pem`, 'utf8'), key: readFileSync(`${dir}/${name}.key`, 'utf8') }
  }
  rsa = make('rsa', ['-newkey', 'rsa:2048'])
  p256 = make('p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'])
})

const newCard = (options?: { pin?: string; tries?: number }): PivCard =>
  makeCard({ 0x9c: { ...rsa, gzip: true }, 0x9a: p256 }, options)

async function connected(card: PivCard, pins: (string | null)[], faults: Faults = {}) {
  const prompt = promptWith(pins)
  const provider = webUsbProvider({ prompt, usb: usbWith(usbDevice(card, faults)), devices: [ALLOWED] })
  const [signing, authentication] = await provider.keys(signal)
  if (!signing || !authentication) throw new Error('two keys expected')
  return { provider, prompt, signing, authentication }
}

const dtbs = new TextEncoder().encode('signed attributes')
const verifies = (pem: string, signature: Uint8Array, p1363: boolean): boolean => {
  const key = new X509Certificate(pem).publicKey
  const verifier = createVerify('sha256').update(dtbs)
  return p1363 ? verifier.verify({ key, dsaEncoding: 'ieee-p1363' }, signature) : verifier.verify(key, signature)
}

describe.skipIf(!hasOpenssl && !process.env['CI'])('PIV over WebUSB (needs openssl)', () => {
  test('RSA-2048 in 9C and P-256 in 9A sign; both signatures verify', async () => {
    const { signing, authentication } = await connected(newCard(), ['123456', '123456'])
    expect(signing.label).toBe('rsa · Test token')
    expect(verifies(rsa.pem, await signing.sign(dtbs, RSA, signal), false)).toBe(true)
    expect(verifies(p256.pem, await authentication.sign(dtbs, P256, signal), true)).toBe(true)
  })

  test('9C asks for the PIN before every signature, 9A once', async () => {
    const { signing, authentication, prompt } = await connected(newCard(), Array(4).fill('123456'))
    await authentication.sign(dtbs, P256, signal)
    await authentication.sign(dtbs, P256, signal)
    expect(prompt.asked).toHaveLength(1)
    await signing.sign(dtbs, RSA, signal)
    await signing.sign(dtbs, RSA, signal)
    expect(prompt.asked).toHaveLength(3)
  })

  test('a wrong PIN is said with the tries left, and the last one locks', async () => {
    const card = newCard()
    const { signing, prompt } = await connected(card, ['000000', '111111', '222222', '333333'])
    await expect(signing.sign(dtbs, RSA, signal)).rejects.toMatchObject({ code: 'KEY_PIN_LOCKED' })
    expect(prompt.asked.map((one) => one.triesLeft)).toEqual([3, 2, 1])
    expect(prompt.asked.map((one) => one.previous)).toEqual([undefined, 'incorrect', 'incorrect'])
    expect(card.state.signatures).toBe(0)
  })

  test('a PIN that is not given cancels and spends no try', async () => {
    const card = newCard()
    const { signing } = await connected(card, [null])
    await expect(signing.sign(dtbs, RSA, signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(card.state.tries).toBe(3)
  })

  test.each([8, 16, 64, 512])('packets of %i octets: full last packets end with an empty one', async (packetSize) => {
    const { signing } = await connected(newCard(), ['123456'], { packetSize, extensions: 3 })
    expect(verifies(rsa.pem, await signing.sign(dtbs, RSA, signal), false)).toBe(true)
  })

  test.each([
    ['an ordinary smart-card interface', { interfaceClass: 0x0b }, 'KEY_USB_BLOCKED'],
    ['a device that announces two gigabytes', { lieLength: true }, 'KEY_BRIDGE_FAILED'],
    ['a device that sends nothing', { empty: true }, 'KEY_BRIDGE_FAILED'],
    ['a card that asks for more time for ever', { extensions: 700 }, 'KEY_TIMEOUT'],
    ['unplugged before the first command', { unplugAfter: 0 }, 'KEY_TOKEN_REMOVED'],
    ['unplugged in the middle', { unplugAfter: 4 }, 'KEY_TOKEN_REMOVED'],
  ] as const)('%s: %o gives %s', async (_name, faults, code) => {
    await expect(connected(newCard(), [], faults)).rejects.toMatchObject({ code })
  })

  test('unplugged at whatever command of a signature: removed is said, the PIN is not asked twice, nothing is signed', async () => {
    let commands = 0
    const faults: Faults = { onCommand: (count) => (commands = count) }
    const whole = await connected(newCard(), ['123456'], faults)
    const before = commands
    await whole.signing.sign(dtbs, RSA, signal)
    const after = commands
    expect(after - before).toBeGreaterThanOrEqual(3)
    for (let at = before; at < after; at++) {
      const cut: Faults = {}
      const { signing, prompt } = await connected(newCard(), ['123456', '123456'], cut)
      cut.unplugAfter = at
      const signed = signing.sign(dtbs, RSA, signal)
      await expect(signed, `after ${at} commands`).rejects.toMatchObject({ code: 'KEY_TOKEN_REMOVED' })
      expect(prompt.asked.length).toBeLessThanOrEqual(1)
    }
  })

  const endless: Prompt = { secret: () => Promise.resolve('123456'), showCode: () => Promise.resolve('dismissed') }
  providerContract('PIV over WebUSB', {
    provider: () =>
      Promise.resolve(webUsbProvider({ prompt: endless, usb: usbWith(usbDevice(newCard())), devices: [ALLOWED] })),
    unreachable: () => Promise.resolve(webUsbProvider({ prompt: endless, usb: undefined, devices: [ALLOWED] })),
  })

  test('a device that is not on the allow-list is never opened', async () => {
    const stranger = { ...usbDevice(newCard()), productId: 1 }
    const provider = webUsbProvider({ prompt: promptWith([]), usb: usbWith(stranger), devices: [ALLOWED] })
    await expect(provider.keys(signal)).rejects.toMatchObject({ code: 'KEY_USB_BLOCKED' })
  })

  test('without WebUSB or without allowed devices it says so and asks nothing', async () => {
    for (const usb of [undefined, usbWith(usbDevice(newCard()))]) {
      const provider = webUsbProvider({ prompt: promptWith([]), usb, devices: usb ? [] : [ALLOWED] })
      expect(await provider.availability()).toEqual({ ready: false, reason: 'KEY_BRIDGE_UNSUPPORTED' })
    }
  })
})
