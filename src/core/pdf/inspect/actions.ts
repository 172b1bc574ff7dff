import { PdfDict, isArray, nameOf, type PdfObject } from '../objects.ts'
import type { Look } from './look.ts'

/** Actions that can change what is shown, or do something beside showing (ISO 32000-2, table 201). Links and jumps are none. */
const KINDS: Readonly<Record<string, string>> = {
  JavaScript: 'content-javascript',
  Launch: 'content-launch',
  GoToR: 'content-launch',
  GoToE: 'content-launch',
  SubmitForm: 'content-form-data',
  ImportData: 'content-form-data',
  ResetForm: 'content-show-hide',
  Hide: 'content-show-hide',
  SetOCGState: 'content-show-hide',
}
const MAX_DEPTH = 64

/** On opening, on document events, by name (12.6.4.17) and in the outline. */
export async function checkDocumentActions(look: Look): Promise<void> {
  const catalog = (await look.document.catalog())?.dict ?? null
  const opening = await look.value(catalog, 'OpenAction')
  if (opening instanceof PdfDict) await checkAction(look, catalog?.get('OpenAction') ?? null, 'on opening')
  await checkTriggers(look, catalog, 'document')
  const names = await look.dict(catalog, 'Names')
  await checkNameTree(look, names?.get('JavaScript') ?? null, 0)
  const outlines = await look.dict(catalog, 'Outlines')
  await checkOutline(look, outlines?.get('First') ?? null, 0)
}

/** Actions of fields that no page showed. */
export async function checkFieldActions(look: Look): Promise<void> {
  for (const field of look.form?.fields ?? []) {
    const own = { ref: field.ref, dict: field.dict }
    for (const { ref, dict } of [own, ...field.widgets]) {
      const hasActions = dict.get('A') !== null || dict.get('AA') !== null
      if (hasActions && look.isFirst('annotation', ref)) {
        await checkTriggers(look, dict, `field ${field.name}, ${ref.toString()}`)
      }
    }
  }
}

/** /A and /AA: the action of an annotation, and those of the events of anything. */
export async function checkTriggers(look: Look, dict: PdfDict | null, where: string): Promise<void> {
  if (dict?.get('A')) await checkAction(look, dict.get('A'), where)
  const events = await look.dict(dict, 'AA')
  for (const [event, action] of events?.entries ?? []) await checkAction(look, action, `${where} (${event})`)
}

async function checkAction(look: Look, value: PdfObject, where: string, depth = 0): Promise<void> {
  if (depth > MAX_DEPTH || !look.isFirst('action', value)) return
  const action = await look.resolve(value)
  if (!(action instanceof PdfDict)) return
  const kind = nameOf(await look.value(action, 'S')) ?? ''
  const id = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  // Whatever it calls itself: a rendition action may carry a script too (12.6.4.14).
  if (id === undefined && action.get('JS') !== null) look.note('content-javascript', 'warning', where)
  if (id !== undefined) look.note(id, 'warning', id === 'content-javascript' ? where : `${where}: ${kind}`)
  const next = await look.value(action, 'Next')
  if (isArray(next)) for (const each of next) await checkAction(look, each, where, depth + 1)
  else if (next) await checkAction(look, action.get('Next'), where, depth + 1)
}

async function checkNameTree(look: Look, value: PdfObject, depth: number): Promise<void> {
  if (depth > MAX_DEPTH || !look.isFirst('names', value)) return
  const node = await look.resolve(value)
  if (!(node instanceof PdfDict)) return
  const names = await look.value(node, 'Names')
  for (const [index, each] of (isArray(names) ? names : []).entries()) {
    if (index % 2 === 1) await checkAction(look, each, 'document script')
  }
  const kids = await look.value(node, 'Kids')
  for (const kid of isArray(kids) ? kids : []) await checkNameTree(look, kid, depth + 1)
}

async function checkOutline(look: Look, first: PdfObject, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return
  for (let item = first; item !== null && look.isFirst('outline', item);) {
    const dict = await look.resolve(item)
    if (!(dict instanceof PdfDict)) return
    await checkTriggers(look, dict, 'outline')
    await checkOutline(look, dict.get('First'), depth + 1)
    item = dict.get('Next')
  }
}
