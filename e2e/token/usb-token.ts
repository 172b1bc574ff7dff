// A USB token with a vendor interface (class 0xFF) in front of the simulated PIV card: what a page reaches by WebUSB.
import type { UsbDevice } from '../../src/providers/webusb/usb.ts'
import type { PivCard } from './piv-card.mjs'

export const USB_TOKEN = { vendorId: 0x1209, productId: 0x0c1d }

export type Faults = {
  packetSize?: number
  interfaceClass?: number
  extensions?: number
  lieLength?: boolean
  unplugAfter?: number
  empty?: boolean
  onCommand?: (count: number) => void
}

/** A USB device with a CCID interface in front of the card; packets are cut as a host controller cuts them. */
export function usbDevice(card: PivCard, faults: Faults = {}): UsbDevice & { reports: number } {
  const packetSize = faults.packetSize ?? 64
  let incoming: Buffer[] = []
  let outgoing = Buffer.alloc(0)
  let commands = 0
  const answer = (message: Buffer): void => {
    commands++
    faults.onCommand?.(commands)
    const sequence = message[6] ?? 0
    const reply = (status: number, data: Uint8Array, length = data.length): Buffer => {
      const head = Buffer.alloc(10)
      head.writeUInt8(0x80, 0)
      head.writeUInt32LE(length, 1)
      head.writeUInt8(sequence, 6)
      head.writeUInt8(status, 7)
      return Buffer.concat([head, data])
    }
    for (let i = 0; i < (faults.extensions ?? 0); i++) incoming.push(reply(0x80, Buffer.alloc(0)))
    const data = message[0] === 0x6f ? card.transmit(message.subarray(10)) : card.atr
    incoming.push(faults.lieLength ? reply(0, data, 0x7fffffff) : reply(0, data))
  }
  const unplugged = (): boolean => faults.unplugAfter !== undefined && commands >= faults.unplugAfter
  return {
    ...USB_TOKEN,
    productName: 'Test token',
    opened: false,
    reports: 0,
    configuration: {
      interfaces: [
        {
          interfaceNumber: 2,
          alternates: [
            {
              alternateSetting: 0,
              interfaceClass: faults.interfaceClass ?? 0xff,
              endpoints: [
                { endpointNumber: 1, direction: 'out', type: 'bulk', packetSize },
                { endpointNumber: 2, direction: 'in', type: 'bulk', packetSize },
              ],
            },
          ],
        },
      ],
    },
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    selectConfiguration: () => Promise.resolve(),
    claimInterface: () => Promise.resolve(),
    releaseInterface: () => Promise.resolve(),
    transferOut(_endpoint, data) {
      if (unplugged()) return Promise.reject(new DOMException('The device was disconnected.', 'NetworkError'))
      outgoing = Buffer.concat([outgoing, data])
      const whole = outgoing.length >= 10 && outgoing.length === 10 + outgoing.readUInt32LE(1)
      // A full last packet is not the end: the device waits for the empty one.
      if (whole && (data.length % packetSize !== 0 || data.length === 0)) {
        answer(outgoing)
        outgoing = Buffer.alloc(0)
      }
      return Promise.resolve({ status: 'ok' })
    },
    transferIn(_endpoint, length) {
      if (unplugged()) return Promise.reject(new DOMException('The device was disconnected.', 'NetworkError'))
      if (faults.empty) return Promise.resolve({ status: 'ok', data: new DataView(new ArrayBuffer(0)) })
      const first = incoming.shift()
      if (!first) return Promise.reject(new Error('the host would wait for ever'))
      const part = Uint8Array.from(first.subarray(0, length))
      if (first.length > length) incoming = [first.subarray(length), ...incoming]
      return Promise.resolve({ status: 'ok', data: new DataView(part.buffer) })
    },
  }
}
