import { SignError } from '../../core/errors.ts'

/** Crockford's base 32: no I, L, O, U, so that a printed code survives being read aloud and typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ENTROPY_OCTETS = 17
const CHECK_BITS = 14n
const SYMBOLS = 30

/** 136 random bits and a 14-bit checksum: six groups of five, for a person to print and keep apart from the file. */
export async function newRecoveryCode(): Promise<string> {
  const entropy = crypto.getRandomValues(new Uint8Array(ENTROPY_OCTETS))
  let bits = (toBigInt(entropy) << CHECK_BITS) | (await checksum(entropy))
  let text = ''
  for (let i = 0; i < SYMBOLS; i++) {
    text = (ALPHABET[Number(bits & 31n)] ?? '') + text
    bits >>= 5n
  }
  return text.match(/.{5}/g)?.join('-') ?? text
}

/**
 * The entropy behind a typed code; lower case, spaces and the usual confusions (O for 0, I and L for 1) are forgiven.
 *
 * @throws SignError `KEY_RECOVERY_CODE_INCORRECT` when it cannot be a code of ours: a typing error, told before anything is tried
 */
export async function readRecoveryCode(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  let bits = 0n
  for (const symbol of plain) {
    const value = ALPHABET.indexOf(symbol)
    if (value < 0 || plain.length !== SYMBOLS) throw mistyped()
    bits = (bits << 5n) | BigInt(value)
  }
  if (plain.length !== SYMBOLS) throw mistyped()
  const entropy = new Uint8Array(ENTROPY_OCTETS)
  let rest = bits >> CHECK_BITS
  for (let i = ENTROPY_OCTETS - 1; i >= 0; i--) {
    entropy[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  if ((await checksum(entropy)) !== (bits & ((1n << CHECK_BITS) - 1n))) throw mistyped()
  return entropy
}

const mistyped = (): SignError =>
  new SignError('KEY_RECOVERY_CODE_INCORRECT', 'the checksum of the recovery code does not fit')

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

async function checksum(entropy: Uint8Array<ArrayBuffer>): Promise<bigint> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', entropy))
  return toBigInt(hash.subarray(0, 2)) >> 2n
}
