import { expect, test } from 'vitest'
import { appendClassic, classicPdf, simpleObjects, streamPdf, streamText } from '../../testing/pdf-builder.ts'
import { bytesSource } from '../bytes/byte-source.ts'
import { concatBytes, equalBytes, fromLatin1, latin1 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { inflate } from './filters.ts'
import { Lexer } from './lexer.ts'
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString, dictOf, nameOf } from './objects.ts'
import { openPdf } from './open.ts'
import { countPages, pageAt, pageGeometry } from './pages.ts'
import { trailingBytes, unclaimedSpans } from './unclaimed.ts'
import { deflateSync, zlibSync } from 'fflate'

const parse = (text: string) => new Lexer(latin1(text), 0, true).object()
const open = (bytes: Uint8Array) => openPdf(bytesSource(bytes))
const code = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof SignError ? error.code : String(error)),
  )
const text = (object: unknown): string => (object instanceof PdfString ? fromLatin1(object.bytes) : 'no string')

test('tokens of ISO 32000-2, 7.3', () => {
  expect(parse('-.5')).toBe(-0.5)
  expect(parse('+17')).toBe(17)
  expect(parse('4.')).toBe(4)
  expect(parse('/A#20B')).toBe(PdfName.of('A B'))
  expect(parse('12 3 R')).toEqual(new PdfRef(12, 3))
  expect(parse('[1 2 3 R 4]')).toEqual([1, new PdfRef(2, 3), 4])
  expect(text(parse('(a(b)\\)\\n\\061\\\r\nc\r\nd)'))).toBe('a(b))\n1c\nd')
  expect(text(parse('<4a4B5>'))).toBe('JKP')
  expect(parse('[/A%comment]\n/B]')).toEqual([PdfName.of('A'), PdfName.of('B')])
})

test('a string knows the span of its token', () => {
  const dict = parse('<< /Contents <00ff> >>')
  const contents = dictOf(dict)?.get('Contents')
  expect(contents).toMatchObject({ start: 13, end: 19, hex: true })
})

test('a key written twice is told', () => {
  const dict = dictOf(parse('<< /V 1 /W 2 /V 3 >>'))
  expect(dict?.get('V')).toBe(3)
  expect(dict?.duplicateKeys).toEqual(['V'])
})

test('nesting has a bound', () => {
  expect(() => parse('['.repeat(100_000))).toThrow(SignError)
  expect(() => parse('<</A'.repeat(100_000))).toThrow(SignError)
})

test.each([
  ['classic', classicPdf()],
  ['stream', streamPdf()],
  ['8-byte fields', streamPdf(simpleObjects(), { widths: [1, 8, 2] })],
  ['object stream', streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] })],
  ['leading junk', classicPdf(simpleObjects(), { junk: 'HTTP/1.1 200 OK\r\n\r\n' })],
])('%s: catalog, page and content are found', async (_, bytes) => {
  const document = await open(bytes)
  expect(document.recovered).toBe(false)
  expect(await countPages(document)).toBe(1)
  const page = await pageAt(document, 0)
  expect(page?.ref?.number).toBe(3)
  const content = await document.value(page?.dict, 'Contents')
  expect(content).toBeInstanceOf(PdfStream)
  if (content instanceof PdfStream) expect(fromLatin1(await document.decoded(content))).toContain('(Hello) Tj')
})

test('a large file is not read whole', async () => {
  const bytes = classicPdf(simpleObjects({ 6: streamText('', 'x'.repeat(8 << 20)) }))
  let read = 0
  const document = await openPdf({
    size: bytes.length,
    read: (start, end) => {
      const part = bytes.slice(start, end)
      read += part.length
      return Promise.resolve(part)
    },
  })
  await pageAt(document, 0)
  expect(read).toBeLessThan(512 << 10)
})

test('a wrong startxref is repaired nearby, or the file is scanned', async () => {
  const good = fromLatin1(classicPdf())
  const near = good.replace(/startxref\n(\d+)/, (_, n: string) => `startxref\n${Number(n) + 2}`)
  const document = await open(latin1(near))
  expect(document.recovered).toBe(false)
  expect(document.problems).toEqual([{ id: 'xref-repaired' }])
  const far = await open(latin1(good.replace(/startxref\n\d+/, 'startxref\n7')))
  expect(far.recovered).toBe(true)
  expect(await countPages(far)).toBe(1)
})

test('a scan opens object streams as well', async () => {
  const bytes = fromLatin1(streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] }))
  const document = await open(latin1(bytes.replace(/startxref\n\d+/, 'startxref\n1')))
  expect(document.recovered).toBe(true)
  expect((await pageAt(document, 0))?.ref?.number).toBe(3)
})

test('entries that are wrong lead to a scan', async () => {
  const text = fromLatin1(classicPdf()).replace(
    /(\d{10}) 00000 n/g,
    (_, n: string) => `${String(Number(n) + 5).padStart(10, '0')} 00000 n`,
  )
  const document = await open(latin1(text))
  expect(document.recovered).toBe(true)
  expect(await countPages(document)).toBe(1)
})

test('entries of other lengths than 20 bytes are read', async () => {
  const text = fromLatin1(classicPdf()).replaceAll(' n\r\n', ' n\n').replaceAll(' f\r\n', ' f\n')
  const document = await open(latin1(text))
  expect(document.recovered).toBe(false)
  expect(await countPages(document)).toBe(1)
})

test('a file is read as of each of its revisions', async () => {
  const first = classicPdf()
  const previous = fromLatin1(first).lastIndexOf('xref\n0')
  const second = appendClassic(first, { 4: streamText('', 'BT (Changed) Tj ET'), 6: '(new)' }, previous)
  const document = await open(second)
  const [older, newer] = document.revisions
  expect(older?.span).toEqual({ start: 0, end: first.length })
  expect(newer?.span).toEqual({ start: first.length, end: second.length })
  expect(newer?.eof).toBe(second.length - 1)
  expect(await document.objectAt(0, new PdfRef(6, 0))).toBeNull()
  expect(text(await document.objectAt(1, new PdfRef(6, 0)))).toBe('new')
  const now = await document.objectAt(1, new PdfRef(4, 0))
  const then = await document.objectAt(0, new PdfRef(4, 0))
  if (!(now instanceof PdfStream) || !(then instanceof PdfStream)) throw new Error('no stream')
  expect(fromLatin1(await document.decoded(now))).toContain('Changed')
  expect(fromLatin1(await document.decoded(then))).toContain('Hello')
  expect([...(await document.definedBy(newer!)).keys()]).toEqual([4, 6])
  expect(await document.spanOf(new PdfRef(6, 0))).toMatchObject({ start: fromLatin1(second).indexOf('6 0 obj') })
})

test('bytes that belong to nothing are found', async () => {
  const first = classicPdf()
  const previous = fromLatin1(first).lastIndexOf('xref\n0')
  const hidden = latin1('9 0 obj\n(hidden)\nendobj\n')
  const base = concatBytes([first, hidden])
  const document = await open(concatBytes([appendClassic(base, { 6: '(new)' }, previous), latin1('tail')]))
  const newest = document.revisions.at(-1)!
  expect(await unclaimedSpans(document, newest)).toEqual([{ start: first.length, end: base.length }])
  expect(await trailingBytes(document)).toEqual({ start: newest.span.end, end: document.size })
  const clean = await open(first)
  expect(await unclaimedSpans(clean, clean.revisions[0]!)).toEqual([])
  expect(await trailingBytes(clean)).toBeNull()
})

test('loops end: sections, page tree, references, object streams, lengths', async () => {
  const first = classicPdf(simpleObjects(), { trailer: '/Prev 99999' })
  const at = fromLatin1(first).lastIndexOf('xref\n0')
  const loop = latin1(fromLatin1(first).replace('/Prev 99999', `/Prev ${String(at).padEnd(5)}`))
  expect((await open(loop)).recovered).toBe(true)
  const tree = await open(classicPdf(simpleObjects({ 2: '<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R] /Count 9 >>' })))
  expect(await countPages(tree)).toBe(1)
  const refs = await open(classicPdf(simpleObjects({ 6: '7 0 R', 7: '6 0 R' })))
  expect(await refs.resolve(new PdfRef(6, 0))).toBeNull()
  const own = await open(classicPdf(simpleObjects({ 6: '<< /Length 6 0 R >>\nstream\nabc\nendstream' })))
  expect(await own.get(new PdfRef(6, 0))).toMatchObject({ length: 3 })
})

test('what is no PDF has a code', async () => {
  expect(await code(open(new Uint8Array()))).toBe('FORMAT_EMPTY_FILE')
  expect(await code(open(latin1('\x89PNG\r\n\x1a\n')))).toBe('FORMAT_NOT_PDF')
  expect(await code(open(latin1('%PDF-1.7\nnothing else')))).toBe('FORMAT_UNRECOVERABLE')
})

test('a wrong stream length is corrected by its end', async () => {
  const object = '<< /Length 9999 >>\nstream\nabc\r\nendstream'
  const document = await open(classicPdf(simpleObjects({ 6: object })))
  const stream = await document.get(new PdfRef(6, 0))
  expect(stream).toMatchObject({ length: 3 })
})

test('inflate is bounded, accepts bare deflate and keeps what a cut stream gave', () => {
  const data = new Uint8Array(100_000).fill(7)
  expect(equalBytes(inflate(zlibSync(data)), data)).toBe(true)
  expect(equalBytes(inflate(deflateSync(data)), data)).toBe(true)
  expect(() => inflate(zlibSync(data), 50_000)).toThrow(SignError)
  const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 31) >> 3)
  const cut = zlibSync(noise).subarray(0, 20_000)
  expect(noise.subarray(0, 100)).toEqual(inflate(cut).subarray(0, 100))
})

test('page geometry: crop within media, rotation, unit', async () => {
  const page = '/CropBox [20 20 900 150] /Rotate -90 /UserUnit 2'
  const document = await open(classicPdf(simpleObjects({}, { page })))
  const geometry = await pageGeometry(document, (await pageAt(document, 0))!)
  expect(geometry).toEqual({ box: { left: 20, bottom: 20, right: 300, top: 150 }, rotate: 270, userUnit: 2 })
})

test('hybrid: objects hidden from the table are found in its stream', async () => {
  const base = fromLatin1(classicPdf(simpleObjects()))
  const body = base.slice(0, base.lastIndexOf('xref\n0'))
  const hidden = `6 0 obj\n(hidden)\nendobj\n`
  const stream = `7 0 obj\n${streamText('/Type /XRef /Size 8 /W [1 2 1] /Index [6 1]', `\x01${String.fromCharCode(body.length >> 8, body.length & 255)}\x00`)}\nendobj\n`
  const table = base.slice(base.lastIndexOf('xref\n0'), base.lastIndexOf('trailer'))
  const start = body.length + hidden.length
  const all = `${body}${hidden}${stream}${table}6 1\n0000000000 00000 f\r\ntrailer\n<< /Size 8 /Root 1 0 R /XRefStm ${start} >>\nstartxref\n${start + stream.length}\n%%EOF`
  const document = await open(latin1(all))
  expect(document.sections[0]?.kind).toBe('hybrid')
  expect(text(await document.get(new PdfRef(6, 0)))).toBe('hidden')
  expect(nameOf(dictOf(await document.get(new PdfRef(1, 0)))?.get('Type'))).toBe('Catalog')
  expect(await document.resolve(new PdfDict())).toBeInstanceOf(PdfDict)
})

test('object 0 is never an object, even where a scan finds one', async () => {
  const text = fromLatin1(classicPdf())
    .replace('1 0 obj', '0 0 obj')
    .replace(/startxref\n\d+/, 'startxref\n7')
  expect(await code(open(latin1(text.replace('/Root 1 0 R', '/Root 0 0 R'))))).toBe('FORMAT_UNRECOVERABLE')
})
