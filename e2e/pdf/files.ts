import { classicPdf, simpleObjects, streamText } from '../../src/testing/pdf-builder.ts'
import { file, type GivenBytes } from '../main/steps.ts'

const widget = (keys: string, rect: string): string =>
  `<< /Type /Annot /Subtype /Widget /Rect [${rect}] /P 3 0 R /F 4 ${keys} >>`

const label = (text: string, y: number): string => `BT /F1 11 Tf 40 ${y} Td (${text}) Tj ET`

const pdf = (name: string, bytes: Uint8Array): GivenBytes => file(name, bytes, 'application/pdf')

/** A form with every kind of field on its first page, and a required one on its second. */
export function formFile(): GivenBytes {
  const dot = streamText('/Type /XObject /Subtype /Form /BBox [0 0 12 12]', '0.1 0.2 0.5 rg 2 2 8 8 re f')
  const empty = streamText('/Type /XObject /Subtype /Form /BBox [0 0 12 12]', '0 0 0 RG 0.5 0.5 11 11 re S')
  const boxes = (state: string): string => `/AS /Off /AP << /N << /${state} 30 0 R /Off 31 0 R >> >>`
  const labels = ['Name', 'Notes', 'Plan: basic, pro', 'I agree', 'City', 'Languages', 'Number of the contract', 'Code']
  const objects = simpleObjects(
    {
      2: '<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 /MediaBox [0 0 595 842] >>',
      4: streamText('', labels.map((text, i) => label(text, 780 - 60 * i)).join('\n')),
      6: '<< /Type /Page /Parent 2 0 R /Contents 7 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [20 0 R] >>',
      7: streamText('', label('Telephone', 780)),
      10: '<< /Fields [11 0 R 12 0 R 13 0 R 16 0 R 17 0 R 18 0 R 19 0 R 20 0 R 21 0 R] /DA (/Helv 0 Tf 0 g) >>',
      11: widget('/FT /Tx /T (name) /TU (Full name) /Ff 2 /DA (/Helv 12 Tf 0 g)', '240 770 500 792'),
      12: widget('/FT /Tx /T (note) /Ff 4096 /DA (/Helv 10 Tf 0 g)', '240 690 500 745'),
      13: '<< /FT /Btn /T (plan) /Ff 49152 /Kids [14 0 R 15 0 R] >>',
      14: widget(`/Parent 13 0 R ${boxes('basic')}`, '240 658 256 674'),
      15: widget(`/Parent 13 0 R ${boxes('pro')}`, '280 658 296 674'),
      16: widget(`/FT /Btn /T (agree) ${boxes('Yes')}`, '240 598 256 614'),
      17: widget(
        '/FT /Ch /T (city) /Ff 131072 /Opt [[(k) (Kyiv)] [(l) (Lviv)]] /DA (/Helv 11 Tf 0 g)',
        '240 535 400 555',
      ),
      18: widget('/FT /Ch /T (langs) /Ff 2097152 /Opt [(uk) (en) (el)] /DA (/Helv 10 Tf 0 g)', '240 440 400 495'),
      19: widget('/FT /Tx /T (number) /Ff 1 /V (14-B) /DA (/Helv 12 Tf 0 g)', '240 410 400 432'),
      // It says that it is on the first page, and is not.
      20: widget('/FT /Tx /T (phone) /TU (Telephone) /Ff 2', '240 770 500 792'),
      21: widget('/FT /Tx /T (code) /Ff 16777216 /MaxLen 6 /DA (/Helv 12 Tf 0 g)', '240 350 400 372'),
      30: dot,
      31: empty,
    },
    {
      catalog: '/AcroForm 10 0 R',
      page: '/Annots [11 0 R 12 0 R 14 0 R 15 0 R 16 0 R 17 0 R 18 0 R 19 0 R 21 0 R]',
    },
  )
  return pdf('form.pdf', classicPdf(objects))
}

/** A grey page that is turned, cut to a part of itself, and measured in units of its own. */
export function turnedFile(rotate: number): GivenBytes {
  const objects = simpleObjects(
    { 4: streamText('', '0.8 g 0 0 700 600 re f') },
    { page: `/MediaBox [0 0 700 600] /CropBox [100 50 500 350] /Rotate ${rotate} /UserUnit 1.5` },
  )
  return pdf('turned.pdf', classicPdf(objects))
}

/** Three pages, the last of which has something laid over its text. */
export function coveredFile(): GivenBytes {
  const page = (more: string): string =>
    `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${more} >>`
  const objects = simpleObjects({
    2: '<< /Type /Pages /Kids [3 0 R 6 0 R 7 0 R] /Count 3 /MediaBox [0 0 595 842] >>',
    3: page(''),
    6: page(''),
    7: page('/Annots [8 0 R]'),
    8: '<< /Type /Annot /Subtype /Square /Rect [0 90 200 130] /F 4 /IC [1 1 1] /AP << /N 9 0 R >> >>',
    9: streamText('/Type /XObject /Subtype /Form /BBox [0 0 200 40]', '1 g 0 0 200 40 re f'),
  })
  return pdf('covered.pdf', classicPdf(objects))
}

/** A signature field whose author allows two reasons and no other. */
export function demandingFile(): GivenBytes {
  const objects = simpleObjects(
    {
      6: `${widget('/FT /Sig /T (approval)', '40 40 240 90').slice(0, -2)} /SV << /Type /SV /Ff 8 /Reasons [(Agreed) (Seen)] >> >>`,
    },
    { catalog: '/AcroForm << /Fields [6 0 R] >>', page: '/Annots [6 0 R]' },
  )
  return pdf('demanding.pdf', classicPdf(objects))
}

/** A form that a program which knows XFA shows by other rules than everyone else. */
export function xfaFile(): GivenBytes {
  const template = '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="other"/></template>'
  const objects = simpleObjects(
    {
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
      10: '<< /Fields [11 0 R] /DA (/Helv 0 Tf 0 g) /XFA 12 0 R >>',
      11: widget('/FT /Tx /T (name) /TU (Full name) /DA (/Helv 12 Tf 0 g)', '240 770 500 792'),
      12: streamText('', template),
    },
    { catalog: '/AcroForm 10 0 R', page: '/Annots [11 0 R]' },
  )
  return pdf('xfa.pdf', classicPdf(objects))
}
