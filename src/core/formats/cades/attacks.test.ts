/** CMS signatures put together by hand, each with one thing that its signer did not mean: none is shown as good. */
import { beforeAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../../testing/engines.ts'
import { classicPdf, simpleObjects } from '../../../testing/pdf-builder.ts'
import { testChain, type TestParty } from '../../../testing/pki.ts'
import { verdictOf, verifyFiles, verifyOne } from '../../../testing/verifying.ts'
import { digestAlgorithmIdentifier, signatureAlgorithmIdentifier } from '../../algorithms.ts'
import { concatBytes, latin1, toHex, utf8 } from '../../bytes/bytes.ts'
import { explicit, implicit, integer, octetString, oid, retag, sequence, setOf, tlv } from '../../bytes/der-write.ts'
import { ATTRIBUTE, ID_DATA, ID_SIGNED_DATA } from '../../cms/oids.ts'
import { digestBytes } from '../../suites/digest.ts'
import { signatureOctets } from '../../suites/ecdsa-value.ts'
import { parseCertificate } from '../../x509/certificate.ts'
import type { FileReport, SignatureReport } from '../../validation/report.ts'

const TEXT = utf8('I owe you 100.')
const OTHER_TEXT = utf8('I owe you 900.')
const ID_TST_INFO = '1.2.840.113549.1.9.16.1.4'

let root: TestParty
let leaf: TestParty
beforeAll(async () => {
  ;({ root, leaf } = await testChain())
})

const attribute = (type: string, ...values: readonly Uint8Array[]): Uint8Array => sequence(oid(type), setOf(values))
const sha256 = (bytes: Uint8Array): Promise<Uint8Array> => digestBytes(testEngine, 'SHA-256', bytes)

/** What the signed attributes hold; each can be another thing, or be left out by null. */
type Attributes = Partial<Record<keyof typeof ATTRIBUTE, Uint8Array | null>>

async function signedAttributes(content: Uint8Array, changed: Attributes, signer = leaf): Promise<Uint8Array> {
  const reference = sequence(sequence(sequence(octetString(await sha256(signer.certificate)))))
  const { mechanism } = signer.key
  const all: Attributes = {
    contentType: oid(ID_DATA),
    messageDigest: octetString(await sha256(content)),
    signingCertificateV2: reference,
    algorithmProtection: sequence(
      digestAlgorithmIdentifier('SHA-256'),
      implicit(1, signatureAlgorithmIdentifier(mechanism)),
    ),
    ...changed,
  }
  return setOf(
    Object.entries(all).flatMap(([name, value]) =>
      value ? [attribute(ATTRIBUTE[name as keyof typeof ATTRIBUTE], value)] : [],
    ),
  )
}

type Crafted = Readonly<{
  attributes?: Attributes | null
  /** Whose certificate is named and embedded; signed is with the leaf's key. */
  shownAs?: TestParty
  /** Instead of a fresh value. */
  value?: Uint8Array
  unsigned?: readonly Uint8Array[]
  enveloped?: Uint8Array
  contentType?: string
}>

const value = async (data: Uint8Array, signer = leaf): Promise<Uint8Array> =>
  signatureOctets(signer.key.mechanism, await signer.key.sign(data))

function signerInfo(
  shownAs: TestParty,
  attributes: Uint8Array | null,
  octets: Uint8Array,
  unsigned: readonly Uint8Array[],
) {
  const { issuer, serialNumber } = parseCertificate(shownAs.certificate)
  return sequence(
    integer(1),
    sequence(issuer.der, tlv(0x02, serialNumber)),
    digestAlgorithmIdentifier('SHA-256'),
    ...(attributes ? [retag(0xa0, attributes)] : []),
    signatureAlgorithmIdentifier(shownAs.key.mechanism),
    octetString(octets),
    ...(unsigned.length > 0 ? [retag(0xa1, setOf(unsigned))] : []),
  )
}

async function craft(content: Uint8Array, crafted: Crafted = {}): Promise<Uint8Array> {
  const { shownAs = leaf, unsigned = [], enveloped, contentType = ID_DATA } = crafted
  const attributes = crafted.attributes === null ? null : await signedAttributes(content, crafted.attributes ?? {})
  const octets = crafted.value ?? (await value(attributes ?? content))
  const signedData = sequence(
    integer(1),
    setOf([digestAlgorithmIdentifier('SHA-256')]),
    sequence(oid(contentType), ...(enveloped ? [explicit(0, octetString(enveloped))] : [])),
    retag(0xa0, setOf([shownAs.certificate, ...shownAs.chain])),
    setOf([signerInfo(shownAs, attributes, octets, unsigned)]),
  )
  return sequence(oid(ID_SIGNED_DATA), explicit(0, signedData))
}

async function verify(cms: Uint8Array, content: Uint8Array | null = TEXT): Promise<FileReport> {
  const beside = content ? [['a.txt', content] as const] : []
  const { files } = await verifyFiles([...beside, ['a.txt.p7s', cms]], [root])
  const found = files.find(({ name }) => name === 'a.txt.p7s')
  if (!found) throw new Error('no report')
  return found
}

async function only(cms: Uint8Array, content: Uint8Array | null = TEXT): Promise<SignatureReport> {
  const [one, ...others] = (await verify(cms, content)).signatures
  if (!one || others.length > 0) throw new Error('not one signature')
  return one
}

const failed = ({ checks }: SignatureReport): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ id }) => id)

test('as it should be, it passes: detached, enveloping, without attributes', async () => {
  expect(verdictOf(await only(await craft(TEXT)))).toBe('TOTAL-PASSED')
  expect(verdictOf(await only(await craft(TEXT, { enveloped: TEXT }), null))).toBe('TOTAL-PASSED')
  const bare = await only(await craft(TEXT, { attributes: null }))
  expect(bare).toMatchObject({ indication: 'TOTAL-PASSED', format: 'CMS', level: null })
  expect(bare.checks).toContainEqual(
    expect.objectContaining({ id: 'signing-certificate-reference', status: 'warning' }),
  )
})

describe('signed attributes that do not say what is there', () => {
  test.each<[string, Attributes, string]>([
    [
      'other algorithms were meant (RFC 6211)',
      { algorithmProtection: sequence(digestAlgorithmIdentifier('SHA-512')) },
      'cms-algorithm-protection',
    ],
    ['the content is of another type', { contentType: oid(ID_TST_INFO) }, 'cms-content-type'],
    ['no digest of the content', { messageDigest: null }, 'cms-message-digest'],
  ])('%s', async (_, attributes, id) => {
    const one = await only(await craft(TEXT, { attributes }))
    expect(one.indication).toBe('TOTAL-FAILED')
    expect(failed(one)).toContain(id)
  })

  test('a digest of something else', async () => {
    const attributes = { messageDigest: octetString(await sha256(OTHER_TEXT)) }
    expect(verdictOf(await only(await craft(TEXT, { attributes })))).toBe('TOTAL-FAILED/HASH_FAILURE')
  })

  test('content of another type without attributes', async () => {
    const one = await only(await craft(TEXT, { attributes: null, contentType: ID_TST_INFO, enveloped: TEXT }), null)
    expect(failed(one)).toContain('cms-signed-attributes-missing')
  })

  test('attributes passed off as the document', async () => {
    const attributes = await signedAttributes(TEXT, {})
    const one = await only(await craft(attributes, { attributes: null }), attributes)
    expect(one.indication).toBe('TOTAL-FAILED')
    expect(failed(one)).toContain('cms-content-is-attributes')
  })
})

describe('substitution', () => {
  test('another certificate for the same key: the signed reference names the first', async () => {
    const intermediate = await root.issue({ ca: true })
    const twin = await intermediate.issue({ key: leaf.key, name: { commonName: 'Somebody Else' } })
    const one = await only(await craft(TEXT, { shownAs: twin }))
    expect(verdictOf(one)).toBe('INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND')
  })

  test('another key with its own certificate of the same name', async () => {
    const intermediate = await root.issue({ ca: true })
    const impostor = await intermediate.issue({
      name: { commonName: 'Olena Shevchenko', organization: 'Countersign Tests' },
    })
    expect(verdictOf(await only(await craft(TEXT, { shownAs: impostor })))).toBe('TOTAL-FAILED/SIG_CRYPTO_FAILURE')
  })

  test('the value of another signature of the same signer', async () => {
    const other = await value(await signedAttributes(OTHER_TEXT, {}))
    expect(verdictOf(await only(await craft(TEXT, { value: other })))).toBe('TOTAL-FAILED/SIG_CRYPTO_FAILURE')
  })

  test('a file beside a signature that envelops another one', async () => {
    const one = await only(await craft(TEXT, { enveloped: TEXT }), OTHER_TEXT)
    expect(one.indication).toBe('TOTAL-FAILED')
    expect(failed(one)).toContain('cms-content-differs')
  })
})

describe('countersignatures (RFC 5652, 11.4)', () => {
  async function countersigned(over: 'this' | 'another'): Promise<FileReport> {
    const bob = await (await root.issue({ ca: true })).issue({ name: { commonName: 'Bob' } })
    const attributes = await signedAttributes(TEXT, {})
    const octets = await value(attributes)
    const signed = over === 'this' ? octets : await value(await signedAttributes(OTHER_TEXT, {}))
    const own = await signedAttributes(signed, { contentType: null }, bob)
    const counter = signerInfo(bob, own, await value(own, bob), [])
    const cms = await craft(TEXT, { value: octets, unsigned: [attribute(ATTRIBUTE.counterSignature, counter)] })
    // Bob's chain is his own: it is handed over beside the file.
    const { files } = await verifyFiles(
      [
        ['a.txt', TEXT],
        ['a.txt.p7s', cms],
      ],
      [root],
      { certificates: [bob.certificate, ...bob.chain] },
    )
    return files[0]!
  }

  test('over this signature it passes and is shown with it', async () => {
    const report = await countersigned('this')
    expect(report.result).toBe('TOTAL-PASSED')
    expect(report.signatures[0]?.counterSignatures).toMatchObject([
      { indication: 'TOTAL-PASSED', integrity: 'intact', signer: { commonName: 'Bob' } },
    ])
  })

  test('over another one it fails, and with it the file; the signature itself stands', async () => {
    const report = await countersigned('another')
    expect(report.result).toBe('TOTAL-FAILED')
    expect(report.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      counterSignatures: [{ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' }],
    })
  })
})

describe('in a PDF', () => {
  const ROOM = 12_000

  /** /Contents and whatever else the dictionary of the signature says. */
  async function pdf(make: (covered: Uint8Array) => Promise<Uint8Array>, more = ''): Promise<Uint8Array> {
    const gap = `<${'0'.repeat(ROOM)}>`
    const range = (numbers: readonly number[]): string =>
      `[${numbers.map((n) => String(n).padStart(8, '0')).join(' ')}]`
    const empty = classicPdf(
      simpleObjects(
        {
          6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Client) /Rect [0 0 0 0] /P 3 0 R /F 132 /V 7 0 R >>',
          7: `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached ${more} /ByteRange ${range([0, 0, 0, 0])} /Contents ${gap} >>`,
        },
        { catalog: '/AcroForm << /Fields [6 0 R] /SigFlags 3 >>', page: '/Annots [6 0 R]' },
      ),
    )
    const text = new TextDecoder('latin1').decode(empty)
    const start = text.lastIndexOf(gap)
    const end = start + gap.length
    const numbers = latin1(range([0, start, end, empty.length - end]))
    const at = text.lastIndexOf('/ByteRange [') + '/ByteRange '.length
    const ranged = concatBytes([empty.subarray(0, at), numbers, empty.subarray(at + numbers.length)])
    const cms = toHex(await make(concatBytes([ranged.subarray(0, start), ranged.subarray(end)])))
    return concatBytes([ranged.subarray(0, start + 1), latin1(cms.padEnd(ROOM, '0')), ranged.subarray(end - 1)])
  }

  test('made so it passes', async () => {
    expect((await verifyOne(await pdf((covered) => craft(covered)), [root])).result).toBe('TOTAL-PASSED')
  })

  test('a CMS with content of its own: the content is signed, the document is not', async () => {
    const report = await verifyOne(await pdf(() => craft(TEXT, { enveloped: TEXT })), [root])
    expect(report.result).toBe('TOTAL-FAILED')
    expect(failed(report.signatures[0]!)).toContain('pdf-cms-with-content')
  })

  test.each([
    ['/Contents twice', '/Contents <30030201>'],
    ['/ByteRange twice', '/ByteRange [0 10 20 30]'],
  ])('%s: readers would differ', async (_, more) => {
    const report = await verifyOne(await pdf((covered) => craft(covered), more), [root])
    expect(report.result).not.toBe('TOTAL-PASSED')
    expect(failed(report.signatures[0]!)).toContain('pdf-duplicate-keys')
  })
})
