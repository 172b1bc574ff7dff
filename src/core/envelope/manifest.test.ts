import { describe, expect, test } from 'vitest'
import { manifestOf, signatory } from './fixtures.contract.ts'
import { encodeManifest, manifestProblem, parseManifest, type EnvelopeManifest } from './manifest.ts'

const good = manifestOf(
  [signatory(1), signatory(2), signatory(3, 'visa'), signatory(4, 'copy')],
  [['s1', 's2'], ['s3']],
)
const changed = (change: Partial<EnvelopeManifest>): EnvelopeManifest => ({ ...good, ...change })
const [first, second] = good.signatories
if (!first || !second) throw new Error('two signatories')
const without = (fields: (typeof first)['fields']): EnvelopeManifest =>
  changed({ signatories: [{ ...first, fields }, ...good.signatories.slice(1)] })

describe('what can be prepared', () => {
  test('a sound manifest has no problem', () => expect(manifestProblem(good)).toBeNull())

  test.each([
    ['nobody', changed({ signatories: [], order: [] }), 'no signatory'],
    ['twice the same', changed({ signatories: [first, first] }), 'same id'],
    ['somebody not in the order', changed({ order: [['s1'], ['s3']] }), 'order'],
    ['somebody in it twice', changed({ order: [['s1', 's2', 's1'], ['s3']] }), 'order'],
    ['a visa that is not last', changed({ order: [['s3'], ['s1', 's2']] }), 'visa'],
    [
      'two signature fields',
      without([...first.fields, ...first.fields.map((f) => ({ ...f, name: `X${f.name}` }))]),
      'exactly one',
    ],
    [
      'a name that begins another',
      without(first.fields.map((f) => (f.kind === 'signature' ? { ...f, name: 'Box' } : f))),
      'prefix',
    ],
    ['overlapping fields', without(first.fields.map((f) => ({ ...f, rect: [40, 40, 60, 60] as const }))), 'overlap'],
    ['a deadline in the past', changed({ deadline: '2026-02-01T00:00:00.000Z' }), 'deadline'],
    [
      'a simple signature with nothing after it',
      { ...manifestOf([signatory(1, 'signer', 'simple')], [['s1']]) },
      'certificate signature',
    ],
  ])('%s is refused', (_name, manifest, word) => expect(manifestProblem(manifest)).toContain(word))

  test('a thousand signatories are fine, one more is not', () => {
    const many = (n: number): EnvelopeManifest => {
      const people = Array.from({ length: n }, (_, i) => signatory(i + 1))
      return manifestOf(
        people,
        people.map((one) => [one.id]),
      )
    }
    expect(manifestProblem(many(1000))).toBeNull()
    expect(manifestProblem(many(1001))).toContain('1000')
  })
})

describe('a manifest from anywhere', () => {
  test('comes back as it was written', () => expect(parseManifest(encodeManifest(good))).toEqual(good))

  test.each(['', '[]', 'null', '{}', '{"type":"countersign-envelope"}'])('%s is refused with a code', (text) => {
    expect(() => parseManifest(text)).toThrowError(expect.objectContaining({ code: 'ENVELOPE_MANIFEST_INVALID' }))
  })

  test('every single missing or foreign value is refused with a code, never with a crash', () => {
    for (const key of Object.keys(good)) {
      if (['message', 'deadline', 'verifyUrl'].includes(key)) continue
      for (const value of [undefined, null === (good as Record<string, unknown>)[key] ? {} : null, 7.5, [[]], 'x']) {
        if (key === 'title' && value === 'x') continue
        if (key === 'verificationPage' && value === null) continue
        const text = JSON.stringify({ ...good, [key]: value })
        expect(() => parseManifest(text), `${key}=${JSON.stringify(value)}`).toThrowError(
          expect.objectContaining({ code: 'ENVELOPE_MANIFEST_INVALID' }),
        )
      }
    }
  })
})
