import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignError } from '../errors.ts'
import { describeShared } from '../../testing/shared.ts'
import { certificateFacts, parseCertificate } from './certificate.ts'

/** Node's own parser (OpenSSL) is the judge. */
function compare(der: Uint8Array): void {
  const theirs = new X509Certificate(der)
  const facts = certificateFacts(parseCertificate(der))
  expect(facts.fingerprint).toBe(theirs.fingerprint256.replaceAll(':', ''))
  expect(facts.serialNumber.toUpperCase()).toBe(theirs.serialNumber.replace(/^(-?)0+(?=.)/, '$1'))
  expect(facts.notBefore).toEqual(new Date(theirs.validFrom))
  expect(facts.notAfter).toEqual(new Date(theirs.validTo))
  // OpenSSL's flag also asks the key usage.
  expect(facts.isCa && facts.keyUsage?.includes('keyCertSign') !== false).toBe(theirs.ca)
  const commonName = theirs.subject?.split('\n').findLast((line) => line.startsWith('CN='))
  if (commonName !== undefined && !commonName.includes('\\')) expect(facts.subject.commonName).toBe(commonName.slice(3))
}

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path))

describeShared('NIST PKITS certificates', (shared) => {
  const folder = join(shared, 'corpus/pkits/certs')
  const names = readdirSync(folder)

  test('each is read as OpenSSL reads it', () => {
    expect(names.length).toBeGreaterThan(300)
    for (const name of names) compare(read(join(folder, name)))
  })

  test('mutants give a certificate or a coded error', () => {
    const seed = read(join(folder, names[7] ?? ''))
    const edit = fc.tuple(fc.nat(seed.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const mutant = seed.slice()
        for (const [at, value] of edits) mutant[at] = value
        try {
          certificateFacts(parseCertificate(mutant))
        } catch (error) {
          expect(error).toBeInstanceOf(SignError)
        }
      }),
      { numRuns: 5000, seed: 11 },
    )
  })
})

describeShared('certificates met in the wild', (shared) => {
  const folder = join(shared, 'corpus/10-pki')

  test('a real qualified certificate: statements, key usage, names', () => {
    const der = new Uint8Array(new X509Certificate(read(join(folder, 'pyHanko__real-qcert.cer'))).raw)
    compare(der)
    const facts = certificateFacts(parseCertificate(der))
    expect(facts.qualified).toEqual({ compliance: true, qscd: true, types: ['esign'] })
    expect(facts.keyUsage).toEqual(['digitalSignature', 'nonRepudiation'])
    expect(facts.selfIssued).toBe(false)
    expect(facts.subject.country).toBe('BE')
  })

  test('DSA, EC, Ed448 and PSS keys', () => {
    const keys = ['dsa-der', 'ec-der', 'ed448', 'rsapss'].map((name) => {
      const der = new Uint8Array(new X509Certificate(read(join(folder, `asn1crypto__test-${name}.crt`))).raw)
      compare(der)
      const { publicKey, signatureAlgorithm } = certificateFacts(parseCertificate(der))
      return [publicKey.algorithm, publicKey.bits, publicKey.curve, signatureAlgorithm]
    })
    expect(keys).toEqual([
      ['DSA', 3072, undefined, 'DSA with SHA-256'],
      ['EC', 256, 'explicit', 'ECDSA with SHA-256'],
      ['Ed448', 456, undefined, 'Ed448'],
      ['RSA-PSS', 2048, undefined, 'RSA (PSS) with SHA-256'],
    ])
  })
})
