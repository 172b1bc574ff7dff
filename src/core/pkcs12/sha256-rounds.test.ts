import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { sha256Rounds } from './sha256-rounds.ts'

test('rounds are those of SHA-256 itself', () => {
  for (const rounds of [0, 1, 2, 77, 3000]) {
    const value = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + rounds) & 0xff)
    let expected: Uint8Array = value.slice()
    for (let i = 0; i < rounds; i++) expected = sha256(expected)
    sha256Rounds(value, rounds)
    expect(value).toEqual(expected)
  }
})
