import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignError } from '../errors.ts'
import { compareBytes, concatBytes, fromHex, toHex } from './bytes.ts'
import {
  asTag,
  children,
  derBitString,
  derBoolean,
  derInteger,
  derNamedBits,
  derOctets,
  derOid,
  derString,
  derTime,
  eachChild,
  fields,
  inner,
  parseDer,
  parseDerPrefix,
  TAG,
  type DerRules,
} from './der-read.ts'
import * as write from './der-write.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof SignError) return error.code
    throw error
  }
  return 'none'
}

test('what is written reads back: integers, identifiers, strings, bits, octets', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 600n), max: 1n << 600n }), (value) => {
      expect(derInteger(parseDer(write.integer(value)))).toBe(value)
    }),
  )
  const arcs = fc.tuple(fc.integer({ min: 0, max: 39 }), fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 8 }))
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 2), arcs, (root, [second, rest]) => {
      const dotted = [root, second, ...rest].join('.')
      expect(derOid(parseDer(write.oid(dotted)))).toBe(dotted)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(derString(parseDer(write.utf8String(text)))).toBe(text)
      expect(derString(parseDer(write.bmpString(text)))).toBe(text)
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (bits) => {
      const read = derNamedBits(parseDer(write.namedBits(bits)))
      expect(bits.map((bit, i) => bit === (read[i] ?? false))).not.toContain(false)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), (bytes) => {
      expect(toHex(derOctets(parseDer(write.octetString(bytes))))).toBe(toHex(bytes))
      expect(toHex(derBitString(parseDer(write.bitString(bytes))).bytes)).toBe(toHex(bytes))
    }),
    { numRuns: 20 },
  )
})

test('known encodings of X.690 and RFC 5280', () => {
  expect(toHex(write.oid('1.2.840.113549'))).toBe('06062a864886f70d')
  expect(toHex(write.oid('2.999.3'))).toBe('0603883703')
  expect(toHex(write.integer(-129))).toBe('0202ff7f')
  expect(toHex(write.integer(128))).toBe('02020080')
  expect(toHex(write.unsignedInteger(fromHex('000080')))).toBe('02020080')
  expect(toHex(write.namedBits([true, true]))).toBe('030206c0')
  expect(toHex(write.boolean(true))).toBe('0101ff')
  expect(toHex(write.time(new Date('2049-12-31T23:59:59Z')))).toBe(
    `170d${toHex(new TextEncoder().encode('491231235959Z'))}`,
  )
  expect(toHex(write.time(new Date('2050-01-01T00:00:00.900Z')))).toBe(
    `180f${toHex(new TextEncoder().encode('20500101000000Z'))}`,
  )
  expect(toHex(write.tlv(0x04, new Uint8Array(200)).subarray(0, 3))).toBe('0481c8')
  expect(write.derLength(70_000)).toBe(write.tlv(0x04, new Uint8Array(70_000)).length)
  expect(toHex(write.implicit(0, write.sequence(write.derNull())))).toBe('a0020500')
  expect(toHex(write.explicit(2, write.integer(1)))).toBe('a203020101')
})

test('SET OF is sorted by its encoded elements', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5 })), (values) => {
      const set = parseDer(write.setOf(values.map((value) => write.octetString(value))))
      const raws = children(set).map((child) => child.raw)
      expect(raws).toEqual(raws.toSorted(compareBytes))
      expect(raws.length).toBe(values.length)
    }),
  )
})

test('times outside their calendar are refused', () => {
  const at = (tag: number, text: string, rules: DerRules = 'der') =>
    derTime(parseDer(write.tlv(tag, new TextEncoder().encode(text)), rules)).toISOString()
  expect(at(0x17, '500101000000Z')).toBe('1950-01-01T00:00:00.000Z')
  expect(at(0x18, '20260229000000Z'.replace('0229', '0228'))).toBe('2026-02-28T00:00:00.000Z')
  expect(at(0x17, '2601010000+0100', 'ber')).toBe('2025-12-31T23:00:00.000Z')
  expect(at(0x18, '20260101000000.25Z')).toBe('2026-01-01T00:00:00.250Z')
  for (const bad of [
    '260229000000Z',
    '261301000000Z',
    '260101250000Z',
    '260101006000Z',
    '2601010000Z',
    'x',
    '260101000000',
  ]) {
    expect(codeOf(() => at(0x17, bad))).toBe('DER_MALFORMED')
  }
})

test('BER is taken only where it is asked for', () => {
  const indefinite = fromHex('3080020105a080020106000024800401aa0402bbcc00000000')
  expect(codeOf(() => parseDer(indefinite))).toBe('DER_MALFORMED')
  const [five, tagged, octets] = children(parseDer(indefinite, 'ber'))
  expect(derInteger(five!)).toBe(5n)
  expect(derInteger(inner(tagged!))).toBe(6n)
  expect(toHex(derOctets(octets!))).toBe('aabbcc')
  expect(parseDer(indefinite, 'ber').canonical).toBe(false)
  expect(codeOf(() => parseDer(fromHex('04810101')))).toBe('DER_MALFORMED')
  expect(toHex(parseDer(fromHex('04810101'), 'ber').contents)).toBe('01')
  expect(codeOf(() => derInteger(parseDer(fromHex('02020001'))))).toBe('DER_MALFORMED')
  expect(derInteger(parseDer(fromHex('02020001'), 'ber'))).toBe(1n)
  expect(codeOf(() => derBoolean(parseDer(fromHex('010101'))))).toBe('DER_MALFORMED')
})

test('fields are read in order and nothing may be left over', () => {
  const node = parseDer(write.sequence(write.integer(1), write.explicit(0, write.integer(2)), write.derNull()))
  const reader = fields(node)
  expect(derInteger(reader.next(TAG.integer))).toBe(1n)
  expect(reader.optional(0xa1)).toBeUndefined()
  expect(derInteger(inner(reader.optional(0xa0)!))).toBe(2n)
  expect(codeOf(() => reader.end())).toBe('DER_MALFORMED')
  reader.next(TAG.null)
  reader.end()
  expect(codeOf(() => reader.next())).toBe('DER_MALFORMED')
  expect(derOid(asTag(parseDer(write.implicit(0, write.oid('1.2.3'))), TAG.oid))).toBe('1.2.3')
})

test('trailing bytes, cut input and bombs are refused with a code', () => {
  expect(codeOf(() => parseDer(fromHex('050000')))).toBe('DER_MALFORMED')
  expect(toHex(parseDerPrefix(fromHex('05000000')).raw)).toBe('0500')
  expect(codeOf(() => parseDer(fromHex('30840fffffff')))).toBe('DER_MALFORMED')
  expect(codeOf(() => parseDer(fromHex('0488ffffffffffffffff')))).toBe('DER_MALFORMED')
  expect(codeOf(() => parseDer(concatBytes(Array.from({ length: 5000 }, () => fromHex('3080'))), 'ber'))).toBe(
    'DER_LIMIT_EXCEEDED',
  )
  const many = parseDer(write.tlv(0x30, fromHex('0500'.repeat(300_000))))
  expect(codeOf(() => children(many))).toBe('DER_LIMIT_EXCEEDED')
  expect([...eachChild(many)].length).toBe(300_000)
  expect(codeOf(() => derInteger(parseDer(write.tlv(0x02, new Uint8Array(9000).fill(1)))))).toBe('DER_LIMIT_EXCEEDED')
})

test('any bytes give a tree or a coded error, and a tree in DER writes back byte for byte', () => {
  const walk = (bytes: Uint8Array, rules: DerRules): string => {
    const rebuild = (node: ReturnType<typeof parseDer>): Uint8Array =>
      node.constructed && node.number < 31
        ? concatBytes([write.derHeader(node.tag, node.contents.length), ...children(node).map(rebuild)])
        : node.raw
    const node = parseDer(bytes, rules)
    const rebuilt = rebuild(node)
    if (rules === 'der') expect(toHex(rebuilt)).toBe(toHex(bytes))
    return 'tree'
  }
  const seed = write.sequence(
    write.integer(5),
    write.explicit(0, write.setOf([write.oid('1.2.3'), write.utf8String('ab')])),
  )
  const mutated = fc.tuple(fc.nat(seed.length - 1), fc.nat(255)).map(([at, value]) => {
    const copy = seed.slice()
    copy[at] = value
    return copy
  })
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated),
      fc.constantFrom<DerRules>('der', 'ber'),
      (bytes, rules) => {
        expect(['tree', 'none', 'DER_MALFORMED', 'DER_LIMIT_EXCEEDED']).toContain(codeOf(() => walk(bytes, rules)))
      },
    ),
    { numRuns: 3000, seed: 7 },
  )
})
