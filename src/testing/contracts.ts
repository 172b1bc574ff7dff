import { concatBytes, fromLatin1, latin1 } from '../core/bytes/bytes.ts'
import { buildCrl } from '../core/revocation/build-crl.ts'
import { crlDistributionPointsExtension } from '../core/x509/extensions.ts'
import { testEngine } from './engines.ts'
import { classicPdf, simpleObjects, streamText } from './pdf-builder.ts'
import { signPdf } from './pdf-signing.ts'
import { update } from './pdf-update.ts'
import { testChain } from './pki.ts'

/** When everything here is valid: what the page's clock is set to. */
export const TODAY = new Date('2026-11-25T12:00:00Z')

/** A contract that one signer signed, and what became of it. PEM-free: DER certificates, whole PDFs. */
export type Contracts = Readonly<{
  /** The root that has to be trusted, and an empty list of its issuing authority. */
  root: Uint8Array
  crl: Uint8Array
  intact: Uint8Array
  /** Its form field was filled in afterwards. */
  filled: Uint8Array
  /** One letter of the signed text was changed. */
  forged: Uint8Array
  /** The text was swapped by an update: nothing that was signed was touched. */
  shadow: Uint8Array
  /** A page was added behind the signed one. */
  longer: Uint8Array
  /** The page was swapped by an update for one whose forms nest 8^13 strokes: nobody ever sees the end of it. */
  endless: Uint8Array
}>

const LINES = [
  'The contractor maintains the lifts of both buildings from 1 January.',
  'The client pays within thirty days of each invoice.',
  'Either party may end this agreement with three months of notice.',
]

function page(price: string): string {
  const lines = [`The yearly price is ${price} euro, taxes included.`, ...LINES]
  const body = lines.map((line) => `0 -28 Td (${line}) Tj`).join(' ')
  return streamText(
    '',
    `BT /F1 22 Tf 60 740 Td (Maintenance agreement) Tj /F1 13 Tf ${body} ET 60 560 m 535 560 l S BT /F1 11 Tf 60 512 Td (Order number of the client:) Tj ET`,
  )
}

const FIELD =
  '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Order) /Rect [230 500 400 528] /P 3 0 R /F 4 /DA (/F1 13 Tf) /MK << /BC [0.6 0.6 0.6] >>'
const RESOURCES = '/Resources << /Font << /F1 5 0 R >> >>'

function contract(): Uint8Array {
  const box = streamText(
    `/Type /XObject /Subtype /Form /BBox [0 0 170 28] ${RESOURCES}`,
    '0.6 G 0.5 0.5 169 27 re S /Tx BMC EMC',
  )
  return classicPdf(
    simpleObjects(
      {
        2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
        4: page('12 400'),
        6: `${FIELD} /AP << /N 7 0 R >> >>`,
        7: box,
      },
      { catalog: '/AcroForm << /Fields [6 0 R] /DR << /Font << /F1 5 0 R >> >> >>', page: '/Annots [6 0 R]' },
    ),
  )
}

export async function makeContracts(): Promise<Contracts> {
  const extraExtensions = [crlDistributionPointsExtension(['http://pki.test/issuing.crl'])]
  const { root, intermediate, leaf } = await testChain('ECDSA-P256', { extraExtensions })
  const intact = await signPdf(contract(), leaf, { name: 'Olena Shevchenko' })
  const { mechanism, sign } = intermediate.key
  const thisUpdate = new Date('2026-11-20T00:00:00Z')
  const list = { mechanism, number: 1, thisUpdate, nextUpdate: new Date('2027-11-20T00:00:00Z'), revoked: [] }
  const value = streamText(
    `/Type /XObject /Subtype /Form /BBox [0 0 170 28] ${RESOURCES}`,
    '0.6 G 0.5 0.5 169 27 re S /Tx BMC BT /F1 13 Tf 0 g 6 9 Td (PO-2026-117) Tj ET EMC',
  )
  const pages = '<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 /MediaBox [0 0 595 842] >>'
  return {
    root: root.certificate,
    crl: await buildCrl({ ...list, authority: intermediate.certificate }, testEngine, sign),
    intact,
    filled: update(intact, { 6: `${FIELD} /V (PO-2026-117) /AP << /N 30 0 R >> >>`, 30: value }),
    forged: replaced(intact, 'is 12 400 euro', 'is 92 400 euro'),
    shadow: update(intact, { 4: page('92 400') }),
    longer: update(intact, {
      2: pages,
      40: `<< /Type /Page /Parent 2 0 R /Contents 41 0 R ${RESOURCES} >>`,
      41: streamText('', 'BT /F1 13 Tf 60 740 Td (Annex: the client also pays all repairs.) Tj ET'),
    }),
    endless: update(intact, endlessPage()),
  }
}

/** Objects 60 to 73: forms that show the next one eight times over, the last of them a stroke. */
function endlessPage(): Record<number, string> {
  const objects: Record<number, string> = {}
  for (let number = 60; number <= 73; number++) {
    const head = `/Type /XObject /Subtype /Form /BBox [0 0 595 842]`
    const next = `/Resources << /XObject << /N ${String(number + 1)} 0 R >> >>`
    objects[number] =
      number < 73 ? streamText(`${head} ${next}`, '/N Do '.repeat(8)) : streamText(head, '0 0 m 595 842 l S')
  }
  const page = '/Type /Page /Parent 2 0 R /Contents 59 0 R /MediaBox [0 0 595 842] /Annots [6 0 R]'
  return {
    ...objects,
    3: `<< ${page} /Resources << /Font << /F1 5 0 R >> /XObject << /N 60 0 R >> >> >>`,
    59: streamText('', '/N Do'),
  }
}

function replaced(file: Uint8Array, from: string, to: string): Uint8Array {
  const at = fromLatin1(file).indexOf(from)
  if (at < 0) throw new Error(`${from} is not in the file`)
  return concatBytes([file.subarray(0, at), latin1(to), file.subarray(at + to.length)])
}
