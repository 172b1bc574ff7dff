import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { testEngine } from '../../../testing/engines.ts'
import { networkOf, partyOf, withOpenSslPki } from '../../../testing/openssl-pki.ts'
import type { OpenSslPki } from '../../../testing/openssl-pki.ts'
import { signerInfoOf } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { testRandom } from '../../../testing/ports.ts'
import { run, testWith } from '../../../testing/tools.ts'
import { amendSignedData, unsignedAttribute } from '../../cms/amend.ts'
import { attributesOf } from '../../cms/attributes.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import { parseSignedData } from '../../cms/read.ts'
import { fingerprint } from '../../x509/certificate.ts'
import type { Network, Ports } from '../../ports.ts'
import { policyTrusting } from '../../validation/policy.ts'
import { validate } from '../../validation/validate.ts'
import { collectFiles } from '../collect-any.ts'
import type { SignatureLevel, SignedFile } from '../format.ts'
import { extendCades } from './extend.ts'
import { embedCades, prepareCades } from './sign.ts'

const document = { name: 'offer.txt', blob: new Blob(['An offer.\n']) }
const authority = { url: 'https://tsa.test/' }
const portsOf = (network?: Network): Ports => ({
  clock: { now: () => new Date() },
  random: testRandom,
  engine: testEngine,
  ...(network && { network }),
})

async function signed(pki: OpenSslPki, names: readonly string[]): Promise<SignedFile> {
  const parties = await Promise.all(names.map((name) => partyOf(pki, name)))
  const signers = parties.map((party) => ({ signer: signerInfoOf(party as TestParty), mechanism: party.key.mechanism }))
  const prepared = await prepareCades({ files: [document], signers, level: 'B-B', options: {} }, portsOf())
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }, i) => parties[i]!.key.sign(dtbs)))
  return embedCades(prepared, values, portsOf())
}

async function report(pki: OpenSslPki, file: SignedFile, at = new Date()) {
  // No network: a long-term signature stands by itself.
  const facts = await collectFiles([file, document], portsOf())
  const [found] = validate(facts, policyTrusting([fingerprint(pki.certificate('root'))]), at).files
  return found
}

const levels: readonly SignatureLevel[] = ['B-T', 'B-LT', 'B-LTA']

describe('CAdES levels, with OpenSSL as CA, responder and time-stamp authority', () => {
  testWith(['openssl'], 'each level is what our verifier says it is, and openssl still verifies the signature', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('bob', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const base = await signed(pki, ['alice', 'bob'])
      for (const level of levels) {
        const file = await extendCades(base, level, portsOf(networkOf(pki)), { authority, content: document.blob })
        const found = await report(pki, file)
        expect(found?.signatures.map((one) => one.level)).toEqual([level, level])
        const stamps = found?.signatures.flatMap(({ timestamps }) => timestamps.map(({ kind }) => kind))
        expect(stamps).toEqual(
          level === 'B-LTA' ? ['signature', 'archive', 'signature', 'archive'] : ['signature', 'signature'],
        )
        if (level !== 'B-T') {
          expect(found?.signatures.flatMap(({ checks }) => checks.filter(({ status }) => status === 'failed'))).toEqual(
            [],
          )
          expect(found?.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
          const judged = found?.signatures.flatMap(({ timestamps }) => timestamps.map(({ indication }) => indication))
          expect(new Set(judged)).toEqual(new Set(['TOTAL-PASSED']))
        }
        writeFileSync(join(pki.folder, 'x.p7s'), new Uint8Array(await file.blob.arrayBuffer()))
        writeFileSync(join(pki.folder, 'offer.txt'), new Uint8Array(await document.blob.arrayBuffer()))
        const at = (name: string): string => join(pki.folder, name)
        const args = [
          'cms',
          '-verify',
          '-cades',
          '-binary',
          '-inform',
          'DER',
          '-in',
          at('x.p7s'),
          '-content',
          at('offer.txt'),
        ]
        expect(run('openssl', [...args, '-CAfile', at('root.pem'), '-out', '/dev/null']).output).toContain('successful')
      }
    }),
  )

  testWith(
    ['openssl'],
    'a long-term signature still passes when its certificate has expired; a bare one does not',
    () =>
      withOpenSslPki(async (pki) => {
        pki.issue('alice', 'x_signer', { days: 2 })
        pki.issue('tsa', 'x_tsa')
        const base = await signed(pki, ['alice'])
        const kept = await extendCades(base, 'B-LT', portsOf(networkOf(pki)), { authority })
        const later = new Date(new Date().getTime() + 5 * 86_400_000)
        const [bare] = (await report(pki, base, later))?.signatures ?? []
        expect(bare).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' })
        const [long] = (await report(pki, kept, later))?.signatures ?? []
        expect(long).toMatchObject({ indication: 'TOTAL-PASSED' })
      }),
  )

  testWith(['openssl'], 'what cannot be had is an error, and the file stays as it was', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const base = await signed(pki, ['alice'])
      const deaf = { ...networkOf(pki), get: () => Promise.reject(new Error('down')) }
      const onlyStamps: Network = {
        ...deaf,
        post: (url, ...rest) =>
          url === authority.url ? networkOf(pki).post(url, ...rest) : Promise.reject(new Error('down')),
      }
      await expect(extendCades(base, 'B-LT', portsOf(onlyStamps), { authority })).rejects.toMatchObject({
        code: 'REVOCATION_UNAVAILABLE',
      })
      await expect(extendCades(base, 'B-T', portsOf(), { authority })).rejects.toMatchObject({
        code: 'NETWORK_UNAVAILABLE',
      })
      await expect(
        extendCades({ ...base, blob: document.blob }, 'B-T', portsOf(networkOf(pki)), { authority }),
      ).rejects.toMatchObject({ code: 'FORMAT_MALFORMED' })
      await expect(extendCades(base, 'B-LTA', portsOf(networkOf(pki)), { authority })).rejects.toThrow(RangeError)
    }),
  )

  testWith(['openssl'], 'a time-stamp copied from another signature proves nothing, and is its own answer', () =>
    withOpenSslPki(async (pki) => {
      for (const name of ['alice', 'bob']) pki.issue(name, 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const kept = async (name: string): Promise<Uint8Array> => {
        const file = await extendCades(await signed(pki, [name]), 'B-LT', portsOf(networkOf(pki)), { authority })
        return new Uint8Array(await file.blob.arrayBuffer())
      }
      const [alice, bob] = [await kept('alice'), await kept('bob')]
      const tokenOf = (cms: Uint8Array): Uint8Array => {
        const [attribute] = attributesOf(
          parseSignedData(cms).signers[0]!.unsignedAttributes,
          ATTRIBUTE.signatureTimeStamp,
        )
        return attribute!.values[0]!.raw
      }
      const judged = async (cms: Uint8Array) => {
        const file = { name: 'offer.txt.p7s', blob: new Blob([Uint8Array.from(cms)]), type: '' }
        return (await report(pki, file))?.signatures[0]
      }
      expect(await judged(alice)).toMatchObject({ timestamps: [{ indication: 'TOTAL-PASSED' }] })
      expect((await judged(alice))?.provenTime).toBeDefined()

      // Beside its own one: that still proves the time.
      const both = amendSignedData(alice, {
        unsignedAttributes: [[unsignedAttribute(ATTRIBUTE.signatureTimeStamp, tokenOf(bob))]],
      })
      const withBoth = await judged(both)
      expect(withBoth?.indication).toBe('TOTAL-PASSED')
      expect(withBoth?.provenTime).toBeDefined()
      expect(withBoth?.timestamps.map(({ indication }) => indication).toSorted()).toEqual([
        'TOTAL-FAILED',
        'TOTAL-PASSED',
      ])

      // In its place.
      const own = tokenOf(alice)
      const bare = await signed(pki, ['alice'])
      const copied = amendSignedData(new Uint8Array(await bare.blob.arrayBuffer()), {
        unsignedAttributes: [[unsignedAttribute(ATTRIBUTE.signatureTimeStamp, own)]],
      })
      const swapped = await judged(copied)
      expect(swapped).toMatchObject({
        integrity: 'intact',
        timestamps: [{ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', integrity: 'broken' }],
      })
      expect(swapped?.provenTime).toBeUndefined()
    }),
  )
})
