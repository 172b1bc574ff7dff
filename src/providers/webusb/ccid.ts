import { SignError } from '../../core/errors.ts'
import { concatBytes } from '../../core/bytes/bytes.ts'
import { translateUsbError } from './translate-error.ts'
import type { UsbDevice, UsbEndpoint } from './usb.ts'

/** USB CCID rev. 1.1, table 6.1: message types of the bulk pipes. */
const ICC_POWER_ON = 0x62
const ICC_POWER_OFF = 0x63
const XFR_BLOCK = 0x6f
const DATA_BLOCK = 0x80
const SLOT_STATUS = 0x81
const HEADER = 10
/** CCID short APDU level: 5 + 255 + 1 octets, answers up to 256 + 2. A device that announces more than this lies. */
const LONGEST_ANSWER = 65_544
/** A card may ask for more time, but not for ever. */
const TIME_EXTENSIONS = 600
const VENDOR_CLASS = 0xff

export interface CardChannel {
  /** The card's answer to reset. */
  readonly atr: Uint8Array
  /** One command APDU to its response APDU (data and status word). */
  transmit(command: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * Opens the card behind a vendor-class interface that speaks CCID. Browsers keep class 0x0B (every ordinary smart-card
 * token) away from pages, so this works only for devices made for it.
 *
 * @throws SignError `KEY_USB_BLOCKED`, `KEY_TOKEN_ABSENT`, `KEY_TOKEN_REMOVED`
 */
export async function openCcid(device: UsbDevice): Promise<CardChannel> {
  try {
    if (!device.opened) await device.open()
    if (device.configuration === null) await device.selectConfiguration(1)
    const pipes = findPipes(device)
    if (!pipes) throw new SignError('KEY_USB_BLOCKED', 'no vendor interface with a pair of bulk endpoints')
    await device.claimInterface(pipes.interfaceNumber)
    const exchange = exchanger(device, pipes.input, pipes.output)
    const atr = await exchange(ICC_POWER_ON, new Uint8Array())
    return {
      atr,
      transmit: (command) => exchange(XFR_BLOCK, command),
      async close() {
        await exchange(ICC_POWER_OFF, new Uint8Array()).catch(() => undefined)
        await device.releaseInterface(pipes.interfaceNumber).catch(() => undefined)
        await device.close().catch(() => undefined)
      },
    }
  } catch (error) {
    await device.close().catch(() => undefined)
    throw translateUsbError(error)
  }
}

type Pipes = Readonly<{ interfaceNumber: number; input: UsbEndpoint; output: UsbEndpoint }>

function findPipes(device: UsbDevice): Pipes | null {
  for (const { interfaceNumber, alternates } of device.configuration?.interfaces ?? []) {
    for (const alternate of alternates) {
      if (alternate.interfaceClass !== VENDOR_CLASS || alternate.alternateSetting !== 0) continue
      const bulk = alternate.endpoints.filter((endpoint) => endpoint.type === 'bulk')
      const input = bulk.find((endpoint) => endpoint.direction === 'in')
      const output = bulk.find((endpoint) => endpoint.direction === 'out')
      if (input && output) return { interfaceNumber, input, output }
    }
  }
  return null
}

type Exchange = (type: number, data: Uint8Array) => Promise<Uint8Array>

function exchanger(device: UsbDevice, input: UsbEndpoint, output: UsbEndpoint): Exchange {
  let sequence = 0
  let queue: Promise<unknown> = Promise.resolve()
  const run: Exchange = async (type, data) => {
    const sent = sequence
    sequence = (sequence + 1) & 0xff
    try {
      await send(device, output, type, sent, data)
      return await receive(device, input, sent)
    } catch (error) {
      throw translateUsbError(error)
    }
  }
  // One command at a time: CCID answers in order, by sequence number.
  return (type, data) => {
    const answer = queue.then(() => run(type, data))
    queue = answer.catch(() => undefined)
    return answer
  }
}

async function send(
  device: UsbDevice,
  output: UsbEndpoint,
  type: number,
  sequence: number,
  data: Uint8Array,
): Promise<void> {
  const message = new Uint8Array(HEADER + data.length)
  const view = new DataView(message.buffer)
  view.setUint8(0, type)
  view.setUint32(1, data.length, true)
  view.setUint8(6, sequence)
  message.set(data, HEADER)
  const { status } = await device.transferOut(output.endpointNumber, message)
  if (status !== undefined && status !== 'ok') throw new SignError('KEY_TOKEN_REMOVED', `bulk out: ${status}`)
  // Without the empty packet the device waits for more when the message fills its last one.
  if (message.length % output.packetSize === 0) await device.transferOut(output.endpointNumber, new Uint8Array())
}

async function receive(device: UsbDevice, input: UsbEndpoint, sequence: number): Promise<Uint8Array> {
  for (let extension = 0; extension < TIME_EXTENSIONS; extension++) {
    const message = await readMessage(device, input)
    const type = message[0]
    if (message[6] !== sequence) continue
    const status = message[7] ?? 0
    if ((status & 0xc0) === 0x80) continue
    if ((status & 0xc0) === 0x40) throw cardError(status & 3, message[8] ?? 0)
    if (type !== DATA_BLOCK && type !== SLOT_STATUS) throw new SignError('KEY_BRIDGE_FAILED', `CCID message ${type}`)
    return message.slice(HEADER)
  }
  throw new SignError('KEY_TIMEOUT', 'the card kept asking for more time')
}

/** CCID rev. 1.1, 6.2.6: 2 in the ICC status is "no card present". */
function cardError(iccStatus: number, error: number): SignError {
  const code = iccStatus === 2 ? 'KEY_TOKEN_ABSENT' : 'KEY_TOKEN_REMOVED'
  return new SignError(code, `CCID error ${error}, card status ${iccStatus}`)
}

async function readMessage(device: UsbDevice, input: UsbEndpoint): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  let wanted = HEADER
  while (length < wanted) {
    const { status, data } = await device.transferIn(input.endpointNumber, Math.max(input.packetSize, 512))
    if (status !== undefined && status !== 'ok') throw new SignError('KEY_TOKEN_REMOVED', `bulk in: ${status}`)
    const part = data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array()
    if (part.length === 0 && length < wanted)
      throw new SignError('KEY_BRIDGE_FAILED', 'the device sent an empty message')
    parts.push(part.slice())
    length += part.length
    if (length >= HEADER && wanted === HEADER) {
      wanted = HEADER + new DataView(concatBytes(parts).buffer).getUint32(1, true)
      if (wanted > LONGEST_ANSWER) throw new SignError('KEY_BRIDGE_FAILED', `the device announces ${wanted} octets`)
    }
  }
  return concatBytes(parts).slice(0, wanted)
}
