import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ANY_POLICY, processPolicies } from './path-policies.ts'
import type { PolicyExtensions } from './path-policies.ts'

const of = (policies: readonly string[] | null, more: Partial<PolicyExtensions> = {}): PolicyExtensions => ({
  policies,
  mappings: [],
  selfIssued: false,
  ...more,
})

describe('certificate policies (RFC 5280, 6.1; RFC 9618)', () => {
  test('a path whose certificates share no policy has none, which only matters when one is required', () => {
    const path = [of(['1.2.1']), of(['1.2.2'])]
    expect(processPolicies(path, {})).toEqual({ problems: [], policies: [] })
    expect(processPolicies(path, { requireExplicit: true }).problems).toContainEqual({
      problem: 'policy-required',
      depth: 2,
    })
  })

  test('requireExplicitPolicy counts down over certificates that are not self-issued', () => {
    const ca = of(['1.2.1'], { requireExplicitPolicy: 1 })
    const below = of(null)
    expect(processPolicies([ca, of(null)], {}).problems).toHaveLength(1)
    expect(processPolicies([{ ...ca, requireExplicitPolicy: 5 }, below], {}).problems).toEqual([])
  })

  test('a mapped policy is accepted by its name in the issuer domain', () => {
    const mapping = [{ issuerDomain: '1.2.1', subjectDomain: '1.2.9' }]
    const path = [of(['1.2.1'], { mappings: mapping }), of(['1.2.9'])]
    expect(processPolicies(path, { requireExplicit: true, acceptable: ['1.2.1'] }).policies).toEqual(['1.2.1'])
    expect(processPolicies(path, { requireExplicit: true, acceptable: ['1.2.9'] }).policies).toEqual([])
    expect(processPolicies(path, { inhibitMapping: true, requireExplicit: true }).problems).not.toEqual([])
  })

  test('mapping from or to anyPolicy is a fault', () => {
    const path = [of([ANY_POLICY], { mappings: [{ issuerDomain: ANY_POLICY, subjectDomain: '1.2.1' }] }), of(['1.2.1'])]
    expect(processPolicies(path, {}).problems).toContainEqual({ problem: 'policy-mapping-any', depth: 1 })
  })

  test('anyPolicy of a self-issued intermediate passes where it is inhibited, that of the leaf does not', () => {
    const any = of([ANY_POLICY])
    const selfIssued = of([ANY_POLICY], { selfIssued: true })
    expect(processPolicies([any, any], { inhibitAny: true, requireExplicit: true }).problems).not.toEqual([])
    expect(processPolicies([selfIssued, of(['1.2.1'])], { inhibitAny: true, requireExplicit: true }).problems).toEqual(
      [],
    )
  })

  test('a chain made to blow up the policy tree stays linear', () => {
    // Every certificate maps each of 40 policies to all 40: a tree would have 40^12 leaves.
    const oids = Array.from({ length: 40 }, (_, i) => `1.2.${i}`)
    const mappings = oids.flatMap((issuerDomain) => oids.map((subjectDomain) => ({ issuerDomain, subjectDomain })))
    const path = Array.from({ length: 12 }, () => of(oids, { mappings }))
    expect(processPolicies(path, { requireExplicit: true }).policies).toHaveLength(40)
  })

  test('law: what a user accepts is never wider than what the authorities agree on', () => {
    const oids = fc.constantFrom<string[]>('1.2.1', '1.2.2', '1.2.3', ANY_POLICY)
    const mapping = fc.record({ issuerDomain: oids, subjectDomain: oids })
    const certificate = fc.record({
      policies: fc.option(fc.uniqueArray(oids, { maxLength: 3 })),
      mappings: fc.array(mapping, { maxLength: 2 }),
      selfIssued: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(certificate, { minLength: 1, maxLength: 5 }), fc.uniqueArray(oids), (path, acceptable) => {
        const authority = processPolicies(path, {}).policies
        const user = processPolicies(path, { acceptable }).policies
        for (const policy of user) {
          expect(authority.includes(policy) || authority.includes(ANY_POLICY)).toBe(true)
          expect(acceptable.includes(policy) || acceptable.includes(ANY_POLICY)).toBe(true)
        }
      }),
      { seed: 9618 },
    )
  })
})
