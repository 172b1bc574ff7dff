import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes, fromBase64, fromHex, fromLatin1, latin1, toBase64, toHex, writeHex } from './bytes.ts'

test('hex, base64 and latin1 give back what they were given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      const written = new Uint8Array(2 * bytes.length + 2).fill(45)
      writeHex(written, 1, bytes)
      expect(fromLatin1(written)).toBe(`-${toHex(bytes)}-`)
      expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      expect(latin1(fromLatin1(bytes))).toEqual(bytes)
    }),
    { numRuns: 20 },
  )
})

test('hex and base64 refuse other text', () => {
  expect(() => fromHex('abc')).toThrow(TypeError)
  expect(() => fromHex('zz')).toThrow(TypeError)
  expect(() => fromBase64('*')).toThrow(TypeError)
})

test('DER order: octet by octet, the shorter first on a tie', () => {
  const sorted = [fromHex('0102'), fromHex('01'), fromHex('00ff')].sort(compareBytes).map(toHex)
  expect(sorted).toEqual(['00ff', '01', '0102'])
})
