import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { mechanismOf, testKey } from '../../testing/pki.ts'
import { testRandom } from '../../testing/ports.ts'
import { inFolder, run, testWith } from '../../testing/tools.ts'
import type { SignatureAlgorithm } from '../keys.ts'
import { buildAuthority, issueCertificate } from '../x509/authority.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { encodePem } from '../bytes/pem.ts'
import { buildRequest, parseRequest } from '../x509/request.ts'
import { buildCrl } from './build-crl.ts'
import { parseCrl } from './crl.ts'

const ports = { engine: testEngine, random: testRandom }
const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2027-01-01T00:00:00Z')

async function company(algorithm: SignatureAlgorithm, person: SignatureAlgorithm) {
  const caKey = await testKey(algorithm)
  const mechanism = mechanismOf(algorithm)
  const authority = await buildAuthority(
    {
      name: { commonName: 'Lab CA', organization: 'Лабораторія', country: 'UA' },
      spki: caKey.spki,
      mechanism,
      notBefore: from,
      notAfter: new Date('2036-01-01T00:00:00Z'),
    },
    ports,
    caKey.sign,
  )
  const key = await testKey(person)
  const name = { commonName: 'Олена Коваль', organization: 'Lab LLC', country: 'UA', email: 'olena@lab.example' }
  const der = await buildRequest({ name, spki: key.spki, mechanism: mechanismOf(person) }, testEngine, key.sign)
  const issue = (change: object = {}) =>
    issueCertificate(
      { authority, mechanism, request: parseRequest(der), notBefore: from, notAfter: to, ...change },
      ports,
      caKey.sign,
    )
  const crl = (revoked: Parameters<typeof buildCrl>[0]['revoked'], number = 1) =>
    buildCrl({ authority, mechanism, number, thisUpdate: from, nextUpdate: to, revoked }, testEngine, caKey.sign)
  return { authority, caKey, mechanism, key, der, issue, crl }
}

for (const [ca, person] of [
  ['ECDSA-P256', 'RSA-PSS'],
  ['RSASSA-PKCS1-v1_5', 'ECDSA-P384'],
  ['Ed25519', 'Ed25519'],
] as const) {
  testWith(
    ['openssl'],
    `${ca} CA, ${person} signer: OpenSSL accepts request, chain and CRL, and refuses what was revoked`,
    async () => {
      const { authority, issue, der, crl } = await company(ca, person)
      const certificate = await issue()
      const { serialNumber } = parseCertificate(certificate)
      await inFolder(async (folder) => {
        const path = (name: string): string => join(folder, name)
        const put = (name: string, label: string, bytes: Uint8Array): void =>
          writeFileSync(path(name), encodePem(label, bytes))
        put('ca.pem', 'CERTIFICATE', authority)
        put('leaf.pem', 'CERTIFICATE', certificate)
        put('request.pem', 'CERTIFICATE REQUEST', der)
        put('clean.pem', 'X509 CRL', await crl([]))
        put('revoked.pem', 'X509 CRL', await crl([{ serialNumber, revokedAt: from, reason: 'keyCompromise' }], 2))
        expect(run('openssl', ['req', '-verify', '-noout', '-in', path('request.pem')]).output).toContain('OK')
        const verify = (list: string) =>
          run('openssl', [
            'verify',
            '-attime',
            '1780000000',
            '-crl_check',
            '-x509_strict',
            '-CAfile',
            path('ca.pem'),
            '-CRLfile',
            path(list),
            path('leaf.pem'),
          ])
        expect(verify('clean.pem').output).toContain(': OK')
        expect(verify('revoked.pem')).toMatchObject({
          status: 2,
          output: expect.stringContaining('certificate revoked') as string,
        })
      })
    },
  )
}

test('a request that is not signed by its own key, or is weak, gets no certificate', async () => {
  const { issue, der } = await company('ECDSA-P256', 'ECDSA-P256')
  const forged = der.slice()
  const last = forged.length - 1
  forged[last] = (forged[last] ?? 0) ^ 1
  await expect(issue({ request: parseRequest(forged) })).rejects.toMatchObject({ code: 'KEY_REQUEST_INVALID' })
  const weak = await testKey('RSASSA-PKCS1-v1_5', undefined, 1024)
  const mechanism = mechanismOf('RSASSA-PKCS1-v1_5')
  const request = await buildRequest(
    { name: { commonName: 'Weak' }, spki: weak.spki, mechanism },
    testEngine,
    weak.sign,
  )
  await expect(issue({ request: parseRequest(request) })).rejects.toMatchObject({ code: 'KEY_REQUEST_INVALID' })
})

test('a CA makes no certificate that outlives it, and a signer makes none at all', async () => {
  const { issue, mechanism } = await company('ECDSA-P256', 'ECDSA-P256')
  await expect(issue({ notAfter: new Date('2040-01-01T00:00:00Z') })).rejects.toMatchObject({
    code: 'KEY_CERTIFICATE_EXPIRED',
  })
  const leaf = await issue()
  await expect(issue({ authority: leaf })).rejects.toMatchObject({ code: 'KEY_USAGE_FORBIDS' })
  const crl = buildCrl(
    { authority: leaf, mechanism, number: 1, thisUpdate: from, nextUpdate: to, revoked: [] },
    testEngine,
    () => Promise.reject(new Error('asked')),
  )
  await expect(crl).rejects.toMatchObject({ code: 'KEY_USAGE_FORBIDS' })
})

test('the CRL reads back with its number, times and reasons', async () => {
  const { crl } = await company('ECDSA-P256', 'ECDSA-P256')
  const read = parseCrl(await crl([{ serialNumber: Uint8Array.of(0x80, 1), revokedAt: from, reason: 'superseded' }], 7))
  expect(read).toMatchObject({ number: 7n, thisUpdate: from, nextUpdate: to })
})
