import { deflateSync, zlibSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { inflate } from './filters.ts'

const text = new TextEncoder().encode('So it is, and so it was. '.repeat(40))
const noise = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255)

describe.each([
  ['in one piece', text],
  ['in many', noise],
])('inflated %s', (_, plain) => {
  test('zlib, bare deflate, with or without what should follow', () => {
    const packed = zlibSync(plain)
    expect(inflate(packed)).toEqual(plain)
    expect(inflate(deflateSync(plain))).toEqual(plain)
    expect(inflate(packed.subarray(0, -4))).toEqual(plain)
    expect(inflate(Uint8Array.from([...packed, 13, 10]))).toEqual(plain)
  })

  test('what is damaged gives what could be inflated', () => {
    const part = inflate(zlibSync(plain).subarray(0, -20))
    expect(part.length).toBeLessThan(plain.length)
    expect(plain.subarray(0, part.length)).toEqual(part)
  })
})

test('a bomb is refused, small as it comes', () => {
  const bomb = zlibSync(new Uint8Array(3 << 20))
  expect(bomb.length).toBeLessThan(4096)
  expect(() => inflate(bomb, 1 << 20)).toThrow('grows beyond the limit')
  expect(inflate(bomb)).toHaveLength(3 << 20)
})
