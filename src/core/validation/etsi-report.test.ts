import { expect, test } from 'vitest'
import { certificateFacts, rootFacts, signatureFacts, timestampFacts } from '../../testing/facts.ts'
import { utf8 } from '../bytes/bytes.ts'
import { parseXml, type XmlElement } from '../bytes/xml-read.ts'
import { etsiReport } from './etsi-report.ts'
import type { SignatureFacts } from './facts.ts'
import { policyTrusting } from './policy.ts'
import { validate } from './validate.ts'

const FINGERPRINT = 'AB'.repeat(32)

function xmlOf(facts: SignatureFacts): XmlElement {
  const files = [{ name: 'a.pdf', findings: [], signatures: [facts] }]
  const report = validate(files, policyTrusting([rootFacts.fingerprint]), new Date('2026-06-01T00:00:00Z'))
  const xml = etsiReport(report.files[0]!, report)
  if (xml === null) throw new Error('no report')
  return parseXml(utf8(xml))
}

const named = (element: XmlElement, ...path: readonly string[]): XmlElement => {
  const [first, ...rest] = path
  const child = element.children.find(({ name }) => name === first)
  if (!child) throw new Error(`no ${first} in ${element.name}`)
  return rest.length === 0 ? child : named(child, ...rest)
}

test('indications, times, signer and every check', () => {
  const signer = certificateFacts('signer', { fingerprint: FINGERPRINT, subject: { text: 'CN=<Ольга> & Co\u0000' } })
  const facts = signatureFacts({
    signer,
    certificates: [signer, rootFacts],
    timestamps: [timestampFacts('2026-02-15T00:00:00Z')],
    digest: { algorithm: 'SHA-256', stated: 'aa', computed: 'ab' },
  })
  const root = xmlOf(facts)
  const report = named(root, 'SignatureValidationReport')
  expect(named(report, 'SignatureValidationStatus', 'MainIndication').text).toBe(
    'urn:etsi:019102:mainindication:total-failed',
  )
  expect(named(report, 'SignatureValidationStatus', 'SubIndication').text).toBe(
    'urn:etsi:019102:subindication:HASH_FAILURE',
  )
  expect(named(report, 'ValidationTimeInfo', 'BestSignatureTime', 'POETime').text).toBe('2026-02-15T00:00:00Z')
  expect(named(report, 'SignerInformation', 'Signer').text).toBe('CN=<Ольга> & Co')
  expect(named(report, 'ValidationConstraintsEvaluationReport').children.length).toBeGreaterThan(10)
  const objects = named(root, 'SignatureValidationObjects').children
  expect(objects.map(({ attributes }) => attributes.get('id'))).toEqual(['C-1', 'T-1-1'])
})

test('a file without signatures has no such report', () => {
  const report = validate([{ name: 'a', findings: [], signatures: [] }], policyTrusting([]), new Date(0))
  expect(etsiReport(report.files[0]!, report)).toBeNull()
})

test('a time that XML cannot say is left out, not written wrong', () => {
  const signer = certificateFacts('signer', { fingerprint: FINGERPRINT })
  for (const [time, isSaid] of [
    ['2026-01-01T00:00:00Z', true],
    ['0000-06-01T00:00:00Z', false],
    ['-000400-01-01T00:00:00Z', false],
    ['+012026-01-01T00:00:00Z', false],
  ] as const) {
    const report = named(xmlOf(signatureFacts({ signer, claimedTime: new Date(time) })), 'SignatureValidationReport')
    expect(
      report.children.some(({ name }) => name === 'SignatureAttributes'),
      time,
    ).toBe(isSaid)
  }
})
