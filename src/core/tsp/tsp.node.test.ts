import { writeFileSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { withOpenSslPki } from '../../testing/openssl-pki.ts'
import type { OpenSslPki } from '../../testing/openssl-pki.ts'
import { fakeClock, testRandom } from '../../testing/ports.ts'
import { describeShared } from '../../testing/shared.ts'
import { testWith } from '../../testing/tools.ts'
import { utf8 } from '../bytes/bytes.ts'
import type { Ports } from '../ports.ts'
import { checkTimeStampToken } from './check-token.ts'
import { buildTimeStampRequest } from './request.ts'
import { requestTimeStamp } from './request-time-stamp.ts'
import { parseTimeStampResponse } from './response.ts'
import { parseTimeStampToken, tokenFindings } from './token.ts'

const data = utf8('a signature value')
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
const nonce = new Uint8Array([0xff, 1, 2, 3, 4, 5, 6, 7])
const request = { digest: 'SHA-256', hash: sha256(data), nonce } as const

/** A network whose only server is an authority run by OpenSSL. */
function portsOf(pki: OpenSslPki, authority: string, change = (answer: Uint8Array): Uint8Array => answer): Ports {
  const network = {
    get: () => Promise.reject(new Error('not asked for')),
    post: (_: string, body: Uint8Array) => Promise.resolve(change(pki.timeStamp(body, authority))),
  }
  return { clock: fakeClock('2026-11-22T00:00:00Z'), random: testRandom, engine: testEngine, network }
}

const tsa = { url: 'https://tsa.test/' }

describe('time-stamps with OpenSSL as the authority', () => {
  testWith(['openssl'], 'openssl reads our query, and its own check passes what we accept', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('tsa', 'x_tsa')
      const query = buildTimeStampRequest({ ...request, policy: '1.2.3.4.5' })
      writeFileSync(join(pki.folder, 'ours.tsq'), query)
      const text = pki.openssl('ts', '-query', '-in', 'ours.tsq', '-text')
      expect(text).toContain('Version: 1')
      expect(text).toContain('Policy OID: 1.2.3.4.5')
      expect(text).toContain('Certificate required: yes')
      const reply = pki.timeStamp(query, 'tsa')
      const token = parseTimeStampResponse(reply)
      const { info } = await checkTimeStampToken(token, { ...request, policy: '1.2.3.4.5' }, testEngine)
      expect(info.accuracyMilliseconds).toBe(1501)
      expect(info.ordering).toBe(true)
      expect(info.authority?.kind).toBe('directoryName')
      writeFileSync(join(pki.folder, 'token.der'), token)
      writeFileSync(join(pki.folder, 'data.bin'), data)
      const files = [
        '-data',
        'data.bin',
        '-in',
        'token.der',
        '-token_in',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'sub.pem',
      ]
      expect(() => pki.openssl('ts', '-verify', ...files)).not.toThrow()
    }),
  )

  testWith(['openssl'], 'a whole exchange gives a token and its time', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('tsa', 'x_tsa')
      for (const digest of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
        const { time } = await requestTimeStamp(data, { ...tsa, digest }, portsOf(pki, 'tsa'))
        expect(Math.abs(time.getTime() - new Date().getTime())).toBeLessThan(120_000)
      }
    }),
  )

  testWith(['openssl'], 'what the authority refuses, and what does not answer the question, has its own code', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('tsa', 'x_tsa')
      pki.issue('loose', 'x_loose_tsa')
      const ask = (ports: Ports, more = {}) => requestTimeStamp(data, { ...tsa, ...more }, ports)
      await expect(ask(portsOf(pki, 'tsa'), { policy: '1.9.9' })).rejects.toMatchObject({
        code: 'TSA_REFUSED',
        details: { status: 'rejection', failure: 'unacceptedPolicy' },
      })
      await expect(ask(portsOf(pki, 'tsa'), { digest: 'SHA-1' })).rejects.toMatchObject({
        code: 'TSA_REFUSED',
        details: { failure: 'badAlg' },
      })
      const replayed = pki.timeStamp(buildTimeStampRequest(request), 'tsa')
      await expect(ask(portsOf(pki, 'tsa', () => replayed))).rejects.toMatchObject({ code: 'TSA_NONCE_MISMATCH' })
      const html = utf8('<!doctype html><title>Captive portal</title>')
      await expect(ask(portsOf(pki, 'tsa', () => html))).rejects.toMatchObject({ code: 'TSA_MALFORMED' })
      await expect(ask({ ...portsOf(pki, 'tsa'), network: undefined } as never)).rejects.toMatchObject({
        code: 'NETWORK_UNAVAILABLE',
      })
      const token = parseTimeStampResponse(replayed)
      const check = (more: object) => checkTimeStampToken(token, { ...request, ...more }, testEngine)
      await expect(check({ hash: sha256(utf8('other')) })).rejects.toMatchObject({ code: 'TSA_IMPRINT_MISMATCH' })
      await expect(check({ policy: '1.2.3.4.5' })).rejects.toMatchObject({ code: 'TSA_POLICY_MISMATCH' })
      expect(() => pki.timeStamp(buildTimeStampRequest(request), 'loose')).toThrow()
    }),
  )

  testWith(['openssl'], 'no flipped octet of a token is accepted, and none throws without a code', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('tsa', 'x_tsa')
      const token = parseTimeStampResponse(pki.timeStamp(buildTimeStampRequest(request), 'tsa'))
      const { signedData } = parseTimeStampToken(token)
      const [certificate = new Uint8Array()] = signedData.certificates
      const start = certificate.byteOffset - token.byteOffset
      const unsigned: number[] = []
      for (let at = 0; at < token.length; at++) {
        const mutant = token.slice()
        mutant[at] = (mutant[at] ?? 0) ^ (1 << (at % 8))
        const outcome = await checkTimeStampToken(mutant, request, testEngine).then(
          () => 'accepted',
          (error: unknown) => (error as { code?: string }).code ?? `uncoded: ${String(error)}`,
        )
        if (outcome === 'accepted') unsigned.push(at)
        else expect(outcome).toMatch(/^TSA_/)
      }
      // What is not under the signature: versions, the list of digests, the OID of the key's algorithm and the like; never the
      // certificate (ESSCertID covers it), the TSTInfo, the attributes or the value.
      const [signer] = signedData.signers
      const covered = [certificate, signedData.content, signer?.signature]
      for (const at of unsigned) {
        for (const part of covered) {
          const from = (part?.byteOffset ?? 0) - token.byteOffset
          expect(at >= from && at < from + (part?.length ?? 0)).toBe(false)
        }
      }
      expect(start).toBeGreaterThan(0)
      expect(unsigned.length).toBeLessThan(64)
    }),
  )
})

describeShared('a time-stamp response of PKI.js', (shared) => {
  test('is read: granted, one signer, an imprint', () => {
    const answer = new Uint8Array(readFileSync(`${shared}/corpus/10-pki/PKI.js__TestTSPresp.tsr`))
    const token = parseTimeStampToken(parseTimeStampResponse(answer))
    expect(token.info.imprint.hash.length).toBeGreaterThan(0)
    expect(tokenFindings(token).map(({ id }) => id)).toEqual([])
  })
})
