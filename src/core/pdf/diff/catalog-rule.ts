import { fromLatin1 } from '../../bytes/bytes.ts'
import { PdfDict, PdfRef, PdfStream, nameOf } from '../objects.ts'
import { changedKeys, sameValue } from './compare.ts'
import { ANY_PLACE, approve, approveAt, report, suspect, type Pair, type Step } from './step.ts'

/** Keys of the catalog that other rules look into. */
const EXEMPT = new Set(['AcroForm', 'DSS', 'Extensions', 'Metadata', 'MarkInfo', 'Version'])

/** Trailer keys that every update writes anew, and those of a cross-reference stream's own dictionary. */
const TRAILER = new Set(['Size', 'Prev', 'XRefStm', 'ID', 'Info', 'Root'])
const STREAM = new Set(['Type', 'W', 'Index', 'Filter', 'DecodeParms', 'Length', 'DL'])

export type Catalogs = Pair<PdfDict> & Readonly<{ number: number }>

/** Trailer, catalog, document information and metadata. Null: the catalog is not the same object any more. */
export async function checkCatalog(step: Step): Promise<Catalogs | null> {
  const { document, before, after } = step
  const trailers = { before: document.trailer(before.view), after: document.trailer(after.view) }
  for (const key of changedKeys(trailers.before, trailers.after)) {
    if (!TRAILER.has(key) && !STREAM.has(key)) suspect(step, 'trailer', { evidence: key })
  }
  const root = trailers.before.get('Root')
  const catalogs = { before: await document.catalog(before.view), after: await document.catalog(after.view) }
  const same = root instanceof PdfRef && sameValue(root, trailers.after.get('Root'))
  if (!same || !catalogs.before || !catalogs.after) {
    suspect(step, 'catalog-replaced')
    return null
  }
  const pair = { before: catalogs.before.dict, after: catalogs.after.dict, number: root.number }
  for (const key of changedKeys(pair.before, pair.after)) {
    if (!EXEMPT.has(key)) suspect(step, 'catalog', { evidence: key })
  }
  checkVersion(step, pair)
  // Destinations, MDP references and actions point at the catalog from anywhere; its keys were compared.
  approve(step, root.number, ANY_PLACE)
  for (const key of ['Extensions', 'MarkInfo']) approveAt(step, pair.after.get(key), root.number, key)
  await checkInformation(step, trailers)
  await checkMetadata(step, pair)
  return pair
}

function checkVersion(step: Step, pair: Catalogs): void {
  const [old, now] = [pair.before.get('Version'), pair.after.get('Version')]
  if (sameValue(old, now)) return
  if (!/^[12]\.\d$/.test(nameOf(now) ?? '')) suspect(step, 'catalog', { evidence: 'Version' })
}

async function checkInformation(step: Step, trailers: Pair<PdfDict>): Promise<void> {
  const info = trailers.after.get('Info')
  if (!(info instanceof PdfRef) || !isTouched(step, info, trailers.before.get('Info'))) return
  approve(step, info.number, ({ path }) => path === 'Info')
  const dict = await step.document.resolve(info, step.after.view)
  if (dict instanceof PdfDict) report(step, 'lta-updates', 'document-information', 'document-information')
  else suspect(step, 'document-information')
}

function isTouched(step: Step, now: PdfRef, old: unknown): boolean {
  return step.touched.has(now.number) || !(old instanceof PdfRef) || old.number !== now.number
}

/** XMP may be written anew (dates, history): a stream that is XMP and nothing else. */
async function checkMetadata(step: Step, catalogs: Catalogs): Promise<void> {
  const { before, after } = step
  const [old, now] = [catalogs.before.get('Metadata'), catalogs.after.get('Metadata')]
  if (now === null && old === null) return
  if (now instanceof PdfRef && !isTouched(step, now, old)) return
  const isXmpNow = await isXmp(step, now, after.view)
  if (!isXmpNow || (old !== null && !(await isXmp(step, old, before.view)))) {
    suspect(step, 'metadata')
    return
  }
  approveAt(step, now, catalogs.number, 'Metadata')
  report(step, 'lta-updates', 'metadata', 'metadata')
}

async function isXmp(step: Step, value: unknown, view: number): Promise<boolean> {
  if (!(value instanceof PdfRef)) return false
  const stream = await step.document.get(value, view)
  if (!(stream instanceof PdfStream)) return false
  const content = await step.document.decodedOrNull(stream, view, 4 << 20)
  if (!content) return false
  const text = fromLatin1(content)
  return /<(\w+:)?(xmpmeta|RDF)\b/.test(text) && !/<!(DOCTYPE|ENTITY)/.test(text)
}
