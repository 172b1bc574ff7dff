import { PdfDict, PdfStream, PdfString, dictOf, isArray, nameOf, type PdfObject } from '../objects.ts'
import type { PdfPage } from '../pages.ts'
import type { Look } from './look.ts'

const MAX_DEPTH = 12
/** Every reader brings these, or fonts of the same widths (ISO 32000-1, 9.6.2.2). */
const STANDARD =
  /^(?:Helvetica(?:-(?:Bold)?(?:Oblique)?)?|Courier(?:-(?:Bold)?(?:Oblique)?)?|Times-(?:Roman|Bold|Italic|BoldItalic)|Symbol|ZapfDingbats)$/

/** What a page is drawn with: parts that lie in other files, and fonts that the reader has to bring. */
export async function checkPageContent(look: Look, page: PdfPage): Promise<void> {
  const where = `page ${page.index + 1}`
  const contents = await look.value(page.dict, 'Contents')
  for (const each of isArray(contents) ? contents : [page.dict.get('Contents')]) {
    if (look.isFirst('stream', each)) await checkStream(look, await look.resolve(each), where)
  }
  if (!look.isFirst('resources', page.inherited.get('Resources'))) return
  await checkResources(look, await look.dict(page.inherited, 'Resources'), where, 0)
}

/** Data of the stream in another file (7.3.8.2), or another file's page in its place (8.10.4). */
export async function checkStream(look: Look, object: PdfObject, where: string, depth = 0): Promise<void> {
  if (!(object instanceof PdfStream)) return
  const { dict } = object
  const file = await look.value(dict, 'F')
  const name = object.ref ? `${where}, ${object.ref.toString()}` : where
  if (file instanceof PdfString || file instanceof PdfDict) look.note('content-external-stream', 'warning', name)
  if (dict.get('Ref') !== null || dict.get('OPI') !== null) look.note('content-external-stream', 'warning', name)
  if (depth < MAX_DEPTH && dict.get('Resources') !== null && look.isFirst('resources', dict.get('Resources'))) {
    await checkResources(look, await look.dict(dict, 'Resources'), where, depth + 1)
  }
}

async function checkResources(look: Look, resources: PdfDict | null, where: string, depth: number): Promise<void> {
  const objects = await look.dict(resources, 'XObject')
  for (const each of objects?.entries.values() ?? []) {
    if (look.isFirst('stream', each)) await checkStream(look, await look.resolve(each), where, depth)
  }
  const fonts = await look.dict(resources, 'Font')
  for (const each of fonts?.entries.values() ?? []) {
    if (look.isFirst('font', each)) await checkFont(look, dictOf(await look.resolve(each)), where)
  }
}

async function checkFont(look: Look, font: PdfDict | null, where: string): Promise<void> {
  const type = nameOf(await look.value(font, 'Subtype'))
  if (!font || type === 'Type3') return
  const base = nameOf(await look.value(font, 'BaseFont')) ?? '?'
  const descendants = await look.value(font, 'DescendantFonts')
  const described = isArray(descendants) ? dictOf(await look.resolve(descendants[0] ?? null)) : font
  const descriptor = await look.dict(described, 'FontDescriptor')
  const isEmbedded = ['FontFile', 'FontFile2', 'FontFile3'].some((key) => (descriptor?.get(key) ?? null) !== null)
  if (isEmbedded || STANDARD.test(base)) return
  look.note('content-font-not-embedded', 'info', `${base} (${where})`)
}
