import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manifestOf, signatory, signs } from './fixtures.contract.ts'
import { encodeManifest, parseManifest, type EnvelopeManifest } from './manifest.ts'
import { envelopeState, initialState, reduce, whyNot, type EnvelopeEvent, type EnvelopeState } from './state.ts'

/** Just after the envelope was made. */
const AT = '2026-03-01T09:00:30.000Z'
const NOW = new Date('2026-03-02T00:00:00Z')
const three = manifestOf(
  [signatory(1), signatory(2), signatory(3), signatory(4, 'visa')],
  [['s1'], ['s2', 's3'], ['s4']],
)
const run = (events: readonly EnvelopeEvent[], manifest: EnvelopeManifest = three, now = NOW): EnvelopeState =>
  envelopeState(manifest, events, now)
const codes = (state: EnvelopeState): string[] => state.problems.map((problem) => problem.code)

describe('turn by turn', () => {
  test('one after another, in parallel, and the visa last', () => {
    expect(run([]).turn).toEqual(['s1'])
    expect(run([signs(1, 2, 1)]).turn).toEqual(['s2', 's3'])
    expect(run([signs(1, 2, 1), signs(3, 3, 2)]).turn).toEqual(['s2'])
    const all = run([signs(1, 2, 1), signs(3, 3, 2), signs(2, 4, 3), signs(4, 5, 4)])
    expect(all).toMatchObject({ status: 'complete', turn: [], step: 3, problems: [] })
    expect(all.signatories['s3']).toMatchObject({ status: 'signed', revision: 3, certificate: 'F3' })
  })

  test('out of turn, twice, late, before the previous one, without a required box', () => {
    expect(codes(run([signs(2, 2, 1)]))).toEqual(['ENVELOPE_OUT_OF_TURN'])
    expect(codes(run([signs(1, 2, 1), signs(1, 3, 2)]))).toEqual(['ENVELOPE_SIGNED_ALREADY'])
    expect(codes(run([signs(1, 2, 60 * 24 * 40)]))).toEqual(['ENVELOPE_EXPIRED'])
    expect(codes(run([signs(1, 2, 10), signs(2, 3, 5)]))).toEqual(['ENVELOPE_CLOCK_BEFORE_PREVIOUS'])
    expect(codes(run([signs(1, 2, 1, { Box_0001: 'false' })]))).toEqual(['ENVELOPE_FIELD_REQUIRED'])
    expect(whyNot(three, run([]), 's9')).toBe('ENVELOPE_NOT_A_SIGNATORY')
  })

  test('who signs in the very second of the act before is not before it: a signature’s time has no parts of a second', () => {
    const made = { ...three, createdAt: '2026-03-01T09:00:00.900Z' }
    expect(codes(run([signs(1, 2, 0)], made))).toEqual([])
    expect(codes(run([{ ...signs(1, 2, 0), time: '2026-03-01T08:59:59Z' }], made))).toEqual([
      'ENVELOPE_CLOCK_BEFORE_PREVIOUS',
    ])
  })

  test('a stranger, somebody else’s field, a change nobody explains: broken, and nobody’s turn', () => {
    expect(codes(run([{ ...signs(1, 2, 1), field: 'Sig_9999' }]))).toEqual(['ENVELOPE_NOT_A_SIGNATORY'])
    expect(run([signs(1, 2, 1, { Txt_0002: 'mine' })])).toMatchObject({ status: 'broken', turn: [] })
    expect(run([signs(1, 2, 1), { kind: 'foreign', revision: 3, what: 'page content' }]).status).toBe('broken')
    expect(run([{ ...signs(1, 2, 1), intact: false }]).status).toBe('broken')
  })

  test('decline ends it with its reason; close ends it; neither is possible out of turn', () => {
    const declined: EnvelopeEvent = { kind: 'decline', revision: 2, signatory: 's1', reason: 'wrong price', time: AT }
    expect(run([declined])).toMatchObject({
      status: 'declined',
      signatories: { s1: { status: 'declined', reason: 'wrong price' } },
    })
    expect(codes(run([{ ...declined, signatory: 's2' }]))).toEqual(['ENVELOPE_OUT_OF_TURN'])
    const closed: EnvelopeEvent = { kind: 'close', revision: 2, reason: 'not needed', time: AT }
    expect(run([closed])).toMatchObject({ status: 'closed', closed: 'not needed', turn: [] })
    expect(codes(run([closed, signs(1, 3, 1)]))).toEqual(['ENVELOPE_CLOSED'])
    expect(codes(run([closed, closed]))).toEqual(['ENVELOPE_CLOSED'])
  })

  test('delegation changes the holder, only where the preparer allowed it', () => {
    const holder = { name: 'Ivan Franko', email: 'ivan@firm.example' }
    const to: EnvelopeEvent = { kind: 'delegate', revision: 2, signatory: 's1', to: holder, time: AT }
    expect(run([to]).signatories['s1']).toMatchObject({ delegated: true, holder, status: 'turn' })
    const strict = manifestOf([{ ...signatory(1), mayDelegate: false }], [['s1']])
    expect(codes(run([to], strict))).toEqual(['ENVELOPE_DELEGATION_FORBIDDEN'])
  })

  test('a new round says what it replaces, where the preparer allows to send again', () => {
    const again: EnvelopeEvent = {
      kind: 'round',
      revision: 2,
      signatory: 's1',
      round: 2,
      replaces: 'ab'.repeat(32),
      reason: 'a box was forgotten',
      time: AT,
    }
    expect(run([again])).toMatchObject({ status: 'running', turn: ['s1'], round: { number: 2, signatory: 's1' } })
    expect(codes(run([again], { ...three, resend: false }))).toEqual(['ENVELOPE_RESEND_FORBIDDEN'])
  })

  test('a simple signature is pending until a certificate signature covers it', () => {
    const manifest = manifestOf([signatory(1, 'signer', 'simple'), signatory(2, 'visa')], [['s1'], ['s2']])
    const simple: EnvelopeEvent = {
      kind: 'simple',
      revision: 2,
      signatory: 's1',
      values: { Sig_0001: 'Person 1', Simple_0001: '{}', Box_0001: 'true' },
      time: AT,
    }
    expect(run([simple], manifest).signatories['s1']?.status).toBe('pending')
    expect(run([simple, signs(2, 3, 5)], manifest)).toMatchObject({
      status: 'complete',
      signatories: { s1: { status: 'signed' } },
    })
    expect(codes(run([signs(1, 2, 1)], manifest))).toEqual(['ENVELOPE_KIND_MISMATCH'])
    expect(codes(run([{ ...simple, values: {} }], manifest))).toEqual(['ENVELOPE_FIELD_REQUIRED'])
    expect(run([{ ...simple, values: { ...simple.values, Txt_0002: 'his' } }], manifest).status).toBe('broken')
    expect(codes(run([simple]))).toEqual(['ENVELOPE_KIND_MISMATCH'])
  })

  test('a key of a kind that the preparer did not ask for is refused', () => {
    const manifest = manifestOf([{ ...signatory(1), algorithms: ['RSA'] }], [['s1']])
    expect(codes(run([signs(1, 2, 1)], manifest))).toEqual(['ENVELOPE_ALGORITHM_FORBIDDEN'])
    const rsa = { ...signs(1, 2, 1), signer: { name: 'P', fingerprint: 'F', qualified: false, family: 'RSA' as const } }
    expect(run([rsa], manifest).status).toBe('complete')
  })

  test('a qualified signature needs a certificate that says so', () => {
    const manifest = manifestOf([signatory(1, 'signer', 'qualified')], [['s1']])
    expect(codes(run([signs(1, 2, 1)], manifest))).toEqual(['ENVELOPE_KIND_MISMATCH'])
    const good = { ...signs(1, 2, 1), signer: { name: 'P', fingerprint: 'F', qualified: true, family: null } }
    expect(run([good], manifest).status).toBe('complete')
  })

  test('after the deadline it has expired, unless it was complete', () => {
    const late = new Date('2026-05-01T00:00:00Z')
    expect(run([signs(1, 2, 1)], three, late)).toMatchObject({ status: 'expired', turn: [] })
    expect(run([signs(1, 2, 1), signs(3, 3, 2), signs(2, 4, 3), signs(4, 5, 4)], three, late).status).toBe('complete')
  })
})

const scenario = fc
  .record({
    groups: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    acts: fc.array(fc.nat({ max: 14 }), { maxLength: 16 }),
  })
  .map(({ groups, acts }) => {
    let next = 1
    const order = groups.map((size) => Array.from({ length: size }, () => `s${next++}`))
    const people = Array.from({ length: next - 1 }, (_, i) => signatory(i + 1))
    const events: EnvelopeEvent[] = acts.map((act, i) =>
      act === 13
        ? {
            kind: 'decline',
            revision: i + 2,
            signatory: `s${(act % people.length) + 1}`,
            reason: 'no',
            time: AT,
          }
        : act === 14
          ? { kind: 'foreign', revision: i + 2, what: 'x' }
          : signs((act % people.length) + 1, i + 2, i + 1),
    )
    return { manifest: manifestOf(people, order), events }
  })

describe('laws', () => {
  test('nobody is ever accepted out of turn', () => {
    fc.assert(
      fc.property(scenario, ({ manifest, events }) => {
        let state = initialState(manifest)
        for (const event of events) {
          const after = reduce(manifest, state, event)
          for (const { id, status } of Object.values(after.signatories)) {
            if (status !== 'signed' || state.signatories[id]?.status === 'signed') continue
            const group = manifest.order.findIndex((ids) => ids.includes(id))
            expect(state.turn).toContain(id)
            for (const earlier of manifest.order.slice(0, group).flat())
              expect(state.signatories[earlier]?.status).toBe('signed')
          }
          state = after
        }
      }),
      { seed: 11, numRuns: 400 },
    )
  })

  test('a signature is never forgotten, and a later revision never changes what an earlier one decided', () => {
    fc.assert(
      fc.property(scenario, ({ manifest, events }) => {
        for (let n = 0; n < events.length; n++) {
          const before = run(events.slice(0, n), manifest)
          const after = run(events.slice(0, n + 1), manifest)
          for (const one of Object.values(before.signatories)) {
            if (one.status === 'signed' || one.status === 'declined') expect(after.signatories[one.id]).toEqual(one)
          }
          expect(after.problems.slice(0, before.problems.length)).toEqual(before.problems)
        }
      }),
      { seed: 12, numRuns: 200 },
    )
  })

  test('the same file gives the same state', () => {
    fc.assert(
      fc.property(scenario, ({ manifest, events }) => {
        const again = parseManifest(encodeManifest(manifest))
        expect(again).toEqual(manifest)
        expect(run(events, again)).toEqual(run(events, manifest))
      }),
      { seed: 13, numRuns: 100 },
    )
  })
})
