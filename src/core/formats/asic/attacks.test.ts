/** Containers put together by hand: what nobody signed, what is there twice, and signatures of kinds that are not checked here. */
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { signingPorts } from '../../../testing/pdf-signing.ts'
import { signerInfoOf, testChain, type TestParty } from '../../../testing/pki.ts'
import { testEngine } from '../../../testing/engines.ts'
import { verdictOf, verifyOne } from '../../../testing/verifying.ts'
import { fromLatin1, latin1, toBase64, utf8 } from '../../bytes/bytes.ts'
import { digestBytes } from '../../suites/digest.ts'
import type { FileReport } from '../../validation/report.ts'
import { embedCades, prepareCades } from '../cades/sign.ts'

let root: TestParty
let leaf: TestParty
beforeAll(async () => {
  ;({ root, leaf } = await testChain())
})

const CONTRACT = utf8('The price is 100.')
const MIME_E = utf8('application/vnd.etsi.asic-e+zip')
const MIME_S = utf8('application/vnd.etsi.asic-s+zip')
type Entries = Record<string, Uint8Array>

async function detached(name: string, content: Uint8Array): Promise<Uint8Array> {
  const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
  const files = [{ name, blob: new Blob([Uint8Array.from(content)]) }]
  const prepared = await prepareCades({ files, signers, level: 'B-B', options: {} }, signingPorts)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
  return new Uint8Array(await (await embedCades(prepared, values, signingPorts)).blob.arrayBuffer())
}

/** EN 319 162-1, A.4, over these files. */
async function manifest(files: Entries): Promise<Uint8Array> {
  const references = await Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const digest = toBase64(await digestBytes(testEngine, 'SHA-256', bytes))
      return `<asic:DataObjectReference URI="${name}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${digest}</ds:DigestValue></asic:DataObjectReference>`
    }),
  )
  return utf8(
    `<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><asic:SigReference URI="META-INF/signature001.p7s" MimeType="application/x-pkcs7-signature"/>${references.join('')}</asic:ASiCManifest>`,
  )
}

async function container(files: Entries = { 'contract.txt': CONTRACT }): Promise<Entries> {
  const list = await manifest(files)
  return {
    mimetype: MIME_E,
    ...files,
    'META-INF/ASiCManifest001.xml': list,
    'META-INF/signature001.p7s': await detached('ASiCManifest001.xml', list),
  }
}

const verify = (entries: Entries, name = 'contract.asice'): Promise<FileReport> =>
  verifyOne(zipSync(entries, { level: 0 }), [root], name)

const failures = ({ signatures }: FileReport): readonly string[] =>
  signatures.flatMap(({ checks }) => checks.filter(({ status }) => status === 'failed').map(({ id }) => id))

test('ASiC-E and ASiC-S as they should be pass', async () => {
  expect((await verify(await container())).result).toBe('TOTAL-PASSED')
  const simple = { mimetype: MIME_S, 'contract.txt': CONTRACT, 'META-INF/signature.p7s': await detached('a', CONTRACT) }
  expect((await verify(simple, 'contract.asics')).result).toBe('TOTAL-PASSED')
})

describe('ASiC-E', () => {
  test('another content, no content, another list', async () => {
    const good = await container()
    const swapped = await verify({ ...good, 'contract.txt': utf8('The price is 900.') })
    expect(swapped.signatures.map(verdictOf)).toEqual(['TOTAL-FAILED/HASH_FAILURE'])
    const { 'contract.txt': _, ...without } = good
    expect((await verify(without)).signatures.map(verdictOf)).toEqual(['INDETERMINATE/SIGNED_DATA_NOT_FOUND'])
    const list = await manifest({ 'contract.txt': utf8('The price is 900.') })
    const forged = { ...good, 'contract.txt': utf8('The price is 900.'), 'META-INF/ASiCManifest001.xml': list }
    expect((await verify(forged)).signatures.map(verdictOf)).toEqual(['TOTAL-FAILED/HASH_FAILURE'])
  })

  test('a file that nobody signed is named, and nothing passes', async () => {
    const report = await verify({ ...(await container()), 'annex.txt': utf8('The client also pays all repairs.') })
    expect(report.result).toBe('TOTAL-FAILED')
    expect(report.signatures[0]).toMatchObject({
      coverage: 'partial',
      changes: [{ what: 'unsigned-file', evidence: 'annex.txt' }],
    })
  })

  test('two files of one name: readers would each show another', async () => {
    const bytes = zipSync({ ...(await container()), 'contract.tx_': utf8('The price is 900.') }, { level: 0 })
    const twice = latin1(fromLatin1(bytes).replaceAll('contract.tx_', 'contract.txt'))
    const report = await verifyOne(twice, [root], 'contract.asice')
    expect(report.result).not.toBe('TOTAL-PASSED')
    expect(failures(report)).toContain('zip-duplicate-name')
    expect(report.warnings.join()).toContain('zip-duplicate-name')
  })

  test('a signature that no list names', async () => {
    const { 'META-INF/ASiCManifest001.xml': _, ...without } = await container()
    const report = await verify(without)
    expect(report.result).toBe('TOTAL-FAILED')
    expect(failures(report)).toContain('asic-manifest')
  })
})

test('ASiC-S with a second file', async () => {
  const simple = { mimetype: MIME_S, 'contract.txt': CONTRACT, 'META-INF/signature.p7s': await detached('a', CONTRACT) }
  const report = await verify({ ...simple, 'annex.txt': utf8('more') }, 'contract.asics')
  expect(report.result).toBe('TOTAL-FAILED')
  expect(failures(report)).toContain('asic-s-one-file')
})

describe('XML signatures, also wrapped ones, are named as not checked and never passed', () => {
  // The signed element is kept where nobody looks; a reader shows the other one.
  const wrapped =
    '<contract Id="new"><price>900</price><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI="#old"/></ds:SignedInfo><ds:Object><contract Id="old"><price>100</price></contract></ds:Object></ds:Signature></contract>'

  test.each<[string, Uint8Array | Entries]>([
    ['contract.xml', utf8(wrapped)],
    ['contract.asice', { mimetype: MIME_E, 'contract.txt': CONTRACT, 'META-INF/signatures001.xml': utf8(wrapped) }],
    ['contract.docx', { '[Content_Types].xml': utf8('<Types/>'), '_xmlsignatures/sig1.xml': utf8(wrapped) }],
    ['contract.odt', { 'content.xml': utf8('<x/>'), 'META-INF/documentsignatures.xml': utf8(wrapped) }],
  ])('%s', async (name, content) => {
    const report = await verifyOne(content instanceof Uint8Array ? content : zipSync(content), [root], name)
    expect(report.result).not.toBe('TOTAL-PASSED')
    expect(report.result).not.toBe('NO-SIGNATURE')
    const states = report.signatures.flatMap(({ checks }) => checks)
    expect(states).toContainEqual(
      expect.objectContaining({ status: 'not-checked', id: expect.stringMatching(/-not-checked$/) as string }),
    )
  })

  test('beside a CAdES signature that passes', async () => {
    const report = await verify({ ...(await container()), 'META-INF/signatures002.xml': utf8(wrapped) })
    expect(report.signatures.map(({ format }) => format)).toEqual(['CAdES', 'XAdES'])
    expect(report.result).not.toBe('TOTAL-PASSED')
  })
})
