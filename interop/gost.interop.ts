// GOST R 34.10-2012 with Streebog, end to end: keys, certificates, CRLs, CMS, time-stamps and PDF signatures made by OpenSSL's engine,
// judged by our whole verifier. OpenSSL judges the same files first, and each tampered twin fails before both.
import { beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, latin1, toHex, utf8 } from '../src/core/bytes/bytes.ts'
import { amendSignedData, unsignedAttribute } from '../src/core/cms/amend.ts'
import { ATTRIBUTE } from '../src/core/cms/oids.ts'
import { parseSignedData } from '../src/core/cms/read.ts'
import { collectFiles } from '../src/core/formats/collect-any.ts'
import type { CollectOptions } from '../src/core/formats/format.ts'
import { digestBytes } from '../src/core/suites/digest.ts'
import { boolean, integer, octetString, oid, sequence } from '../src/core/bytes/der-write.ts'
import { etsiReport } from '../src/core/validation/etsi-report.ts'
import { policyTrusting } from '../src/core/validation/policy.ts'
import type { SignatureReport, ValidationReport } from '../src/core/validation/report.ts'
import { validate } from '../src/core/validation/validate.ts'
import { fingerprint } from '../src/core/x509/certificate.ts'
import { testEngine } from '../src/testing/engines.ts'
import { classicPdf, simpleObjects } from '../src/testing/pdf-builder.ts'
import { describeWith } from './judges/tools.ts'
import { GOST_SETS, makeGostPki, type GostKind, type GostPki } from './support/gost-pki.ts'
import { ports } from './support/sign.ts'

const CONTENT = utf8('Договор: цена 100\n')
const CHANGED = utf8('Договор: цена 900\n')

type File = readonly [name: string, bytes: Uint8Array]

async function verify(pki: GostPki, files: readonly File[], options: CollectOptions = {}): Promise<ValidationReport> {
  const root = pki.certificate('root')
  const sources = files.map(([name, bytes]) => ({ name, blob: new Blob([Uint8Array.from(bytes)]) }))
  const facts = await collectFiles(sources, ports, { ...options, certificates: [root] })
  return validate(facts, policyTrusting([fingerprint(root)]), new Date())
}

async function signatureOf(report: Promise<ValidationReport>): Promise<SignatureReport> {
  const [only, ...others] = (await report).files[0]?.signatures ?? []
  if (!only || others.length > 0) throw new Error('not one signature')
  return only
}

const digestOf = (kind: GostKind): 'Streebog-256' | 'Streebog-512' =>
  kind === 'gost2012_256' ? 'Streebog-256' : 'Streebog-512'

/** Where one run of octets stands in another. */
function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes).indexOf(part)
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = Uint8Array.from(bytes)
  out[at] = (out[at] ?? 0) ^ 1
  return out
}

describeWith(['openssl', 'gost-engine'], 'GOST files end to end', () => {
  describe.each(GOST_SETS)('%s, parameter set %s', (kind, set) => {
    let pki: GostPki
    let crls: readonly Uint8Array[]
    beforeAll(() => {
      pki = makeGostPki(kind, set)
      crls = [pki.crl()]
    })

    test('a detached CMS: path, attributes, value, revocation and report', async () => {
      const signature = pki.sign(CONTENT)
      expect(pki.accepts(signature, CONTENT)).toBe(true)
      const report = await verify(
        pki,
        [
          ['a.txt', CONTENT],
          ['a.txt.p7s', signature],
        ],
        { crls },
      )
      const [one] = report.files[0]?.signatures ?? []
      expect(one, JSON.stringify(one?.checks)).toMatchObject({
        format: 'CAdES',
        indication: 'TOTAL-PASSED',
        integrity: 'intact',
        trust: 'trusted',
        signer: { commonName: 'alice' },
      })
      expect(one?.algorithm).toBe(`GOST R 34.10-2012 ${kind === 'gost2012_256' ? 256 : 512} with ${digestOf(kind)}`)
      const passed = one?.checks.filter(({ status }) => status === 'passed').map(({ id }) => id)
      const needed = ['digest', 'signature-value', 'signing-certificate-reference', 'certificate-path', 'revocation']
      expect(passed).toEqual(expect.arrayContaining(needed))
      const xml = report.files[0] && etsiReport(report.files[0], report)
      expect(xml).toContain('urn:etsi:019102:mainindication:total-passed')
    })

    test('twins: other content, another value, another attribute', async () => {
      const signature = pki.sign(CONTENT)
      const judged = async (content: Uint8Array, cms: Uint8Array) => {
        expect(pki.accepts(cms, content)).toBe(false)
        return signatureOf(
          verify(
            pki,
            [
              ['a.txt', content],
              ['a.txt.p7s', cms],
            ],
            { crls },
          ),
        )
      }
      expect(await judged(CHANGED, signature)).toMatchObject({
        integrity: 'broken',
        indication: 'TOTAL-FAILED',
        subIndication: 'HASH_FAILURE',
      })
      const [signer] = parseSignedData(signature).signers
      const value = signer?.signature ?? new Uint8Array()
      for (const at of [0, value.length - 1]) {
        expect(await judged(CONTENT, flipped(signature, indexOf(signature, value) + at))).toMatchObject({
          integrity: 'broken',
          subIndication: 'SIG_CRYPTO_FAILURE',
        })
      }
      // signingTime: a UTCTime among the signed attributes.
      const time = indexOf(signature, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05)) + 14
      expect(await judged(CONTENT, flipped(signature, time))).toMatchObject({ subIndication: 'SIG_CRYPTO_FAILURE' })
    })

    test('an enveloping CMS, and its twin', async () => {
      const signature = pki.sign(CONTENT, { enveloping: true })
      expect(pki.accepts(signature, null)).toBe(true)
      expect(await signatureOf(verify(pki, [['a.p7m', signature]], { crls }))).toMatchObject({
        indication: 'TOTAL-PASSED',
      })
      const twin = flipped(signature, indexOf(signature, CONTENT) + CONTENT.length - 2)
      expect(pki.accepts(twin, null)).toBe(false)
      expect(await signatureOf(verify(pki, [['a.p7m', twin]], { crls }))).toMatchObject({
        subIndication: 'HASH_FAILURE',
      })
    })

    test('another root of the same name is no anchor', async () => {
      const other = makeGostPki(kind, set, 'other')
      const report = await signatureOf(verify(pki, [['a.p7m', other.sign(CONTENT, { enveloping: true })]], { crls }))
      expect(report).toMatchObject({ integrity: 'intact', trust: 'no-anchor', indication: 'INDETERMINATE' })
    })

    test('a PDF signed with GOST, and its twin', async () => {
      const pdf = gostPdf(pki)
      const report = await signatureOf(verify(pki, [['contract.pdf', pdf]], { crls }))
      expect(report, JSON.stringify(report.checks)).toMatchObject({
        format: 'PAdES',
        coverage: 'whole-file',
        indication: 'TOTAL-PASSED',
      })
      const twin = flipped(pdf, indexOf(pdf, latin1('(Hello)')) + 1)
      expect(await signatureOf(verify(pki, [['contract.pdf', twin]], { crls }))).toMatchObject({
        indication: 'TOTAL-FAILED',
        subIndication: 'HASH_FAILURE',
      })
    })

    test('a GOST time-stamp proves the time; over another value it does not', async () => {
      const signature = pki.sign(CONTENT)
      const stamped = async (over: Uint8Array) => {
        const hash = await digestBytes(testEngine, digestOf(kind), over)
        const algorithm = kind === 'gost2012_256' ? '1.2.643.7.1.1.2.2' : '1.2.643.7.1.1.2.3'
        const query = sequence(integer(1), sequence(sequence(oid(algorithm)), octetString(hash)), boolean(true))
        const attribute = unsignedAttribute(ATTRIBUTE.signatureTimeStamp, pki.timeStamp(query))
        return amendSignedData(signature, { unsignedAttributes: [[attribute]] })
      }
      const value = parseSignedData(signature).signers[0]?.signature ?? new Uint8Array()
      const judged = (cms: Uint8Array) =>
        signatureOf(
          verify(
            pki,
            [
              ['a.txt', CONTENT],
              ['a.txt.p7s', cms],
            ],
            { crls },
          ),
        )
      const good = await judged(await stamped(value))
      expect(good, JSON.stringify(good.timestamps)).toMatchObject({
        indication: 'TOTAL-PASSED',
        provenTime: expect.any(String) as string,
        timestamps: [{ indication: 'TOTAL-PASSED', integrity: 'intact' }],
      })
      const bad = await judged(await stamped(value.subarray(1)))
      expect(bad.timestamps).toMatchObject([{ indication: 'TOTAL-FAILED', integrity: 'broken' }])
      expect(bad.provenTime).toBeUndefined()
    })

    test('a signer whom a GOST-signed CRL revokes', async () => {
      const signature = pki.sign(CONTENT)
      pki.revoke('alice')
      const revoked = await signatureOf(
        verify(
          pki,
          [
            ['a.txt', CONTENT],
            ['a.txt.p7s', signature],
          ],
          { crls: [pki.crl()] },
        ),
      )
      expect(revoked).toMatchObject({
        indication: 'INDETERMINATE',
        subIndication: 'REVOKED_NO_POE',
        integrity: 'intact',
      })
    })
  })
})

const ROOM = 16_384

/** /Contents filled by OpenSSL: our signing side makes no GOST signatures. */
function gostPdf(pki: GostPki): Uint8Array {
  const range = (numbers: readonly number[]): string => `[${numbers.map((n) => String(n).padStart(8, '0')).join(' ')}]`
  const gap = `<${'0'.repeat(ROOM)}>`
  const empty = classicPdf(
    simpleObjects(
      {
        6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Client) /Rect [0 0 0 0] /P 3 0 R /F 132 /V 7 0 R >>',
        7: `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange ${range([0, 0, 0, 0])} /Contents ${gap} >>`,
      },
      { catalog: '/AcroForm << /Fields [6 0 R] /SigFlags 3 >>', page: '/Annots [6 0 R]' },
    ),
  )
  const start = indexOf(empty, latin1(gap))
  const end = start + gap.length
  const numbers = latin1(range([0, start, end, empty.length - end]))
  const at = indexOf(empty, latin1('/ByteRange [')) + '/ByteRange '.length
  const ranged = concatBytes([empty.subarray(0, at), numbers, empty.subarray(at + numbers.length)])
  const cms = toHex(pki.sign(concatBytes([ranged.subarray(0, start), ranged.subarray(end)])))
  return concatBytes([ranged.subarray(0, start + 1), latin1(cms.padEnd(ROOM, '0')), ranged.subarray(end - 1)])
}
