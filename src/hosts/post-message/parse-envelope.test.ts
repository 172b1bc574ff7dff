import { expect, test } from 'vitest'
import type { EnvelopeAct, EnvelopeProposal, EnvelopeSummary } from '../../core/host-envelope.ts'
import type * as wire from '../../host-sdk/protocol/envelopes.ts'
import { parseEnvelopeAsk } from './parse-envelope.ts'

/** The SDK imports nothing of ours, so what it publishes is written twice: neither may say more than the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
const published: [
  Same<EnvelopeSummary, wire.EnvelopeSummary>,
  Same<EnvelopeProposal, wire.EnvelopeProposal>,
  Same<EnvelopeAct, wire.EnvelopeAct>,
] = [true, true, true]

const refused = (value: unknown): string => {
  try {
    parseEnvelopeAsk(value)
  } catch (error) {
    return (error as { details: { field: string } }).details.field
  }
  return 'taken'
}

test('what a host proposes is read, and what it leaves out stays open', () => {
  expect(published).toEqual([true, true, true])
  expect(parseEnvelopeAsk(undefined)).toBeNull()
  expect(parseEnvelopeAsk({ kind: 'act' })).toEqual({ kind: 'act', signatory: null })
  expect(parseEnvelopeAsk({ kind: 'act', signatory: 's2' })).toEqual({ kind: 'act', signatory: 's2' })
  expect(parseEnvelopeAsk({ kind: 'prepare' })).toEqual({ kind: 'prepare', proposal: {} })
  const proposal = {
    title: 'Contract 14-B',
    deadline: '2027-01-01T00:00:00Z',
    preparer: { name: 'Anna Berg', email: 'anna@northwind.example' },
    oneFile: true,
    people: [
      {
        name: 'Ingrid',
        company: 'Halvorsen AS',
        emails: ['a@x.example', 'b@x.example'],
        role: 'signer',
        kind: 'simple',
      },
    ],
    bindings: [{ name: 'UF_PRICE', label: 'Price', suggestion: '48 200' }],
  }
  expect(parseEnvelopeAsk({ kind: 'prepare', proposal: { ...proposal, unknown: 1 } })).toEqual({
    kind: 'prepare',
    proposal,
  })
})

test('what is malformed refuses the whole, by field', () => {
  expect(refused('prepare')).toBe('envelope')
  expect(refused({ kind: 'sign' })).toBe('envelope/kind')
  expect(refused({ kind: 'act', signatory: 7 })).toBe('signatory')
  expect(refused({ kind: 'prepare', proposal: [] })).toBe('proposal')
  expect(refused({ kind: 'prepare', proposal: { title: 'x'.repeat(256) } })).toBe('title')
  expect(refused({ kind: 'prepare', proposal: { deadline: 'soon' } })).toBe('proposal/deadline')
  expect(refused({ kind: 'prepare', proposal: { people: [{}] } })).toBe('proposal/people/name')
  expect(refused({ kind: 'prepare', proposal: { people: [{ name: 'A', role: 'king' }] } })).toBe('role')
  expect(refused({ kind: 'prepare', proposal: { people: [{ name: 'A', emails: [1] }] } })).toBe(
    'proposal/people/emails',
  )
  expect(refused({ kind: 'prepare', proposal: { people: Array(1001).fill({ name: 'A' }) } })).toBe('proposal/people')
})
