/** RSA verification for what WebCrypto refuses: MD5, SHA-224, SHA-3, PSS with unlike digests (RFC 8017, 8.1.2 and 8.2.2). */
import { digestByName, type DigestName, type PublicKey } from '../algorithms.ts'
import { concatBytes, equalBytes, toHex } from '../bytes/bytes.ts'
import { derInteger, fields, parseDer, TAG } from '../bytes/der-read.ts'
import { derNull, octetString, oid, sequence } from '../bytes/der-write.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from './digest.ts'
import type { SignatureSuite } from './signature-algorithm.ts'
import type { Verdict } from './verify.ts'

const MAX_BITS = 16_384
const MAX_EXPONENT = 1n << 64n

export async function verifyRsa(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  if (suite.digest === null || key.bits > MAX_BITS) return null
  const { modulus, exponent } = parseRsaKey(key)
  // A public exponent of a thousand bits is a way to keep a verifier busy.
  if (exponent > MAX_EXPONENT) return null
  const length = Math.ceil(key.bits / 8)
  const value = BigInt(`0x${toHex(signature) || '0'}`)
  if (signature.length !== length || value >= modulus || exponent < 3n || exponent % 2n === 0n) {
    return { valid: false, evidence: 'not a value of this RSA key' }
  }
  const encoded = toOctets(modularPower(value, exponent, modulus), length)
  const digest = await digestBytes(engine, suite.digest, data)
  if (suite.scheme === 'RSA') return { valid: matchesPkcs1(encoded, suite.digest, digest) }
  if (suite.mgfDigest === null || suite.mgfDigest === undefined || suite.saltLength === undefined) return null
  const pss = { digest: suite.digest, mgfDigest: suite.mgfDigest, saltLength: suite.saltLength }
  return { valid: await matchesPss(engine, pss, digest, encoded, key.bits - 1) }
}

function parseRsaKey(key: PublicKey): { modulus: bigint; exponent: bigint } {
  const reader = fields(parseDer(key.key, 'ber'))
  return { modulus: derInteger(reader.next(TAG.integer)), exponent: derInteger(reader.next(TAG.integer)) }
}

function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function toOctets(value: bigint, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(value & 0xffn)
    value >>= 8n
  }
  return out
}

/** The whole encoded message is rebuilt and compared, never parsed: that is what stops Bleichenbacher's forgery (9.2, note). */
function matchesPkcs1(encoded: Uint8Array, name: DigestName, digest: Uint8Array): boolean {
  const id = oid(digestByName(name).oid)
  return [sequence(id, derNull()), sequence(id)].some((algorithm) => {
    const info = sequence(algorithm, octetString(digest))
    const padding = encoded.length - info.length - 3
    if (padding < 8) return false
    const expected = concatBytes([Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xff), Uint8Array.of(0), info])
    return equalBytes(encoded, expected)
  })
}

type Pss = Readonly<{ digest: DigestName; mgfDigest: DigestName; saltLength: number }>

/** EMSA-PSS-VERIFY, RFC 8017, 9.1.2. */
async function matchesPss(
  engine: Engine,
  pss: Pss,
  digest: Uint8Array,
  encoded: Uint8Array,
  bits: number,
): Promise<boolean> {
  const length = Math.ceil(bits / 8)
  const message = encoded.subarray(encoded.length - length)
  const split = length - digest.length - 1
  if (encoded.length > length && encoded[0] !== 0) return false
  if (split < pss.saltLength + 1 || message.at(-1) !== 0xbc) return false
  const hash = message.subarray(split, length - 1)
  const mask = await mgf1(engine, pss.mgfDigest, hash, split)
  const block = message.subarray(0, split).map((octet, i) => octet ^ (mask[i] ?? 0))
  const spare = 8 * length - bits
  if (((message[0] ?? 0) & (0xff << (8 - spare)) & 0xff) !== 0) return false
  block[0] = (block[0] ?? 0) & (0xff >> spare)
  const salt = split - pss.saltLength
  if (block.subarray(0, salt - 1).some((octet) => octet !== 0) || block[salt - 1] !== 1) return false
  const rebuilt = concatBytes([new Uint8Array(8), digest, block.subarray(salt)])
  return equalBytes(await digestBytes(engine, pss.digest, rebuilt), hash)
}

async function mgf1(engine: Engine, digest: DigestName, seed: Uint8Array, length: number): Promise<Uint8Array> {
  const blocks: Uint8Array[] = []
  for (let done = 0; done < length;) {
    const counter = new Uint8Array(4)
    new DataView(counter.buffer).setUint32(0, blocks.length)
    const block = await digestBytes(engine, digest, concatBytes([seed, counter]))
    blocks.push(block)
    done += block.length
  }
  return concatBytes(blocks).subarray(0, length)
}
