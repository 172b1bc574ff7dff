import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { testChain, testRoot } from '../../testing/pki.ts'
import type { TestParty } from '../../testing/pki.ts'
import { explicit, ia5String, oid, retag, sequence } from '../bytes/der-write.ts'
import { endOf, findPaths, hasFailure } from './find-paths.ts'
import type { FoundPath, PathSearch } from './find-paths.ts'
import { parsePathCertificate, tryPathCertificate } from './path-certificate.ts'
import type { CertificatePurpose } from './purpose.ts'
import { signatureVerifier } from './signature-verifier.ts'

const read = ({ certificate }: Pick<TestParty, 'certificate'>) => parsePathCertificate(certificate)

async function paths(
  leaf: TestParty,
  pool: readonly TestParty[],
  anchors: readonly TestParty[],
  purpose: CertificatePurpose = 'signing',
): Promise<readonly FoundPath[]> {
  const search: PathSearch = {
    certificates: pool.map(read),
    anchors: anchors.map((party) => endOf(read(party))),
    verify: signatureVerifier(testEngine),
  }
  return findPaths(read(leaf), purpose, search)
}

const problems = (path: FoundPath | undefined): string[] => path?.problems.map(({ id }) => id) ?? ['no path']

describe('path building', () => {
  test('a chain reaches its anchor, with the pool in any order; without the anchor it ends at the root', async () => {
    const { root, intermediate, leaf } = await testChain()
    for (const pool of [[root, intermediate, leaf], [leaf, intermediate, root], [intermediate]]) {
      const [best] = await paths(leaf, pool, [root])
      expect(best?.anchor?.id).toBe(read(root).fingerprint)
      expect(best?.certificates.map(({ fingerprint }) => fingerprint)).toEqual(
        [leaf, intermediate, root].map((p) => read(p).fingerprint),
      )
      expect(problems(best)).toEqual([])
    }
    const [unanchored] = await paths(leaf, [intermediate, root], [])
    expect(unanchored).toMatchObject({ anchor: null, problems: [] })
    expect(unanchored?.certificates).toHaveLength(3)
    const [broken] = await paths(leaf, [], [root])
    expect(broken).toMatchObject({ anchor: null })
    expect(broken?.certificates).toHaveLength(1)
  })

  test('an intermediate may be the anchor, and so may the leaf itself', async () => {
    const { root, intermediate, leaf } = await testChain()
    const [middle] = await paths(leaf, [root, intermediate], [intermediate])
    expect(middle?.certificates).toHaveLength(2)
    expect(problems(middle)).toEqual([])
    const [own] = await paths(leaf, [root, intermediate], [leaf])
    expect(own?.certificates).toHaveLength(1)
    expect(own?.anchor?.id).toBe(read(leaf).fingerprint)
  })

  test('another authority of the same name is no issuer: the key must have signed', async () => {
    const { root, leaf, intermediate } = await testChain()
    const impostor = await (await testRoot()).issue({ ca: true, pathLength: 0 })
    const [best] = await paths(leaf, [impostor, intermediate, root], [root])
    expect(problems(best)).toEqual([])
    const [alone] = await paths(leaf, [impostor], [root])
    expect(alone?.anchor).toBeNull()
    expect(problems(alone)).toEqual(['path-signature-invalid'])
  })

  test('a cross-certificate leads to the anchor that is trusted', async () => {
    const { root, intermediate, leaf } = await testChain()
    const other = await testRoot('ECDSA-P256', { name: { commonName: 'Other Root' } })
    const cross = await other.issue({
      key: root.key,
      name: { commonName: 'Test Root CA', organization: 'Countersign Tests', country: 'UA' },
      ca: true,
    })
    const found = await paths(leaf, [root, intermediate, cross, other], [other])
    expect(found[0]?.anchor?.id).toBe(read(other).fingerprint)
    expect(found[0]?.certificates).toHaveLength(4)
    expect(problems(found[0])).toEqual([])
  })

  test('authorities that certify each other make no loop', async () => {
    const a = await testRoot('ECDSA-P256', { name: { commonName: 'A' } })
    const b = await testRoot('ECDSA-P256', { name: { commonName: 'B' } })
    const ab = await a.issue({ key: b.key, name: { commonName: 'B' }, ca: true })
    const ba = await b.issue({ key: a.key, name: { commonName: 'A' }, ca: true })
    const leaf = await a.issue({ name: { commonName: 'leaf' } })
    const found = await paths(leaf, [ab, ba, a, b], [])
    expect(found.length).toBeGreaterThan(0)
    expect(Math.max(...found.map(({ certificates }) => certificates.length))).toBeLessThan(5)
  })

  test('a thousand certificates of one name cost no more than the limits', async () => {
    const { root, intermediate, leaf } = await testChain()
    const copies = Array.from({ length: 1000 }, (_, i) => {
      const der = intermediate.certificate.slice()
      der[der.length - 1] = (der.at(-1) ?? 0) ^ ((i % 255) + 1)
      return tryPathCertificate(der)
    }).flatMap((certificate) => certificate ?? [])
    let verified = 0
    const verify = signatureVerifier(testEngine)
    const search: PathSearch = {
      certificates: [...copies, read(root)],
      anchors: [endOf(read(root))],
      verify: (...given) => {
        verified++
        return verify(...given)
      },
    }
    const found = await findPaths(read(leaf), 'signing', search)
    expect(verified).toBeLessThanOrEqual(128)
    expect(found.every(({ anchor, problems: all }) => anchor === null || hasFailure(all))).toBe(true)
  })
})

describe('path validation', () => {
  test('an issuer that is no authority, a path too long, a missing key usage', async () => {
    const root = await testRoot()
    const short = await root.issue({ ca: true, pathLength: 0 })
    const below = await short.issue({ ca: true, name: { commonName: 'below' } })
    const leaf = await below.issue()
    expect(problems((await paths(leaf, [below, short], [root]))[0])).toEqual(['path-length'])
    const person = await root.issue({ name: { commonName: 'person' } })
    const issued = await person.issue({ name: { commonName: 'issued' } })
    expect(problems((await paths(issued, [person], [root]))[0])).toEqual(['path-not-ca', 'path-key-usage'])
  })

  test('a critical extension that is not known refuses the path', async () => {
    const root = await testRoot()
    const unknown = { oid: '1.2.3.4', critical: true, value: sequence() }
    const leaf = await root.issue({ extraExtensions: [unknown] })
    expect(problems((await paths(leaf, [], [root]))[0])).toEqual(['extension-critical-unknown'])
    const harmless = await root.issue({ extraExtensions: [{ ...unknown, critical: false }] })
    expect(problems((await paths(harmless, [], [root]))[0])).toEqual([])
  })

  test('name constraints of the anchor itself hold too', async () => {
    const subtree = sequence(retag(0x81, ia5String('allowed.example')))
    const value = sequence(retag(0xa0, sequence(subtree)))
    const root = await testRoot('ECDSA-P256', { extraExtensions: [{ oid: '2.5.29.30', critical: true, value }] })
    const inside = await root.issue({ name: { commonName: 'x', email: 'x@allowed.example' } })
    const outside = await root.issue({ name: { commonName: 'x', email: 'x@evil.example' } })
    expect(problems((await paths(inside, [], [root]))[0])).toEqual([])
    expect(problems((await paths(outside, [], [root]))[0])).toEqual(['name-not-permitted'])
  })

  test.each([
    ['signing', [], []],
    ['signing', ['1.3.6.1.5.5.7.3.4'], []],
    ['signing', ['1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.1'], []],
    ['signing', ['1.2.3.4'], ['purpose-extended-key-usage']],
    ['signing', ['1.3.6.1.5.5.7.3.8'], ['purpose-extended-key-usage']],
    ['time-stamping', ['1.3.6.1.5.5.7.3.8'], []],
    ['time-stamping', ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4'], ['purpose-time-stamping']],
    ['time-stamping', [], ['purpose-time-stamping']],
    ['ocsp-signing', ['1.3.6.1.5.5.7.3.9'], []],
    ['ocsp-signing', ['1.3.6.1.5.5.7.3.4'], ['purpose-ocsp-signing']],
    ['crl-signing', [], ['purpose-key-usage']],
    ['any', ['1.3.6.1.5.5.7.3.1'], []],
  ] as const)('for %s with purposes %j: %j', async (purpose, purposes, expected) => {
    const root = await testRoot()
    const value = sequence(...purposes.map((id) => oid(id)))
    const extraExtensions = purposes.length > 0 ? [{ oid: '2.5.29.37', critical: true, value }] : []
    const leaf = await root.issue({ extraExtensions })
    expect(problems((await paths(leaf, [], [root], purpose))[0])).toEqual(expected)
  })

  test('a time-stamping purpose that is not critical is refused', async () => {
    const root = await testRoot()
    const value = sequence(oid('1.3.6.1.5.5.7.3.8'))
    const leaf = await root.issue({ extraExtensions: [{ oid: '2.5.29.37', critical: false, value }] })
    expect(problems((await paths(leaf, [], [root], 'time-stamping'))[0])).toEqual(['purpose-time-stamping'])
  })

  test('extensions that cannot be read, or stand twice, refuse the path', async () => {
    const root = await testRoot()
    const broken = { oid: '2.5.29.30', critical: true, value: explicit(0, sequence()) }
    const leaf = await root.issue({ extraExtensions: [broken] })
    expect(problems((await paths(leaf, [], [root]))[0])).toEqual(['extension-malformed'])
    const twice = { oid: '2.5.29.32', critical: false, value: sequence(sequence(oid('1.2.3'))) }
    const second = await root.issue({ extraExtensions: [twice, twice] })
    expect(problems((await paths(second, [], [root]))[0])).toEqual(['extension-duplicate'])
  })
})

describe('hostile certificates', () => {
  test('law: no certificate changed after it was signed is ever accepted, and none throws', async () => {
    const { root, intermediate, leaf } = await testChain()
    const original = leaf.certificate
    const search = (): PathSearch => ({
      certificates: [read(intermediate)],
      anchors: [endOf(read(root))],
      verify: signatureVerifier(testEngine),
    })
    await fc.assert(
      fc.asyncProperty(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const der = original.slice()
        der[at] = (der[at] ?? 0) ^ mask
        const certificate = tryPathCertificate(der)
        if (certificate === null) return
        const found = await findPaths(certificate, 'signing', search())
        expect(found.some((path) => path.anchor !== null && !hasFailure(path.problems))).toBe(false)
      }),
      { seed: 5280, numRuns: 1500 },
    )
  })

  test('junk is no certificate', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(tryPathCertificate(bytes)).toBeNull()
      }),
      { seed: 5280, numRuns: 500 },
    )
  })

  test('an algorithm that nobody here knows is said to be unsupported', async () => {
    const { root, leaf } = await testChain()
    const search: PathSearch = { certificates: [], anchors: [endOf(read(root))], verify: () => Promise.resolve(null) }
    const direct = await root.issue()
    expect(problems((await findPaths(read(direct), 'signing', search))[0])).toEqual(['path-signature-unsupported'])
    expect((await findPaths(read(leaf), 'signing', search))[0]?.anchor).toBeNull()
  })
})
