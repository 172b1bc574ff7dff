import { expect, test } from 'vitest'
import { qcStatementsExtension, testRoot } from '../../testing/pki.ts'
import { certificateFacts, parseCertificate } from './certificate.ts'

test.each([
  { compliance: true, qscd: true, types: ['esign'] },
  { compliance: true, qscd: false, types: ['eseal', 'web'] },
  { compliance: false, qscd: true, types: [] },
] as const)('statements as they were written: %o', async (statements) => {
  const { certificate } = await testRoot('ECDSA-P256', { extraExtensions: [qcStatementsExtension(statements)] })
  expect(certificateFacts(parseCertificate(certificate)).qualified).toEqual(statements)
})

test('what is said a thousand times counts once', async () => {
  const types = Array.from({ length: 1000 }, () => 'eseal' as const)
  const statements = qcStatementsExtension({ compliance: true, qscd: false, types })
  const { certificate } = await testRoot('ECDSA-P256', { extraExtensions: [statements] })
  expect(certificateFacts(parseCertificate(certificate)).qualified?.types).toEqual(['eseal'])
})

test('a certificate without them says nothing', async () => {
  const { certificate } = await testRoot()
  expect(certificateFacts(parseCertificate(certificate)).qualified).toBeNull()
})
