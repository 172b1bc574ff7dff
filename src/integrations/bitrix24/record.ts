/** The CRM record that a placement shows: Bitrix24's type number and the record's own. */
export type CrmRecord = Readonly<{ entityTypeId: number; id: number; ownerType: string }>

const TYPES: Readonly<Record<string, readonly [number, string]>> = {
  LEAD: [1, 'lead'],
  DEAL: [2, 'deal'],
  CONTACT: [3, 'contact'],
  COMPANY: [4, 'company'],
  QUOTE: [7, 'quote'],
  SMART_INVOICE: [31, 'dynamic_31'],
}

/** Every placement that the install page offers. */
export const PLACEMENTS = [
  'CRM_DEAL_DETAIL_TAB',
  'CRM_DEAL_DETAIL_TOOLBAR',
  'CRM_DEAL_DETAIL_ACTIVITY',
  'CRM_DEAL_DOCUMENTGENERATOR_BUTTON',
  'CRM_LEAD_DETAIL_TAB',
  'CRM_CONTACT_DETAIL_TAB',
  'CRM_COMPANY_DETAIL_TAB',
  'CRM_QUOTE_DETAIL_TAB',
  'CRM_SMART_INVOICE_DETAIL_TAB',
] as const

/** `CRM_DEAL_DETAIL_TAB` with `{ ID: '7' }` is deal 7; the document-generator button says ENTITY_ID. Null: no record. */
export function recordOf(placement: string, options: Readonly<Record<string, unknown>>): CrmRecord | null {
  const id = Number(options['ID'] ?? options['ENTITY_ID'])
  if (!Number.isSafeInteger(id) || id <= 0) return null
  const dynamic = /^CRM_DYNAMIC_(\d+)_/.exec(placement)?.[1]
  if (dynamic) return { entityTypeId: Number(dynamic), id, ownerType: `dynamic_${dynamic}` }
  const name = Object.keys(TYPES).find((type) => placement.startsWith(`CRM_${type}_`))
  const found = name === undefined ? undefined : TYPES[name]
  return found ? { entityTypeId: found[0], id, ownerType: found[1] } : null
}
