/** One-time codes by time: RFC 6238 over RFC 4226, as code apps on phones make them. */

/** What code apps take when an address says nothing else; some ignore whatever it says. */
export const TOTP = { digits: 6, period: 30, secretBytes: 20 } as const

/** Number of the time step that holds this moment; T0 is the Unix epoch (RFC 6238, 4.2). */
export const stepAt = (time: Date): number => Math.floor(time.getTime() / 1000 / TOTP.period)

/**
 * The code of one step (RFC 4226, 5.3).
 *
 * @param key HMAC with any hash, usage `sign`
 * @returns decimal digits with leading zeros
 */
export async function codeOf(
  subtle: SubtleCrypto,
  key: CryptoKey,
  step: number,
  digits: number = TOTP.digits,
): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(step))
  const mac = new DataView(await subtle.sign('HMAC', key, counter.buffer))
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf
  const value = mac.getUint32(offset) & 0x7fff_ffff
  return String(value % 10 ** digits).padStart(digits, '0')
}

/** Non-extractable: what is kept can make codes and never tell the secret. */
export function totpKey(subtle: SubtleCrypto, secret: Uint8Array, hash = 'SHA-1'): Promise<CryptoKey> {
  return subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash }, false, ['sign'])
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, 6, without padding: how people type a secret into a code app. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((held >> bits) & 31)
    }
  }
  return bits === 0 ? text : text + BASE32.charAt((held << (5 - bits)) & 31)
}

/** `otpauth://totp/…`: the key URI that code apps read from a QR code. */
export function totpAddress(issuer: string, account: string, secret: Uint8Array): string {
  const label = [issuer, account].map((part) => encodeURIComponent(part.replaceAll(':', ' '))).join(':')
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
