import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { describeShared } from '../../testing/shared.ts'
import { testEngine } from '../../testing/engines.ts'
import { fakeClock, testRandom } from '../../testing/ports.ts'
import type { Ports } from '../ports.ts'
import type { RevocationFacts } from '../validation/facts.ts'
import { endOf, findPaths, hasFailure } from '../x509/find-paths.ts'
import type { FoundPath, PathSearch } from '../x509/find-paths.ts'
import { tryPathCertificate } from '../x509/path-certificate.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import { signatureVerifier } from '../x509/signature-verifier.ts'
import { collectChain } from './collect-chain.ts'

type Case = Readonly<{
  id: string
  name: string
  cert: string
  other_certs?: readonly string[]
  crls?: readonly string[]
  revocation?: boolean
  error?: { class: string; msg_regex: string }
  params?: {
    user_initial_policy_set?: readonly string[]
    initial_explicit_policy?: boolean
    initial_policy_mapping_inhibit?: boolean
    initial_any_policy_inhibit?: boolean
  }
}>

const AT = new Date('2026-11-22T00:00:00Z')
const ports: Ports = { clock: fakeClock(AT.toISOString()), random: testRandom, engine: testEngine }

/** Cases that this validator answers otherwise than NIST on purpose. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  '40105': 'DSA parameters inherited from the issuer: retired with DSA (FIPS 186-5), refused here',
}

describeShared('NIST PKITS 1.0.1', (shared) => {
  const folder = `${shared}/corpus/pkits`
  const certificate = (name: string) => new Uint8Array(readFileSync(`${folder}/certs/${name}`))
  const list = (name: string) => new Uint8Array(readFileSync(`${folder}/crls/${name}`))
  const cases = JSON.parse(readFileSync(`${folder}/pkits.json`, 'utf8')) as readonly Case[]
  const root = certificate('TrustAnchorRootCertificate.crt')
  const everyCertificate = readdirSync(`${folder}/certs`).map(certificate)
  const everyParsed = everyCertificate.flatMap((der) => tryPathCertificate(der) ?? [])
  const everyList = readdirSync(`${folder}/crls`).map(list)
  const table: Record<string, number> = {}
  const named: string[] = []

  const judge = async (subject: Case, certificates: readonly Uint8Array[], crls: readonly Uint8Array[]) => {
    const target = tryPathCertificate(certificate(subject.cert))
    const anchor = tryPathCertificate(root)
    if (!target || !anchor) return false
    const search: PathSearch = {
      certificates:
        certificates === everyCertificate ? everyParsed : certificates.flatMap((der) => tryPathCertificate(der) ?? []),
      anchors: [endOf(anchor)],
      verify: signatureVerifier(testEngine),
      policies: inputsOf(subject),
    }
    const paths = await findPaths(target, 'any', search)
    const sources = crls.map((der) => ({ kind: 'crl' as const, der, origin: 'supplied' as const }))
    const input = { signer: target.certificate.der, purpose: 'any' as const, certificates, anchors: [root] }
    const { revocation } = await collectChain({ ...input, revocation: sources }, ports)
    return paths.some((path) => isGood(path) && (subject.revocation === false || isUnrevoked(path, revocation)))
  }

  test.each(cases.map((one) => [`${one.id} ${one.name}`, one] as const))('%s', async (_, subject) => {
    const given = await judge(subject, (subject.other_certs ?? []).map(certificate), [
      list('TrustAnchorRootCRL.crl'),
      ...(subject.crls ?? []).map(list),
    ])
    const expected = subject.error === undefined
    const reason = NOT_APPLICABLE[subject.id]
    const key = `expected ${expected ? 'valid  ' : 'invalid'} given ${given ? 'valid  ' : 'invalid'}`
    table[key] = (table[key] ?? 0) + 1
    if (reason !== undefined) {
      named.push(`${subject.id} ${subject.name}: ${reason}`)
      expect(given).toBe(false)
      return
    }
    expect(given).toBe(expected)
  })

  // Path building must find the way, and only a right one, when everything that NIST ever issued lies in one heap. Every third case: each
  // reads 405 certificates and 173 lists. A list that a case withholds lies in the heap, so that lack is no fault here.
  const inHeap = cases.filter((one, i) => i % 3 === 0 && !NOT_APPLICABLE[one.id] && one.revocation !== false)
  test.each(inHeap.map((one) => [one.name, one] as const))('in one heap: %s', async (_, subject) => {
    const given = await judge(subject, everyCertificate, everyList)
    if (subject.error !== undefined && subject.error.class !== 'InsufficientRevinfoError') expect(given).toBe(false)
    if (subject.error === undefined) expect(given).toBe(true)
  })

  afterAll(() => {
    const lines = Object.entries(table).map(([key, count]) => `  ${key}: ${count}`)
    console.log(['PKITS, path and CRL:', ...lines, ...named.map((one) => `  not applicable: ${one}`)].join('\n'))
  })
})

const inputsOf = ({ params = {} }: Case) => ({
  ...(params.user_initial_policy_set && { acceptable: params.user_initial_policy_set }),
  requireExplicit: params.initial_explicit_policy === true,
  inhibitMapping: params.initial_policy_mapping_inhibit === true,
  inhibitAny: params.initial_any_policy_inhibit === true,
})

const isGood = ({ anchor, problems, certificates }: FoundPath): boolean =>
  anchor !== null && !hasFailure(problems) && certificates.every(isValidAt)

const isValidAt = ({ certificate }: PathCertificate): boolean =>
  certificate.notBefore <= AT && AT <= certificate.notAfter

/** The judge in small: every certificate below the anchor has fresh good news and no bad news. */
function isUnrevoked(path: FoundPath, revocation: readonly RevocationFacts[]): boolean {
  return path.certificates.slice(0, -1).every(({ fingerprint }) => {
    const facts = revocation.filter((fact) => fact.certificate === fingerprint && !hasFailure(fact.problems))
    const fresh = facts.some((fact) => fact.status === 'good' && fact.nextUpdate !== undefined && fact.nextUpdate >= AT)
    return fresh && facts.every((fact) => fact.status !== 'revoked')
  })
}
