import { expect, test } from 'vitest'
import { utf8 } from '../core/bytes/bytes.ts'
import { base32, codeOf, stepAt, totpAddress, totpKey } from './totp.ts'

const { subtle } = globalThis.crypto
/** RFC 6238, appendix B, with the seeds of its errata: as long as the hash. */
const seed = (length: number) => utf8('1234567890'.repeat(7).slice(0, length))

test.each([
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
])('RFC 6238, appendix B: at %i', async (seconds, ...codes) => {
  const hashes = [
    ['SHA-1', 20],
    ['SHA-256', 32],
    ['SHA-512', 64],
  ] as const
  const step = stepAt(new Date(seconds * 1000))
  const got = await Promise.all(
    hashes.map(async ([hash, length]) => codeOf(subtle, await totpKey(subtle, seed(length), hash), step, 8)),
  )
  expect(got).toEqual(codes)
})

test('the code of an app on a phone is the last six digits, and the key never tells the secret', async () => {
  const key = await totpKey(subtle, seed(20))
  expect(await codeOf(subtle, key, 1)).toBe('287082')
  expect(key.extractable).toBe(false)
  await expect(subtle.exportKey('raw', key)).rejects.toThrow()
})

test('base32 as RFC 4648, 10 has it, without padding', () => {
  const words = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar']
  expect(words.map((word) => base32(utf8(word)))).toEqual([
    '',
    'MY',
    'MZXQ',
    'MZXW6',
    'MZXW6YQ',
    'MZXW6YTB',
    'MZXW6YTBOI',
  ])
})

test('the address that a code app reads from the QR code', () => {
  expect(totpAddress('sign.example', 'Олена: підпис', utf8('foobar'))).toBe(
    'otpauth://totp/sign.example:%D0%9E%D0%BB%D0%B5%D0%BD%D0%B0%20%20%D0%BF%D1%96%D0%B4%D0%BF%D0%B8%D1%81?secret=MZXW6YTBOI&issuer=sign.example',
  )
})
