// The files that the benchmarks sign: by the generator beside the checkout where there is one (then figures compare with the design's), else
// by the small one here, which makes the same shapes. Kept under .cache/bench/inputs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
export const folder = join(root, '.cache/bench/inputs')

/** A raw writer of classic PDF files. */
function pdfWriter(path) {
  const file = openSync(path, 'w')
  const offsets = []
  let position = 0
  const write = (data) => {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    position += writeSync(file, bytes)
  }
  write('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')
  return {
    object(number, body) {
      offsets[number] = position
      write(`${number} 0 obj\n${body}\nendobj\n`)
    },
    stream(number, dict, data) {
      offsets[number] = position
      write(`${number} 0 obj\n<<${dict}/Length ${data.length}>>\nstream\n`)
      write(data)
      write('\nendstream\nendobj\n')
    },
    end() {
      const start = position
      const rows = offsets.slice(1).map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
      const id = '<00112233445566778899aabbccddeeff>'
      write(`xref\n0 ${offsets.length}\n0000000000 65535 f \n${rows.join('')}`)
      write(`trailer\n<</Size ${offsets.length}/Root 1 0 R/ID[${id}${id}]>>\nstartxref\n${start}\n%%EOF\n`)
      closeSync(file)
    },
  }
}

/** Bytes that do not compress, the same every time. */
function noise(length, seed) {
  const out = Buffer.alloc(length)
  for (let i = 0; i * 32 < length; i++) {
    createHash('sha256')
      .update(`${seed}/${i}`)
      .digest()
      .copy(out, i * 32)
  }
  return out
}

const pageTree = (pdf, pages, first, step) => {
  const kids = Array.from({ length: pages }, (_, i) => `${first + step * i} 0 R`).join(' ')
  pdf.object(1, '<</Type/Catalog/Pages 2 0 R>>')
  pdf.object(2, `<</Type/Pages/Count ${pages}/Kids[${kids}]>>`)
}

function texts(path, pages, lines) {
  const pdf = pdfWriter(path)
  pageTree(pdf, pages, 4, 2)
  pdf.object(3, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>')
  for (let i = 0; i < pages; i++) {
    const line = (k) => `(${noise(40, `${i}/${k}`).toString('hex')}) Tj T*`
    const text = `BT /F1 10 Tf 50 780 Td 12 TL ${Array.from({ length: lines }, (_, k) => line(k)).join(' ')} ET`
    const resources = '/Resources<</Font<</F1 3 0 R>>>>'
    pdf.object(4 + 2 * i, `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${resources}/Contents ${5 + 2 * i} 0 R>>`)
    pdf.stream(5 + 2 * i, '', Buffer.from(text))
  }
  pdf.end()
}

function scans(path, total, pages) {
  const pdf = pdfWriter(path)
  const height = Math.floor(total / pages / 310)
  pageTree(pdf, pages, 3, 3)
  for (let i = 0; i < pages; i++) {
    const image = `/Resources<</XObject<</I ${5 + 3 * i} 0 R>>>>`
    pdf.object(3 + 3 * i, `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${image}/Contents ${4 + 3 * i} 0 R>>`)
    pdf.stream(4 + 3 * i, '', Buffer.from('q 595 0 0 842 0 0 cm /I Do Q'))
    const dict = `/Type/XObject/Subtype/Image/Width 2480/Height ${height}/BitsPerComponent 1/ColorSpace/DeviceGray`
    pdf.stream(5 + 3 * i, dict, noise(height * 310, i))
  }
  pdf.end()
}

/** Pages with many small annotations: more than a hundred thousand objects. */
function objects(path, count) {
  const pdf = pdfWriter(path)
  const pages = 200
  const each = Math.floor(count / pages) - 1
  pageTree(pdf, pages, 3, each + 1)
  for (let i = 0; i < pages; i++) {
    const page = 3 + i * (each + 1)
    const refs = Array.from({ length: each }, (_, k) => `${page + 1 + k} 0 R`).join(' ')
    pdf.object(page, `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[${refs}]>>`)
    for (let k = 0; k < each; k++) {
      const x = (k % 50) * 10
      pdf.object(page + 1 + k, `<</Type/Annot/Subtype/Square/Rect[${x} 10 ${x + 8} 18]/F 4/Contents(note ${k})>>`)
    }
  }
  pdf.end()
}

function generate() {
  const script = join(process.env.COUNTERSIGN_SHARED ?? resolve(root, '../shared'), 'bench/generate-inputs.py')
  if (existsSync(script)) {
    const done = spawnSync('python3', [script, folder], { encoding: 'utf8' })
    if (done.status === 0) return
    console.error(`the generator failed, using our own: ${done.stderr}`)
  }
  texts(join(folder, 'small.pdf'), 10, 50)
  scans(join(folder, 'scan10.pdf'), 10 << 20, 10)
  scans(join(folder, 'scan100.pdf'), 100 << 20, 100)
  objects(join(folder, 'objs.pdf'), 110_000)
}

/** Makes what is missing. @returns path by name; `objstm` is null without qpdf. */
export function inputs() {
  mkdirSync(folder, { recursive: true })
  const at = (name) => join(folder, `${name}.pdf`)
  if (!['small', 'scan10', 'scan100', 'objs'].every((name) => existsSync(at(name)))) generate()
  if (!existsSync(at('objstm'))) {
    spawnSync('qpdf', ['--object-streams=generate', at('objs'), at('objstm')], { encoding: 'utf8' })
  }
  const files = Object.fromEntries(['small', 'scan10', 'scan100', 'objs', 'objstm'].map((name) => [name, at(name)]))
  if (!existsSync(files.objstm)) files.objstm = null
  return files
}

/**
 * A contract as an office makes it, about 3.5 MB: a hundred pages of compressed text in two embedded fonts, a logo on each, and annexes:
 * eight pages scanned at 300 KB each. The bytes of font files and scans are noise, since nothing here draws them.
 */
function contract(path, pages, scanned) {
  const pdf = pdfWriter(path)
  const first = 8
  pageTree(pdf, pages, first, 2)
  const fonts = [3, 5]
  for (const [i, number] of fonts.entries()) {
    const file = `<</Type/FontDescriptor/FontName/Body${i}/Flags 4/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80`
    pdf.object(number, `<</Type/Font/Subtype/TrueType/BaseFont/Body${i}/FontDescriptor ${number + 1} 0 R>>`)
    pdf.object(number + 1, `${file}/FontBBox[0 -200 1000 900]/FontFile2 ${first + 2 * pages + i} 0 R>>`)
  }
  const image = '/Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceGray'
  pdf.stream(7, `${image}/Width 120/Height 40`, noise(4800, 'logo'))
  const scan = (i) => first + 2 * pages + fonts.length + i
  for (let i = 0; i < pages; i++) {
    const annex = i - (pages - scanned)
    const images = `/XObject<</Logo 7 0 R${annex < 0 ? '' : `/Scan ${scan(annex)} 0 R`}>>`
    const own = `/Resources<</Font<</F1 3 0 R/F2 5 0 R>>${images}>>/Contents ${first + 1 + 2 * i} 0 R`
    pdf.object(first + 2 * i, `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${own}>>`)
    const line = (k) => `(${noise(36, `${i}/${k}`).toString('base64')}) Tj T*`
    const text = `BT /F1 10 Tf 50 780 Td 12 TL ${Array.from({ length: 50 }, (_, k) => line(k)).join(' ')} ET`
    const drawn = annex < 0 ? text : 'q 595 0 0 842 0 0 cm /Scan Do Q'
    pdf.stream(
      first + 1 + 2 * i,
      '/Filter/FlateDecode',
      deflateSync(Buffer.from(`q 60 0 0 20 50 800 cm /Logo Do Q ${drawn}`)),
    )
  }
  for (const i of fonts.keys()) pdf.stream(first + 2 * pages + i, '/Length1 262144', noise(1 << 18, `font${i}`))
  for (let i = 0; i < scanned; i++) pdf.stream(scan(i), `${image}/Width 600/Height 512`, noise(600 * 512, `scan${i}`))
  pdf.end()
}

/** The document of the envelope's rows, made once. @returns its path */
export function contractOf(pages, scanned) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `contract-${pages}.pdf`)
  if (!existsSync(path)) contract(path, pages, scanned)
  return path
}

/** A PDF of scanned pages of about that many bytes, made once. */
export function scanOf(name, total, pages) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.pdf`)
  if (!existsSync(path)) scans(path, total, pages)
  return path
}

/** A file of any size without data on the disk: reading it costs what reading from the page cache costs. */
export function sparseFile(name, size) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  const file = openSync(path, 'w')
  ftruncateSync(file, size)
  closeSync(file)
  return path
}
