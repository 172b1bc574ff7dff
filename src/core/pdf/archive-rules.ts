import { fromLatin1 } from '../bytes/bytes.ts'
import type { PdfDocument } from './document.ts'
import { PdfDict, PdfStream, isArray, name } from './objects.ts'
import type { PdfObject } from './objects.ts'

/** What a document that claims to be PDF/A asks of all that is added to it (ISO 19005). */
export type ArchiveRules = Readonly<{
  /** pdfaid:part of its metadata; 0: it claims nothing. */
  part: number
  /** It says for which device its colours are meant; without that, colours of a device may not be used. */
  hasIntent: boolean
}>

export async function archiveRules(document: PdfDocument): Promise<ArchiveRules> {
  const catalog = await document.catalog()
  const metadata = await document.value(catalog?.dict, 'Metadata')
  if (!(metadata instanceof PdfStream)) return { part: 0, hasIntent: false }
  const part = archivePart(await document.decoded(metadata, 0, 4 << 20).catch(() => null))
  if (part === 0) return { part, hasIntent: false }
  const intents = await document.value(catalog?.dict, 'OutputIntents')
  return { part, hasIntent: isArray(intents) && intents.length > 0 }
}

function archivePart(xmp: Uint8Array | null): number {
  const match = /pdfaid:part(?:\s*=\s*["']|>)\s*(\d)/.exec(xmp ? fromLatin1(xmp) : '')
  return match ? Number(match[1]) : 0
}

const WHITE = [0.9505, 1, 1.089] as const

/** sRGB near enough, independent of any device: what PDF/A allows whatever its output intent (ISO 19005-1, 6.2.3). */
export const CALIBRATED: PdfObject = [
  name('CalRGB'),
  PdfDict.of({
    WhitePoint: [...WHITE],
    Gamma: [2.2, 2.2, 2.2],
    Matrix: [0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505],
  }),
]

/** /ColorSpace of resources in which `g` and `rg` are independent of any device (ISO 32000-2, 8.6.5.6). */
export const calibratedDefaults = (): PdfDict =>
  PdfDict.of({
    DefaultGray: [name('CalGray'), PdfDict.of({ WhitePoint: [...WHITE], Gamma: 2.2 })],
    DefaultRGB: CALIBRATED,
  })
