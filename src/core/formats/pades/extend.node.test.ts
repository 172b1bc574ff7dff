import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { testEngine } from '../../../testing/engines.ts'
import { networkOf, partyOf, withOpenSslPki } from '../../../testing/openssl-pki.ts'
import type { OpenSslPki } from '../../../testing/openssl-pki.ts'
import { classicPdf, streamPdf } from '../../../testing/pdf-builder.ts'
import { signerInfoOf } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { testRandom } from '../../../testing/ports.ts'
import { qpdf, run, testWith } from '../../../testing/tools.ts'
import type { Network, Ports } from '../../ports.ts'
import { policyTrusting } from '../../validation/policy.ts'
import { validate } from '../../validation/validate.ts'
import { fingerprint } from '../../x509/certificate.ts'
import { collectFiles } from '../collect-any.ts'
import type { SignatureLevel, SignedFile } from '../format.ts'
import { embedPades } from './embed.ts'
import { extendPades } from './extend.ts'
import type { PadesOptions } from './options.ts'
import { preparePades } from './prepare.ts'

const authority = { url: 'https://tsa.test/' }
const portsOf = (network?: Network): Ports => ({
  clock: { now: () => new Date() },
  random: testRandom,
  engine: testEngine,
  ...(network && { network }),
})

async function sign(
  pki: OpenSslPki,
  bytes: Uint8Array | Blob,
  name: string,
  level: SignatureLevel,
  options: PadesOptions = {},
): Promise<SignedFile> {
  const party = await partyOf(pki, name)
  const signers = [{ signer: signerInfoOf(party as TestParty), mechanism: party.key.mechanism }]
  const file = { name: 'contract.pdf', blob: bytes instanceof Blob ? bytes : new Blob([Uint8Array.from(bytes)]) }
  const prepared = await preparePades({ files: [file], signers, level, options }, portsOf())
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
  return embedPades(prepared, values, portsOf())
}

async function report(pki: OpenSslPki, file: SignedFile, password?: string) {
  // No network: a long-term signature stands by itself.
  const facts = await collectFiles([file], portsOf(), password === undefined ? {} : { password })
  return validate(facts, policyTrusting([fingerprint(pki.certificate('root'))]), new Date()).files[0]
}

const bytesOf = async ({ blob }: SignedFile): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

/** pdfsig 22 does not check document time-stamps: only signatures are counted. */
async function judged(pki: OpenSslPki, file: SignedFile): Promise<{ valid: number; qpdf: number | null }> {
  const path = join(pki.folder, 'judged.pdf')
  writeFileSync(path, await bytesOf(file))
  const signatures = run('pdfsig', ['-nocert', path]).output
  return { valid: signatures.split('Signature is Valid').length - 1, qpdf: run('qpdf', ['--check', path]).status }
}

describe('PAdES levels, with OpenSSL as CA, responder and time-stamp authority', () => {
  testWith(['openssl', 'pdfsig', 'qpdf'], 'each level is what our verifier says it is; pdfsig and qpdf agree', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      for (const pdf of [classicPdf(), streamPdf()]) {
        const base = await sign(pki, pdf, 'alice', 'B-T')
        const expected = { 'B-T': ['signature'], 'B-LT': ['signature'], 'B-LTA': ['signature', 'document'] }
        for (const level of ['B-T', 'B-LT', 'B-LTA'] as const) {
          const file = await extendPades(base, level, portsOf(networkOf(pki)), { authority })
          const found = await report(pki, file)
          expect(found?.signatures).toHaveLength(1)
          const [signature] = found?.signatures ?? []
          expect(signature).toMatchObject({ level, integrity: 'intact', modificationsPermitted: true })
          expect(signature?.timestamps.map(({ kind }) => kind)).toEqual(expected[level])
          if (level !== 'B-T') {
            expect(signature).toMatchObject({ indication: 'TOTAL-PASSED' })
            expect(signature?.timestamps.map(({ indication }) => indication)).toEqual(
              expected[level].map(() => 'TOTAL-PASSED'),
            )
          }
          expect(await judged(pki, file)).toEqual({ valid: 1, qpdf: 0 })
          const before = await bytesOf(base)
          const after = await bytesOf(file)
          if (level === 'B-T') expect(after.length).toBe(before.length)
        }
      }
    }),
  )

  testWith(
    ['openssl', 'pdfsig', 'qpdf'],
    'a signature without room, or under another, is stamped over the document',
    () =>
      withOpenSslPki(async (pki) => {
        pki.issue('alice', 'x_signer')
        pki.issue('bob', 'x_signer')
        pki.issue('tsa', 'x_tsa')
        const tight = await sign(pki, classicPdf(), 'alice', 'B-B')
        const stamped = await extendPades(tight, 'B-T', portsOf(networkOf(pki)), { authority })
        const kept = (await bytesOf(stamped)).subarray(0, tight.blob.size)
        expect(kept).toEqual(await bytesOf(tight))
        expect((await report(pki, stamped))?.signatures[0]).toMatchObject({
          level: 'B-T',
          timestamps: [{ kind: 'document' }],
        })
        const second = await sign(pki, tight.blob, 'bob', 'B-LTA')
        const full = await extendPades(second, 'B-LTA', portsOf(networkOf(pki)), { authority })
        const signatures = (await report(pki, full))?.signatures ?? []
        expect(signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
        expect(signatures[1]).toMatchObject({ level: 'B-LTA' })
        expect(await judged(pki, full)).toEqual({ valid: 2, qpdf: 0 })
        const again = await extendPades(full, 'B-LTA', portsOf(networkOf(pki)), { authority })
        expect((await report(pki, again))?.signatures.map(({ indication }) => indication)).toEqual([
          'TOTAL-PASSED',
          'TOTAL-PASSED',
        ])
      }),
  )

  testWith(['openssl', 'pdfsig', 'qpdf'], 'a certified file that permits no change still takes its evidence', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const certified = await sign(pki, classicPdf(), 'alice', 'B-LTA', { certify: 1 })
      const full = await extendPades(certified, 'B-LTA', portsOf(networkOf(pki)), { authority })
      expect((await report(pki, full))?.signatures[0]).toMatchObject({
        indication: 'TOTAL-PASSED',
        modifications: 'lta-updates',
        modificationsPermitted: true,
      })
    }),
  )

  testWith(['openssl', 'qpdf'], 'an encrypted file keeps its encryption', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const locked = await qpdf(classicPdf(), ['--encrypt', 'user', 'owner', '256', '--'])
      const signed = await sign(pki, locked, 'alice', 'B-LTA', { password: 'user' })
      const full = await extendPades(signed, 'B-LTA', portsOf(networkOf(pki)), { authority, password: 'user' })
      expect((await report(pki, full, 'user'))?.signatures[0]).toMatchObject({
        level: 'B-LTA',
        indication: 'TOTAL-PASSED',
      })
      writeFileSync(join(pki.folder, 'locked.pdf'), await bytesOf(full))
      expect(run('qpdf', ['--check', '--password=user', join(pki.folder, 'locked.pdf')]).status).toBe(0)
    }),
  )

  testWith(['openssl'], 'a PDF without signature is refused', () =>
    withOpenSslPki(async (pki) => {
      const blob = new Blob([Uint8Array.from(classicPdf())])
      const file = { name: 'plain.pdf', type: 'application/pdf', blob }
      await expect(extendPades(file, 'B-T', portsOf(networkOf(pki)), { authority })).rejects.toMatchObject({
        code: 'FORMAT_UNSUPPORTED',
      })
    }),
  )
})
