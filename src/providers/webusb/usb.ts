/** The part of WebUSB (wicg.github.io/webusb) that the CCID transport needs; TypeScript's DOM library does not have it. */

export type UsbEndpoint = Readonly<{
  endpointNumber: number
  direction: 'in' | 'out'
  type: 'bulk' | 'interrupt' | 'isochronous'
  packetSize: number
}>
export type UsbAlternate = Readonly<{
  alternateSetting: number
  interfaceClass: number
  endpoints: readonly UsbEndpoint[]
}>
export type UsbInterface = Readonly<{ interfaceNumber: number; alternates: readonly UsbAlternate[] }>
export type UsbTransferIn = Readonly<{ status?: 'ok' | 'stall' | 'babble'; data?: DataView }>

export interface UsbDevice {
  readonly vendorId: number
  readonly productId: number
  readonly productName?: string
  readonly opened: boolean
  readonly configuration: { readonly interfaces: readonly UsbInterface[] } | null
  open(): Promise<void>
  close(): Promise<void>
  selectConfiguration(value: number): Promise<void>
  claimInterface(number: number): Promise<void>
  releaseInterface(number: number): Promise<void>
  transferOut(endpoint: number, data: Uint8Array<ArrayBuffer>): Promise<{ status?: 'ok' | 'stall' }>
  transferIn(endpoint: number, length: number): Promise<UsbTransferIn>
}

export type UsbFilter = Readonly<{ vendorId: number; productId: number }>

export interface Usb {
  getDevices(): Promise<readonly UsbDevice[]>
  /** Opens the browser's chooser; only from a click. */
  requestDevice(options: { filters: readonly UsbFilter[] }): Promise<UsbDevice>
  addEventListener(type: 'disconnect', listener: (event: { device: UsbDevice }) => void): void
}
