import { overlapping as shareArea } from '../../../core/envelope/draft.ts'
import type { DraftField as PlacedField, EnvelopeDraft } from '../../../core/envelope/draft.ts'
import type {
  EnvelopeLanguage,
  FieldKind,
  FieldRect,
  KeyFamily,
  SignatoryRole,
  SignatureKind,
} from '../../../core/envelope/manifest.ts'

export const ROLES: readonly SignatoryRole[] = ['signer', 'approver', 'visa', 'copy']
export const KINDS: readonly SignatureKind[] = ['simple', 'unqualified', 'qualified']
export const FIELD_KINDS: readonly FieldKind[] = ['signature', 'name', 'company', 'date', 'text', 'checkbox', 'mark']

/** A person while the envelope is prepared. `emails` as typed: separated by spaces, commas or new lines. */
export type DraftPerson = Readonly<{
  id: string
  role: SignatoryRole
  name: string
  company: string
  emails: string
  kind: SignatureKind
  /** Which keys may sign; empty: any. */
  algorithms: readonly KeyFamily[]
  mayDelegate: boolean
  /** Acts in the same step as the person before. */
  together: boolean
}>

export type DraftField = Readonly<{
  id: number
  person: string
  kind: FieldKind
  /** 1-based */
  page: number
  rect: FieldRect
  required: boolean
  label: string
  binding: string
  suggestion: string
}>

export type Draft = Readonly<{
  title: string
  message: string
  /** As `<input type="datetime-local">` writes it; '' is none. */
  deadline: string
  preparer: Readonly<{ name: string; email: string }>
  /** In the order they act; the visa after all others, those who get a copy last. */
  people: readonly DraftPerson[]
  fields: readonly DraftField[]
  resend: boolean
  /** A page at the end that tells who signed when; false: a separate report. */
  record: boolean
  language: EnvelopeLanguage
  /** Where a cover sheet is made: each document is signed by itself too. */
  detached: boolean
}>

export const emptyDraft = (title: string, language: EnvelopeLanguage): Draft => ({
  title,
  message: '',
  deadline: '',
  preparer: { name: '', email: '' },
  people: [newPerson([])],
  fields: [],
  resend: true,
  record: true,
  language,
  detached: false,
})

export function newPerson(people: readonly DraftPerson[]): DraftPerson {
  const taken = new Set(people.map((one) => one.id))
  let number = people.length + 1
  while (taken.has(`s${String(number)}`)) number++
  return {
    id: `s${String(number)}`,
    role: 'signer',
    name: '',
    company: '',
    emails: '',
    kind: 'unqualified',
    algorithms: [],
    mayDelegate: false,
    together: false,
  }
}

const RANK: Readonly<Record<SignatoryRole, number>> = { signer: 0, approver: 0, visa: 1, copy: 2 }

/** The visa stands after all who sign, and a copy is nobody's turn. */
export function settled(people: readonly DraftPerson[]): readonly DraftPerson[] {
  const sorted = people.toSorted((a, b) => RANK[a.role] - RANK[b.role])
  return sorted.map((one, index) => {
    const alone = index === 0 || one.role === 'visa' || one.role === 'copy'
    // A visa is given with a certificate: core refuses another.
    const kind = one.role === 'visa' && one.kind === 'simple' ? 'unqualified' : one.kind
    return { ...one, kind, together: alone ? false : one.together }
  })
}

/** @param to index among all; people who must stand elsewhere are put back there */
export function movePerson(people: readonly DraftPerson[], id: string, to: number): readonly DraftPerson[] {
  const moved = people.find((one) => one.id === id)
  if (!moved) return people
  const others = people.filter((one) => one !== moved)
  return settled(others.toSpliced(Math.max(0, Math.min(to, others.length)), 0, moved))
}

/** Groups of ids: one group after another, within a group in any order. */
export function orderOf(people: readonly DraftPerson[]): readonly (readonly string[])[] {
  const groups: string[][] = []
  for (const one of people) {
    if (one.role === 'copy') continue
    const last = groups.at(-1)
    if (one.together && last) last.push(one.id)
    else groups.push([one.id])
  }
  return groups
}

export type OrderKind = 'sequential' | 'parallel' | 'mixed'

/** Who may be asked together with the one before: not the first, not a visa, not a copy. */
export const mayJoin = (people: readonly DraftPerson[], index: number): boolean =>
  index > 0 && RANK[people[index]?.role ?? 'copy'] === 0

export function orderKind(people: readonly DraftPerson[]): OrderKind {
  const free = people.filter((_one, index) => mayJoin(people, index))
  if (free.every((one) => !one.together)) return 'sequential'
  return free.every((one) => one.together) ? 'parallel' : 'mixed'
}

export const withOrder = (people: readonly DraftPerson[], together: boolean): readonly DraftPerson[] =>
  settled(people.map((one) => ({ ...one, together })))

export const emailsOf = (person: DraftPerson): readonly string[] =>
  person.emails.split(/[\s,;]+/).filter((each) => each !== '')

type Placed = Pick<DraftField, 'id' | 'page' | 'rect'>

/** The first field that this one would lie on; null: it lies free. */
export function overlapping<One extends Placed>(fields: readonly One[], placed: Placed): One | null {
  const hit = fields.find(
    ({ id, page, rect }) => id !== placed.id && page === placed.page && shareArea(rect, placed.rect),
  )
  return hit ?? null
}

export const nextFieldId = (fields: readonly DraftField[]): number =>
  fields.reduce((most, field) => Math.max(most, field.id), 0) + 1

/** A signature is one per person; those who only get a copy have nothing to fill in. */
export function mayAdd(draft: Draft, person: string, kind: FieldKind): boolean {
  const owner = draft.people.find((one) => one.id === person)
  if (!owner || owner.role === 'copy') return false
  const once = kind === 'signature' || kind === 'name' || kind === 'company' || kind === 'date'
  return !once || !draft.fields.some((field) => field.person === person && field.kind === kind)
}

/** What goes with a person goes: his fields too. */
export const withoutPerson = (draft: Draft, id: string): Draft => ({
  ...draft,
  people: settled(draft.people.filter((one) => one.id !== id)),
  fields: draft.fields.filter((field) => field.person !== id),
})

/** In core's words. @param verifyUrl where anybody can verify the file */
export function toEnvelopeDraft(draft: Draft, verifyUrl: string): EnvelopeDraft {
  const { people, fields, preparer } = draft
  const deadline = new Date(draft.deadline)
  return {
    title: draft.title.trim(),
    ...optional('message', draft.message),
    ...(Number.isNaN(deadline.getTime()) ? {} : { deadline: deadline.toISOString() }),
    preparer: { name: preparer.name.trim(), ...optional('email', preparer.email) },
    signatories: people.map((one) => ({
      id: one.id,
      role: one.role,
      name: one.name.trim(),
      ...optional('company', one.company),
      emails: emailsOf(one),
      kind: one.kind,
      algorithms: one.kind === 'simple' ? [] : one.algorithms,
      mayDelegate: one.mayDelegate,
      fields: fields.filter((field) => field.person === one.id).map(placedField),
    })),
    order: orderOf(people),
    record: draft.record,
    resend: draft.resend,
    language: draft.language,
    ...(draft.detached ? { detached: true } : {}),
    verifyUrl,
  }
}

const placedField = ({ kind, page, rect, required, ...words }: DraftField): PlacedField => ({
  kind,
  page,
  rect,
  required,
  ...optional('label', words.label),
  ...optional('binding', words.binding),
  ...optional('suggestion', words.suggestion),
})

function optional<Name extends string>(name: Name, value: string): { [Key in Name]?: string } {
  const text = value.trim()
  return (text === '' ? {} : { [name]: text }) as { [Key in Name]?: string }
}

/** Of a template: what it says of people, order and places; the title and the preparer stay where it names none. */
export function withTemplate(draft: Draft, template: EnvelopeDraft, pages: number): Draft {
  const joined = new Set(template.order.flatMap((group) => group.slice(1)))
  const place = new Map(template.order.flat().map((id, index) => [id, index]))
  const people = template.signatories
    .toSorted((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity))
    .map((one): DraftPerson => ({
      id: one.id,
      role: one.role,
      name: one.name,
      company: one.company ?? '',
      emails: one.emails.join(', '),
      kind: one.kind,
      algorithms: one.algorithms,
      mayDelegate: one.mayDelegate,
      together: joined.has(one.id),
    }))
  const fields = template.signatories.flatMap((one) =>
    one.fields.flatMap(({ rect, page, ...field }) =>
      rect === null || page > pages
        ? []
        : [
            {
              ...field,
              rect,
              page,
              person: one.id,
              label: field.label ?? '',
              binding: field.binding ?? '',
              suggestion: field.suggestion ?? '',
            },
          ],
    ),
  )
  return {
    ...draft,
    title: template.title || draft.title,
    message: template.message ?? '',
    preparer: template.preparer.name ? { email: '', ...template.preparer } : draft.preparer,
    people: settled(people),
    fields: fields.map((field, index) => ({ ...field, id: index + 1 })),
    resend: template.resend,
    record: template.record,
    language: template.language,
    detached: template.detached === true,
  }
}
