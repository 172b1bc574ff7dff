import { describe, expect, test } from 'vitest'
import { blobSource } from '../../bytes/byte-source.ts'
import { classicPdf, simpleObjects, streamPdf, streamText, type PdfObjects } from '../../../testing/pdf-builder.ts'
import { appendLoose, update } from '../../../testing/pdf-update.ts'
import type { Finding } from '../../validation/facts.ts'
import { readForm } from '../fields.ts'
import { openPdf } from '../open.ts'
import { findings } from './findings.ts'

async function look(bytes: Uint8Array, signal?: AbortSignal): Promise<readonly Finding[]> {
  const document = await openPdf(blobSource(new Blob([Uint8Array.from(bytes)])))
  return findings(document, await readForm(document), signal)
}

type Keys = { catalog?: string; page?: string }
const lookAt = (extra: PdfObjects, keys: Keys = {}): Promise<readonly Finding[]> =>
  look(classicPdf(simpleObjects(extra, keys)))

const ids = (found: readonly Finding[]): string[] => found.map(({ id }) => id)

const annotation = (keys: string, drawing = '0 0 100 50 re f', form = ''): PdfObjects => ({
  6: `<< /Type /Annot /Rect [10 90 110 140] ${keys} /AP << /N 7 0 R >> >>`,
  7: streamText(`/Type /XObject /Subtype /Form /BBox [0 0 100 50] ${form}`, drawing),
})
const onPage: Keys = { page: '/Annots [6 0 R]' }

describe('a clean document gives none', () => {
  test('with a table, with streams, with two revisions', async () => {
    expect(await look(classicPdf())).toEqual([])
    expect(await look(streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] }))).toEqual([])
    expect(await look(update(classicPdf(), { 4: streamText('', 'BT /F1 18 Tf 10 100 Td (Bye) Tj ET') }))).toEqual([])
  })

  test('with links, an outline, a text field and a jump on opening', async () => {
    const extra: PdfObjects = {
      6: '<< /Type /Annot /Subtype /Link /Rect [0 0 50 50] /A << /S /URI /URI (https://example.com) >> >>',
      7: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Name) /Rect [0 0 50 50] /P 3 0 R >>',
      8: '<< /First 9 0 R /Last 9 0 R >>',
      9: '<< /Title (One) /Parent 8 0 R /A << /S /GoTo /D [3 0 R /Fit] >> >>',
    }
    const catalog = '/AcroForm << /Fields [7 0 R] >> /Outlines 8 0 R /OpenAction [3 0 R /Fit]'
    expect(await lookAt(extra, { catalog, page: '/Annots [6 0 R 7 0 R]' })).toEqual([])
  })
})

describe('actions', () => {
  test.each([
    ['/OpenAction << /S /JavaScript /JS (1) >>', '', 'on opening'],
    ['/AA << /WP << /S /JavaScript /JS (1) >> >>', '', 'document (WP)'],
    ['/Names << /JavaScript << /Kids [8 0 R] >> >>', '', 'document script'],
    ['', '/AA << /O << /S /JavaScript /JS (1) >> >>', 'page 1 (O)'],
    ['', '/Annots [6 0 R]', 'page 1, 6 0'],
    ['/Outlines << /First 10 0 R >>', '', 'outline'],
    ['/AcroForm << /Fields [7 0 R] >>', '', 'field Sum, 7 0 (C)'],
    ['/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Rendition /JS (1) >>] >>', '', 'on opening'],
  ])('a script: %s %s', async (catalog, page, evidence) => {
    const extra: PdfObjects = {
      6: '<< /Type /Annot /Subtype /Link /Rect [0 0 5 5] /A << /S /JavaScript /JS (1) >> >>',
      7: '<< /FT /Tx /T (Sum) /AA << /C << /S /JavaScript /JS (1) >> >> >>',
      8: '<< /Names [(a) << /S /JavaScript /JS (1) >>] /Kids [8 0 R] >>',
      10: '<< /Title (x) /Next 10 0 R /First 10 0 R /A << /S /JavaScript /JS (1) >> >>',
    }
    expect(await lookAt(extra, { catalog, page })).toEqual([
      { id: 'content-javascript', severity: 'warning', evidence },
    ])
  })

  test.each([
    ['Launch', 'content-launch'],
    ['GoToR', 'content-launch'],
    ['GoToE', 'content-launch'],
    ['SubmitForm', 'content-form-data'],
    ['ImportData', 'content-form-data'],
    ['ResetForm', 'content-show-hide'],
    ['Hide', 'content-show-hide'],
    ['SetOCGState', 'content-show-hide'],
  ])('%s', async (kind, id) => {
    const found = await lookAt({}, { catalog: `/OpenAction << /S /${kind} >>` })
    expect(found).toEqual([{ id, severity: 'warning', evidence: `on opening: ${kind}` }])
  })

  test('a chain that never ends is followed once', async () => {
    const extra = { 6: '<< /S /GoTo /Next 7 0 R >>', 7: '<< /S /Launch /Next 6 0 R >>' }
    expect(ids(await lookAt(extra, { catalog: '/OpenAction 6 0 R' }))).toEqual(['content-launch'])
  })
})

describe('layers', () => {
  const layers = (rest: string, d: string): Promise<readonly Finding[]> =>
    lookAt(
      { 6: '<< /Type /OCG /Name (Price) >>' },
      { catalog: `/OCProperties << /OCGs [6 0 R] /D << ${d} >> ${rest} >>` },
    )

  test('all shown: a note', async () => {
    expect(await layers('', '')).toEqual([{ id: 'content-layers', severity: 'info', evidence: 'Price' }])
  })

  test.each(['/OFF [6 0 R]', '/BaseState /OFF'])('hidden by %s', async (d) => {
    expect(await layers('', d)).toEqual([{ id: 'content-layers-hidden', severity: 'warning', evidence: 'Price' }])
  })

  test('switched by themselves, or by another configuration', async () => {
    const used = await layers('', '/AS [<< /Event /Print /OCGs [6 0 R] /Category [/Print] >>]')
    expect(used).toEqual([{ id: 'content-layers-switch', severity: 'warning', evidence: 'on Print' }])
    expect(ids(await layers('/Configs [<< /BaseState /OFF >>]', ''))).toEqual(['content-layers-switch'])
  })
})

test('XFA, and fields that are drawn anew', async () => {
  const field = { 6: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Name) /Rect [0 0 50 50] >>' }
  const form = (keys: string): Promise<readonly Finding[]> =>
    lookAt(field, { ...onPage, catalog: `/AcroForm << /Fields [6 0 R] ${keys} >>` })
  expect(ids(await form('/XFA (x)'))).toEqual(['content-xfa'])
  expect(ids(await form('/NeedAppearances true'))).toEqual(['content-need-appearances'])
  expect(await form('/NeedAppearances false')).toEqual([])
})

describe('annotations', () => {
  test.each(['FreeText', 'Stamp', 'Redact', 'Square', 'Highlight', 'Ink'])('a filled %s covers', async (subtype) => {
    const found = await lookAt(annotation(`/Subtype /${subtype}`), onPage)
    expect(found).toEqual([
      { id: 'content-annotation-covers', severity: 'warning', evidence: `page 1, 6 0: ${subtype}` },
    ])
  })

  test('one that the reader fills itself covers too', async () => {
    const square = (keys: string): Promise<readonly Finding[]> =>
      lookAt({ 6: `<< /Type /Annot /Subtype /Square /Rect [10 90 110 140] ${keys} >>` }, onPage)
    expect(ids(await square('/IC [1 1 1]'))).toEqual(['content-annotation-covers'])
    expect(await square('/C [1 0 0]')).toEqual([])
  })

  test('lines, what is seen through, what lies beside the page and a signature field do not', async () => {
    expect(await lookAt(annotation('/Subtype /Square', '0 0 100 50 re S'), onPage)).toEqual([])
    const multiplied = '/Resources << /ExtGState << /G << /BM /Multiply >> >> >>'
    expect(await lookAt(annotation('/Subtype /Highlight', '/G gs 0 0 9 9 re f', multiplied), onPage)).toEqual([])
    expect(await lookAt(annotation('/Subtype /Ink', 'q /G gs q 9 w 0 0 9 9 re f Q Q', multiplied), onPage)).toEqual([])
    expect(await lookAt(annotation('/Subtype /Stamp /Rect [400 400 500 500]'), onPage)).toEqual([])
    expect(await lookAt(annotation('/Subtype /Widget'), onPage)).toEqual([])
    const icon = {
      6: '<< /Subtype /Text /Rect [10 90 30 110] /AP << /N 7 0 R >> >>',
      7: streamText('', '0 0 9 9 re f'),
    }
    expect(await lookAt(icon, onPage)).toEqual([])
  })

  test.each([
    'q /G gs Q 0 0 9 9 re f',
    '0 0 9 9 re f /G gs',
    '/H gs 0 0 9 9 re f',
    '(/G gs) Tj 0 0 9 9 re f',
    '<< 0 0 9 9 re f',
  ])('a state that does not hold while painting lets nothing through: %s', async (drawing) => {
    const form = '/Resources << /ExtGState << /G << /BM /Multiply >> /H << /ca 1 >> >> >>'
    const found = await lookAt(annotation('/Subtype /Highlight', drawing, form), onPage)
    expect(ids(found)).toEqual(['content-annotation-covers'])
  })

  test('what is hidden now may be shown later', async () => {
    expect(ids(await lookAt(annotation('/Subtype /Stamp /F 2'), onPage))).toEqual(['content-annotation-hidden'])
    expect(ids(await lookAt(annotation('/Subtype /Square /F 36'), onPage))).toEqual(['content-annotation-hidden'])
  })
})

describe('parts that are not in the file', () => {
  test('a page, an image and an appearance from elsewhere', async () => {
    const outside = await lookAt({ 4: streamText('/F (other.bin)', '') })
    expect(outside).toEqual([{ id: 'content-external-stream', severity: 'warning', evidence: 'page 1, 4 0' }])
    const objects = simpleObjects({
      3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 6 0 R >> >> >>',
      6: streamText('/Subtype /Form /Resources << /XObject << /X 6 0 R /Y 7 0 R >> >>', ''),
      7: streamText('/Subtype /Image /F << /Type /Filespec /FS /URL /F (https://example.com/i.png) >>', ''),
    })
    expect((await look(classicPdf(objects)))[0]?.evidence).toBe('page 1, 7 0')
  })

  test('a font is a note, a standard one none', async () => {
    const font = '<< /Type /Font /Subtype /TrueType /BaseFont /Arial /FontDescriptor 6 0 R >>'
    const found = await lookAt({ 5: font, 6: '<< /Type /FontDescriptor >>' })
    expect(found).toEqual([{ id: 'content-font-not-embedded', severity: 'info', evidence: 'Arial (page 1)' }])
    expect(await lookAt({ 5: font, 6: '<< /FontFile2 7 0 R >>', 7: streamText('', '') })).toEqual([])
    const composite = '<< /Type /Font /Subtype /Type0 /BaseFont /Song /DescendantFonts [<< /FontDescriptor 6 0 R >>] >>'
    expect(ids(await lookAt({ 5: composite, 6: '<< >>' }))).toEqual(['content-font-not-embedded'])
  })
})

describe('bytes that belong to nothing', () => {
  test('before the beginning, after the end', async () => {
    expect(ids(await look(classicPdf(simpleObjects(), { junk: 'MZ junk\n' })))).toEqual(['content-leading-bytes'])
    const appended = await look(appendLoose(classicPdf(), { 4: streamText('', '(Other) Tj') }))
    expect(ids(appended)).toEqual(['content-trailing-bytes'])
  })

  test('between the objects', async () => {
    const objects = simpleObjects({ 5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n<html>' })
    expect(ids(await look(classicPdf(objects)))).toEqual(['content-loose-bytes'])
    const later = update(classicPdf(), { 5: '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>\nendobj\n<html>' })
    const [found] = await look(later)
    expect(found).toMatchObject({ id: 'pdf-bytes-outside-objects', severity: 'warning' })
  })
})

describe('bounds', () => {
  test('only so many pages, and it says so', async () => {
    const kids = Array.from({ length: 400 }, (_, i) => `${10 + i} 0 R`).join(' ')
    const pages = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [10 + i, '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>']),
    )
    const found = await lookAt({ 2: `<< /Type /Pages /Kids [${kids}] /Count 400 /MediaBox [0 0 9 9] >>`, ...pages })
    expect(found).toEqual([{ id: 'content-not-all-looked-at', severity: 'info', evidence: 'pages 301–400' }])
  })

  test('only so many references', async () => {
    const scripts = Array.from({ length: 30_000 }, (_, i) => `(${i}) ${20 + i} 0 R`).join(' ')
    const found = await lookAt({ 6: `<< /Names [${scripts}] >>` }, { catalog: '/Names << /JavaScript 6 0 R >>' })
    expect(ids(found)).toEqual(['content-not-all-looked-at'])
  })

  test('many places are one finding, and a name cannot turn the line around', async () => {
    const kids = Array.from({ length: 9 }, (_, i) => `<< /Subtype /Link /A << /S /Launch >> /N ${i} >>`).join(' ')
    const objects = simpleObjects({}, { page: `/Annots [${kids}]`, catalog: '/AA << /D\x07C << /S /Launch >> >>' })
    const [found] = await look(classicPdf(objects))
    expect(found?.evidence).toBe('document (D C): Launch; page 1: Launch')
  })

  test('a cancel is an AbortError', async () => {
    await expect(look(classicPdf(), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})
