import { describe, expect, test } from 'vitest'
import type { GeneralName } from './general-name.ts'
import { addConstraints, checkNames, emptyConstraints } from './name-constraints.ts'
import type { ConstrainedNames } from './name-constraints.ts'

type Text = 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'
const text = (kind: Text, value: string): GeneralName => ({ kind, value })
const directory = (...rdns: string[]): GeneralName => ({ kind: 'directoryName', rdns, text: rdns.join(',') })
const address = (...octets: number[]): GeneralName => ({ kind: 'iPAddress', octets: Uint8Array.from(octets) })

function verdict(
  name: GeneralName | Partial<ConstrainedNames>,
  permitted: GeneralName[],
  excluded: GeneralName[] = [],
) {
  const state = emptyConstraints()
  const subtree = (base: GeneralName) => ({ base, bounded: false })
  addConstraints(state, { permitted: permitted.map(subtree), excluded: excluded.map(subtree) })
  const names = 'kind' in name ? { alternative: [name] } : name
  const problems = checkNames(state, { subject: [], emails: [], alternative: [], ...names })
  return problems[0]?.problem ?? 'fine'
}

describe('name constraints (RFC 5280, 4.2.1.10)', () => {
  test.each([
    ['rfc822Name', 'a@b.example', 'b.example', 'fine'],
    ['rfc822Name', 'a@c.b.example', 'b.example', 'name-not-permitted'],
    ['rfc822Name', 'a@c.b.example', '.b.example', 'fine'],
    ['rfc822Name', 'a@b.example', '.b.example', 'name-not-permitted'],
    ['rfc822Name', 'A@B.example', 'A@b.EXAMPLE', 'fine'],
    ['rfc822Name', 'a@b.example', 'A@b.example', 'name-not-permitted'],
    ['rfc822Name', 'a@evil.example@b.example', 'b.example', 'fine'],
    ['rfc822Name', 'b.example', 'b.example', 'name-constraint-unsupported'],
    ['dNSName', 'host.b.example', 'b.example', 'fine'],
    ['dNSName', 'b.example', 'b.example', 'fine'],
    ['dNSName', 'notb.example', 'b.example', 'name-not-permitted'],
    ['dNSName', 'host.b.example.', 'B.example', 'fine'],
    ['uniformResourceIdentifier', 'https://b.example/x', 'b.example', 'fine'],
    ['uniformResourceIdentifier', 'https://x@b.example:8443/', 'b.example', 'fine'],
    ['uniformResourceIdentifier', 'https://host.b.example/', 'b.example', 'name-not-permitted'],
    ['uniformResourceIdentifier', 'https://b.example.evil.test/', 'b.example', 'name-not-permitted'],
    ['uniformResourceIdentifier', 'https://b.example@evil.test/', 'b.example', 'name-not-permitted'],
    ['uniformResourceIdentifier', 'https://192.0.2.1/', 'b.example', 'name-constraint-unsupported'],
    ['uniformResourceIdentifier', 'urn:isbn:1', 'b.example', 'name-constraint-unsupported'],
  ] as const)('%s %s within %s: %s', (kind, name, base, expected) => {
    expect(verdict(text(kind, name), [text(kind, base)])).toBe(expected)
  })

  test('directory names lie within a subtree whose RDNs begin theirs', () => {
    const base = directory('C=2:us', 'O=1:a')
    expect(verdict({ subject: ['C=2:us', 'O=1:a', 'CN=1:x'] }, [base])).toBe('fine')
    expect(verdict({ subject: ['C=2:us', 'O=1:b'] }, [base])).toBe('name-not-permitted')
    expect(verdict({ subject: ['C=2:us', 'O=1:a'] }, [], [base])).toBe('name-excluded')
    expect(verdict({ subject: ['C=2:us'] }, [], [base])).toBe('fine')
  })

  test('addresses lie within a network of their own kind', () => {
    const network = address(192, 0, 2, 0, 255, 255, 255, 0)
    expect(verdict(address(192, 0, 2, 9), [network])).toBe('fine')
    expect(verdict(address(192, 0, 3, 9), [network])).toBe('name-not-permitted')
    expect(verdict(address(...Array.from({ length: 16 }, () => 0)), [network])).toBe('name-not-permitted')
    expect(verdict(address(1, 2, 3), [network])).toBe('name-constraint-unsupported')
  })

  test('constraints of one form leave names of another form alone', () => {
    expect(verdict(text('dNSName', 'b.example'), [text('rfc822Name', 'other.example')])).toBe('fine')
  })

  test('an e-mail address in the subject is held to rfc822Name constraints', () => {
    expect(verdict({ emails: ['a@evil.test'] }, [text('rfc822Name', 'b.example')])).toBe('name-not-permitted')
  })

  test('a form that cannot be compared is refused once a name of it appears', () => {
    const upn: GeneralName = { kind: 'otherName', oid: '1.3.6.1.4.1.311.20.2.3', value: new Uint8Array() }
    expect(verdict(upn, [upn])).toBe('name-constraint-unsupported')
    expect(verdict({ ...upn, oid: '1.2.3' }, [upn])).toBe('fine')
  })

  test('every certificate of a path narrows further; exclusion wins', () => {
    const state = emptyConstraints()
    const add = (permitted: string, excluded?: string) =>
      addConstraints(state, {
        permitted: [{ base: text('dNSName', permitted), bounded: false }],
        excluded: excluded === undefined ? [] : [{ base: text('dNSName', excluded), bounded: false }],
      })
    add('b.example')
    add('c.b.example', 'd.c.b.example')
    const check = (value: string) =>
      checkNames(state, { subject: [], emails: [], alternative: [text('dNSName', value)] })[0]?.problem ?? 'fine'
    expect(check('x.c.b.example')).toBe('fine')
    expect(check('x.b.example')).toBe('name-not-permitted')
    expect(check('d.c.b.example')).toBe('name-excluded')
  })

  test('names times constraints have a bound', () => {
    const many = Array.from({ length: 3000 }, (_, i) => text('dNSName', `h${i}.example`))
    const state = emptyConstraints()
    addConstraints(state, { permitted: [], excluded: many.map((base) => ({ base, bounded: false })) })
    const others = Array.from({ length: 3000 }, (_, i) => text('dNSName', `o${i}.test`))
    const problems = checkNames(state, { subject: [], emails: [], alternative: others })
    expect(problems.some(({ problem }) => problem === 'name-constraints-too-many')).toBe(true)
  })
})
