import { classicPdf, streamText } from './pdf-builder.ts'

const hex = (text: string): string =>
  Array.from(text, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')

const u32 = (value: number): string =>
  String.fromCharCode((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
const s15 = (value: number): string => u32(Math.round(value * 65536))
const xyz = (x: number, y: number, z: number): string => `XYZ ${u32(0)}${s15(x)}${s15(y)}${s15(z)}`

/** The smallest display profile that a reader takes for sRGB: matrix and gamma (ICC.1:2001-04). */
function rgbProfile(): string {
  const text = (value: string): string => `text${u32(0)}${value}\0`
  const desc = `desc${u32(0)}${u32(5)}sRGB\0${'\0'.repeat(78)}`
  const curve = `curv${u32(0)}${u32(1)}\x02\x33\0\0`
  const tags: readonly [string, string][] = [
    ['desc', desc],
    ['cprt', text('none')],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', xyz(0.4361, 0.2225, 0.0139)],
    ['gXYZ', xyz(0.3851, 0.7169, 0.0971)],
    ['bXYZ', xyz(0.1431, 0.0606, 0.7141)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]
  let data = ''
  let table = u32(tags.length)
  const start = 128 + 4 + 12 * tags.length
  for (const [name, value] of tags) {
    table += `${name}${u32(start + data.length)}${u32(value.length)}`
    data += value.padEnd(Math.ceil(value.length / 4) * 4, '\0')
  }
  const size = start + data.length
  const date = '\x07\xEA\0\x01\0\x01\0\0\0\0\0\0'
  const head = `${u32(size)}\0\0\0\0${u32(0x02100000)}mntrRGB XYZ ${date}acsp`
  return `${(head + '\0'.repeat(28) + s15(0.9642) + s15(1) + s15(0.8249)).padEnd(128, '\0')}${table}${data}`
}

const xmp = (
  part: number,
  conformance: 'A' | 'B',
): string => `<?xpacket begin="\xEF\xBB\xBF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>${part}</pdfaid:part><pdfaid:conformance>${conformance}</pdfaid:conformance></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

const DRAWN = '/C cs 0.2 0.3 0.6 sc 20 150 260 30 re f'

export type ArchiveOptions = Readonly<{
  /** Says for which device its colours are meant: an RGB one. */
  intent?: boolean
  /** A text field and a check box without appearances of their own. */
  form?: boolean
  /** Level A: a structure tree with what is drawn, and a language. */
  tagged?: boolean
}>

/** One page that draws in calibrated colours and claims PDF/A-1b, -2b or -3b, or level A (ISO 19005). */
export function archivePdf(
  part: 1 | 2 | 3,
  { intent = false, form = false, tagged = false }: ArchiveOptions = {},
): Uint8Array {
  const calibrated = '[/CalRGB << /WhitePoint [0.9505 1 1.089] /Gamma [2.2 2.2 2.2] >>]'
  const empty = streamText('/Type /XObject /Subtype /Form /BBox [0 0 200 20]', '')
  const widget = (keys: string, rect: string): string =>
    `<< /Type /Annot /Subtype /Widget /Rect [${rect}] /P 3 0 R /F 4 /AP << /N ${keys} >>`
  const id = `<${hex('countersign-test')}>`
  const catalog = [
    '/Type /Catalog /Pages 2 0 R /Metadata 8 0 R',
    ...(intent
      ? [
          '/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /DestOutputProfile 9 0 R >>]',
        ]
      : []),
    ...(tagged ? ['/MarkInfo << /Marked true >> /StructTreeRoot 13 0 R /Lang (en)'] : []),
    ...(form ? ['/AcroForm << /Fields [11 0 R 12 0 R] /DA (/Helv 0 Tf 0 g) >>'] : []),
  ]
  return classicPdf(
    {
      1: `<< ${catalog.join(' ')} >>`,
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 200] >>',
      3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /ColorSpace << /C ${calibrated} >> >> ${form ? '/Annots [11 0 R 12 0 R]' : ''} ${tagged ? '/StructParents 0 /Tabs /S' : ''} >>`,
      4: streamText('', tagged ? `/Figure << /MCID 0 >> BDC ${DRAWN} EMC` : DRAWN),
      8: streamText('/Type /Metadata /Subtype /XML', xmp(part, tagged ? 'A' : 'B')),
      ...(tagged
        ? {
            13: '<< /Type /StructTreeRoot /K 14 0 R /ParentTree 15 0 R /ParentTreeNextKey 1 >>',
            14: '<< /Type /StructElem /S /Document /P 13 0 R /K [16 0 R] >>',
            15: '<< /Nums [0 [16 0 R]] >>',
            16: '<< /Type /StructElem /S /Figure /P 14 0 R /Pg 3 0 R /Alt (a bar) /K 0 >>',
          }
        : {}),
      ...(intent ? { 9: streamText('/N 3', rgbProfile()) } : {}),
      ...(form
        ? {
            10: empty,
            11: `${widget('10 0 R', '20 120 220 140')} /FT /Tx /T (name) >>`,
            12: `${widget('<< /Yes 10 0 R /Off 10 0 R >>', '240 120 260 140')} /AS /Off /FT /Btn /T (agree) >>`,
          }
        : {}),
    },
    { trailer: `/ID [${id} ${id}]` },
  )
}
