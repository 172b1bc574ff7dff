/** Everything that the preparer's revision reserves, written in that one revision. ISO 32000-2, 12.7, 7.11.4 and 14.13. */
import { zlibSync } from 'fflate'
import { latin1, utf8 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import { archiveRules, CALIBRATED, calibratedDefaults } from '../pdf/archive-rules.ts'
import { FieldFlag } from '../pdf/fields.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, countOf, isArray, name } from '../pdf/objects.ts'
import { pageGeometry, walkPages, type PdfPage } from '../pdf/pages.ts'
import { lockDictionary } from '../pdf/restrictions.ts'
import { dateString, textString } from '../pdf/serialize.ts'
import { catalogRef } from '../pdf/signature-field.ts'
import type { PdfUpdate } from '../pdf/update.ts'
import { boxForms } from './box-drawing.ts'
import { addEmbeddedFile } from './embedded-file.ts'
import { MANIFEST_NAME } from './enclosed.ts'
import { encodeManifest, hasLines, type EnvelopeField, type EnvelopeManifest, type Signatory } from './manifest.ts'
import { recordDrawing, recordPages } from './record-page.ts'
import { signerFields } from './state.ts'

/** Annotation flags (table 167): Print; a signature's widget may not be moved either (Locked). */
const PRINT = 4
const PRINT_LOCKED = 132

export type ReserveRequest = Readonly<{ manifest: EnvelopeManifest; font: Uint8Array }>

/**
 * Fields without value and appearance, the record's pages and the manifest. The certification signature must have its field
 * already, so that there is a form.
 */
export async function reserve(update: PdfUpdate, request: ReserveRequest): Promise<void> {
  const { manifest } = request
  const pages = new Map<number, PageRef>()
  const wanted = new Set(manifest.signatories.flatMap(({ fields }) => fields.map(({ page }) => page)))
  for await (const page of walkPages(update.document)) {
    if (wanted.has(page.index + 1)) pages.set(page.index + 1, await pageRef(update, page))
  }
  if (manifest.verificationPage !== null) {
    for (const [i, ref] of (await appendRecord(update, request)).entries()) {
      pages.set(manifest.verificationPage + i, { ref, rotate: 0 })
    }
  }
  const { part, hasIntent } = await archiveRules(update.document)
  const writer = new FieldWriter(update, pages, part > 0 && !hasIntent ? calibratedDefaults() : null)
  for (const one of manifest.signatories) writer.signatory(manifest, one)
  for (const field of dataFields(manifest)) writer.data(field)
  await writer.finish()
  await addEmbeddedFile(update, manifestFile(manifest))
}

/** Names of fields that are never seen. */
function dataFields({ reserved }: EnvelopeManifest): readonly string[] {
  const maps = [reserved.decline, reserved.delegate, reserved.simple]
  return [...maps.flatMap((map) => Object.values(map)), reserved.close, ...reserved.rounds]
}

type PageRef = Readonly<{ ref: PdfRef; rotate: 0 | 90 | 180 | 270 }>

async function pageRef(update: PdfUpdate, page: PdfPage): Promise<PageRef> {
  if (!page.ref) throw new SignError('FORMAT_MALFORMED', 'a page with fields is not an object of its own')
  const { rotate } = await pageGeometry(update.document, page)
  return { ref: page.ref, rotate }
}

/** The record's pages at the end of the page tree. */
async function appendRecord(update: PdfUpdate, request: ReserveRequest): Promise<readonly PdfRef[]> {
  const catalog = await update.get(await catalogRef(update))
  const root = catalog instanceof PdfDict ? catalog.get('Pages') : null
  const tree = await update.resolve(root)
  if (!(root instanceof PdfRef) || !(tree instanceof PdfDict) || !isArray(await update.resolve(tree.get('Kids')))) {
    throw new SignError('FORMAT_MALFORMED', 'the page tree cannot be added to')
  }
  const { part } = await archiveRules(update.document)
  const colorSpace = part === 0 ? name('DeviceRGB') : CALIBRATED
  const dicts = recordPages(update, request.font, colorSpace, (font) => recordDrawing(request.manifest, font))
  const refs = dicts.map((dict) => update.add(dict.with({ Parent: root })))
  for (const ref of refs) await update.push(root, 'Kids', ref)
  const count = countOf(await update.resolve(tree.get('Count'))) ?? request.manifest.documents[0]?.pages ?? 0
  await update.change(root, { Count: count + refs.length })
  return refs
}

const HELVETICA = PdfDict.of({ Type: name('Font'), Subtype: name('Type1'), BaseFont: name('Helvetica') })
const DEFAULT_APPEARANCE = new PdfString(latin1('/Helv 0 Tf 0 g'))
/** All lines of the record are of one size. */
const RECORD_APPEARANCE = new PdfString(latin1('/Helv 6.5 Tf 0 g'))

class FieldWriter {
  private readonly update: PdfUpdate
  private readonly pages: ReadonlyMap<number, PageRef>
  /** Colour spaces that a drawing needs in an archive without an output intent. */
  private readonly colors: PdfDict | null
  private readonly roots: PdfRef[] = []
  private readonly annotations = new Map<number, PdfRef[]>()
  /** Drawings of boxes by their size. */
  private readonly boxes = new Map<string, PdfDict>()

  constructor(update: PdfUpdate, pages: ReadonlyMap<number, PageRef>, colors: PdfDict | null) {
    this.update = update
    this.colors = colors
    this.pages = pages
  }

  signatory(manifest: EnvelopeManifest, one: Signatory): void {
    for (const field of one.fields) {
      if (field.rect === null && one.kind === 'simple') this.data(field.name)
      else if (field.kind !== 'signature' || one.kind === 'simple') this.visible(field, this.textOrBox(field))
      else this.visible(field, signatureEntries(manifest, one))
    }
    const record = manifest.reserved.record[one.id]
    if (record) {
      const field = { ...record, kind: 'text' as const, required: false, label: one.name }
      this.visible(field, this.textOrBox(field).with({ DA: RECORD_APPEARANCE }))
    }
  }

  /** A field that only holds data: it has no widget, so that it is nowhere seen. */
  data(fieldName: string): void {
    this.roots.push(this.update.add(PdfDict.of({ FT: name('Tx'), T: textString(fieldName), DA: DEFAULT_APPEARANCE })))
  }

  async finish(): Promise<void> {
    const { update } = this
    for (const [page, refs] of this.annotations) {
      const target = this.pages.get(page)
      if (target) for (const ref of refs) await update.push(target.ref, 'Annots', ref)
    }
    const catalog = await update.get(await catalogRef(update))
    const form = catalog instanceof PdfDict ? catalog.get('AcroForm') : null
    const dict = await update.resolve(form)
    if (!(dict instanceof PdfDict)) throw new TypeError('the certification has no form')
    const list = dict.get('Fields')
    const fields = await update.resolve(list)
    const extended = [...(isArray(fields) ? fields : []), ...this.roots]
    if (list instanceof PdfRef && isArray(fields)) update.set(list, extended)
    const changed = dict.with({
      ...(list instanceof PdfRef && isArray(fields) ? {} : { Fields: extended }),
      ...(dict.get('DR') === null ? { DR: PdfDict.of({ Font: PdfDict.of({ Helv: update.add(HELVETICA) }) }) } : {}),
      ...(dict.get('DA') === null ? { DA: DEFAULT_APPEARANCE } : {}),
    })
    if (form instanceof PdfRef) update.set(form, changed)
    else await update.change(await catalogRef(update), { AcroForm: changed })
  }

  private visible(field: EnvelopeField, entries: PdfDict): void {
    const page = this.pages.get(field.page)
    if (!page) {
      const details = { why: `${field.name}: no page ${field.page}` }
      throw new SignError('ENVELOPE_DRAFT_INVALID', 'a field lies on a page that is not there', { details })
    }
    const rotate = page.rotate === 0 ? undefined : page.rotate
    const widget = PdfDict.of({
      Type: name('Annot'),
      Subtype: name('Widget'),
      T: textString(field.name),
      TU: textString(field.label ?? field.kind),
      F: PRINT,
      Rect: field.rect ?? [0, 0, 0, 0],
      P: page.ref,
      MK: rotate === undefined ? undefined : PdfDict.of({ R: rotate }),
    }).with(Object.fromEntries(entries.entries))
    const ref = this.update.add(widget)
    this.roots.push(ref)
    const known = this.annotations.get(field.page)
    if (known) known.push(ref)
    else this.annotations.set(field.page, [ref])
  }

  private textOrBox(field: EnvelopeField): PdfDict {
    const [x1, y1, x2, y2] = field.rect ?? [0, 0, 0, 0]
    if (field.kind === 'checkbox') {
      return PdfDict.of({ FT: name('Btn'), AS: name('Off'), AP: this.boxAppearance(x2 - x1, y2 - y1) })
    }
    return PdfDict.of({
      FT: name('Tx'),
      DA: DEFAULT_APPEARANCE,
      Ff: hasLines(field.rect) ? FieldFlag.multiline : undefined,
    })
  }

  private boxAppearance(width: number, height: number): PdfDict {
    const key = `${width} ${height}`
    const known = this.boxes.get(key)
    if (known) return known
    const { Yes, Off } = boxForms(width, height, this.colors)
    const made = PdfDict.of({ N: PdfDict.of({ Yes: this.update.add(Yes), Off: this.update.add(Off) }) })
    this.boxes.set(key, made)
    return made
  }
}

/** His /Lock is `Include` of exactly his fields; the visa's also says that nothing may change after it. */
function signatureEntries(manifest: EnvelopeManifest, one: Signatory): PdfDict {
  const lock = lockDictionary({ action: 'Include', fields: signerFields(manifest, one) })
  return PdfDict.of({
    FT: name('Sig'),
    F: PRINT_LOCKED,
    Lock: one.role === 'visa' ? lock.with({ P: 1 }) : lock,
  })
}

function manifestFile(manifest: EnvelopeManifest) {
  const bytes = utf8(encodeManifest(manifest))
  const stream = new PdfStream(
    PdfDict.of({
      Type: name('EmbeddedFile'),
      Subtype: name('application/json'),
      Filter: name('FlateDecode'),
      Params: PdfDict.of({ Size: bytes.length, ModDate: dateString(new Date(manifest.createdAt)) }),
    }),
    { data: zlibSync(bytes) },
  )
  return { name: MANIFEST_NAME, description: `Envelope ${manifest.id}`, stream }
}
