import { SignError } from '../../core/errors.ts'
import { concatBytes, fromHex } from '../../core/bytes/bytes.ts'
import type { CardChannel } from './ccid.ts'
import { statusError } from './translate-error.ts'

/** NIST SP 800-73-4, part 1, table 4b: key references and the data objects of their certificates. */
export type PivSlot = '9A' | '9C'
const CERTIFICATE_OBJECT: Readonly<Record<PivSlot, string>> = { '9A': '5fc105', '9C': '5fc10a' }
const KEY_REFERENCE: Readonly<Record<PivSlot, number>> = { '9A': 0x9a, '9C': 0x9c }
/** SP 800-78-4, table 6-2. */
export type PivAlgorithm = 'RSA-2048' | 'P-256' | 'P-384'
const ALGORITHM: Readonly<Record<PivAlgorithm, number>> = { 'RSA-2048': 0x07, 'P-256': 0x11, 'P-384': 0x14 }

const APPLICATION = fromHex('a000000308')
const MORE = 0x61
const LONGEST_OBJECT = 16_384

export interface PivApplication {
  /** DER certificate of the slot; null when the slot is empty. */
  certificate(slot: PivSlot): Promise<Uint8Array | null>
  /** Tries left without using one; null when the card does not say. SP 800-73-4, part 2, 3.2.1. */
  pinTries(): Promise<number | null>
  /** @throws SignError `KEY_PIN_INCORRECT` with `triesLeft`, `KEY_PIN_LOCKED` */
  verifyPin(pin: string): Promise<void>
  /**
   * GENERAL AUTHENTICATE.
   *
   * @param challenge RSA: the whole PKCS#1 v1.5 block (256 octets); ECDSA: the digest
   * @returns RSA: 256 octets; ECDSA: DER SEQUENCE of r and s
   */
  sign(slot: PivSlot, algorithm: PivAlgorithm, challenge: Uint8Array): Promise<Uint8Array>
}

/** Selects the PIV application. @throws SignError `KEY_TOKEN_ABSENT` when the card has none. */
export async function selectPiv(channel: CardChannel, name: string): Promise<PivApplication> {
  const send = commandSender(channel)
  const selected = await send(0xa4, 0x04, 0x00, APPLICATION, true)
  if (selected.word !== 0x9000)
    throw new SignError('KEY_TOKEN_ABSENT', `no PIV application: ${selected.word.toString(16)}`)
  const expect = async (
    ins: number,
    p1: number,
    p2: number,
    data: Uint8Array,
    answers: boolean,
  ): Promise<Uint8Array> => {
    const response = await send(ins, p1, p2, data, answers)
    if (response.word !== 0x9000) throw statusError(response.word, name)
    return response.data
  }
  return {
    async certificate(slot) {
      const request = tlv(0x5c, fromHex(CERTIFICATE_OBJECT[slot]))
      const response = await send(0xcb, 0x3f, 0xff, request, true)
      if (response.word === 0x6a82) return null
      if (response.word !== 0x9000) throw statusError(response.word, name)
      return readCertificate(response.data)
    },
    async pinTries() {
      const { word } = await send(0x20, 0x00, 0x80, new Uint8Array(), false)
      if ((word & 0xfff0) === 0x63c0) return word & 0x0f
      return word === 0x6983 ? 0 : null
    },
    async verifyPin(pin) {
      await expect(0x20, 0x00, 0x80, paddedPin(pin), false)
    },
    async sign(slot, algorithm, challenge) {
      const template = tlv(0x7c, concatBytes([tlv(0x82, new Uint8Array()), tlv(0x81, challenge)]))
      const answer = await expect(0x87, ALGORITHM[algorithm], KEY_REFERENCE[slot], template, true)
      const signature = readTlv(readTlv(answer, 0x7c), 0x82)
      if (signature.length === 0) throw new SignError('KEY_SIGN_FAILED', 'the card answered without a signature')
      return signature
    },
  }
}

/** SP 800-73-4, part 2, 2.4.3: six to eight digits, padded to eight octets with FF. */
function paddedPin(pin: string): Uint8Array {
  const bytes = new TextEncoder().encode(pin)
  if (bytes.length < 4 || bytes.length > 8) {
    throw new SignError('KEY_PIN_INCORRECT', 'a PIV PIN has 6 to 8 characters; the card was not asked')
  }
  const padded = new Uint8Array(8).fill(0xff)
  padded.set(bytes)
  return padded
}

function readCertificate(object: Uint8Array): Promise<Uint8Array> | Uint8Array {
  const content = readTlv(object, 0x53)
  if (content.length === 0) throw new SignError('KEY_NOT_FOUND', 'the certificate object is empty')
  const certificate = readTlv(content, 0x70)
  const compressed = ((readTlv(content, 0x71)[0] ?? 0) & 1) === 1
  return compressed ? gunzip(certificate) : certificate
}

/** SP 800-73-4 lets a card keep its certificate gzipped; bounded, since the card may lie. */
async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream('gzip'))
  const parts: Uint8Array[] = []
  let length = 0
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) return concatBytes(parts)
    length += value.length
    if (length > LONGEST_OBJECT) throw new SignError('KEY_CERTIFICATE_MALFORMED', 'the certificate unpacks too large')
    parts.push(value)
  }
}

type Response = Readonly<{ data: Uint8Array; word: number }>
type Send = (ins: number, p1: number, p2: number, data: Uint8Array, answers: boolean) => Promise<Response>

/** ISO 7816-4: command chaining (CLA 0x10) over 255 octets, GET RESPONSE while the card says 61xx. */
function commandSender(channel: CardChannel): Send {
  return async (ins, p1, p2, data, answers) => {
    let rest = data
    while (rest.length > 255) {
      const { word } = await transmit(channel, [0x10, ins, p1, p2, 255], rest.subarray(0, 255))
      if (word !== 0x9000) return { data: new Uint8Array(), word }
      rest = rest.subarray(255)
    }
    const header = rest.length > 0 ? [0x00, ins, p1, p2, rest.length] : [0x00, ins, p1, p2]
    let response = await transmit(channel, header, answers ? concatBytes([rest, Uint8Array.of(0)]) : rest)
    const parts = [response.data]
    let length = response.data.length
    while (response.word >> 8 === MORE) {
      response = await transmit(channel, [0x00, 0xc0, 0x00, 0x00, response.word & 0xff], new Uint8Array())
      parts.push(response.data)
      length += response.data.length
      if (length > LONGEST_OBJECT) throw new SignError('KEY_BRIDGE_FAILED', 'the card never stops answering')
    }
    return { data: concatBytes(parts), word: response.word }
  }
}

async function transmit(channel: CardChannel, header: readonly number[], data: Uint8Array): Promise<Response> {
  const answer = await channel.transmit(concatBytes([Uint8Array.from(header), data]))
  if (answer.length < 2) throw new SignError('KEY_BRIDGE_FAILED', 'the card answered without a status word')
  return { data: answer.slice(0, -2), word: ((answer.at(-2) ?? 0) << 8) | (answer.at(-1) ?? 0) }
}

/** BER-TLV with one-octet tags and definite lengths, as PIV data objects use. */
function tlv(tag: number, value: Uint8Array): Uint8Array {
  const { length } = value
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return concatBytes([Uint8Array.from(head), value])
}

/** Value of the first object with `tag`; empty when there is none. Never reads past the end. */
function readTlv(bytes: Uint8Array, tag: number): Uint8Array {
  let at = 0
  while (at + 2 <= bytes.length) {
    const found = bytes[at]
    let length = bytes[at + 1] ?? 0
    at += 2
    if (length >= 0x80) {
      const octets = length & 0x7f
      if (octets > 2) break
      length = 0
      for (let i = 0; i < octets; i++) length = (length << 8) | (bytes[at + i] ?? 0)
      at += octets
    }
    if (at + length > bytes.length) break
    if (found === tag) return bytes.slice(at, at + length)
    at += length
  }
  return new Uint8Array()
}
