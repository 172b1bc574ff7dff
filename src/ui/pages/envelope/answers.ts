import type { Signatory } from '../../../core/envelope/manifest.ts'
import { missingFields } from '../../../core/envelope/state.ts'
import type { SignatoryView } from '../../../core/envelope/view.ts'

/** What one signatory has entered so far; `values` by field name, of texts, initials and boxes. */
export type Answers = Readonly<{
  name: string
  company: string
  values: Readonly<Record<string, string | boolean>>
}>

/** A text starts with what the host suggests. A box never does: nobody agrees by doing nothing. */
export function firstAnswers({ signatory, name, company }: SignatoryView): Answers {
  const suggested = signatory.fields.flatMap(({ name: field, kind, suggestion }): [string, string | boolean][] => {
    if (kind === 'checkbox') return [[field, false]]
    return kind === 'text' || kind === 'mark' ? [[field, kind === 'mark' ? initialsOf(name) : (suggestion ?? '')]] : []
  })
  return { name, company: company ?? '', values: Object.fromEntries(suggested) }
}

/** 'Ann Mary Example' is 'AME'. */
const initialsOf = (name: string): string =>
  name
    .split(/[\s-]+/)
    .map((word) => /^./u.exec(word)?.[0] ?? '')
    .join('')
    .slice(0, 4)
    .toUpperCase()

/** As core will see them: what a field will hold once he signs. */
function settledValues(signatory: Signatory, answers: Answers): Readonly<Record<string, string>> {
  return Object.fromEntries(
    signatory.fields.map(({ name, kind }) => {
      switch (kind) {
        case 'name':
          return [name, answers.name]
        case 'company':
          return [name, answers.company]
        case 'date':
        case 'signature':
          return [name, 'automatic']
        case 'text':
        case 'checkbox':
        case 'mark':
          return [name, String(answers.values[name] ?? '')]
      }
    }),
  )
}

/** Required fields that are still empty, by name, in the order of the manifest. */
export const missingAnswers = (signatory: Signatory, answers: Answers): readonly string[] =>
  missingFields(signatory, settledValues(signatory, answers))
