import { describe, expect, test } from 'vitest'
import { emptyDraft, mayAdd, movePerson, newPerson, orderKind, orderOf, overlapping, settled } from './draft.ts'
import { toEnvelopeDraft, withOrder, withoutPerson, withTemplate } from './draft.ts'
import type { Draft, DraftField, DraftPerson } from './draft.ts'

const person = (id: string, change: Partial<DraftPerson> = {}): DraftPerson => ({
  ...newPerson([]),
  id,
  name: id.toUpperCase(),
  ...change,
})
const field = (id: number, change: Partial<DraftField> = {}): DraftField => ({
  id,
  person: 's1',
  kind: 'text',
  page: 1,
  rect: [10, 10, 110, 30],
  required: true,
  label: '',
  binding: '',
  suggestion: '',
  ...change,
})
const ids = (people: readonly DraftPerson[]) => people.map((one) => one.id)

describe('the order of people', () => {
  const three = [person('s1'), person('s2'), person('s3')]

  test('one by one, all at once, and both ways back', () => {
    expect(orderKind(three)).toBe('sequential')
    const parallel = withOrder(three, true)
    expect(orderOf(parallel)).toEqual([['s1', 's2', 's3']])
    expect(orderKind(parallel)).toBe('parallel')
    expect(orderOf(withOrder(parallel, false))).toEqual([['s1'], ['s2'], ['s3']])
  })

  test('a mixed order keeps its groups when somebody moves into another', () => {
    const mixed = [person('s1'), person('s2', { together: true }), person('s3')]
    expect(orderKind(mixed)).toBe('mixed')
    expect(orderOf(mixed)).toEqual([['s1', 's2'], ['s3']])
    expect(orderOf(movePerson(mixed, 's3', 1))).toEqual([['s1'], ['s3', 's2']])
  })

  test('the visa stays last and alone, copies after it, wherever they are moved', () => {
    const people = settled([person('s1', { role: 'copy' }), person('s2', { role: 'visa', kind: 'simple' }), ...three])
    expect(ids(people).slice(-2)).toEqual(['s2', 's1'])
    expect(ids(movePerson(people, 's2', 0)).slice(-2)).toEqual(['s2', 's1'])
    expect(orderOf(withOrder(people, true)).at(-1)).toEqual(['s2'])
    // A visa by a code is refused by core, so it becomes one by certificate.
    expect(people.find((one) => one.id === 's2')?.kind).toBe('unqualified')
  })

  test('the first can be asked together with nobody', () => {
    expect(settled([person('s1', { together: true })])[0]?.together).toBe(false)
  })

  test('a new person never gets the id of one who is there', () => {
    expect(newPerson([person('s2'), person('s3')]).id).toBe('s4')
    expect(newPerson([person('s1'), person('s3')]).id).toBe('s4')
    expect(newPerson([person('s4')]).id).toBe('s2')
  })
})

describe('fields', () => {
  test('one lies on another only on the same page and with a share of the area', () => {
    const fields = [field(1), field(2, { page: 2 })]
    expect(overlapping(fields, field(3, { rect: [100, 20, 200, 40] }))?.id).toBe(1)
    expect(overlapping(fields, field(3, { rect: [110, 10, 200, 30] }))).toBeNull()
    expect(overlapping(fields, field(1))).toBeNull()
  })

  test('there is one signature per person, any number of boxes, and nothing for a copy', () => {
    const draft: Draft = {
      ...emptyDraft('T', 'en'),
      people: [person('s1'), person('s2', { role: 'copy' })],
      fields: [field(1, { kind: 'signature' }), field(2, { kind: 'checkbox' })],
    }
    expect(mayAdd(draft, 's1', 'signature')).toBe(false)
    expect(mayAdd(draft, 's1', 'checkbox')).toBe(true)
    expect(mayAdd(draft, 's2', 'text')).toBe(false)
    expect(withoutPerson(draft, 's1').fields).toEqual([])
  })
})

describe('in core’s words and back', () => {
  const draft: Draft = {
    ...emptyDraft(' Contract ', 'uk'),
    deadline: '2030-03-01T12:30',
    people: [
      person('s1', { emails: 'a@x.example, b@x.example;\n c@x.example', company: ' ' }),
      person('s2', { together: true, kind: 'simple', algorithms: ['RSA'] }),
      person('s3', { role: 'visa' }),
    ],
    fields: [
      field(1, { label: 'I agree', kind: 'checkbox', binding: 'UF_AGREE' }),
      field(2, { person: 's2', page: 3 }),
    ],
  }

  test('what is empty is absent, times are UTC, addresses are apart', () => {
    const wanted = toEnvelopeDraft(draft, 'https://sign.example/#/verify')
    expect(wanted.title).toBe('Contract')
    expect(wanted).not.toHaveProperty('message')
    expect(wanted.deadline).toBe(new Date('2030-03-01T12:30').toISOString())
    expect(wanted.order).toEqual([['s1', 's2'], ['s3']])
    const [first, second] = wanted.signatories
    expect(first?.emails).toEqual(['a@x.example', 'b@x.example', 'c@x.example'])
    expect(first).not.toHaveProperty('company')
    expect(first?.fields).toEqual([
      { kind: 'checkbox', page: 1, rect: [10, 10, 110, 30], required: true, label: 'I agree', binding: 'UF_AGREE' },
    ])
    // A code is no key: no policy of algorithms applies to it.
    expect(second?.algorithms).toEqual([])
  })

  test('a template gives people, order and fields back; a field on a page that is not there is left out', () => {
    const template = toEnvelopeDraft(draft, '')
    const loaded = withTemplate(emptyDraft('Another', 'en'), template, 2)
    expect(orderOf(loaded.people)).toEqual([['s1', 's2'], ['s3']])
    expect(loaded.people[0]?.emails).toBe('a@x.example, b@x.example, c@x.example')
    expect(loaded.fields.map(({ person: owner, kind }) => [owner, kind])).toEqual([['s1', 'checkbox']])
    expect(loaded.title).toBe('Contract')
  })
})
