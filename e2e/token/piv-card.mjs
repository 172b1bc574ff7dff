// A PIV card in software (NIST SP 800-73-4): what the card side of the WebUSB tests is made of. OpenSC judges it over
// vpcd (`node piv-card.mjs` with pcscd running), so that the transport is not tested against our own reading alone.
import { constants, createPrivateKey, privateDecrypt, X509Certificate } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { p256, p384 } from '@noble/curves/nist.js'

const CERTIFICATES = { '5fc105': 0x9a, '5fc10a': 0x9c }
const AID = 'a000000308'

const tlv = (tag, value) => {
  const n = value.length
  const head = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff]
  return Buffer.concat([Buffer.from(typeof tag === 'number' ? [tag] : tag), Buffer.from(head), value])
}
const word = (sw, data = Buffer.alloc(0)) => Buffer.concat([data, Buffer.from([sw >> 8, sw & 0xff])])

/** Reads the TLV list of `bytes` into a map of tag -> value. */
function items(bytes) {
  const found = new Map()
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at++]
    let length = bytes[at++]
    if (length > 0x80) {
      let octets = length & 0x7f
      length = 0
      while (octets-- > 0) length = (length << 8) | bytes[at++]
    }
    found.set(tag, bytes.subarray(at, at + length))
    at += length
  }
  return found
}

/**
 * @param slots { 0x9a: { pem, key, gzip? }, 0x9c: … }: certificate and private key in PEM
 * @returns transmit(command) -> response, as a card would; `state.tries` counts the PIN down
 */
export function makeCard(slots, { pin = '123456', tries = 3 } = {}) {
  const state = { tries, verified: false, fresh: false, chained: Buffer.alloc(0), rest: Buffer.alloc(0), signatures: 0 }

  const object = (id) => {
    const slot = slots[CERTIFICATES[id]]
    if (slot) {
      const der = new X509Certificate(slot.pem).raw
      const body = [
        tlv(0x70, slot.gzip ? gzipSync(der) : der),
        tlv(0x71, Buffer.from([slot.gzip ? 1 : 0])),
        tlv(0xfe, Buffer.alloc(0)),
      ]
      return tlv(0x53, Buffer.concat(body))
    }
    if (id === '5fc102') {
      const guid = Buffer.alloc(16, 7)
      const parts = [
        tlv(0x30, Buffer.alloc(25)),
        tlv(0x34, guid),
        tlv(0x35, Buffer.from('20301231')),
        tlv(0x3e, Buffer.alloc(0)),
        tlv(0xfe, Buffer.alloc(0)),
      ]
      return tlv(0x53, Buffer.concat(parts))
    }
    return null
  }

  function authenticate(algorithm, reference, data) {
    const slot = slots[reference]
    if (!slot) return word(0x6a88)
    // 9C is "PIN always": VERIFY directly before (SP 800-73-4, part 1, 3.3.2).
    if (reference === 0x9c ? !state.fresh : !state.verified) return word(0x6982)
    state.fresh = false
    const challenge = items(items(data).get(0x7c) ?? Buffer.alloc(0)).get(0x81)
    if (!challenge) return word(0x6a80)
    const key = createPrivateKey(slot.key)
    let signature
    if (algorithm === 0x07 && key.asymmetricKeyType === 'rsa') {
      if (challenge.length !== 256) return word(0x6a80)
      signature = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, challenge)
    } else if ((algorithm === 0x11 || algorithm === 0x14) && key.asymmetricKeyType === 'ec') {
      const curve = algorithm === 0x11 ? p256 : p384
      const d = Buffer.from(key.export({ format: 'jwk' }).d, 'base64url')
      signature = Buffer.from(curve.sign(challenge, d, { prehash: false, lowS: false, format: 'der' }))
    } else return word(0x6a86)
    state.signatures++
    return answer(tlv(0x7c, tlv(0x82, signature)))
  }

  function verify(data) {
    if (data.length === 0)
      return state.verified ? word(0x9000) : state.tries === 0 ? word(0x6983) : word(0x63c0 | state.tries)
    if (state.tries === 0) return word(0x6983)
    const expected = Buffer.concat([Buffer.from(pin), Buffer.alloc(8 - pin.length, 0xff)])
    if (data.equals(expected)) {
      state.tries = tries
      state.verified = true
      state.fresh = true
      return word(0x9000)
    }
    state.tries--
    state.verified = false
    return state.tries === 0 ? word(0x6983) : word(0x63c0 | state.tries)
  }

  function answer(data) {
    state.rest = data
    return more(256)
  }

  function more(length) {
    const part = state.rest.subarray(0, length)
    state.rest = state.rest.subarray(length)
    if (state.rest.length === 0) return word(0x9000, part)
    return word(0x6100 | Math.min(state.rest.length, 0xff), part)
  }

  function transmit(command) {
    const [cla, ins, p1, p2, lc] = command
    const data = command.length > 5 ? command.subarray(5, 5 + lc) : Buffer.alloc(0)
    if (cla & 0x10) {
      state.chained = Buffer.concat([state.chained, data])
      return word(0x9000)
    }
    const whole = Buffer.concat([state.chained, data])
    state.chained = Buffer.alloc(0)
    if (ins === 0xc0) return more(lc || 256)
    if (ins === 0xa4) {
      if (!whole.toString('hex').startsWith(AID)) return word(0x6a82)
      // Selecting the application again keeps the security status (SP 800-73-4, part 2, 3.1.1).
      const application = tlv(0x4f, Buffer.from('000010000100', 'hex'))
      return answer(tlv(0x61, Buffer.concat([application, tlv(0x79, tlv(0x4f, Buffer.from(AID, 'hex')))])))
    }
    if (ins === 0xcb) {
      const found = object(items(whole).get(0x5c)?.toString('hex') ?? '')
      return found ? answer(found) : word(0x6a82)
    }
    if (ins === 0x20 && p2 === 0x80) return verify(whole)
    if (ins === 0x87) return authenticate(p1, p2, whole)
    return word(0x6d00)
  }

  return {
    state,
    transmit: (command) => transmit(Buffer.from(command)),
    atr: Buffer.from('3bf81300008131fe15597562696b657934d4', 'hex'),
  }
}

/** Puts the card into vpcd's virtual reader (Debian's vsmartcard-vpcd, TCP 35963). */
export function insertIntoVpcd(card, port = 35963) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(() => socket.destroy()))
    socket.once('error', reject)
    let pending = Buffer.alloc(0)
    const reply = (data) => socket.write(Buffer.concat([Buffer.from([data.length >> 8, data.length & 0xff]), data]))
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const message = pending.subarray(2, 2 + pending.readUInt16BE(0))
        pending = pending.subarray(2 + message.length)
        if (message.length === 1 && message[0] === 4) reply(card.atr)
        else if (message.length > 1) reply(card.transmit(message))
      }
    })
  })
}
