import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { networkOf, withOpenSslPki } from '../../testing/openssl-pki.ts'
import type { OpenSslPki } from '../../testing/openssl-pki.ts'
import { testRandom } from '../../testing/ports.ts'
import { describeShared } from '../../testing/shared.ts'
import { testWith } from '../../testing/tools.ts'
import { concatBytes, utf8 } from '../bytes/bytes.ts'
import type { Network, Ports } from '../ports.ts'
import type { RevocationFacts } from '../validation/facts.ts'
import { fingerprint } from '../x509/certificate.ts'
import { hasFailure } from '../x509/find-paths.ts'
import { parsePathCertificate } from '../x509/path-certificate.ts'
import { collectChain } from './collect-chain.ts'
import type { ChainInput, RevocationSource } from './collect-chain.ts'
import { tryCrl } from './crl.ts'
import { buildOcspRequest } from './ocsp-request.ts'
import { parseOcspResponse, tryOcspResponse } from './ocsp.ts'

const ports = (network?: Network): Ports => ({
  clock: { now: () => new Date() },
  random: testRandom,
  engine: testEngine,
  ...(network && { network }),
})

function input(pki: OpenSslPki, name: string, revocation: readonly RevocationSource[]): ChainInput {
  const certificates = [pki.certificate('sub'), pki.certificate('root')]
  return { signer: pki.certificate(name), purpose: 'signing', certificates, revocation }
}

async function factsAbout(pki: OpenSslPki, name: string, revocation: readonly RevocationSource[]) {
  const { revocation: facts } = await collectChain(input(pki, name, revocation), ports())
  return facts.filter(({ certificate }) => certificate === fingerprint(pki.certificate(name)))
}

const ids = (facts: readonly RevocationFacts[]): string[] =>
  facts.flatMap(({ problems }) => problems.map(({ id }) => id))

const crl = (der: Uint8Array): RevocationSource => ({ kind: 'crl', der, origin: 'supplied' })
const ocsp = (der: Uint8Array, nonce?: Uint8Array): RevocationSource => ({
  kind: 'ocsp',
  der,
  origin: 'supplied',
  ...(nonce && { nonce }),
})

function ask(pki: OpenSslPki, name: string, nonce?: Uint8Array): Uint8Array {
  return buildOcspRequest(
    parsePathCertificate(pki.certificate(name)),
    parsePathCertificate(pki.certificate('sub')),
    nonce,
  )
}

describe('revocation with OpenSSL as the authority', () => {
  testWith(['openssl'], 'a CRL says good, then revoked with time and reason', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      const before = pki.crl()
      pki.revoke('alice', 'keyCompromise')
      const after = pki.crl()
      expect(await factsAbout(pki, 'alice', [crl(before)])).toMatchObject([{ status: 'good', problems: [] }])
      const [fact] = await factsAbout(pki, 'alice', [crl(after)])
      expect(fact).toMatchObject({ status: 'revoked', reason: 'keyCompromise', problems: [] })
      expect(fact?.revokedAt).toBeInstanceOf(Date)
    }),
  )

  testWith(['openssl'], 'a hold that a later CRL lifts is no revocation; one that lasts is', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      const crls: Uint8Array[] = []
      pki.revoke('alice', 'certificateHold')
      crls.push(pki.crl())
      expect(await factsAbout(pki, 'alice', crls.map(crl))).toMatchObject([{ status: 'revoked' }])
    }),
  )

  testWith(['openssl'], 'a CRL of another issuer, or with a broken signature, says nothing', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      expect(await factsAbout(pki, 'alice', [crl(pki.crl('root'))])).toEqual([])
      const broken = pki.crl()
      broken[broken.length - 3] = (broken.at(-3) ?? 0) ^ 1
      const facts = await factsAbout(pki, 'alice', [crl(broken)])
      expect(facts).toMatchObject([{ status: 'unknown' }])
      expect(ids(facts)).toEqual(['crl-signature-invalid'])
    }),
  )

  testWith(['openssl'], 'OpenSSL answers our OCSP request: delegated responder, by name and by key', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('responder', 'x_ocsp')
      const nonce = testRandom.bytes(32)
      const byName = pki.ocsp(ask(pki, 'alice', nonce), 'responder')
      const byKey = pki.ocsp(ask(pki, 'alice', nonce), 'responder', ['-resp_key_id'])
      for (const der of [byName, byKey]) {
        expect(await factsAbout(pki, 'alice', [ocsp(der, nonce)])).toMatchObject([{ status: 'good', problems: [] }])
        expect(parseOcspResponse(der).nonce).toEqual(nonce)
      }
      expect(ids(await factsAbout(pki, 'alice', [ocsp(byName, testRandom.bytes(32))]))).toEqual(['ocsp-nonce-mismatch'])
      pki.revoke('alice', 'superseded')
      const revoked = pki.ocsp(ask(pki, 'alice'), 'responder')
      expect(await factsAbout(pki, 'alice', [ocsp(revoked)])).toMatchObject([
        { status: 'revoked', reason: 'superseded' },
      ])
    }),
  )

  testWith(['openssl'], 'the CA itself may answer; one who was not appointed may not', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('mallory', 'x_signer')
      pki.issue('stranger', 'x_ocsp', { issuer: 'root' })
      const own = pki.ocsp(ask(pki, 'alice'), 'sub')
      expect(await factsAbout(pki, 'alice', [ocsp(own)])).toMatchObject([{ status: 'good', problems: [] }])
      const unappointed = pki.ocsp(ask(pki, 'alice'), 'mallory')
      expect(ids(await factsAbout(pki, 'alice', [ocsp(unappointed)]))).toEqual(['purpose-ocsp-signing'])
      const foreign = pki.ocsp(ask(pki, 'alice'), 'stranger')
      expect(ids(await factsAbout(pki, 'alice', [ocsp(foreign)]))).toEqual(['ocsp-responder-not-authorized'])
    }),
  )

  testWith(['openssl'], 'a revoked responder is not believed', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('responder', 'x_checked_ocsp')
      const answer = pki.ocsp(ask(pki, 'alice'), 'responder')
      pki.revoke('responder', 'keyCompromise')
      const facts = await factsAbout(pki, 'alice', [ocsp(answer), crl(pki.crl())])
      expect(ids(facts)).toEqual(['ocsp-responder-revoked'])
      expect(facts.find(({ source }) => source === 'crl')).toMatchObject({ status: 'good' })
    }),
  )

  testWith(['openssl'], 'an answer about another certificate is passed over', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('bob', 'x_signer')
      expect(await factsAbout(pki, 'alice', [ocsp(pki.ocsp(ask(pki, 'bob'), 'sub'))])).toEqual([])
    }),
  )

  testWith(['openssl'], 'no flipped octet of a CRL or an OCSP response lets a revoked certificate pass as good', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.revoke('alice', 'keyCompromise')
      const originals = [crl(pki.crl()), ocsp(pki.ocsp(ask(pki, 'alice'), 'sub'))]
      for (const original of originals) {
        for (let at = 0; at < original.der.length; at += 2) {
          const der = original.der.slice()
          der[at] = (der[at] ?? 0) ^ (1 << (at % 8))
          const facts = await factsAbout(pki, 'alice', [{ ...original, der }])
          expect(facts.filter((fact) => fact.status === 'good' && !hasFailure(fact.problems))).toEqual([])
        }
      }
    }),
  )
})

describe('what the network adds', () => {
  testWith(
    ['openssl'],
    'a lone certificate gets its chain, an OCSP answer and a CRL, and no request above the limit',
    () =>
      withOpenSslPki(async (pki) => {
        const signer = pki.issue('alice', 'x_signer')
        const lone: ChainInput = { signer, purpose: 'signing', certificates: [], revocation: [] }
        const network = networkOf(pki)
        const facts = await collectChain({ ...lone, fetch: { maxRequests: 8 } }, ports(network))
        expect(network.asked).toEqual([
          'http://pki.test/sub.cer',
          'http://pki.test/root.cer',
          'http://pki.test/ocsp',
          'http://pki.test/root.crl',
        ])
        expect(facts.paths[0]?.certificates).toHaveLength(3)
        expect(facts.revocation.map(({ status, source, origin }) => `${source} ${status} ${origin}`)).toEqual([
          'crl good network',
          'ocsp good network',
        ])
        expect(facts.material).toMatchObject({ complete: true, lacking: [] })
        expect(facts.material.certificates).toHaveLength(3)
        expect(facts.material.revocation).toHaveLength(2)
        const bounded = networkOf(pki)
        await collectChain({ ...lone, fetch: { maxRequests: 2 } }, ports(bounded))
        expect(bounded.asked).toHaveLength(2)
        const silent = networkOf(pki)
        await collectChain(lone, ports(silent))
        expect(silent.asked).toEqual([])
      }),
  )

  testWith(['openssl'], 'a server that lies or fails is only missing information; a cancel stops', () =>
    withOpenSslPki(async (pki) => {
      const signer = pki.issue('alice', 'x_signer')
      const lone: ChainInput = {
        signer,
        purpose: 'signing',
        certificates: [],
        revocation: [],
        fetch: { maxRequests: 8 },
      }
      const lies = { get: () => Promise.resolve(utf8('<html>')), post: () => Promise.reject(new Error('down')) }
      const facts = await collectChain(lone, ports(lies))
      expect(facts.paths).toHaveLength(1)
      expect(facts.revocation).toEqual([])
      const cancel = () => Promise.reject(new DOMException('stop', 'AbortError'))
      await expect(collectChain(lone, ports({ get: cancel, post: cancel }))).rejects.toMatchObject({
        name: 'AbortError',
      })
    }),
  )
})

test('a certificate that cannot be read gives empty facts', async () => {
  const nothing: ChainInput = { signer: utf8('no'), purpose: 'signing', certificates: [], revocation: [] }
  expect(await collectChain(nothing, ports())).toMatchObject({ paths: [], revocation: [], certificates: [] })
})

describeShared('revocation data of the corpus', (shared) => {
  const file = (name: string) => new Uint8Array(readFileSync(`${shared}/corpus/10-pki/${name}`))

  test('a real responder and a real list are read', () => {
    for (const name of ['dss__sk_ocsp.bin', 'pyHanko__ocsp.resp.der']) {
      expect(tryOcspResponse(file(name))?.responses.length).toBeGreaterThan(0)
    }
    expect(tryCrl(file('PKI.js__TestCRL.crl'))).not.toBeNull()
  })

  test('junk after a list makes it unreadable', () => {
    expect(tryCrl(concatBytes([file('PKI.js__TestCRL.crl'), utf8('x')]))).toBeNull()
  })
})
