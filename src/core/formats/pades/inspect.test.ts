import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { classicPdf, simpleObjects } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain, type TestParty } from '../../../testing/pki.ts'
import type { Inspection } from '../format.ts'
import { inspectPades } from './inspect.ts'

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

const inspect = (content: Uint8Array | string, name = 'a.pdf'): Promise<Inspection> =>
  inspectPades({ name, blob: new Blob([content as BlobPart]) }, {})

/** One page with two empty signature fields: a visible one, and one without a place. */
const form = (): Uint8Array =>
  classicPdf(
    simpleObjects(
      {
        6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Approval) /Rect [200 60 20 20] /P 3 0 R >>',
        7: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Hidden) /Rect [0 0 0 0] >>',
      },
      { catalog: '/AcroForm << /Fields [6 0 R 7 0 R] >>', page: '/Annots [6 0 R]' },
    ),
  )

test('a plain document may be signed', async () => {
  expect(await inspect(classicPdf())).toEqual({
    kind: 'pdf',
    pdf: {
      pages: 1,
      encryption: 'none',
      fields: [],
      form: null,
      signatures: 0,
      docMdp: null,
      mayCertify: true,
      archive: 0,
    },
    warnings: [],
    refused: null,
  })
})

test('empty fields are told with their place', async () => {
  const { pdf } = await inspect(form())
  expect(pdf?.fields).toEqual([
    { name: 'Approval', page: 1, rect: [20, 20, 200, 60], signed: false, refused: null },
    { name: 'Hidden', page: null, rect: null, signed: false, refused: null },
  ])
})

test('a signed field is no longer offered and the signature is counted', async () => {
  const signed = await signPdf(form(), party, { field: { kind: 'existing', name: 'Approval' } })
  const { pdf, refused } = await inspect(signed)
  expect(pdf?.signatures).toBe(1)
  expect(pdf?.fields.map(({ name, signed: done }) => [name, done])).toEqual([
    ['Approval', true],
    ['Hidden', false],
  ])
  expect(refused).toBeNull()
})

test('an author who allows no change is heard before anything is signed', async () => {
  const certified = await signPdf(classicPdf(), party, { certify: 1 })
  const { pdf, refused } = await inspect(certified)
  expect(pdf?.docMdp).toBe(1)
  expect(refused?.code).toBe('FORMAT_DOCMDP_FORBIDS')
})

test('what is no PDF, empty, without pages or cut is a code', async () => {
  expect(await inspect('\x89PNG\r\n\x1a\n....')).toMatchObject({ kind: 'other', refused: { code: 'FORMAT_NOT_PDF' } })
  expect(await inspect('')).toMatchObject({ kind: 'other', refused: { code: 'FORMAT_EMPTY_FILE' } })
  const bare = simpleObjects({ 2: '<< /Type /Pages /Kids [] /Count 0 >>' })
  expect(await inspect(classicPdf(bare))).toMatchObject({ kind: 'pdf', refused: { code: 'FORMAT_NO_PAGES' } })
  for (let end = 10; end < classicPdf().length - 10; end += 7) {
    const cut = await inspect(classicPdf().slice(0, end))
    // Refused, or readable and said to be damaged.
    expect(cut.refused?.code ?? cut.warnings.map(({ id }) => id).join()).toMatch(/^FORMAT_|damaged|recovered/)
  }
})

test('damaged bytes give an answer, never an exception', async () => {
  const whole = form()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      async (changes) => {
        const bytes = whole.slice()
        for (const [at, value] of changes) bytes[at] = value
        const { kind, refused, pdf } = await inspect(bytes)
        expect(kind === 'other' ? refused?.code : 'pdf').toBeTruthy()
        if (!refused) expect(pdf?.pages).toBeGreaterThan(0)
      },
    ),
    { numRuns: 300, seed: 20261122 },
  )
})

test('a cancel is an AbortError', async () => {
  const file = { name: 'a.pdf', blob: new Blob([classicPdf() as BlobPart]) }
  await expect(inspectPades(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
})
