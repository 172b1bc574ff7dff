/**
 * Whether a cover sheet prints what its manifest says. Our layout gives the same page for the same facts, so the sheet is laid out anew
 * and everything that is seen of it or read out is compared: content, fonts, page boxes, structure, and what stands on the page besides.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { blobSource } from '../bytes/byte-source.ts'
import { equalBytes, toHex } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { PdfDocument } from '../pdf/document.ts'
import { TrueTypeFont } from '../pdf/font/sfnt.ts'
import { NewPdf } from '../pdf/new-pdf.ts'
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString, isArray, nameOf, type PdfObject } from '../pdf/objects.ts'
import { openPdf } from '../pdf/open.ts'
import { walkPages, type PdfPage } from '../pdf/pages.ts'
import { textOf } from '../pdf/text.ts'
import { boxForms } from './box-drawing.ts'
import { addCoverPages } from './cover.ts'
import type { CoverMaker } from './enclosed.ts'
import type { EnvelopeField, EnvelopeManifest } from './manifest.ts'

/** Raised with every change of what the sheet shows: a sheet of another layout is not compared, instead of falsely accused. */
const COVER_LAYOUT = 1

/** `unknown`: made by another layout or with another font than this verifier's, so that it cannot be compared. */
export type CoverPrint = 'same' | 'differs' | 'unknown'

export const coverMaker = (font: Uint8Array): CoverMaker => ({ layout: COVER_LAYOUT, font: toHex(sha256(font)) })

export type CoverCheck = Readonly<{
  /** The envelope's file up to the preparer's revision: what came later is judged by the verifier. */
  blob: Blob
  manifest: EnvelopeManifest
  /** TrueType: this verifier's own. */
  font: Uint8Array
}>

export async function checkCover({ blob, manifest, font }: CoverCheck): Promise<CoverPrint> {
  const { cover: stated } = manifest
  const own = coverMaker(font)
  if (stated && (stated.layout !== own.layout || stated.font !== own.font)) return 'unknown'
  const isSame = await holds(async () => printsManifest(await openPdf(blobSource(blob)), manifest, font))
  // Before manifests stated it, a title could be printed with a space that the manifest does not have: no reason to accuse.
  return isSame ? 'same' : stated ? 'differs' : 'unknown'
}

export const coverDiffers = (): SignError =>
  new SignError('ENVELOPE_COVER_DIFFERS', 'the cover sheet prints something else than what is sealed with it')

/** A file that cannot be read as what it should be is not that. */
async function holds(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SignError) return false
    throw error
  }
}

/** @param document the cover sheet alone, or with what the preparer reserved on it */
export async function printsManifest(
  document: PdfDocument,
  manifest: EnvelopeManifest,
  font: Uint8Array,
): Promise<boolean> {
  const { title, language, enclosures: enclosed = [], verificationPage } = manifest
  const pdf = new NewPdf()
  const { kids, tags } = addCoverPages(pdf, { title, language, enclosed }, new TrueTypeFont(font))
  if (manifest.documents[0]?.pages !== kids.length) return false
  const compared = new Comparison(pdf, document)
  let count = 0
  for await (const page of walkPages(document)) {
    const wanted = kids[count++]
    // The record's pages come after the sheet.
    if (!wanted && verificationPage !== null) break
    if (!wanted || !(await compared.isPage(wanted, page)) || !(await hasOnlyFields(page, document, manifest)))
      return false
  }
  const catalog = await document.catalog()
  return count >= kids.length && compared.isSame(tags.finish(), catalog?.dict.get('StructTreeRoot') ?? null)
}

/** What may stand in a page's dictionary: nothing that turns, crops or scales it, and no action. */
const PAGE_KEYS = new Set(['Type', 'Parent', 'MediaBox', 'Resources', 'Contents', 'StructParents', 'Tabs', 'Annots'])
/** Of these it is seen what they hold, not how it is packed. */
const PACKING = new Set(['Length', 'Filter', 'DecodeParms'])

class Comparison {
  private readonly pdf: NewPdf
  private readonly document: PdfDocument
  /** Objects as they should be and as they are: compared once, however often they are named, and whatever circle they stand in. */
  private readonly pairs = new Map<string, string>()

  /** @param pdf as it should be; @param document as it is */
  constructor(pdf: NewPdf, document: PdfDocument) {
    this.pdf = pdf
    this.document = document
  }

  async isPage(wanted: PdfRef, { ref, dict, inherited }: PdfPage): Promise<boolean> {
    if (!ref) return false
    this.pairs.set(wanted.toString(), ref.toString())
    const page = this.pdf.get(wanted)
    if (!(page instanceof PdfDict) || !hasOnly(dict, PAGE_KEYS)) return false
    if (inherited.get('CropBox') !== null || inherited.get('Rotate') !== null) return false
    for (const key of ['MediaBox', 'Resources', 'Contents']) {
      if (!(await this.isSame(page.get(key), dict.get(key)))) return false
    }
    return true
  }

  /** As deep as what is wanted goes. */
  async isSame(wanted: PdfObject, given: PdfObject): Promise<boolean> {
    if (wanted instanceof PdfRef) {
      const known = this.pairs.get(wanted.toString())
      if (known !== undefined || !(given instanceof PdfRef))
        return given instanceof PdfRef && given.toString() === known
      this.pairs.set(wanted.toString(), given.toString())
      return this.isSame(this.pdf.get(wanted), await this.document.resolve(given))
    }
    const found = await this.document.resolve(given)
    if (wanted instanceof PdfStream) {
      if (!(found instanceof PdfStream) || !(await this.isSameDict(wanted.dict, found.dict, PACKING))) return false
      const data = await this.document.decoded(wanted)
      return equalBytes(data, await this.document.decoded(found, 0, data.length + 1))
    }
    if (wanted instanceof PdfDict) return found instanceof PdfDict && this.isSameDict(wanted, found)
    if (isArray(wanted)) {
      if (!isArray(found) || found.length !== wanted.length) return false
      for (const [i, item] of wanted.entries()) if (!(await this.isSame(item, found[i] ?? null))) return false
      return true
    }
    if (wanted instanceof PdfString) return found instanceof PdfString && equalBytes(wanted.bytes, found.bytes)
    if (wanted instanceof PdfName) return nameOf(found) === wanted.value
    if (typeof wanted === 'number') return typeof found === 'number' && isNear(wanted, found)
    return found === wanted
  }

  private async isSameDict(wanted: PdfDict, found: PdfDict, but: ReadonlySet<string> = new Set()): Promise<boolean> {
    if (!hasOnly(found, new Set([...wanted.entries.keys(), ...but]))) return false
    for (const [key, value] of wanted.entries) {
      if (!but.has(key) && !(await this.isSame(value, found.get(key)))) return false
    }
    return true
  }
}

/** A key that stands there twice is read by some as the one, by some as the other. */
const hasOnly = (dict: PdfDict, keys: ReadonlySet<string>): boolean =>
  dict.duplicateKeys.length === 0 && [...dict.entries.keys()].every((key) => keys.has(key))

/** Numbers are written with a few digits. */
const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 0.001

const WIDGET_KEYS = new Set(['Type', 'Subtype', 'T', 'TU', 'FT', 'F', 'Rect', 'P', 'DA', 'Ff', 'Lock', 'AS', 'AP', 'V'])

/** On the sheet stand fields of the manifest at their places, empty, and nothing that could hide or add a word. */
async function hasOnlyFields(page: PdfPage, document: PdfDocument, manifest: EnvelopeManifest): Promise<boolean> {
  const annotations = await document.value(page.dict, 'Annots')
  if (annotations === null) return true
  if (!isArray(annotations)) return false
  const fields = manifest.signatories.flatMap((one) => one.fields).filter((field) => field.page === page.index + 1)
  for (const each of annotations) {
    const widget = await document.resolve(each)
    if (!(widget instanceof PdfDict) || !hasOnly(widget, WIDGET_KEYS)) return false
    if (nameOf(await document.value(widget, 'Subtype')) !== 'Widget') return false
    const own = textOf(await document.value(widget, 'T'))
    const field = fields.find(({ name }) => name === own)
    if (!field && own !== manifest.reserved.certification) return false
    if (!(await isWidgetOf(field ?? null, widget, document))) return false
  }
  return true
}

/** @param field null: the certification's, which is not seen */
async function isWidgetOf(field: EnvelopeField | null, widget: PdfDict, document: PdfDocument): Promise<boolean> {
  const compared = new Comparison(new NewPdf(), document)
  const rect = field?.rect ?? [0, 0, 0, 0]
  if (!(await compared.isSame(rect, widget.get('Rect')))) return false
  if (field?.kind !== 'checkbox') return widget.get('AP') === null
  const forms = boxForms(rect[2] - rect[0], rect[3] - rect[1], null)
  return compared.isSame(PdfDict.of({ N: PdfDict.of(forms) }), widget.get('AP'))
}
