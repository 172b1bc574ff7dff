import { describe, expect, test } from 'vitest'
import { parseDer } from '../bytes/der-read.ts'
import { bmpString, ia5String, oid, printableString, sequence, setOf, utf8String } from '../bytes/der-write.ts'
import { canonicalRdns, prepare, sameName } from './name-match.ts'

const attribute = (type: string, value: Uint8Array) => sequence(oid(type), value)
const name = (...rdns: Uint8Array[][]) => canonicalRdns(parseDer(sequence(...rdns.map((rdn) => setOf(rdn)))))
const CN = '2.5.4.3'

describe('name comparison (RFC 5280, 7.1)', () => {
  test('case, white space and string type do not matter', () => {
    const a = name([attribute(CN, printableString('  Good   CA '))])
    expect(sameName(a, name([attribute(CN, utf8String('good ca'))]))).toBe(true)
    expect(sameName(a, name([attribute(CN, bmpString('GOOD CA'))]))).toBe(true)
    expect(sameName(a, name([attribute(CN, utf8String('goodca'))]))).toBe(false)
  })

  test('composed and decomposed letters are one, invisible ones are none', () => {
    expect(prepare('Cafe\u0301')).toBe(prepare('CAF\u00c9'))
    expect(prepare('so\u00adft\u200b')).toBe('soft')
    expect(prepare('a\t \n b')).toBe('a b')
    expect(prepare('Акме')).toBe(prepare('АКМЕ'))
  })

  test('the order inside an RDN does not matter, that of RDNs does', () => {
    const c = attribute('2.5.4.6', printableString('RU'))
    const o = attribute('2.5.4.10', utf8String('Акме'))
    expect(sameName(name([c, o]), name([o, c]))).toBe(true)
    expect(sameName(name([c], [o]), name([o], [c]))).toBe(false)
  })

  test('one attribute cannot be written so that it looks like two', () => {
    const plain = name([attribute(CN, utf8String('a')), attribute('2.5.4.10', utf8String('b'))])
    const tricky = name([attribute(CN, utf8String('a+2.5.4.10=1:b'))])
    expect(sameName(plain, tricky)).toBe(false)
    expect(sameName(name([attribute(CN, ia5String('a'))], []), name([attribute(CN, ia5String('a'))]))).toBe(false)
  })
})
