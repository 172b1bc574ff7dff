import { dictOf, isArray, nameOf, type PdfDict, type PdfObject } from '../objects.ts'
import { textOf } from '../text.ts'
import type { Look } from './look.ts'

const NAMED = 5

/** Optional content: what is shown can be switched by the reader, by printing, by zoom, by language (ISO 32000-2, 8.11.4). */
export async function checkLayers(look: Look): Promise<void> {
  const catalog = (await look.document.catalog())?.dict ?? null
  const properties = await look.dict(catalog, 'OCProperties')
  const groups = await look.value(properties, 'OCGs')
  if (!properties || !isArray(groups) || groups.length === 0) return
  const configuration = await look.dict(properties, 'D')
  const others = await look.value(properties, 'Configs')
  if (isArray(others) && others.length > 0) {
    look.note('content-layers-switch', 'warning', `${others.length} more configurations`)
  }
  await checkUsage(look, configuration)
  await checkHidden(look, configuration, groups)
  if (look.has('content-layers-switch') || look.has('content-layers-hidden')) return
  look.note('content-layers', 'info', await namesOf(look, groups))
}

/** /AS switches layers by itself, on viewing, printing or exporting. */
async function checkUsage(look: Look, configuration: PdfDict | null): Promise<void> {
  const applications = await look.value(configuration, 'AS')
  for (const each of isArray(applications) ? applications : []) {
    const usage = await look.resolve(each)
    const event = nameOf(await look.value(dictOf(usage), 'Event'))
    look.note('content-layers-switch', 'warning', `on ${event ?? 'an event'}`)
  }
}

async function checkHidden(look: Look, configuration: PdfDict | null, groups: readonly PdfObject[]): Promise<void> {
  const base = nameOf(await look.value(configuration, 'BaseState'))
  const off = await look.value(configuration, 'OFF')
  const hidden = base === 'OFF' || base === 'Unchanged' ? groups : isArray(off) ? off : []
  if (hidden.length > 0) look.note('content-layers-hidden', 'warning', await namesOf(look, hidden))
}

async function namesOf(look: Look, groups: readonly PdfObject[]): Promise<string> {
  const names: string[] = []
  for (const group of groups.slice(0, NAMED)) {
    const dict = await look.resolve(group)
    names.push(textOf(await look.value(dictOf(dict), 'Name')) ?? '?')
  }
  return groups.length > NAMED ? `${names.join(', ')} +${groups.length - NAMED}` : names.join(', ')
}
