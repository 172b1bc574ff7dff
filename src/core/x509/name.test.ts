import { expect, test } from 'vitest'
import { parseDer } from '../bytes/der-read.ts'
import { sequence, setOf, oid, utf8String, octetString } from '../bytes/der-write.ts'
import { buildName, nameFacts, nameText, parseName } from './name.ts'

const parsed = (der: Uint8Array) => parseName(parseDer(der))

test('a built name reads back and is written as RFC 4514, most specific first', () => {
  const name = parsed(
    buildName({
      commonName: 'Олена Шевченко',
      organization: 'Smith, Sons + Co',
      country: 'ua',
      email: 'o@example.com',
      title: ' ',
    }),
  )
  expect(nameText(name)).toBe('emailAddress=o@example.com,CN=Олена Шевченко,O=Smith\\, Sons \\+ Co,C=UA')
  expect(nameFacts(name)).toMatchObject({
    commonName: 'Олена Шевченко',
    organization: 'Smith, Sons + Co',
    country: 'UA',
    email: 'o@example.com',
  })
})

test('escapes: leading #, spaces, NUL, several values in one RDN, values that are not strings', () => {
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), value)
  const der = sequence(
    setOf([attribute('2.5.4.10', octetString(Uint8Array.of(1)))]),
    setOf([attribute('2.5.4.3', utf8String('#a\0b ')), attribute('1.2.3.4', utf8String(' x;<>"\\'))]),
  )
  expect(nameText(parsed(der))).toBe('CN=\\#a\\00b\\ +1.2.3.4=\\ x\\;\\<\\>\\"\\\\,O=#040101')
})

test("values outside the bounds of RFC 5280 are the caller's mistake", () => {
  expect(() => buildName({ commonName: 'x'.repeat(65) })).toThrow(RangeError)
  expect(() => buildName({ country: 'UKR' })).toThrow(RangeError)
  expect(() => buildName({ email: 'é@x.y' })).toThrow(RangeError)
  expect(buildName({ commonName: '🖋'.repeat(64) }).length).toBeGreaterThan(256)
})
