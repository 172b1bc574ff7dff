import { mechanismsFor } from '../../core/algorithms.ts'
import { concatBytes, fromHex, toHex } from '../../core/bytes/bytes.ts'
import { SignError } from '../../core/errors.ts'
import type { TokenProvider, Mechanism, Prompt, SigningKey } from '../../core/keys.ts'
import { parseCertificate } from '../../core/x509/certificate.ts'
import { nameFacts, nameText } from '../../core/x509/name.ts'
import { openCcid, type CardChannel } from './ccid.ts'
import { derToP1363 } from './ecdsa.ts'
import { selectPiv, type PivAlgorithm, type PivApplication, type PivSlot } from './piv.ts'
import { translateUsbError } from './translate-error.ts'
import type { Usb, UsbDevice, UsbFilter } from './usb.ts'

export type WebUsbDependencies = Readonly<{
  prompt: Prompt
  /** `navigator.usb`; undefined where the browser has none. */
  usb: Usb | undefined
  /** Explicit allow-list: vendor and product. A device that is not on it is never offered nor opened. */
  devices: readonly UsbFilter[]
}>

type Session = Readonly<{ device: UsbDevice; name: string; channel: CardChannel; piv: PivApplication }>

/**
 * PIV tokens that let a page reach their CCID through a vendor interface (class 0xFF). The PIN is asked in the page,
 * handed to the card and forgotten; 9C asks for it before every signature (SP 800-73-4, part 1, 3.3.2).
 */
export function webUsbProvider({ prompt, usb, devices }: WebUsbDependencies): TokenProvider {
  let session: Session | null = null
  let found: readonly SigningKey[] = []
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())
  usb?.addEventListener('disconnect', ({ device }) => {
    if (device !== session?.device) return
    session = null
    found = []
    changed()
  })

  return {
    id: 'webusb',
    place: 'token',

    availability: () =>
      Promise.resolve(usb && devices.length > 0 ? { ready: true } : { ready: false, reason: 'KEY_BRIDGE_UNSUPPORTED' }),

    async keys(signal) {
      signal.throwIfAborted()
      if (session) return found
      if (!usb || devices.length === 0)
        throw new SignError('KEY_BRIDGE_UNSUPPORTED', 'no WebUSB, or no device is allowed')
      const device = await usb.requestDevice({ filters: devices }).catch((error: unknown) => {
        throw translateUsbError(error)
      })
      const { vendorId, productId } = device
      if (!devices.some((one) => one.vendorId === vendorId && one.productId === productId)) {
        throw new SignError('KEY_USB_BLOCKED', 'this device is not on the allow-list')
      }
      const opened = await open(device)
      try {
        found = await readKeys(opened, prompt)
      } catch (error) {
        await opened.channel.close()
        throw error
      }
      session = opened
      return found
    },

    async disconnect() {
      await session?.channel.close()
      session = null
      found = []
      changed()
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

async function open(device: UsbDevice): Promise<Session> {
  const name = device.productName ?? 'USB token'
  const channel = await openCcid(device)
  try {
    return { device, name, channel, piv: await selectPiv(channel, name) }
  } catch (error) {
    await channel.close()
    throw error
  }
}

async function readKeys(session: Session, prompt: Prompt): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = []
  let pinKnown = false
  for (const slot of ['9C', '9A'] as const) {
    const der = await session.piv.certificate(slot)
    if (der === null) continue
    const certificate = parseCertificate(der)
    const mechanisms = mechanismsFor(certificate.spki).filter((mechanism) => pivAlgorithm(mechanism, der) !== null)
    if (mechanisms.length === 0) continue
    keys.push({
      id: `${slot}-${toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', der.slice())))}`,
      label: `${nameFacts(certificate.subject).commonName ?? nameText(certificate.subject)} · ${session.name}`,
      device: session.name,
      signer: { certificate: der, chain: [], mechanisms },
      async sign(dtbs, mechanism, signal) {
        const algorithm = pivAlgorithm(mechanism, der)
        if (algorithm === null) throw new SignError('KEY_ALGORITHM_UNSUPPORTED', `PIV has no ${mechanism.signature}`)
        signal.throwIfAborted()
        const digest = new Uint8Array(await crypto.subtle.digest(mechanism.digest, dtbs.slice()))
        if (!pinKnown || slot === '9C') await askPin(session, prompt, signal)
        pinKnown = true
        return await signDigest(session, slot, algorithm, digest, mechanism)
      },
    })
  }
  if (keys.length === 0) throw new SignError('KEY_NOT_FOUND', 'no signing certificate in 9A or 9C')
  return keys
}

/** RSA-2048 of the certificate's own size only: the card does one size per key. */
function pivAlgorithm({ signature, digest }: Mechanism, certificate: Uint8Array): PivAlgorithm | null {
  const { bits } = parseCertificate(certificate).publicKey
  if (signature === 'RSASSA-PKCS1-v1_5' && bits === 2048) return 'RSA-2048'
  if (signature === 'ECDSA-P256' && digest === 'SHA-256') return 'P-256'
  if (signature === 'ECDSA-P384' && digest === 'SHA-384') return 'P-384'
  return null
}

/** The last try is never spent without the person being told first: the prompt shows `triesLeft`. */
async function askPin({ piv, name }: Session, prompt: Prompt, signal: AbortSignal): Promise<void> {
  for (let again = false; ; again = true) {
    signal.throwIfAborted()
    const triesLeft = await piv.pinTries()
    if (triesLeft === 0) throw new SignError('KEY_PIN_LOCKED', 'no tries left', { details: { token: name, triesLeft } })
    const pin = await prompt.secret({
      kind: 'pin',
      subject: name,
      ...(triesLeft === null ? {} : { triesLeft }),
      ...(again ? { previous: 'incorrect' as const } : {}),
    })
    if (pin === null) throw new DOMException('the PIN was not given', 'AbortError')
    try {
      await piv.verifyPin(pin)
      return
    } catch (error) {
      if (!(error instanceof SignError) || error.code !== 'KEY_PIN_INCORRECT') throw error
    }
  }
}

/** RFC 8017, 9.2 note 1: DER prefixes of DigestInfo. */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
}

async function signDigest(
  { piv }: Session,
  slot: PivSlot,
  algorithm: PivAlgorithm,
  digest: Uint8Array,
  mechanism: Mechanism,
): Promise<Uint8Array> {
  if (algorithm !== 'RSA-2048') {
    return derToP1363(await piv.sign(slot, algorithm, digest), algorithm === 'P-256' ? 32 : 48)
  }
  const prefix = DIGEST_INFO[mechanism.digest]
  if (prefix === undefined) throw new SignError('KEY_MECHANISM_MISSING', `RSA with ${mechanism.digest}`)
  const info = concatBytes([fromHex(prefix), digest])
  const block = new Uint8Array(256).fill(0xff)
  block.set([0x00, 0x01])
  block.set([0x00], 256 - info.length - 1)
  block.set(info, 256 - info.length)
  const signature = await piv.sign(slot, algorithm, block)
  if (signature.length !== 256) throw new SignError('KEY_SIGNATURE_INVALID', `the card gave ${signature.length} octets`)
  return signature
}
