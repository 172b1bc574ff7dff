import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { appendClassic, classicPdf, simpleObjects, streamPdf } from '../../../testing/pdf-builder.ts'
import { signPdf, signingPorts } from '../../../testing/pdf-signing.ts'
import { signerInfoOf, testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { concatBytes, equalBytes, fromLatin1, latin1, toHex } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import { readForm, signedFields } from '../../pdf/fields.ts'
import { PdfString, isArray, nameOf } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { pageAt } from '../../pdf/pages.ts'
import { textOf } from '../../pdf/text.ts'
import { formatContract } from '../format.contract.ts'
import { embedPades } from './embed.ts'
import type { PadesOptions, PadesState } from './options.ts'
import { preparePades } from './prepare.ts'

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

const code = (error: unknown): string => (error instanceof SignError ? error.code : String(error))
const open = (bytes: Uint8Array) => openPdf(bytesSource(bytes))
const signaturesOf = async (bytes: Uint8Array) => {
  const document = await open(bytes)
  return signedFields(document, await readForm(document))
}

const inputs: readonly [string, () => Uint8Array][] = [
  ['classic', () => classicPdf()],
  ['classic, no final end of line', () => classicPdf(simpleObjects(), { eol: '' })],
  ['classic, final CR', () => classicPdf(simpleObjects(), { eol: '\r' })],
  ['leading junk', () => classicPdf(simpleObjects(), { junk: 'junk\n' })],
  ['cross-reference stream', () => streamPdf()],
  ['cross-reference stream with 8-byte fields', () => streamPdf(simpleObjects(), { widths: [1, 8, 2] })],
  ['object stream', () => streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] })],
  ['wrong startxref', () => latin1(fromLatin1(classicPdf()).replace(/startxref\n\d+/, 'startxref\n7'))],
]

test.each(inputs)('%s: three signatures, each covering all before it', async (_, make) => {
  const original = make()
  let signed = original
  for (let n = 1; n <= 3; n++) {
    const next = await signPdf(signed, party)
    expect(equalBytes(next.subarray(0, signed.length), signed)).toBe(true)
    signed = next
    const document = await open(signed)
    expect(document.recovered).toBe(false)
    const fields = await signaturesOf(signed)
    expect(fields.map(({ field }) => field.name)).toEqual(['Sig_01', 'Sig_02', 'Sig_03'].slice(0, n))
    const newest = fields.at(-1)!.signature
    const range = newest.get('ByteRange')
    const contents = newest.get('Contents')
    if (!isArray(range) || !(contents instanceof PdfString)) throw new Error('no signature')
    // ISO 32000-2, 12.8.1: all but the hex string, to the last byte.
    expect(range).toEqual([0, contents.start, contents.end, signed.length - contents.end])
    expect(nameOf(newest.get('SubFilter'))).toBe('ETSI.CAdES.detached')
    const kinds = document.sections.map(({ kind }) => kind)
    expect(kinds[0] === 'stream').toBe(kinds.at(-1) === 'stream')
  }
})

test('only what a signature needs is rewritten', async () => {
  const original = classicPdf(
    simpleObjects(
      { 6: '[]', 7: '<< /Fields 8 0 R >>', 8: '[]' },
      { catalog: '/AcroForm 7 0 R', page: '/Annots 6 0 R' },
    ),
  )
  const document = await open(await signPdf(original, party))
  const defined = await document.definedBy(document.revisions.at(-1)!)
  // Annots and Fields are arrays of their own: page and catalog stay as they are; AcroForm changes for /SigFlags.
  expect([...defined.keys()].toSorted((a, b) => a - b)).toEqual([6, 7, 8, 9, 10])
})

test('the widget and the dictionary hold what was asked for', async () => {
  const options = {
    reason: 'Погоджено (ok)',
    location: 'Київ',
    contact: 'o@example.com',
    name: 'Олена',
    field: { kind: 'new', page: -1, rect: [120, 60, 20, 10] },
  } as const
  const signed = await signPdf(classicPdf(), party, options)
  const [found] = await signaturesOf(signed)
  const { signature, field } = found!
  expect(textOf(signature.get('Reason'))).toBe('Погоджено (ok)')
  expect(textOf(signature.get('Location'))).toBe('Київ')
  expect(textOf(signature.get('ContactInfo'))).toBe('o@example.com')
  expect(textOf(signature.get('Name'))).toBe('Олена')
  expect(textOf(signature.get('M'))).toBe('D:20261122120000Z')
  expect(field.dict.get('F')).toBe(132)
  expect(field.dict.get('Rect')).toEqual([20, 10, 120, 60])
  const document = await open(signed)
  const page = await pageAt(document, 0)
  expect(field.dict.get('P')).toEqual(page?.ref)
  expect((await readForm(document))?.dict.get('SigFlags')).toBe(3)
})

test('names of fields: none is a prefix of another', async () => {
  const objects = simpleObjects(
    { 7: '<< /Fields [8 0 R 9 0 R] >>', 8: '<< /T (Sig_01) /FT /Sig >>', 9: '<< /T (Sig) /FT /Tx >>' },
    { catalog: '/AcroForm 7 0 R' },
  )
  const fields = await signaturesOf(await signPdf(classicPdf(objects), party))
  const [made] = fields.map(({ field }) => field.name)
  for (const other of ['Sig_01', 'Sig']) expect(made?.startsWith(other) || other.startsWith(made ?? '')).toBe(false)
})

const withField = (extra = '') =>
  classicPdf(
    simpleObjects(
      {
        7: '<< /Fields [8 0 R] >>',
        8: `<< /T (Approval) /FT /Sig /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R ${extra} >>`,
      },
      { catalog: '/AcroForm 7 0 R', page: '/Annots [8 0 R]' },
    ),
  )

test('an existing empty field is signed once', async () => {
  const field = { kind: 'existing', name: 'Approval' } as const
  const signed = await signPdf(withField(), party, { field })
  expect((await signaturesOf(signed)).map((each) => each.field.name)).toEqual(['Approval'])
  await expect(signPdf(signed, party, { field }).catch(code)).resolves.toBe('FORMAT_FIELD_SIGNED')
  const missing = { kind: 'existing', name: 'Other' } as const
  await expect(signPdf(withField(), party, { field: missing }).catch(code)).resolves.toBe('FORMAT_FIELD_NOT_FOUND')
})

test('a certified document takes what its author allows', async () => {
  for (const certify of [1, 2, 3] as const) {
    const certified = await signPdf(classicPdf(), party, { certify })
    const again = await signPdf(certified, party).catch(code)
    if (certify === 1) expect(again).toBe('FORMAT_DOCMDP_FORBIDS')
    else expect(typeof again).toBe('object')
    const twice = await signPdf(certified, party, { certify }).catch(code)
    expect(twice).toBe('FORMAT_CERTIFY_NOT_FIRST')
  }
  const signed = await signPdf(classicPdf(), party)
  await expect(signPdf(signed, party, { certify: 2 }).catch(code)).resolves.toBe('FORMAT_CERTIFY_NOT_FIRST')
})

test('what a signature locked stays unsigned', async () => {
  const locked = await signPdf(withField(), party, { lock: { action: 'Include', fields: ['Approval'] } })
  const field = { kind: 'existing', name: 'Approval' } as const
  await expect(signPdf(locked, party, { field }).catch(code)).resolves.toBe('FORMAT_FIELD_LOCKED')
  expect(typeof (await signPdf(locked, party))).toBe('object')
  const all = await signPdf(withField('/Lock << /Type /SigFieldLock /Action /All >>'), party, { field })
  await expect(signPdf(all, party).catch(code)).resolves.toBe('FORMAT_FIELD_LOCKED')
})

test('a signed file that had to be scanned is refused, an unsigned one is not', async () => {
  const broken = (bytes: Uint8Array) => latin1(fromLatin1(bytes).replaceAll(/startxref\n\d+/g, 'startxref\n7'))
  const signed = broken(await signPdf(classicPdf(), party))
  await expect(signPdf(signed, party).catch(code)).resolves.toBe('FORMAT_NOT_INCREMENTAL')
  expect((await signaturesOf(await signPdf(broken(classicPdf()), party))).length).toBe(1)
})

test('a first page that neither the table nor a search finds is refused: readers would each see another document', async () => {
  const lost = classicPdf(
    simpleObjects({ 2: '<< /Type /Pages /Kids [9 0 R 3 0 R] /Count 2 /MediaBox [0 0 300 200] >>' }),
  )
  await expect(signPdf(lost, party).catch(code)).resolves.toBe('FORMAT_UNRECOVERABLE')
})

test('a field whose signature is lost does not get the new one: its number is taken, though no object has it', async () => {
  const lost = '<< /FT /Sig /T (Lost) /V 9 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R >>'
  for (const pdf of [
    classicPdf(simpleObjects({ 8: lost }, { catalog: '/AcroForm << /Fields [8 0 R] >>' })),
    streamPdf(simpleObjects({ 8: lost }, { catalog: '/AcroForm << /Fields [8 0 R] >>' }), { compressed: [8] }),
  ]) {
    const document = await open(await signPdf(pdf, party))
    const signed = await signedFields(document, await readForm(document))
    expect(signed.map(({ field }) => field.name)).toEqual(['Sig_01'])
  }
})

test('a document without pages and a page that is not there have codes', async () => {
  const none = classicPdf(simpleObjects({ 2: '<< /Type /Pages /Kids [] /Count 0 >>' }))
  await expect(signPdf(none, party).catch(code)).resolves.toBe('FORMAT_NO_PAGES')
  const field = { kind: 'new', page: 2 } as const
  await expect(signPdf(classicPdf(), party, { field }).catch(code)).resolves.toBe('FORMAT_PAGE_OUT_OF_RANGE')
})

test('a value that the certificate does not verify is never written', async () => {
  const { mechanism } = party.key
  const file = { name: 'a.pdf', blob: new Blob([Uint8Array.from(classicPdf())]) }
  const request = {
    files: [file],
    signers: [{ signer: signerInfoOf(party), mechanism }],
    level: 'B-B',
    options: {},
  } as const
  const prepared = await preparePades(request, signingPorts)
  const wrong = await party.key.sign(latin1('something else'))
  await expect(embedPades(prepared, [wrong], signingPorts).catch(code)).resolves.toBe('KEY_SIGNATURE_INVALID')
  const right = await party.key.sign(prepared.toBeSigned[0]!.dtbs)
  const cloned = structuredClone(prepared)
  expect((await embedPades(cloned, [right], signingPorts)).name).toBe('a-signed.pdf')
})

test('property: whatever the file holds, its bytes are a prefix and the result is read without repair', async () => {
  const filler = fc.array(fc.string({ maxLength: 40 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(filler, fc.boolean(), fc.boolean(), async (strings, stream, update) => {
      const extra = Object.fromEntries(strings.map((text, i) => [6 + i, `<${toHex(new TextEncoder().encode(text))}>`]))
      const first = stream ? streamPdf(simpleObjects(extra)) : classicPdf(simpleObjects(extra))
      const file =
        update && !stream ? appendClassic(first, { 30: '(x)' }, fromLatin1(first).lastIndexOf('xref\n0')) : first
      const signed = await signPdf(concatBytes([file]), party)
      expect(equalBytes(signed.subarray(0, file.length), file)).toBe(true)
      const document = await open(signed)
      expect(document.problems).toEqual([])
      expect((await signaturesOf(signed)).length).toBe(1)
    }),
    { numRuns: 20, seed: 20261122 },
  )
})

formatContract<PadesOptions, PadesState>({
  name: 'PAdES',
  format: { prepare: preparePades, embed: embedPades },
  options: { reason: 'Approved' },
  file: () => Promise.resolve({ name: 'contract.pdf', blob: new Blob([Uint8Array.from(classicPdf())]) }),
  container: 'prefix',
  algorithms: ['ECDSA-P256', 'ECDSA-P384', 'RSASSA-PKCS1-v1_5', 'RSA-PSS', 'Ed25519', 'ML-DSA-65'],
})
