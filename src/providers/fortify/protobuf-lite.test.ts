import fc from 'fast-check'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { Field, Type } from './protobuf-lite.ts'

const FIELDS = [
  ['version', 1, 'uint32', undefined],
  ['id', 2, 'string', 'required'],
  ['data', 3, 'bytes', undefined],
  ['flag', 4, 'bool', undefined],
  ['names', 17, 'string', 'repeated'],
] as const

function both() {
  const lite = new Type('Message')
  const real = new protobuf.Type('Message')
  for (const [name, id, type, rule] of FIELDS) {
    lite.add(new Field(name, id, type, rule))
    real.add(new protobuf.Field(name, id, type, rule))
  }
  return { lite, real }
}

const message = fc.record(
  {
    version: fc.nat({ max: 0xffffffff }),
    id: fc.string({ unit: 'grapheme' }),
    data: fc.uint8Array({ maxLength: 300 }),
    flag: fc.boolean(),
    names: fc.array(fc.string(), { maxLength: 4 }),
  },
  { requiredKeys: ['id'] },
)

test('writes the same bytes as protobufjs and reads what it wrote', () => {
  const { lite, real } = both()
  fc.assert(
    fc.property(message, (value) => {
      const mine = lite.encode({ ...value }).finish()
      expect([...mine]).toEqual([...real.encode(real.create(value)).finish()])
      const read = lite.decode(mine)
      expect(read.id).toBe(value.id)
      expect(read.version).toBe(value.version ?? 0)
      expect(read.flag).toBe(value.flag ?? false)
      expect(read.names).toEqual(value.names ?? [])
      expect([...(read.data as Uint8Array)]).toEqual([...(value.data ?? [])])
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('reads what protobufjs wrote', () => {
  const { lite, real } = both()
  fc.assert(
    fc.property(message, (value) => {
      expect(lite.decode(Uint8Array.from(real.encode(real.create(value)).finish())).id).toBe(value.id)
    }),
    { seed: 8, numRuns: 100 },
  )
})

test('a missing required field throws, an absent bytes field is an empty list', () => {
  const { lite } = both()
  expect(() => lite.decode(new Uint8Array())).toThrow("missing required 'id'")
  expect(lite.decode(lite.encode({ id: 'x' }).finish()).data).toEqual([])
})

test('bytes that end early or mean nothing throw, and nothing hangs', () => {
  const { lite } = both()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        lite.decode(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
    { seed: 9, numRuns: 500 },
  )
  expect(() => new Field('x', 1, 'sint64')).toThrow(TypeError)
})
