import type { ModificationLevel } from '../../validation/facts.ts'
import type { PdfDocument } from '../document.ts'
import { PdfDict, isArray, nameOf } from '../objects.ts'
import type { PdfSignature } from '../signatures.ts'
import { textOf } from '../text.ts'
import type { Change } from './step.ts'

export type DocMdp = 1 | 2 | 3

/** Which fields a signature locks: FieldMDP and /Lock (ISO 32000-2, 12.8.2.4 and table 235). */
export type FieldLock = Readonly<{ action: 'All' | 'Include' | 'Exclude'; fields: readonly string[] }>

/** What may happen to a document after one of its signatures. */
export type Permissions = Readonly<{
  /** The certification that this signature itself makes. */
  own: DocMdp | null
  /** The strictest of its own, the document's certification and its lock; null: none says anything. */
  docMdp: DocMdp | null
  locks: readonly FieldLock[]
}>

export const LEVELS: readonly ModificationLevel[] = ['none', 'lta-updates', 'form-filling', 'annotations', 'other']

/** Without any rule of the signer's: filling in and further signatures, as readers and validators have it. */
const DEFAULT_LEVEL: ModificationLevel = 'form-filling'
const PERMITTED: Readonly<Record<DocMdp, ModificationLevel>> = { 1: 'lta-updates', 2: 'form-filling', 3: 'annotations' }

export async function permissionsOf(document: PdfDocument, signature: PdfSignature): Promise<Permissions> {
  const view = document.revisions[signature.revision ?? 0]?.view ?? 0
  const own = await readReferences(document, signature.dict, view)
  const catalog = await document.catalog(view)
  const perms = await document.dict(catalog?.dict, 'Perms', view)
  const certifying = await document.dict(perms, 'DocMDP', view)
  const certification = certifying ? (await readReferences(document, certifying, view)).docMdp : null
  const lock = await document.dict(signature.field.dict, 'Lock', view)
  const fieldLock = await readLock(document, lock, view)
  const lockLevel = mdpOf(await document.value(lock, 'P', view))
  const levels = [own.docMdp, certification, lockLevel].filter((each) => each !== null)
  return {
    own: own.docMdp,
    docMdp: levels.length > 0 ? (Math.min(...levels) as DocMdp) : null,
    locks: [...own.locks, ...(fieldLock ? [fieldLock] : [])],
  }
}

async function readReferences(document: PdfDocument, signature: PdfDict, view: number) {
  const references = await document.value(signature, 'Reference', view)
  const locks: FieldLock[] = []
  let docMdp: DocMdp | null = null
  for (const item of isArray(references) ? references.slice(0, 100) : []) {
    const reference = await document.resolve(item, view)
    if (!(reference instanceof PdfDict)) continue
    const method = nameOf(await document.value(reference, 'TransformMethod', view))
    const parameters = await document.dict(reference, 'TransformParams', view)
    // Absent /P means 2 (table 257).
    if (method === 'DocMDP') docMdp = mdpOf(await document.value(parameters, 'P', view)) ?? 2
    const lock = method === 'FieldMDP' ? await readLock(document, parameters, view) : null
    if (lock) locks.push(lock)
  }
  return { docMdp, locks }
}

function mdpOf(value: unknown): DocMdp | null {
  return value === 1 || value === 2 || value === 3 ? value : null
}

async function readLock(document: PdfDocument, dict: PdfDict | null, view: number): Promise<FieldLock | null> {
  const action = nameOf(await document.value(dict, 'Action', view))
  if (action !== 'All' && action !== 'Include' && action !== 'Exclude') return null
  const names = await document.value(dict, 'Fields', view)
  const texts = await Promise.all((isArray(names) ? names : []).map((each) => document.resolve(each, view)))
  return { action, fields: texts.flatMap((each) => textOf(each) ?? []) }
}

/** A name stands for the field and all below it. */
export function isLocked(locks: readonly FieldLock[], field: string): boolean {
  return locks.some(({ action, fields }) => {
    const named = fields.some((name) => field === name || field.startsWith(`${name}.`))
    return action === 'All' || (action === 'Include') === named
  })
}

export function isPermitted(change: Change, { docMdp, locks }: Permissions): boolean {
  const limit = docMdp === null ? DEFAULT_LEVEL : PERMITTED[docMdp]
  if (LEVELS.indexOf(change.level) > LEVELS.indexOf(limit)) return false
  if (change.notAfterCertification && docMdp !== null) return false
  return change.lockedBy === undefined || !isLocked(locks, change.lockedBy)
}

export function highestLevel(changes: readonly Change[]): ModificationLevel {
  const highest = Math.max(0, ...changes.map(({ level }) => LEVELS.indexOf(level)))
  return LEVELS[highest] ?? 'other'
}
