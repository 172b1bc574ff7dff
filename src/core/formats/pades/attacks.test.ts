/**
 * Attacks of the literature on signed and certified PDFs, built here: universal signature forgery, incremental saving, signature
 * wrapping (Mladenov et al. 2019), shadow attacks (Mainka et al. 2021), evil annotations and sneaky signatures (Rohlmann et al. 2021).
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamText } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { appendLoose, lastStartxref, objectText, overwrite, update } from '../../../testing/pdf-update.ts'
import { testChain, type TestParty } from '../../../testing/pki.ts'
import { verifyOne } from '../../../testing/verifying.ts'
import { concatBytes, fromLatin1, latin1 } from '../../bytes/bytes.ts'
import type { FileReport } from '../../validation/report.ts'
import type { PadesOptions } from './options.ts'

let root: TestParty
let leaf: TestParty
beforeAll(async () => {
  ;({ root, leaf } = await testChain())
})

const TEXT_AP = streamText(
  '/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >>',
  '',
)
const shownAs = (text: string): string =>
  streamText(
    '/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >>',
    `/Tx BMC BT /F1 12 Tf (${text}) Tj ET EMC`,
  )
const field = (rest: string): string =>
  `<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /Rect [10 10 110 30] /P 3 0 R /F 4 /DA (/F1 12 Tf) ${rest} >>`

/** A contract with a text field 6, its appearance 7, a prepared signature field 8, an image 9 on the page. */
function contract(fieldRest = '/AP << /N 7 0 R >>'): Uint8Array {
  return classicPdf(
    simpleObjects(
      {
        6: field(fieldRest),
        7: TEXT_AP,
        8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Client) /Rect [150 10 250 50] /P 3 0 R /F 132 >>',
        3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [6 0 R 8 0 R] /Resources << /Font << /F1 5 0 R >> /XObject << /X9 9 0 R >> >> >>',
        4: streamText('', 'BT /F1 18 Tf 10 100 Td (Hello) Tj ET /X9 Do'),
        9: streamText('/Type /XObject /Subtype /Form /BBox [0 0 10 10]', '0 0 10 10 re f'),
        10: '<< /Type /OCG /Name (Clause) >>',
      },
      {
        catalog:
          '/AcroForm << /Fields [6 0 R 8 0 R] /DR << /Font << /F1 5 0 R >> >> >> /OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >>',
      },
    ),
  )
}

const signed = (options: PadesOptions = {}): Promise<Uint8Array> => signPdf(contract(), leaf, options)

/** No signature of the file is shown as good: intact, covering a revision, changes permitted. */
function expectRefused(report: FileReport): void {
  expect(report.result).not.toBe('TOTAL-PASSED')
  const good = report.signatures.filter(
    (one) =>
      one.integrity === 'intact' &&
      (one.coverage === 'whole-file' || one.coverage === 'earlier-revision') &&
      one.modificationsPermitted &&
      one.indication !== 'TOTAL-FAILED',
  )
  expect(good.map(({ id, changes }) => ({ id, changes }))).toEqual([])
}

test('the contract itself passes, also filled in and signed again', async () => {
  const first = await signed()
  expect((await verifyOne(first, [root])).result).toBe('TOTAL-PASSED')
  const filled = update(first, { 6: field('/V (100) /AP << /N 20 0 R >>'), 20: shownAs('100') })
  const report = await verifyOne(filled, [root])
  expect(report.signatures[0]).toMatchObject({ modifications: 'form-filling', indication: 'TOTAL-PASSED' })
  expect(report.signatures[0]?.changes).toMatchObject([{ what: 'field-filled', field: 'Amount' }])
  const again = await signPdf(filled, leaf, { field: { kind: 'existing', name: 'Client' } } as unknown as PadesOptions)
  expect((await verifyOne(again, [root])).result).toBe('TOTAL-PASSED')
})

describe('universal signature forgery: the signature object made unreadable', () => {
  test.each<[string, RegExp, string]>([
    ['/Contents gone', /\/Contents(?= ?<3)/, '/Contentz'],
    ['/Contents of zeros', /(?<=\/Contents ?<)[0-9A-Fa-f]+/, ''.padEnd(40_000, '0')],
    ['/Contents empty', /(?<=\/Contents ?)<[0-9A-Fa-f]+>/, '<>'],
    ['/Contents null', /(?<=\/Contents ?)<[0-9A-Fa-f]+>/, 'null'],
    ['/ByteRange gone', /\/ByteRange/, '/ByteRangf'],
    ['/ByteRange empty', /(?<=\/ByteRange ?)\[[^\]]*\]/, '[]'],
    ['/ByteRange null', /(?<=\/ByteRange ?)\[[^\]]*\]/, 'null'],
    ['/ByteRange negative', /(?<=\/ByteRange ?)\[[^\]]*\]/, '[-1 1 2 3]'],
    ['/ByteRange [0 0 0 0]', /(?<=\/ByteRange ?)\[[^\]]*\]/, '[0 0 0 0]'],
    ['/ByteRange of the first half', /(?<=\/ByteRange ?)\[[^\]]*\]/, '[0 100]'],
    ['/SubFilter unknown', /\/ETSI\.CAdES\.detached/, '/ETSI.CAdES.detachex'],
    ['/Type another', /\/Type ?\/Sig(?=[\s/])/, '/Type/Sxg'],
  ])('%s', async (_, pattern, replacement) => {
    expectRefused(await verifyOne(overwrite(await signed(), pattern, replacement), [root]))
  })
})

describe('incremental saving', () => {
  const forged = { 4: streamText('', 'BT /F1 18 Tf 10 100 Td (Forged) Tj ET') }
  test('with a table', async () => {
    const report = await verifyOne(update(await signed(), forged), [root])
    expectRefused(report)
    expect(report.signatures[0]).toMatchObject({
      integrity: 'intact',
      modifications: 'other',
      indication: 'TOTAL-FAILED',
      subIndication: 'FORMAT_FAILURE',
      changes: [{ what: 'page-content', page: 1 }],
    })
  })
  test('without table and trailer', async () => {
    expectRefused(await verifyOne(appendLoose(await signed(), forged), [root]))
  })
  test('without table, with a trailer and the old startxref', async () => {
    const file = await signed()
    const tail = `trailer\n<< /Size 20 /Root 1 0 R >>\nstartxref\n${lastStartxref(file)}\n%%EOF\n`
    expectRefused(await verifyOne(appendLoose(file, forged, tail), [root]))
  })
  test('without table, with a copy of the signature behind it', async () => {
    const file = await signed()
    const number = Number(/(\d+) 0 obj\s*<<[^]*?\/ByteRange/.exec(fromLatin1(file).slice(lastSignature(file)))?.[1])
    expectRefused(await verifyOne(appendLoose(file, { ...forged, [number]: objectText(file, number) }), [root]))
  })
  test('with a new catalog behind a new /Root', async () => {
    const file = await signed()
    const objects = { 30: '<< /Type /Catalog /Pages 31 0 R >>', 31: '<< /Type /Pages /Kids [] /Count 0 >>' }
    expectRefused(await verifyOne(update(file, objects, { trailer: '/Root 30 0 R' }), [root]))
  })
  test('that drops the signature from the form', async () => {
    const catalog = '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>'
    const report = await verifyOne(update(await signed(), { 1: catalog }), [root])
    expectRefused(report)
    expect(report.signatures[0]?.checks.map(({ id }) => id)).toContain('pdf-signature-removed')
  })
})

/** Offset from which the object of the first signature can be looked for. */
function lastSignature(file: Uint8Array): number {
  const text = fromLatin1(file)
  return Math.max(0, text.lastIndexOf(' 0 obj', text.indexOf('/ByteRange')) - 8)
}

test('signature wrapping: the signed bytes moved apart, other content in the gap', async () => {
  const file = await signed()
  const text = fromLatin1(file)
  const range = /\/ByteRange ?\[\s*0 (\d+) (\d+) (\d+)/.exec(text)!
  const [a, b, c] = range.slice(1).map(Number) as [number, number, number]
  const forged = '4 0 obj\n<< /Length 5 >>\nstream\nq Q q\nendstream\nendobj\n'
  const gap = concatBytes([file.subarray(a, b), latin1(forged)])
  const moved = concatBytes([file.subarray(0, a), gap, file.subarray(b, b + c)])
  expectRefused(await verifyOne(moved, [root]))
  const pointed = overwrite(moved, /(?<=\/ByteRange ?)\[[^\]]*\]/, `[0 ${a} ${a + gap.length} ${c}]`)
  expectRefused(await verifyOne(pointed, [root]))
})

describe('shadow attacks: prepared before signing', () => {
  test('hide: what covered the text is taken away', async () => {
    expectRefused(
      await verifyOne(update(await signed(), { 9: streamText('/Type /XObject /Subtype /Form /BBox [0 0 0 0]', '') }), [
        root,
      ]),
    )
  })
  test('replace: the value of a field under a changed appearance', async () => {
    const shown = await signPdf(contract('/V (100) /AP << /N 7 0 R >>'), leaf)
    expectRefused(
      await verifyOne(update(shown, { 6: field('/V (900) /AP << /N 20 0 R >>'), 20: shownAs('900') }), [root]),
    )
  })
  test('replace: an appearance that does not show the value', async () => {
    expectRefused(
      await verifyOne(update(await signed(), { 6: field('/V (100) /AP << /N 20 0 R >>'), 20: shownAs('900') }), [root]),
    )
  })
  test('replace: an appearance that paints', async () => {
    const image = streamText(
      '/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /XObject << /X 9 0 R >> >>',
      '/X Do',
    )
    expectRefused(
      await verifyOne(update(await signed(), { 6: field('/V (100) /AP << /N 20 0 R >>'), 20: image }), [root]),
    )
  })
  test('replace: another font under the same name', async () => {
    expectRefused(
      await verifyOne(update(await signed(), { 5: '<< /Type /Font /Subtype /Type3 /BaseFont /Evil >>' }), [root]),
    )
  })
  test('hide and replace: a table that points an object at hidden bytes of the signed file', async () => {
    const hidden = '99 0 obj\n<< >>\nendobj\n4 0 obj\n<< /Length 3 >>\nstream\nq Q\nendstream\nendobj\n'
    const base = contract()
    // Behind the header, in a place that the first table does not know.
    const text = fromLatin1(base)
    const file = await signPdf(latin1(`${text}%\n${hidden}`), leaf)
    const offset = fromLatin1(file).indexOf('4 0 obj\n<< /Length 3 >>')
    const start = file.length
    const section = `xref\n4 1\n${String(offset).padStart(10, '0')} 00000 n\r\ntrailer\n<< /Size 30 /Root 1 0 R /Prev ${lastStartxref(file)} >>\nstartxref\n${start}\n%%EOF\n`
    expectRefused(await verifyOne(concatBytes([file, latin1(section)]), [root]))
  })
  test('a layer switched on', async () => {
    const file = await signed()
    const catalog = objectText(file, 1)
      .replace('/OFF [10 0 R]', '/ON [10 0 R]')
      .replace(/\/OFF ?\[10 0 R\]/, '/ON [10 0 R]')
    expectRefused(await verifyOne(update(file, { 1: catalog }), [root]))
  })
})

describe('certified documents', () => {
  const freeText = '<< /Type /Annot /Subtype /FreeText /Rect [10 90 290 130] /Contents (900 EUR) /DA (/F1 12 Tf) >>'
  const withAnnotation = async (certify: 1 | 2 | 3, annotation: string, more: Record<number, string> = {}) => {
    const file = await signed({ certify })
    const page = objectText(file, 3).replace(/\/Annots ?\[/, '/Annots [40 0 R ')
    expect(page).toContain('40 0 R')
    return verifyOne(update(file, { 3: page, 40: annotation, ...more }), [root])
  }
  test.each([1, 2, 3] as const)('evil annotation: text drawn over a document certified P %i', async (certify) => {
    expectRefused(await withAnnotation(certify, freeText))
  })
  test('evil annotation: a highlight that hides what is beneath', async () => {
    const drawn = '<< /Type /Annot /Subtype /Highlight /Rect [10 90 290 130] /AP << /N 41 0 R >> >>'
    const white = streamText('/Type /XObject /Subtype /Form /BBox [0 0 280 40]', '1 1 1 rg 0 0 280 40 re f')
    expectRefused(await withAnnotation(3, drawn, { 41: white }))
  })
  test('a plain comment is permitted under P 3 and refused under P 2', async () => {
    const note = '<< /Type /Annot /Subtype /Text /Rect [10 90 30 110] /Contents (Looks good) >>'
    const report = await withAnnotation(3, note)
    expect(report.signatures[0]).toMatchObject({ modifications: 'annotations', indication: 'TOTAL-PASSED' })
    expectRefused(await withAnnotation(2, note))
  })
  test.each([1, 2, 3] as const)(
    'sneaky signature: a new visible signature field over a document certified P %i',
    async (certify) => {
      const file = await signed({ certify })
      const widget =
        '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Evil) /Rect [0 0 300 200] /P 3 0 R /AP << /N 42 0 R >> >>'
      const page = objectText(file, 3).replace(/\/Annots ?\[/, '/Annots [40 0 R ')
      const catalog = objectText(file, 1).replace(/\/Fields ?\[/, '/Fields [40 0 R ')
      const forged = update(file, { 1: catalog, 3: page, 40: widget, 42: shownAs('Forged') })
      const report = await verifyOne(forged, [root])
      expectRefused(report)
    },
  )
  test('filling is permitted under P 2 and refused under P 1', async () => {
    const fill = { 6: field('/V (100) /AP << /N 50 0 R >>'), 50: shownAs('100') }
    const two = await verifyOne(update(await signed({ certify: 2 }), fill), [root])
    expect(two.signatures[0]?.indication).toBe('TOTAL-PASSED')
    expectRefused(await verifyOne(update(await signed({ certify: 1 }), fill), [root]))
  })
  test('a locked field is not filled', async () => {
    const file = await signed({ lock: { action: 'Include', fields: ['Amount'] } })
    expectRefused(await verifyOne(update(file, { 6: field('/V (1) /AP << /N 50 0 R >>'), 50: shownAs('1') }), [root]))
  })
})

test.each<[string, (file: Uint8Array) => Record<number, string>]>([
  [
    'NeedAppearances',
    (file) => ({ 1: objectText(file, 1).replace(/\/AcroForm ?<</, '/AcroForm << /NeedAppearances true') }),
  ],
  [
    'an XFA form',
    (file) => ({
      1: objectText(file, 1).replace(/\/AcroForm ?<</, '/AcroForm << /XFA 60 0 R'),
      60: streamText('', '<xdp/>'),
    }),
  ],
  [
    'an action at opening',
    (file) => ({ 1: objectText(file, 1).replace(/>>$/, '/OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>') }),
  ],
  ['a security store that is none', (file) => ({ 1: objectText(file, 1).replace(/>>$/, '/DSS << /Evil 4 0 R >> >>') })],
  ['a field shown that was hidden', () => ({ 6: field('/AP << /N 7 0 R >>').replace('/F 4', '/F 2') })],
  ['a moved field', () => ({ 6: field('/AP << /N 7 0 R >>').replace('[10 10', '[11 10') })],
  [
    'a field used as something else',
    (file) => ({ 3: objectText(file, 3).replace(/\/Resources ?<</, '/Resources << /XObject << /X 6 0 R >>') }),
  ],
])('an update with %s', async (_, objects) => {
  const file = await signed()
  expectRefused(await verifyOne(update(file, objects(file)), [root]))
})
