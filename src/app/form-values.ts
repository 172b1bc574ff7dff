import { SignError } from '../core/errors.ts'
import type { FieldValue, FormFieldInfo, FormInfo } from '../core/pdf/fill/describe.ts'

/** By fully qualified field name. */
export type FormValues = Readonly<Record<string, FieldValue>>

/** Nothing chosen, typed or ticked. */
const isEmpty = (value: FieldValue): boolean =>
  value === false || value === 'Off' || (typeof value === 'object' ? value.length === 0 : value === '')

/** Fields that a person may fill in here. */
export const openFields = (form: FormInfo | null): readonly FormFieldInfo[] =>
  form?.closed === null ? form.fields.filter(({ closed }) => closed === null) : []

/** What a field will hold. */
export const valueOf = (field: FormFieldInfo, values: FormValues): FieldValue =>
  Object.hasOwn(values, field.name) ? (values[field.name] ?? field.value) : field.value

/** Required fields that are still empty, in the order of the form. */
export const missingFields = (form: FormInfo | null, values: FormValues): readonly FormFieldInfo[] =>
  openFields(form).filter((field) => field.required && isEmpty(valueOf(field, values)))

/** Only what differs from the document: everything else stays untouched in it. */
export function changedValues(form: FormInfo | null, values: FormValues): FormValues {
  const changed = openFields(form).filter((field) => !isSame(valueOf(field, values), field.value))
  return Object.fromEntries(changed.map((field) => [field.name, valueOf(field, values)]))
}

/** One choice is the same alone as in a list of one, and nothing is the same however it is said. */
function isSame(a: FieldValue, b: FieldValue): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  const list = (value: FieldValue): string => JSON.stringify(typeof value === 'object' ? value : [value])
  return list(a) === list(b)
}

/**
 * What a host suggests for a field, in the field's own words: the state of a button for `true` or for an export value.
 *
 * @throws SignError `FORMAT_FIELD_LOCKED`, `FORMAT_FIELD_VALUE_INVALID`
 */
export function suggestedValue(field: FormFieldInfo, value: FieldValue): FieldValue {
  const { name, kind, closed, choices, maxLength } = field
  if (closed !== null) {
    const details = { field: name, readOnly: closed === 'read-only' }
    throw new SignError('FORMAT_FIELD_LOCKED', 'the field may not be changed', { details })
  }
  if (kind === 'text') {
    if (typeof value !== 'string') throw invalid(name, 'type')
    if (maxLength !== null && Array.from(value).length > maxLength) throw invalid(name, 'too-long')
    return value
  }
  if (isEmpty(value)) return kind === 'choice' ? '' : false
  if (kind === 'choice') {
    if (typeof value === 'boolean') throw invalid(name, 'type')
    const asked = typeof value === 'string' ? [value] : value
    if (!asked.every((each) => choices.some((choice) => choice.value === each))) throw invalid(name, 'no-such-choice')
    return value
  }
  if (typeof value === 'object') throw invalid(name, 'type')
  // A box without appearances has no name for its state.
  if (choices.length === 0 || value === true) return choices.find((choice) => choice.value !== '')?.value ?? true
  const choice = choices.find((each) => each.value === value) ?? choices.find((each) => each.text === value)
  if (!choice) throw invalid(name, 'no-such-choice')
  return choice.value
}

const invalid = (field: string, problem: string): SignError =>
  new SignError('FORMAT_FIELD_VALUE_INVALID', 'the field does not take this value', { details: { field, problem } })

/**
 * What a host suggests, for one of the documents: fields that it lacks are another one's.
 *
 * @throws SignError as `suggestedValue`; `FORMAT_UNSUPPORTED` when the form takes nothing
 */
export function suggestedValues(form: FormInfo | null, suggested: FormValues): FormValues {
  const found = (form?.fields ?? []).filter(({ name }) => Object.hasOwn(suggested, name))
  if (found.length > 0 && form?.closed === 'xfa')
    throw new SignError('FORMAT_UNSUPPORTED', 'an XFA form cannot be filled')
  return Object.fromEntries(found.map((field) => [field.name, suggestedValue(field, suggested[field.name] ?? '')]))
}

/** The first suggested field that no document has; null when each has its place. */
export function unknownField(forms: readonly (FormInfo | null)[], suggested: FormValues): string | null {
  const known = new Set(forms.flatMap((form) => (form?.fields ?? []).map(({ name }) => name)))
  return Object.keys(suggested).find((name) => !known.has(name)) ?? null
}
