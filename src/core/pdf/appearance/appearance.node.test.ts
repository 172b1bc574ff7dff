import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamText } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { inFolder, run, testWith } from '../../../testing/tools.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { writable } from '../font/embed.ts'
import { TrueTypeFont } from '../font/sfnt.ts'
import { subsetFont } from '../font/subset.ts'
import { readForm } from '../fields.ts'
import { PdfDict, PdfStream, isArray } from '../objects.ts'
import { openPdf } from '../open.ts'
import { textOf } from '../text.ts'
import type { SignatureAppearance } from './appearance.ts'
import { TEMPLATES } from './appearance.ts'
import { layoutAppearance } from './layout.ts'

const bytes = new Uint8Array(readFileSync(new URL('../../../../public/fonts/noto-sans.ttf', import.meta.url)))
const font = new TrueTypeFont(bytes)

const appearance: SignatureAppearance = {
  template: 'text',
  name: 'Олена Шевченко',
  details: ['Signed 22.11.2026 14:05', 'Υπογραφή', 'Ünïcödé'],
  alt: 'Підпис Олени Шевченко',
  font: bytes,
}
const strokes = {
  kind: 'strokes',
  width: 100,
  height: 40,
  thickness: 2,
  paths: [
    [0, 0, 50, 40, 100, 0],
    [5, 5],
  ],
} as const
const hand = new Uint8Array(readFileSync(new URL('../../../../public/fonts/caveat.ttf', import.meta.url)))
const typed = { kind: 'typed', text: 'Олена Шевченко', font: hand } as const
const image = { kind: 'image', width: 2, height: 1, rgba: Uint8Array.of(255, 0, 0, 128, 0, 0, 255, 255) } as const

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

test('the bundled font has Latin, Cyrillic and Greek letters, and says what it lacks', () => {
  for (const text of ['Zażółć gęślą jaźń', 'Ґрунт ЇЄ Ёлка ў', 'Ελληνικά ΐ', '№ € ₴ – “”…']) {
    expect(writable(font, text)).toEqual({ text, missing: [] })
  }
  expect(writable(font, 'и\u0306 王 العربية')).toMatchObject({ text: expect.stringMatching(/^й \? \?+$/) as string })
  expect(writable(font, '王王').missing).toEqual(['王'])
})

test('widths are those of the font', () => {
  expect(font.widthOf('A') * 1000).toBeCloseTo(639, 0)
  expect(font.widthOf('AB')).toBeCloseTo(font.widthOf('A') + font.widthOf('B'))
})

test('a subset keeps outlines, widths and the parts of composed glyphs', () => {
  const wanted = ['é', 'Ї', 'Ώ'].map((c) => font.glyphOf(c.codePointAt(0)!))
  const { bytes: cut, glyphs } = subsetFont(font, wanted)
  expect(cut.length).toBeLessThan(8000)
  expect(glyphs[0]).toBe(0)
  // No cmap is left; glyph data must be reachable and equal in size but for renumbered parts.
  const view = new DataView(cut.buffer)
  let sum = 0
  for (let at = 0; at + 4 <= cut.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  expect(sum).toBe(0xb1b0afba)
})

test('whatever the texts and the box, nothing is placed outside it', () => {
  const words = fc.array(fc.constantFrom('Олена', 'von', 'Hohenlohe-Langenburg', 'x'.repeat(60), 'Ελένη', '王'), {
    maxLength: 9,
  })
  const sizes = fc.record({ width: fc.integer({ min: 8, max: 600 }), height: fc.integer({ min: 6, max: 300 }) })
  const law = fc.property(
    words,
    words,
    fc.constantFrom(...TEMPLATES),
    sizes,
    fc.boolean(),
    fc.boolean(),
    (name, detail, template, size, hasMark, hasQr) => {
      const given = { ...appearance, template, name: name.join(' '), details: [detail.join(' '), 'x'] }
      const extra = { ...(hasMark ? { mark: strokes } : {}), ...(hasQr ? { qr: 'https://example.com/x' } : {}) }
      for (const item of layoutAppearance({ ...given, ...extra }, size).items) {
        const [width, height] =
          'width' in item
            ? [item.width, item.height]
            : item.kind === 'qr'
              ? [item.size, item.size]
              : [font.widthOf(item.text) * item.size, item.size * 0.8]
        expect(item.x).toBeGreaterThanOrEqual(-0.01)
        expect(item.y).toBeGreaterThanOrEqual(-0.01)
        expect(item.x + width).toBeLessThanOrEqual(size.width + 0.01)
        expect(item.y + height).toBeLessThanOrEqual(size.height + 0.01)
      }
    },
  )
  fc.assert(law, { numRuns: 300, seed: 7 })
})

test('a long name shrinks and wraps; one that cannot fit is cut and told', () => {
  const size = { width: 200, height: 60 }
  const short = layoutAppearance(appearance, size)
  const long = layoutAppearance({ ...appearance, name: 'Maximiliane Hedwigis '.repeat(4) }, size)
  const sizes = (items: typeof short.items) => items.flatMap((item) => (item.kind === 'text' ? [item.size] : []))
  expect(Math.max(...sizes(long.items))).toBeLessThan(Math.max(...sizes(short.items)))
  expect(long.truncated).toBe(false)
  expect(layoutAppearance({ ...appearance, name: 'Maximiliane '.repeat(60) }, size).truncated).toBe(true)
})

const rotatedPage = (page: string) => classicPdf(simpleObjects({}, { page }))

test('the form is turned against the page, in points, with alternative text', async () => {
  const sizes = { 0: [160, 40], 90: [40, 160], 180: [160, 40], 270: [40, 160] } as const
  for (const rotate of [0, 90, 180, 270] as const) {
    const signed = await signPdf(rotatedPage(`/Rotate ${rotate} /UserUnit 2`), party, {
      appearance,
      field: { kind: 'new', rect: [20, 20, 100, 40] },
    })
    const document = await openPdf(bytesSource(signed))
    const field = (await readForm(document))!.fields[0]!
    expect(textOf(field.dict.get('TU'))).toBe(appearance.alt)
    const form = await document.value(await document.dict(field.dict, 'AP'), 'N')
    if (!(form instanceof PdfStream)) throw new Error('no form')
    const box = form.dict.get('BBox')
    expect(isArray(box) && box.slice(2)).toEqual(sizes[rotate])
    expect(form.dict.get('Matrix') === null).toBe(rotate === 0)
    const mk = field.dict.get('MK')
    expect(mk instanceof PdfDict ? mk.get('R') : null).toBe(rotate === 0 ? null : rotate)
  }
})

testWith(
  ['pdftotext', 'pdffonts', 'pdfsig', 'qpdf', 'mutool'],
  'every template: text is found by others, the font is embedded, the file is sound',
  async () => {
    await inFolder(async (folder) => {
      for (const template of TEMPLATES) {
        for (const mark of [strokes, image]) {
          const path = join(folder, `${template}.pdf`)
          const field = { kind: 'new', rect: [20, 20, 280, 90] } as const
          writeFileSync(
            path,
            await signPdf(classicPdf(), party, { appearance: { ...appearance, template, mark, qr: 'id' }, field }),
          )
          const text = run('pdftotext', [path, '-']).output
          expect(Buffer.from(text, 'latin1').toString()).toMatch(/Олена\s+Шевченко/)
          expect(run('pdffonts', [path]).output).toMatch(/NotoSans-Regular +CID TrueType +Identity-H +yes yes yes/)
          expect(run('pdfsig', ['-nocert', path]).output).toContain('Signature is Valid')
          expect(run('qpdf', ['--check', path]).status).toBe(0)
          expect(run('mutool', ['draw', '-o', join(folder, 'page.png'), path]).output).not.toMatch(
            /warning: (?!ICC)|error/,
          )
        }
      }
    })
  },
)

test('a PDF/A document gets no device colours and no transparency where they are forbidden', async () => {
  const xmp = (part: number) =>
    streamText('/Type /Metadata /Subtype /XML', `<rdf:Description pdfaid:part="${part}" pdfaid:conformance="B"/>`)
  const sign = async (part: number, catalog = '') => {
    const file = classicPdf(simpleObjects({ 6: xmp(part) }, { catalog: `/Metadata 6 0 R ${catalog}` }))
    const field = { kind: 'new', rect: [20, 20, 280, 90] } as const
    return Buffer.from(
      await signPdf(file, party, { appearance: { ...appearance, template: 'mark', mark: image }, field }),
    ).toString('latin1')
  }
  expect(await sign(1)).not.toContain('/SMask')
  expect(await sign(1, '/OutputIntents [<<>>]')).not.toContain('/SMask')
  expect(await sign(2)).not.toContain('/SMask')
  expect(await sign(2, '/OutputIntents [<<>>]')).toContain('/SMask')
  expect((await sign(1)).split('/CalRGB').length).toBeGreaterThan(1)
  expect(await sign(1)).not.toContain('/DeviceRGB')
})

test('an image whose pixels do not fill it is a mistake of the caller', async () => {
  const mark = { ...image, width: 3 }
  const request = signPdf(classicPdf(), party, {
    appearance: { ...appearance, template: 'mark', mark },
    field: { kind: 'new', rect: [0, 0, 100, 50] },
  })
  await expect(request).rejects.toThrow(RangeError)
})

test('a typed mark stands in its hand, or plainly when the hand lacks a letter', () => {
  const size = { width: 200, height: 60 }
  const inHand = layoutAppearance({ ...appearance, template: 'mark', mark: typed }, size)
  expect(inHand).toMatchObject({ plainMark: false, missing: [] })
  const mark = inHand.items.find((item) => item.kind === 'text' && item.hand)
  expect(mark).toMatchObject({ text: 'Олена Шевченко' })
  const greek = layoutAppearance({ ...appearance, template: 'mark', mark: { ...typed, text: 'Ελένη' } }, size)
  expect(greek).toMatchObject({ plainMark: true, missing: [] })
  expect(greek.items.some((item) => item.kind === 'text' && item.hand)).toBe(false)
  const chinese = layoutAppearance({ ...appearance, template: 'mark', mark: { ...typed, text: '王' } }, size)
  expect(chinese.missing).toEqual(['王'])
})

const seen = { field: { kind: 'new', page: 1, rect: [60, 60, 260, 130] }, appearance } as const
const contract = () => new Uint8Array(readFileSync(new URL('../../../../public/samples/contract.pdf', import.meta.url)))

test('in a tagged document the signature has its place among the elements, with the words for those who cannot see', async () => {
  const document = await openPdf(bytesSource(await signPdf(contract(), party, seen)))
  const field = (await readForm(document))?.fields.find(({ type }) => type === 'Sig')
  const key = field?.dict.get('StructParent')
  const root = await document.dict((await document.catalog())?.dict, 'StructTreeRoot')
  const numbers = await document.value(await document.dict(root, 'ParentTree'), 'Nums')
  const pairs = isArray(numbers) ? numbers : []
  expect(pairs.at(-2)).toBe(key)
  const element = await document.resolve(pairs.at(-1))
  if (!(element instanceof PdfDict)) throw new Error('no element')
  expect(textOf(element.get('Alt'))).toBe(appearance.alt)
  const held = await document.dict(element, 'K')
  expect(held?.get('Obj')).toMatchObject({ number: field?.ref.number })
  const parent = await document.dict(element, 'P')
  const kids = await document.value(parent, 'K')
  expect(isArray(kids) && kids.at(-1)).toEqual(pairs.at(-1))
  expect(await document.value(root, 'ParentTreeNextKey')).toBe(Number(key) + 1)
})

test('what is signed already keeps its structure tree: others would take a change of it for more than a signature', async () => {
  const twice = await openPdf(bytesSource(await signPdf(await signPdf(contract(), party), party, seen)))
  const fields = (await readForm(twice))?.fields.filter(({ type }) => type === 'Sig') ?? []
  expect(fields.map(({ dict }) => dict.get('StructParent'))).toEqual([null, null])
  expect(textOf(fields[1]?.dict.get('TU'))).toBe(appearance.alt)
})

testWith(
  ['pdfinfo', 'qpdf', 'pdfsig', 'pdftotext'],
  'others find the tag, and the letters of the typed mark',
  async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'tagged.pdf')
      const look = { ...appearance, template: 'mark', mark: typed } as const
      writeFileSync(path, await signPdf(contract(), party, { ...seen, appearance: look }))
      const structure = Buffer.from(run('pdfinfo', ['-struct', path]).output, 'latin1').toString()
      expect(structure).toMatch(/Form[^\n]*\n\s+Object/)
      expect(run('qpdf', ['--check', path]).status).toBe(0)
      expect(run('pdfsig', ['-nocert', path]).output).toContain('Signature is Valid')
      const text = Buffer.from(run('pdftotext', ['-f', '1', '-l', '1', path, '-']).output, 'latin1').toString()
      expect(text.split('Олена Шевченко').length).toBe(3)
    })
  },
)
