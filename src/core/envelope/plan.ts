/** From a draft to the manifest: names for every field, places on the record, and what is wrong with the draft. Pure. */
import { overlapping, type DraftField, type DraftProblem, type DraftSignatory, type EnvelopeDraft } from './draft.ts'
import type { CoverMaker, EnclosedDocument } from './enclosed.ts'
import { SEAL_FIELD } from './manifest.ts'
import type {
  EnvelopeField,
  EnvelopeManifest,
  FieldRect,
  ManifestDocument,
  RecordPlace,
  Signatory,
} from './manifest.ts'
import { recordRow } from './record-layout.ts'

export const MOST_ROUNDS = 9
const MOST_SIGNATORIES = 1_000
const MOST_FIELDS = 10_000

export type PageSize = Readonly<{ width: number; height: number }>

export type PlanFacts = Readonly<{
  /** 32 hex digits, random. */
  id: string
  /** ISO 8601, UTC */
  createdAt: string
  document: ManifestDocument
  /** What the document is the cover sheet of; empty: it is no cover sheet. */
  enclosed: readonly EnclosedDocument[]
  /** What laid that sheet out, where it is known. */
  cover?: CoverMaker
  /** Begins every field name; no field of the document begins with it or is its beginning. */
  stem: string
}>

/** Field names are of fixed width, so that none is the prefix of another: some readers lock by prefix. */
const four = (n: number): string => String(n).padStart(4, '0')

/** @param draft without problems */
export function planEnvelope(
  draft: EnvelopeDraft,
  { id, createdAt, document, enclosed, cover, stem }: PlanFacts,
): EnvelopeManifest {
  const acting = draft.signatories.filter(({ role }) => role !== 'copy')
  const recordFrom = draft.record ? document.pages + 1 : null
  const numbers = new Map(acting.map((one, i) => [one.id, i]))
  const name = (kind: string, one: DraftSignatory): string => `${stem}${kind}_${four((numbers.get(one.id) ?? 0) + 1)}`
  const named = (kind: string, among: readonly DraftSignatory[]): Record<string, string> =>
    Object.fromEntries(among.map((one) => [one.id, name(kind, one)]))
  const record: [string, RecordPlace][] = []
  const signatories = draft.signatories.map((one): Signatory => {
    const index = numbers.get(one.id)
    if (index === undefined) return { ...one, fields: [] }
    const placed = one.fields.some(({ kind }) => kind === 'signature')
    const row = recordRow(index, !placed)
    if (recordFrom !== null) {
      record.push([one.id, { name: name('Record', one), page: recordFrom + row.page, rect: row.record }])
    }
    const own: DraftField = {
      kind: 'signature',
      page: recordFrom === null ? 1 : recordFrom + row.page,
      rect: recordFrom === null ? null : row.signature,
      required: true,
    }
    let counter = 0
    const fields = (placed ? one.fields : [...one.fields, own]).map((field): EnvelopeField => ({
      name:
        field.kind === 'signature'
          ? name('Signature', one)
          : `${name('Field', one)}_${String(++counter).padStart(3, '0')}`,
      ...field,
    }))
    return { ...one, fields }
  })
  return {
    type: 'countersign-envelope',
    version: enclosed.length === 0 ? 1 : 2,
    id,
    title: draft.title,
    ...(draft.message ? { message: draft.message } : {}),
    createdAt,
    ...(draft.deadline === undefined ? {} : { deadline: draft.deadline }),
    preparer: draft.preparer,
    documents: [document],
    ...(enclosed.length === 0 ? {} : { enclosures: enclosed, ...(cover ? { cover } : {}) }),
    ...(draft.detached && enclosed.length > 0 ? { detached: true } : {}),
    signatories,
    order: draft.order,
    verificationPage: recordFrom,
    reserved: {
      certification: `${stem}${SEAL_FIELD}`,
      decline: named('Decline', acting),
      delegate: named(
        'Delegate',
        acting.filter(({ mayDelegate }) => mayDelegate),
      ),
      simple: named(
        'Simple',
        acting.filter(({ kind }) => kind === 'simple'),
      ),
      record: Object.fromEntries(record),
      close: `${stem}Close_0000`,
      rounds: Array.from({ length: MOST_ROUNDS }, (_, i) => `${stem}Round_${four(i + 1)}`),
    },
    resend: draft.resend,
    language: draft.language,
    ...(draft.verifyUrl ? { verifyUrl: draft.verifyUrl } : {}),
  }
}

/** A stem that no field of the document gets in the way of. @param taken names of the root fields */
export function freeStem(taken: readonly string[]): string {
  const isFree = (stem: string): boolean =>
    !taken.some((other) => other !== '' && (other.startsWith(stem) || stem.startsWith(other)))
  for (let i = 0; ; i++) {
    const stem = i === 0 ? 'Env' : `Env${String(i).padStart(3, '0')}x`
    if (isFree(stem) || i === 999) return stem
  }
}

/** Everything wrong with a draft. @param now ISO 8601; @param pages sizes of the document's pages, when known */
export function draftProblems(draft: EnvelopeDraft, now: string, pages?: readonly PageSize[]): readonly DraftProblem[] {
  const problems: DraftProblem[] = []
  const { signatories } = draft
  if (draft.title.trim() === '') problems.push({ id: 'no-title', path: 'title' })
  if (!signatories.some(({ role }) => role !== 'copy')) problems.push({ id: 'no-signatory', path: 'signatories' })
  if (signatories.length > MOST_SIGNATORIES) problems.push({ id: 'too-many-signatories', path: 'signatories' })
  if (signatories.reduce((sum, { fields }) => sum + fields.length, 0) > MOST_FIELDS) {
    problems.push({ id: 'too-many-fields', path: 'signatories' })
  }
  if (draft.deadline !== undefined && !(Date.parse(draft.deadline) > Date.parse(now))) {
    problems.push({ id: 'deadline-passed', path: 'deadline' })
  }
  const seen = new Set<string>()
  for (const [i, one] of signatories.entries()) {
    if (seen.has(one.id)) problems.push({ id: 'same-id', path: `signatories.${i}.id`, evidence: one.id })
    seen.add(one.id)
    problems.push(...personProblems(one, `signatories.${i}`))
  }
  return [...problems, ...orderProblems(draft), ...placeProblems(draft, pages)]
}

const EMAIL = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/

function personProblems(one: DraftSignatory, path: string): readonly DraftProblem[] {
  const problems: DraftProblem[] = []
  if (one.name.trim() === '') problems.push({ id: 'no-name', path: `${path}.name` })
  for (const [i, email] of one.emails.entries()) {
    if (!EMAIL.test(email)) problems.push({ id: 'email-malformed', path: `${path}.emails.${i}`, evidence: email })
  }
  if (one.fields.filter(({ kind }) => kind === 'signature').length > 1) {
    problems.push({ id: 'several-signature-fields', path: `${path}.fields` })
  }
  return problems
}

function orderProblems({ signatories, order }: EnvelopeDraft): readonly DraftProblem[] {
  const problems: DraftProblem[] = []
  const acting = signatories.filter(({ role }) => role !== 'copy')
  const ordered = order.flat()
  const isComplete =
    ordered.length === acting.length &&
    new Set(ordered).size === ordered.length &&
    acting.every(({ id }) => ordered.includes(id)) &&
    order.every((group) => group.length > 0)
  if (!isComplete) problems.push({ id: 'order-incomplete', path: 'order' })
  const visas = acting.filter(({ role }) => role === 'visa')
  const last = order.at(-1) ?? []
  if (visas.length > 1) problems.push({ id: 'several-visas', path: 'signatories' })
  const [visa] = visas
  if (visa && (last.length !== 1 || last[0] !== visa.id)) problems.push({ id: 'visa-not-last', path: 'order' })
  if (visa?.kind === 'simple')
    problems.push({ id: 'visa-simple', path: `signatories.${signatories.indexOf(visa)}.kind` })
  const closing = last.length === 1 ? acting.find(({ id }) => id === last[0]) : undefined
  if (acting.some(({ kind }) => kind === 'simple') && (!closing || closing.kind === 'simple')) {
    problems.push({ id: 'simple-not-covered', path: 'order' })
  }
  return problems
}

function placeProblems({ signatories }: EnvelopeDraft, pages?: readonly PageSize[]): readonly DraftProblem[] {
  const problems: DraftProblem[] = []
  const standing = new Map<number, { rect: FieldRect; path: string }[]>()
  for (const [i, one] of signatories.entries()) {
    for (const [k, { rect, page, kind }] of one.fields.entries()) {
      const path = `signatories.${i}.fields.${k}`
      if (rect === null) {
        if (kind !== 'signature') problems.push({ id: 'field-without-area', path })
        continue
      }
      if (!(rect[2] - rect[0] > 1 && rect[3] - rect[1] > 1)) problems.push({ id: 'field-without-area', path })
      if (!Number.isInteger(page) || page < 1 || (pages && page > pages.length)) {
        problems.push({ id: 'field-off-page', path, evidence: String(page) })
        continue
      }
      const onPage = standing.get(page) ?? []
      const covered = onPage.find((other) => overlapping(rect, other.rect))
      if (covered) problems.push({ id: 'fields-overlap', path, evidence: covered.path })
      onPage.push({ rect, path })
      standing.set(page, onPage)
    }
  }
  return problems
}
