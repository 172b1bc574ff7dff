import { PdfDict, PdfRef, PdfStream, isArray, type PdfObject } from '../objects.ts'
import type { Catalogs } from './catalog-rule.ts'
import { sameObject } from './compare.ts'
import { approve, approveAt, dictsAt, numberOf, report, suspect, type Pair, type Step } from './step.ts'

const LISTS = ['Certs', 'CRLs', 'OCSPs'] as const
const VRI_LISTS = ['Cert', 'CRL', 'OCSP'] as const
const DSS_KEYS = new Set<string>(['Type', 'VRI', ...LISTS])
const VRI_KEYS = new Set<string>(['Type', 'TU', 'TS', ...VRI_LISTS])

/** The document security store may grow; what it holds is checked by what it proves (ISO 32000-2, 12.8.4.3). */
export async function checkSecurityStore(step: Step, catalogs: Catalogs): Promise<void> {
  const values = { before: catalogs.before.get('DSS'), after: catalogs.after.get('DSS') }
  if (values.before === null && values.after === null) return
  const stores = await dictsAt(step, catalogs, 'DSS')
  if (!stores.after) {
    suspect(step, 'security-store', { evidence: 'removed or not a dictionary' })
    return
  }
  const faults = step.changes.length
  approveAt(step, values.after, catalogs.number, 'DSS')
  const container = numberOf(values.after) || catalogs.number
  const prefix = numberOf(values.after) ? '' : 'DSS/'
  for (const key of stores.after.entries.keys())
    if (!DSS_KEYS.has(key)) suspect(step, 'security-store', { evidence: key })
  for (const key of LISTS) await checkList(step, stores.after.get(key), container, prefix + key)
  await checkVri(step, { before: stores.before ?? new PdfDict(), after: stores.after }, container, prefix)
  const grown =
    !stores.before ||
    !(await sameObject(step.document, stores.before, stores.after)) ||
    isTouchedStore(step, values.after)
  if (grown && step.changes.length === faults) report(step, 'lta-updates', 'security-store', 'security-store')
}

const isTouchedStore = (step: Step, value: PdfObject): boolean => step.touched.has(numberOf(value))

/** An array of streams; the array and the streams may be new objects, but an old stream stays what it was. */
async function checkList(step: Step, value: PdfObject, container: number, path: string): Promise<void> {
  if (value === null) return
  approveAt(step, value, container, path)
  const list = await step.document.resolve(value, step.after.view)
  const items = isArray(list) ? list : null
  for (const item of items ?? [null]) {
    const stream = item instanceof PdfRef ? await step.document.get(item, step.after.view) : null
    if (!(stream instanceof PdfStream)) {
      suspect(step, 'security-store', { evidence: `${path} is not a list of streams` })
      return
    }
  }
}

async function checkVri(step: Step, stores: Pair<PdfDict>, container: number, prefix: string): Promise<void> {
  const vri = await dictsAt(step, stores, 'VRI')
  const value = stores.after.get('VRI')
  if (!vri.after) {
    if (vri.before) suspect(step, 'security-store', { evidence: 'VRI removed' })
    return
  }
  approveAt(step, value, container, `${prefix}VRI`)
  const holder = numberOf(value) || container
  const path = numberOf(value) ? '' : `${prefix}VRI/`
  for (const key of vri.before?.entries.keys() ?? []) {
    if (vri.after.get(key) === null) suspect(step, 'security-store', { evidence: `VRI ${key} removed` })
  }
  for (const [key, entry] of vri.after.entries) {
    if (key === 'Type') continue
    const info = await step.document.resolve(entry, step.after.view)
    if (!/^[0-9A-Fa-f]{40}$/.test(key) || !(info instanceof PdfDict)) {
      suspect(step, 'security-store', { evidence: `VRI ${key}` })
      continue
    }
    approveAt(step, entry, holder, path + key)
    await checkVriEntry(step, info, {
      holder: numberOf(entry) || holder,
      path: numberOf(entry) ? '' : `${path}${key}/`,
    })
  }
}

async function checkVriEntry(
  step: Step,
  info: PdfDict,
  { holder, path }: Readonly<{ holder: number; path: string }>,
): Promise<void> {
  for (const key of info.entries.keys())
    if (!VRI_KEYS.has(key)) suspect(step, 'security-store', { evidence: `VRI/${key}` })
  for (const key of VRI_LISTS) await checkList(step, info.get(key), holder, path + key)
  const stamp = info.get('TS')
  if (stamp instanceof PdfRef)
    approve(step, stamp.number, (usage) => usage.container === holder && usage.path === `${path}TS`)
}
