/** The CRM record that a placement shows: Bitrix24's type number and the record's own. */
export type CrmRecord = Readonly<{ entityTypeId: number; id: number }>

/** A kind of record that signing can be added to. */
export type RecordType = Readonly<{
  entityTypeId: number
  /** As placements are named: `DEAL`, `DYNAMIC_174`. */
  code: string
  title: string
  /** The portal's own name for where custom fields of the type live, for `userfieldconfig.add`. */
  fieldsOf: string
}>

const BUILT_IN = [
  ['DEAL', 2],
  ['LEAD', 1],
  ['CONTACT', 3],
  ['COMPANY', 4],
  ['QUOTE', 7],
  ['SMART_INVOICE', 31],
] as const

export type BuiltInCode = (typeof BUILT_IN)[number][0]

/** Where in a record the app can stand; the portal names each `CRM_<type>_<place>`. */
export const PLACES = ['DETAIL_TAB', 'DETAIL_TOOLBAR', 'DETAIL_ACTIVITY', 'DOCUMENTGENERATOR_BUTTON'] as const
export type Place = (typeof PLACES)[number]

export const placementOf = ({ code }: RecordType, place: Place): string => `CRM_${code}_${place}`

/** @param smart what `crm.type.list` answered: the portal's smart processes, if it has any */
export function recordTypes(titles: Readonly<Record<BuiltInCode, string>>, smart: unknown): readonly RecordType[] {
  const types = (smart as { types?: unknown } | null)?.types
  const own = (Array.isArray(types) ? types : []).flatMap((one: unknown) => {
    const { id, entityTypeId, title } = (one ?? {}) as Record<string, unknown>
    const number = Number(entityTypeId)
    if (!Number.isSafeInteger(number) || BUILT_IN.some(([, known]) => known === number)) return []
    const name = typeof title === 'string' && title !== '' ? title : `№ ${number}`
    return [{ entityTypeId: number, code: `DYNAMIC_${number}`, title: name, fieldsOf: `CRM_${Number(id)}` }]
  })
  return [
    ...BUILT_IN.map(([code, entityTypeId]) => ({ entityTypeId, code, title: titles[code], fieldsOf: `CRM_${code}` })),
    ...own,
  ]
}

/** `CRM_DEAL_DETAIL_TAB` with `{ ID: '7' }` is deal 7; the document-generator button says ENTITY_ID. Null: no record. */
export function recordOf(placement: string, options: Readonly<Record<string, unknown>>): CrmRecord | null {
  const id = Number(options['ID'] ?? options['ENTITY_ID'])
  if (!Number.isSafeInteger(id) || id <= 0) return null
  const dynamic = /^CRM_DYNAMIC_(\d+)_/.exec(placement)?.[1]
  if (dynamic) return { entityTypeId: Number(dynamic), id }
  const found = BUILT_IN.find(([code]) => placement.startsWith(`CRM_${code}_`))
  return found ? { entityTypeId: found[1], id } : null
}
