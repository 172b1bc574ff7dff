import { beforeAll, describe, expect, test } from 'vitest'
import { encodePem } from '../bytes/pem.ts'
import { toBase64 } from '../bytes/bytes.ts'
import { classicPdf } from '../../testing/pdf-builder.ts'
import { signPdf } from '../../testing/pdf-signing.ts'
import { signerInfoOf, testChain, testRoot, type TestParty } from '../../testing/pki.ts'
import { contractPorts } from './format.contract.ts'
import { verdictOf, verifyFiles, verifyOne } from '../../testing/verifying.ts'
import { embedCades, prepareCades } from './cades/sign.ts'

const TEXT = 'Договір № 1\n'
let root: TestParty
let leaf: TestParty
let detached: Uint8Array
beforeAll(async () => {
  ;({ root, leaf } = await testChain())
  detached = await signText(leaf)
})

async function signText(...parties: readonly TestParty[]): Promise<Uint8Array> {
  const files = [{ name: 'contract.txt', blob: new Blob([TEXT]) }]
  const signers = parties.map((party) => ({ signer: signerInfoOf(party), mechanism: party.key.mechanism }))
  const ports = contractPorts()
  const prepared = await prepareCades({ files, signers, level: 'B-B', options: {} }, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }, i) => parties[i]!.key.sign(dtbs)))
  return new Uint8Array(await (await embedCades(prepared, values, ports)).blob.arrayBuffer())
}

describe('a detached signature', () => {
  test('with its file, in any order, by name or by digest alone', async () => {
    for (const files of [
      [
        ['contract.txt', TEXT],
        ['contract.txt.p7s', detached],
      ],
      [
        ['contract.txt.p7s', detached],
        ['contract.txt', TEXT],
      ],
      [
        ['other.bin', 'x'],
        ['renamed', TEXT],
        ['signature.p7s', detached],
      ],
    ] as const) {
      const { files: reports } = await verifyFiles(files, [root])
      const report = reports.find(({ name }) => name.endsWith('.p7s'))!
      expect(report.result).toBe('TOTAL-PASSED')
      expect(report.signatures[0]).toMatchObject({
        format: 'CAdES',
        level: 'B-B',
        integrity: 'intact',
        coverage: 'whole-file',
        trust: 'trusted',
        algorithm: 'ECDSA P-256 with SHA-256',
        signer: { commonName: 'Olena Shevchenko' },
      })
      // The content is part of that report; a file that has nothing to do with it is not.
      expect(reports.map(({ name }) => name)).not.toContain('renamed')
    }
  })

  test('as PEM and as bare base64', async () => {
    for (const text of [encodePem('CMS', detached), toBase64(detached)]) {
      const { files } = await verifyFiles(
        [
          ['contract.txt', TEXT],
          ['contract.txt.p7s', text],
        ],
        [root],
      )
      expect(files.map(({ result }) => result)).toEqual(['TOTAL-PASSED'])
    }
  })

  test('of a changed file, of a missing file, of two files in question', async () => {
    const changed = await verifyFiles(
      [
        ['contract.txt', `${TEXT}!`],
        ['contract.txt.p7s', detached],
      ],
      [root],
    )
    expect(changed.files[0]).toMatchObject({ result: 'TOTAL-FAILED', signatures: [{ integrity: 'broken' }] })
    expect(verdictOf(changed.files[0]!.signatures[0]!)).toBe('TOTAL-FAILED/HASH_FAILURE')
    const missing = await verifyFiles([['contract.txt.p7s', detached]], [root])
    expect(verdictOf(missing.files[0]!.signatures[0]!)).toBe('INDETERMINATE/SIGNED_DATA_NOT_FOUND')
    const unclear = await verifyFiles(
      [
        ['a', '1'],
        ['b', '2'],
        ['contract.txt.p7s', detached],
      ],
      [root],
    )
    expect(unclear.files.map(({ result }) => result)).toEqual(['NO-SIGNATURE', 'NO-SIGNATURE', 'INDETERMINATE'])
  })

  test('is intact and not trusted where nobody vouches for the signer', async () => {
    const other = await testRoot()
    const { files } = await verifyFiles(
      [
        ['contract.txt', TEXT],
        ['contract.txt.p7s', detached],
      ],
      [other],
    )
    expect(files[0]).toMatchObject({
      result: 'INDETERMINATE',
      signatures: [{ integrity: 'intact', trust: 'no-anchor' }],
    })
    expect(verdictOf(files[0]!.signatures[0]!)).toBe('INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
  })

  test('of several signers is several signatures', async () => {
    const second = (await testChain('RSA-PSS')).leaf
    const both = await signText(leaf, second)
    const { files } = await verifyFiles(
      [
        ['contract.txt', TEXT],
        ['contract.txt.p7s', both],
      ],
      [root, second],
    )
    expect(files[0]?.signatures.map(verdictOf)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
    expect(new Set(files[0]?.signatures.map(({ id }) => id))).toEqual(new Set(['signature-1', 'signature-2']))
  })

  test('judged after the certificate expired', async () => {
    const short = (await testChain('ECDSA-P256', { notAfter: '2026-11-22T12:00:00Z' })).leaf
    const signature = await signText(short)
    const { files } = await verifyFiles(
      [
        ['contract.txt', TEXT],
        ['contract.txt.p7s', signature],
      ],
      [short],
    )
    expect(verdictOf(files[0]!.signatures[0]!)).toBe('INDETERMINATE/OUT_OF_BOUNDS_NO_POE')
  })
})

describe('a PDF', () => {
  test('signed three times: each signature passes, the earlier ones as earlier revisions', async () => {
    let pdf = classicPdf()
    for (let n = 0; n < 3; n++) pdf = await signPdf(pdf, leaf)
    const report = await verifyOne(pdf, [root])
    expect(report.result).toBe('TOTAL-PASSED')
    expect(report.signatures.map(({ id, coverage, modifications }) => [id, coverage, modifications])).toEqual([
      ['Sig_01', 'earlier-revision', 'form-filling'],
      ['Sig_02', 'earlier-revision', 'form-filling'],
      ['Sig_03', 'whole-file', 'none'],
    ])
    expect(report.signatures[0]).toMatchObject({ format: 'PAdES', level: 'B-B', claimedTime: '2026-11-22T12:00:00Z' })
  })

  test('with a detached signature beside it is content and signed file at once', async () => {
    const unsigned = classicPdf()
    const file = { name: 'a.pdf', blob: new Blob([Uint8Array.from(unsigned)]) }
    const ports = contractPorts()
    const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
    const prepared = await prepareCades({ files: [file], signers, level: 'B-B', options: {} }, ports)
    const signed = await embedCades(prepared, [await leaf.key.sign(prepared.toBeSigned[0]!.dtbs)], ports)
    const p7s = new Uint8Array(await signed.blob.arrayBuffer())
    const { files } = await verifyFiles(
      [
        ['a.pdf', unsigned],
        ['a.pdf.p7s', p7s],
      ],
      [root],
    )
    expect(files.map(({ name, result }) => [name, result])).toEqual([['a.pdf.p7s', 'TOTAL-PASSED']])
  })
})

test.each<[string, string | Uint8Array, string, string | undefined]>([
  ['empty.pdf', '', 'UNREADABLE', 'FORMAT_EMPTY_FILE'],
  ['picture.pdf', '\x89PNG\r\n\x1a\n', 'UNREADABLE', 'FORMAT_NOT_PDF'],
  ['broken.p7s', 'not a signature', 'UNREADABLE', 'DER_MALFORMED'],
  ['cut.asice', 'PK\x03\x04', 'UNREADABLE', 'FORMAT_MALFORMED'],
  ['half.pdf', '%PDF-1.7\n', 'UNREADABLE', 'FORMAT_UNRECOVERABLE'],
  ['plain.txt', 'hello', 'NO-SIGNATURE', undefined],
  ['unsigned.pdf', classicPdf(), 'NO-SIGNATURE', undefined],
])('%s', async (name, content, result, code) => {
  const { files } = await verifyFiles([[name, content]])
  expect(files[0]?.result).toBe(result)
  expect(files[0]?.code).toBe(code)
})
