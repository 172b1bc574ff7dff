import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../bytes/bytes.ts'
import { streebog } from './streebog.ts'

const hash = (size: 256 | 512, ...chunks: readonly Uint8Array[]): string => {
  const state = streebog(size)
  for (const chunk of chunks) state.update(chunk)
  return toHex(state.digest())
}

// RFC 6986 prints numbers most significant octet first; octets on the wire are the other way round.
const m1 = fromHex(
  '303132333435363738393031323334353637383930313233343536373839303132333435363738393031323334353637383930313233343536373839303132',
)

test('message 1 of RFC 6986, 10.1, and the empty message', () => {
  expect(hash(512, m1)).toBe(
    '1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48',
  )
  expect(hash(256, m1)).toBe('9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500')
  expect(hash(256)).toBe('3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb')
})

test('chunks give what one piece gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(400), (bytes, cut) => {
      expect(hash(512, bytes.subarray(0, cut), bytes.subarray(cut))).toBe(hash(512, bytes))
    }),
    { numRuns: 50 },
  )
})
