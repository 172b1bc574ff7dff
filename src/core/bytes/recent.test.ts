import { expect, test } from 'vitest'
import { Recent } from './recent.ts'

test('what was worked out is found by its octets, and only by all of them', () => {
  const recent = new Recent<string>(2, 10)
  recent.keep('a', Uint8Array.of(1, 2), Uint8Array.of(3))
  expect(recent.get(Uint8Array.of(1, 2), Uint8Array.of(3))).toBe('a')
  expect(recent.get(Uint8Array.of(1), Uint8Array.of(2, 3))).toBeUndefined()
  expect(recent.get(Uint8Array.of(1, 2), Uint8Array.of(4))).toBeUndefined()
  expect(recent.get(Uint8Array.of(1, 2))).toBeUndefined()
})

test('octets that are changed after they were remembered change nothing here', () => {
  const recent = new Recent<string>(2, 10)
  const key = Uint8Array.of(1)
  recent.keep('a', key)
  key[0] = 2
  expect(recent.get(key)).toBeUndefined()
  expect(recent.get(Uint8Array.of(1))).toBe('a')
})

test('the last used stay, long keys are not kept at all', () => {
  const recent = new Recent<number>(2, 3)
  recent.keep(1, Uint8Array.of(1))
  recent.keep(2, Uint8Array.of(2))
  expect(recent.get(Uint8Array.of(1))).toBe(1)
  recent.keep(3, Uint8Array.of(3))
  expect(recent.get(Uint8Array.of(1))).toBe(1)
  expect(recent.get(Uint8Array.of(2))).toBeUndefined()
  expect(recent.keep(4, Uint8Array.of(4, 4), Uint8Array.of(4, 4))).toBe(4)
  expect(recent.get(Uint8Array.of(4, 4), Uint8Array.of(4, 4))).toBeUndefined()
})
