import { describe, expect, test } from 'vitest'
import { certificateFacts, rootFacts, signatureFacts, timestampFacts } from '../../testing/facts.ts'
import type { RevocationFacts, SignatureFacts } from './facts.ts'
import { DEFAULT_POLICY, policyTrusting, type ValidationPolicy } from './policy.ts'
import { validate } from './validate.ts'

const AT = new Date('2026-06-01T00:00:00Z')
const TRUSTING = policyTrusting([rootFacts.fingerprint])
const EXPIRED = certificateFacts('signer', { notAfter: new Date('2026-03-01T00:00:00Z') })
const PUBLISHED = certificateFacts('signer', { revocationSource: 'published' })

function report(facts: SignatureFacts, policy: ValidationPolicy = TRUSTING, at = AT) {
  const signature = validate([{ name: 'a', findings: [], signatures: [facts] }], policy, at).files[0]?.signatures[0]
  if (!signature) throw new Error('no report')
  return signature
}

function verdict(over: Partial<SignatureFacts>, policy?: ValidationPolicy, at?: Date): string {
  const { indication, subIndication } = report(signatureFacts(over), policy, at)
  return subIndication ? `${indication}/${subIndication}` : indication
}

function good(over: Partial<RevocationFacts> = {}): RevocationFacts {
  return {
    certificate: 'FP-SIGNER',
    source: 'ocsp',
    origin: 'document',
    status: 'good',
    thisUpdate: new Date('2026-05-31T00:00:00Z'),
    nextUpdate: new Date('2026-06-02T00:00:00Z'),
    problems: [],
    ...over,
  }
}

const document = signatureFacts().document
const failure = [{ id: 'x', severity: 'failure' }] as const

describe('one thing wrong', () => {
  test.each<[string, Partial<SignatureFacts>, string]>([
    ['nothing', {}, 'TOTAL-PASSED'],
    [
      'the data has another digest',
      { digest: { algorithm: 'SHA-256', stated: 'aa', computed: 'ab' } },
      'TOTAL-FAILED/HASH_FAILURE',
    ],
    [
      'the data is missing',
      { digest: { algorithm: 'SHA-256', stated: 'aa', computed: null } },
      'INDETERMINATE/SIGNED_DATA_NOT_FOUND',
    ],
    [
      'the value does not verify',
      { crypto: { algorithm: 'x', oid: '1', digest: 'SHA-256', verified: false } },
      'TOTAL-FAILED/SIG_CRYPTO_FAILURE',
    ],
    [
      'the algorithm is unknown',
      { crypto: { algorithm: 'x', oid: '1', digest: null, verified: null } },
      'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
    ],
    ['no certificate', { signer: null }, 'INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND'],
    [
      'the reference names another certificate',
      { reference: { kind: 'v2', matches: false } },
      'INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND',
    ],
    ['a broken structure', { findings: failure }, 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['partial coverage', { document: { ...document, coverage: 'partial' } }, 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['invalid coverage', { document: { ...document, coverage: 'invalid' } }, 'TOTAL-FAILED/FORMAT_FAILURE'],
    [
      'a change that is not permitted',
      { document: { ...document, modifications: 'form-filling', modificationsPermitted: false } },
      'TOTAL-FAILED/FORMAT_FAILURE',
    ],
    ['an unexplained change', { document: { ...document, modifications: 'other' } }, 'TOTAL-FAILED/FORMAT_FAILURE'],
    [
      'a permitted change',
      { document: { ...document, coverage: 'earlier-revision', modifications: 'form-filling' } },
      'TOTAL-PASSED',
    ],
    ['no path', { paths: [] }, 'INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND'],
    [
      'a fault on the path',
      { paths: [{ certificates: ['FP-SIGNER', 'FP-ROOT'], anchor: 'FP-ROOT', problems: failure }] },
      'INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE',
    ],
    [
      'an expired certificate',
      { signer: EXPIRED, certificates: [EXPIRED, rootFacts] },
      'INDETERMINATE/OUT_OF_BOUNDS_NO_POE',
    ],
    [
      'a key for time-stamps',
      { signer: certificateFacts('signer', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'] }) },
      'INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE',
    ],
    [
      'a key for certificates',
      { signer: certificateFacts('signer', { keyUsage: ['keyCertSign'] }) },
      'INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE',
    ],
    [
      'SHA-1',
      { digest: { algorithm: 'SHA-1', stated: 'a', computed: 'a' } },
      'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
    ],
    [
      'a short key',
      { signer: certificateFacts('signer', { publicKey: { algorithm: 'RSA', bits: 1024 } }) },
      'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
    ],
    [
      'no revocation information that is published',
      { certificates: [PUBLISHED, rootFacts] },
      'INDETERMINATE/TRY_LATER',
    ],
    ['fresh revocation information', { certificates: [PUBLISHED, rootFacts], revocation: [good()] }, 'TOTAL-PASSED'],
    [
      'stale revocation information',
      { certificates: [PUBLISHED, rootFacts], revocation: [good({ nextUpdate: new Date('2026-05-31T12:00:00Z') })] },
      'INDETERMINATE/TRY_LATER',
    ],
    [
      'revocation information from the future',
      { certificates: [PUBLISHED, rootFacts], revocation: [good({ thisUpdate: new Date('2026-06-03T00:00:00Z') })] },
      'INDETERMINATE/TRY_LATER',
    ],
    [
      'a forged OCSP answer',
      { certificates: [PUBLISHED, rootFacts], revocation: [good({ problems: failure })] },
      'INDETERMINATE/TRY_LATER',
    ],
    [
      'revoked',
      { revocation: [good({ status: 'revoked', revokedAt: new Date('2026-02-01T00:00:00Z') })] },
      'INDETERMINATE/REVOKED_NO_POE',
    ],
  ])('%s', (_, over, expected) => {
    expect(verdict(over)).toBe(expected)
  })
})

test('nothing is trusted by default', () => {
  expect(verdict({}, DEFAULT_POLICY)).toBe('INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
  expect(report(signatureFacts(), DEFAULT_POLICY)).toMatchObject({ integrity: 'intact', trust: 'no-anchor' })
})

test('an anchor for time-stamping does not vouch for a signer', () => {
  const policy = { ...DEFAULT_POLICY, anchors: [{ fingerprint: 'FP-ROOT', purposes: ['time-stamping' as const] }] }
  expect(verdict({}, policy)).toBe('INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
})

test('a trusted intermediate ends the path; a trusted signer is its own path', () => {
  const middle = certificateFacts('middle', { isCa: true, keyUsage: ['keyCertSign'] })
  const facts = signatureFacts({
    certificates: [certificateFacts('signer'), middle],
    paths: [{ certificates: ['FP-SIGNER', 'FP-MIDDLE', 'FP-GONE'], anchor: null, problems: [] }],
  })
  expect(report(facts, policyTrusting(['FP-MIDDLE'])).indication).toBe('TOTAL-PASSED')
  expect(report({ ...facts, paths: [] }, policyTrusting(['fp-signer'])).indication).toBe('TOTAL-PASSED')
})

describe('proof of existence', () => {
  const stamp = timestampFacts('2026-02-15T00:00:00Z')
  const expired = { signer: EXPIRED, certificates: [EXPIRED, rootFacts] }

  test('a good time-stamp within the validity keeps an expired signature', () => {
    expect(report(signatureFacts({ ...expired, timestamps: [stamp] }))).toMatchObject({
      indication: 'TOTAL-PASSED',
      provenTime: '2026-02-15T00:00:00Z',
    })
  })
  test('an untrusted one does not', () => {
    const token = signatureFacts({
      id: 't',
      signer: certificateFacts('tsa', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'] }),
      paths: [],
    })
    const result = report(signatureFacts({ ...expired, timestamps: [{ ...stamp, token }] }))
    expect(result).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' })
    expect(result.timestamps[0]).toMatchObject({ integrity: 'intact', indication: 'INDETERMINATE' })
    expect(result.provenTime).toBeUndefined()
  })
  test('a bad imprint is the time-stamp’s own fault', () => {
    const bad = { ...stamp, imprint: { algorithm: 'SHA-256', stated: 'bb', computed: 'bc' } }
    const result = report(signatureFacts({ timestamps: [bad] }))
    expect(result.indication).toBe('TOTAL-PASSED')
    expect(result.timestamps[0]).toMatchObject({
      integrity: 'broken',
      indication: 'TOTAL-FAILED',
      subIndication: 'HASH_FAILURE',
    })
  })
  test('one that covers something else proves nothing', () => {
    expect(verdict({ ...expired, timestamps: [{ ...stamp, covers: ['signature-2'] }] })).toBe(
      'INDETERMINATE/OUT_OF_BOUNDS_NO_POE',
    )
  })
  test('one from the future of the judged time proves nothing', () => {
    const future = timestampFacts('2026-07-01T00:00:00Z')
    expect(report(signatureFacts({ timestamps: [future] })).timestamps[0]?.indication).toBe('INDETERMINATE')
  })
  test('revoked after the proven time passes with information as fresh as that time', () => {
    const revocation = [good({ status: 'revoked', revokedAt: new Date('2026-04-01T00:00:00Z') })]
    expect(verdict({ revocation })).toBe('INDETERMINATE/REVOKED_NO_POE')
    expect(verdict({ revocation, timestamps: [stamp] })).toBe('TOTAL-PASSED')
  })
  test('SHA-1 of its day, proven in its day', () => {
    const old = certificateFacts('signer', { notBefore: new Date('2010-01-01T00:00:00Z') })
    const digest = { algorithm: 'SHA-1', stated: 'a', computed: 'a' }
    const tsa = certificateFacts('tsa', {
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'],
      notBefore: new Date('2010-01-01T00:00:00Z'),
    })
    const day = timestampFacts('2011-01-01T00:00:00Z', { token: signatureFacts({ id: 't', signer: tsa }) })
    expect(verdict({ signer: old, digest, certificates: [old, rootFacts], timestamps: [day] })).toBe('TOTAL-PASSED')
  })
  test('a later time-stamp proves an earlier one whose authority has expired', () => {
    const tsa = certificateFacts('tsa', {
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'],
      notAfter: new Date('2026-03-01T00:00:00Z'),
    })
    const token = signatureFacts({ id: 'token', signer: tsa, certificates: [tsa, rootFacts] })
    const first = { ...stamp, token }
    const archive = timestampFacts('2026-02-20T00:00:00Z', { kind: 'archive', covers: ['signature-1', first.id] })
    expect(verdict({ ...expired, timestamps: [first] })).toBe('INDETERMINATE/OUT_OF_BOUNDS_NO_POE')
    const result = report(signatureFacts({ ...expired, timestamps: [first, archive] }))
    expect(result).toMatchObject({ indication: 'TOTAL-PASSED', provenTime: '2026-02-15T00:00:00Z' })
  })
  test('a token whose key is not for time-stamps alone is refused', () => {
    const token = signatureFacts({
      id: 't',
      signer: certificateFacts('tsa', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.2'] }),
    })
    expect(report(signatureFacts({ timestamps: [{ ...stamp, token }] })).timestamps[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
    })
  })
  test('revocation information of an authority need be no fresher than its time-stamp; a revocation counts whenever known', () => {
    const tsa = certificateFacts('tsa', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'], revocationSource: 'published' })
    const info = good({
      certificate: 'FP-TSA',
      thisUpdate: new Date('2026-02-14T00:00:00Z'),
      nextUpdate: new Date('2026-02-16T00:00:00Z'),
    })
    const withInfo = (revocation: RevocationFacts[]) => {
      const token = signatureFacts({ id: 't', signer: tsa, certificates: [tsa, rootFacts], revocation })
      return report(signatureFacts({ timestamps: [{ ...stamp, token }] })).timestamps[0]
    }
    expect(withInfo([info])?.indication).toBe('TOTAL-PASSED')
    expect(withInfo([])?.subIndication).toBe('TRY_LATER')
    const revoked = good({ ...info, status: 'revoked', revokedAt: new Date('2026-03-01T00:00:00Z') })
    expect(withInfo([info, revoked])?.subIndication).toBe('REVOKED_NO_POE')
  })
  test('before the certificate existed is a failure', () => {
    const early = timestampFacts('2025-06-01T00:00:00Z')
    const late = certificateFacts('signer', { notBefore: new Date('2026-01-01T00:00:00Z') })
    expect(verdict({ signer: late, certificates: [late, rootFacts], timestamps: [early] })).toBe(
      'TOTAL-FAILED/NOT_YET_VALID',
    )
  })
})

describe('a file', () => {
  test('is as good as its worst signature, countersignatures included', () => {
    const broken = signatureFacts({ id: 'inner', digest: { algorithm: 'SHA-256', stated: 'aa', computed: 'ab' } })
    const files = [{ name: 'a', findings: [], signatures: [signatureFacts({ counterSignatures: [broken] })] }]
    expect(validate(files, TRUSTING, AT).files[0]?.result).toBe('TOTAL-FAILED')
  })
  test('without a signature, and one that could not be read', () => {
    const findings = [{ id: 'duplicate-name', severity: 'warning', evidence: 'a.txt' }] as const
    const files = [
      { name: 'a', findings, signatures: [] },
      { name: 'b', code: 'FORMAT_MALFORMED', message: 'no', findings: [], signatures: [] },
    ]
    expect(validate(files, TRUSTING, AT).files).toEqual([
      { name: 'a', result: 'NO-SIGNATURE', warnings: ['duplicate-name: a.txt'], signatures: [] },
      { name: 'b', result: 'UNREADABLE', code: 'FORMAT_MALFORMED', message: 'no', warnings: [], signatures: [] },
    ])
  })
})

test('checks that were not performed are listed', () => {
  const facts = signatureFacts({
    signaturePolicy: '1.2.3',
    signer: certificateFacts('signer', { qualified: { compliance: true, qscd: true, types: ['esign'] } }),
  })
  const notChecked = report(facts).checks.filter(({ status }) => status === 'not-checked')
  expect(notChecked.map(({ id }) => id)).toEqual(['signature-policy', 'revocation', 'trusted-list'])
  expect(report(facts).signer).toMatchObject({
    qualified: 'qualified-on-qscd',
    qcStatements: { compliance: true, qscd: true, types: ['esign'] },
  })
})
