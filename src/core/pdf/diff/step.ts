import type { ModificationFacts, ModificationLevel } from '../../validation/facts.ts'
import type { PdfRevision } from '../chain.ts'
import type { PdfDocument } from '../document.ts'
import type { Form } from '../fields.ts'
import type { PdfPage } from '../pages.ts'
import { PdfRef, type PdfDict, type PdfObject } from '../objects.ts'
import type { Usage, UsageIndex } from './usages.ts'

/** A change between two revisions, with what a signature's own rules need to know of it. */
export type Change = ModificationFacts &
  Readonly<{
    /** Name of the form field whose lock forbids it. */
    lockedBy?: string
    /** Never permitted once the document is certified. */
    notAfterCertification?: true
  }>

/** Says whether a place may go on referring to an object that was replaced. */
export type Approval = (usage: Usage) => boolean

/** One revision over the one before: what rules look at, and what they have explained so far. */
export type Step = Readonly<{
  document: PdfDocument
  before: PdfRevision
  after: PdfRevision
  /** Objects that the revision defines, replaces or frees, other than before. */
  touched: ReadonlyMap<number, 'added' | 'changed'>
  usages: UsageIndex
  /** Pages of the first state by object number. */
  pages: ReadonlyMap<number, PdfPage>
  /** The object that the list of annotations of a page was before, by the page's number; 0: written in place, or none. */
  annotationLists: ReadonlyMap<number, number>
  /** The form before and after. */
  forms: Readonly<{ before: Form | null; after: Form | null }>
  changes: Change[]
  approvals: Map<number, Approval[]>
}>

export const ANY_PLACE: Approval = () => true

export function approve(step: Step, number: number, approval: Approval): void {
  const known = step.approvals.get(number)
  if (known) known.push(approval)
  else step.approvals.set(number, [approval])
}

/** Approves the object behind a value, if it is a reference, as used in this one place. */
export function approveAt(step: Step, value: PdfObject, container: number, path: string): void {
  if (!(value instanceof PdfRef)) return
  approve(step, value.number, (usage) => usage.container === container && usage.path === path)
}

export function report(
  step: Step,
  level: ModificationLevel,
  rule: string | null,
  what: string,
  more: Partial<Change> = {},
): void {
  step.changes.push({ level, rule, what, ...more })
}

/** A change that no rule explains. */
export function suspect(step: Step, what: string, more: Partial<Change> = {}): void {
  report(step, 'other', null, what, more)
}

/** The number of the object that a value refers to; 0 for a value written in place. */
export const numberOf = (value: PdfObject): number => (value instanceof PdfRef ? value.number : 0)

export type Pair<T> = Readonly<{ before: T; after: T }>

/** The dictionary behind a key in both states. */
export async function dictsAt(step: Step, dicts: Pair<PdfDict | null>, key: string): Promise<Pair<PdfDict | null>> {
  const { document } = step
  return {
    before: await document.dict(dicts.before, key, step.before.view),
    after: await document.dict(dicts.after, key, step.after.view),
  }
}
