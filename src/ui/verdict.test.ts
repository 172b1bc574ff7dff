import { describe, expect, test } from 'vitest'
import type { FileReport, SignatureReport } from '../core/validation/report.ts'
import { loadCatalogue } from './i18n/catalogue.ts'
import { english } from './i18n/en/index.ts'
import { createI18n } from './i18n/i18n.ts'
import { fileVerdict, isUnread, kindText, verdictOf } from './verdict.ts'

const i18n = createI18n('en', english, { region: 'en-GB', timeZone: 'UTC' })

/** A signature of which everything holds; each test takes one thing away. */
function signature(over: Partial<SignatureReport> = {}): SignatureReport {
  return {
    id: 'Signature1',
    format: 'PAdES',
    level: 'B-T',
    indication: 'TOTAL-PASSED',
    integrity: 'intact',
    coverage: 'whole-file',
    modifications: 'none',
    modificationsPermitted: true,
    signer: {
      subject: 'CN=Anna Kovalenko',
      issuer: 'CN=CA',
      serialNumber: '1',
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-01-01T00:00:00Z',
      commonName: 'Anna Kovalenko',
      fingerprint: 'AB',
      qualified: 'not-qualified',
    },
    trust: 'trusted',
    algorithm: 'ECDSA P-256 with SHA-256',
    claimedTime: '2026-03-03T10:00:00Z',
    provenTime: '2026-03-03T10:00:05Z',
    timestamps: [],
    counterSignatures: [],
    changes: [],
    checks: [],
    ...over,
  }
}

const file = (signatures: readonly SignatureReport[], over: Partial<FileReport> = {}): FileReport => ({
  name: 'a.pdf',
  result: 'TOTAL-PASSED',
  warnings: [],
  signatures,
  ...over,
})

const { provenTime: _unproven, ...withoutProof } = signature()

describe('green only when everything holds', () => {
  test('then it says who, when and that nothing changed', () => {
    expect(verdictOf(i18n, signature())).toMatchObject({
      tone: 'good',
      title: 'Signed by Anna Kovalenko on 3 March 2026. Nothing was changed since.',
    })
  })

  test.each<[string, SignatureReport]>([
    ['no proven time', withoutProof],
    ['changed within what was permitted', signature({ modifications: 'form-filling', coverage: 'earlier-revision' })],
    ['nobody vouches', signature({ trust: 'no-anchor' })],
    [
      'an open question',
      signature({ indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', trust: 'no-anchor' }),
    ],
    [
      'a trusted signer whose revocation is unknown',
      signature({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' }),
    ],
  ])('amber: %s', (_why, report) => {
    expect(verdictOf(i18n, report).tone).toBe('warn')
  })

  test.each<[string, Partial<SignatureReport>, RegExp]>([
    [
      'changed',
      { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', integrity: 'broken' },
      /was changed after Anna/,
    ],
    [
      'forged',
      { indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE', integrity: 'broken' },
      /does not belong/,
    ],
    ['broken though nothing failed', { integrity: 'broken' }, /not valid/],
    [
      'changed as not permitted',
      { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', modificationsPermitted: false },
      /in a way the signature does not permit/,
    ],
    ['revoked', { indication: 'TOTAL-FAILED', subIndication: 'REVOKED' }, /not valid/],
  ])('red: %s', (_why, over, words) => {
    const verdict = verdictOf(i18n, signature(over))
    expect(verdict.tone).toBe('bad')
    expect(verdict.title).toMatch(words)
  })

  test('grey: the bytes were not there to be checked', () => {
    const missing = {
      indication: 'INDETERMINATE',
      subIndication: 'SIGNED_DATA_NOT_FOUND',
      integrity: 'unchecked',
    } as const
    expect(verdictOf(i18n, signature(missing))).toMatchObject({
      tone: 'idle',
      title: 'The file that was signed is missing.',
    })
    expect(isUnread(signature(missing))).toBe(true)
    expect(isUnread(signature())).toBe(false)
  })

  test('grey: a format that is named and not read says so, and claims nothing else', () => {
    const office = signature({
      format: 'OOXML',
      level: null,
      algorithm: 'unknown',
      indication: 'INDETERMINATE',
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
      integrity: 'unchecked',
      signer: null,
    })
    const verdict = verdictOf(i18n, office)
    expect(verdict.tone).toBe('idle')
    expect(verdict.meaning).toContain('are not checked here')
    expect(isUnread(office)).toBe(true)
    expect(kindText(i18n, office)).toBe('OOXML')
  })

  test('the algorithm is named in the language of the page', async () => {
    const ukrainian = createI18n('uk', await loadCatalogue('uk'))
    expect(kindText(ukrainian, signature())).toBe('PAdES · B-T · ECDSA P-256 з SHA-256')
    expect(kindText(ukrainian, signature({ algorithm: 'ML-DSA-65' }))).toBe('PAdES · B-T · ML-DSA-65')
  })

  test('a signature without a certificate names nobody', () => {
    expect(verdictOf(i18n, signature({ signer: null })).title).toContain('an unknown signer')
  })
})

describe('a file', () => {
  test('is as bad as its worst signature', () => {
    const forged = signature({ indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE', integrity: 'broken' })
    expect(fileVerdict(i18n, file([signature(), forged])).tone).toBe('bad')
    expect(fileVerdict(i18n, file([signature(), withoutProof])).tone).toBe('warn')
  })

  test('signed by several names them all', () => {
    const second = signature({ id: 'S2', signer: { ...signature().signer!, commonName: 'Petro Marchenko' } })
    expect(fileVerdict(i18n, file([signature(), second])).title).toBe(
      'Signed by Anna Kovalenko and Petro Marchenko. Nothing was changed since.',
    )
  })

  test('without a signature is grey and says so', () => {
    expect(fileVerdict(i18n, file([], { result: 'NO-SIGNATURE' }))).toMatchObject({ tone: 'idle' })
  })

  test('that cannot be read says why', () => {
    const verdict = fileVerdict(i18n, file([], { result: 'UNREADABLE', code: 'FORMAT_EMPTY_FILE' }))
    expect(verdict).toMatchObject({ tone: 'idle', title: 'The file is empty.' })
  })
})
