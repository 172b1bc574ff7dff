import { createContext } from 'react'
import type { EnvelopeProposal } from '../../../core/host-envelope.ts'
import { newPerson, settled } from './draft.ts'
import type { Draft, DraftField, DraftPerson } from './draft.ts'

export type Bindings = NonNullable<EnvelopeProposal['bindings']>

/** Fields of the host's record that a box may be bound to; none on our own page. */
export const BindingsContext = createContext<Bindings>([])

/** A field of the record brings its words along where nobody wrote others. */
export function bound(field: DraftField, name: string, bindings: Bindings): DraftField {
  const found = bindings.find((one) => one.name === name)
  return {
    ...field,
    binding: name,
    label: field.label || (found?.label ?? ''),
    suggestion: field.suggestion || (found?.suggestion ?? ''),
  }
}

/** A draft that begins with what a host knows: whoever prepares it may change all of it. */
export function withProposal(draft: Draft, proposal: EnvelopeProposal): Draft {
  const { title, message, deadline, preparer, people = [] } = proposal
  return {
    ...draft,
    title: title ?? draft.title,
    message: message ?? draft.message,
    deadline: deadline === undefined ? draft.deadline : localTime(new Date(deadline)),
    preparer: preparer ? { name: preparer.name, email: preparer.email ?? '' } : draft.preparer,
    people: people.length > 0 ? settled(people.reduce(withPerson, [])) : draft.people,
  }
}

type Proposed = NonNullable<EnvelopeProposal['people']>[number]

function withPerson(before: readonly DraftPerson[], proposed: Proposed): readonly DraftPerson[] {
  const { name, company = '', emails = [], role = 'signer', kind = 'unqualified' } = proposed
  return [...before, { ...newPerson(before), name, company, emails: emails.join(', '), role, kind }]
}

const two = (value: number): string => String(value).padStart(2, '0')

/** As `<input type="datetime-local">` writes it. */
const localTime = (time: Date): string =>
  `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`
