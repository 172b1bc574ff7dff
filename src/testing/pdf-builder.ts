import { concatBytes, latin1 } from '../core/bytes/bytes.ts'

/** Objects by number: the text between `obj` and `endobj` (characters are bytes). */
export type PdfObjects = Readonly<Record<number, string>>

/** A one-page document; `extra` replaces or adds objects, `catalog` and `page` add keys. */
export function simpleObjects(extra: PdfObjects = {}, keys: { catalog?: string; page?: string } = {}): PdfObjects {
  return {
    1: `<< /Type /Catalog /Pages 2 0 R ${keys.catalog ?? ''} >>`,
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 200] >>',
    3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${keys.page ?? ''} >>`,
    4: streamText('', 'BT /F1 18 Tf 10 100 Td (Hello) Tj ET'),
    5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...extra,
  }
}

export const streamText = (keys: string, data: string): string =>
  `<< ${keys} /Length ${data.length} >>\nstream\n${data}\nendstream`

export type BuildOptions = Readonly<{
  /** Bytes before `%PDF-`; offsets count from the header. */
  junk?: string
  trailer?: string
  eol?: string
}>

/** A document with a classic cross-reference table. */
export function classicPdf(objects: PdfObjects = simpleObjects(), options: BuildOptions = {}): Uint8Array {
  const head = `%PDF-1.7\n%\xE2\xE3\xCF\xD3\n`
  return latin1((options.junk ?? '') + head + classicSection(objects, head.length, options, true))
}

/** Appends an update with a classic section to a document whose last section starts at `previous`. */
export function appendClassic(
  file: Uint8Array,
  objects: PdfObjects,
  previous: number,
  options: BuildOptions = {},
): Uint8Array {
  const update = classicSection(
    objects,
    file.length,
    { ...options, trailer: `/Prev ${previous} ${options.trailer ?? ''}` },
    false,
  )
  return concatBytes([file, latin1(update)])
}

function classicSection(objects: PdfObjects, start: number, options: BuildOptions, first: boolean): string {
  let body = ''
  const numbers = Object.keys(objects).map(Number)
  let table = first ? '0 1\n0000000000 65535 f\r\n' : ''
  for (const number of numbers) {
    table += `${number} 1\n${String(start + body.length).padStart(10, '0')} 00000 n\r\n`
    body += `${number} 0 obj\n${objects[number]}\nendobj\n`
  }
  const size = Math.max(...numbers) + 1
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R ${options.trailer ?? ''} >>`
  return `${body}xref\n${table}${trailer}\nstartxref\n${start + body.length}\n%%EOF${options.eol ?? '\n'}`
}

export type StreamOptions = Readonly<{
  /** Widths of the three fields. */
  widths?: readonly [number, number, number]
  /** Numbers of objects to put into one object stream. */
  compressed?: readonly number[]
  trailer?: string
}>

/** A document with an (uncompressed) cross-reference stream and perhaps an object stream. */
export function streamPdf(objects: PdfObjects = simpleObjects(), options: StreamOptions = {}): Uint8Array {
  const widths = options.widths ?? [1, 3, 2]
  const compressed = options.compressed ?? []
  const highest = Math.max(...Object.keys(objects).map(Number))
  let body = '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n'
  const rows: number[][] = [[0, 0, 0]]
  const put = (number: number, text: string): void => {
    rows[number] = [1, body.length, 0]
    body += `${number} 0 obj\n${text}\nendobj\n`
  }
  for (const [number, text] of Object.entries(objects))
    if (!compressed.includes(Number(number))) put(Number(number), text)
  if (compressed.length > 0) {
    let heads = ''
    let data = ''
    compressed.forEach((number, index) => {
      rows[number] = [2, highest + 1, index]
      heads += `${number} ${data.length} `
      data += `${objects[number]} `
    })
    put(highest + 1, streamText(`/Type /ObjStm /N ${compressed.length} /First ${heads.length}`, heads + data))
  }
  const number = highest + 2
  const start = body.length
  rows[number] = [1, start, 0]
  let data = ''
  for (let i = 0; i <= number; i++) {
    const row = rows[i] ?? [0, 0, 0]
    widths.forEach((width, field) => {
      const digits = (row[field] ?? 0).toString(16).padStart(2 * width, '0')
      for (let at = 0; at < 2 * width; at += 2)
        data += String.fromCharCode(Number.parseInt(digits.slice(at, at + 2), 16))
    })
  }
  put(
    number,
    streamText(`/Type /XRef /Size ${number + 1} /W [${widths.join(' ')}] /Root 1 0 R ${options.trailer ?? ''}`, data),
  )
  return latin1(`${body}startxref\n${start}\n%%EOF\n`)
}
