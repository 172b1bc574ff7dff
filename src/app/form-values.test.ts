import { expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { FieldValue, FormFieldInfo, FormInfo } from '../core/pdf/fill/describe.ts'
import { changedValues, missingFields, suggestedValue, suggestedValues, unknownField } from './form-values.ts'

const field = (name: string, more: Partial<FormFieldInfo> = {}): FormFieldInfo => ({
  name,
  label: name,
  kind: 'text',
  required: false,
  closed: null,
  maxLength: null,
  choices: [],
  value: '',
  ...more,
})
const options = (...values: string[]) => values.map((value) => ({ value, text: value.toUpperCase() }))

const form: FormInfo = {
  closed: null,
  fields: [
    field('name', { required: true, maxLength: 5 }),
    field('agree', { kind: 'check', required: true, choices: options('ja'), value: false }),
    field('plan', { kind: 'radio', choices: options('a', 'b'), value: 'a' }),
    field('langs', { kind: 'choice', choices: options('uk', 'en'), value: ['uk'] }),
    field('fixed', { required: true, closed: 'read-only' }),
  ],
}

test('only what differs from the document is written', () => {
  expect(changedValues(form, {})).toEqual({})
  expect(changedValues(form, { name: '', plan: 'a', langs: 'uk', agree: 'Off', fixed: 'x' })).toEqual({})
  expect(changedValues(form, { name: 'x', plan: 'b', langs: [] })).toEqual({ name: 'x', plan: 'b', langs: [] })
  expect(changedValues({ ...form, closed: 'xfa' }, { name: 'x' })).toEqual({})
})

test('required fields are missing until they hold something', () => {
  const names = (values: Record<string, FieldValue>) => missingFields(form, values).map(({ name }) => name)
  expect(names({})).toEqual(['name', 'agree'])
  expect(names({ name: 'x', agree: false })).toEqual(['agree'])
  expect(names({ name: 'x', agree: 'ja' })).toEqual([])
  expect(missingFields({ ...form, closed: 'xfa' }, {})).toEqual([])
})

test('a suggestion is put in the words of the field, or refused', () => {
  const [name, agree, plan, langs, fixed] = form.fields as readonly [
    FormFieldInfo,
    FormFieldInfo,
    FormFieldInfo,
    FormFieldInfo,
    FormFieldInfo,
  ]
  const given = (one: FormFieldInfo, value: FieldValue): unknown => {
    try {
      return suggestedValue(one, value)
    } catch (error) {
      return error instanceof SignError ? `${error.code} ${String(error.details['problem'] ?? '')}`.trim() : error
    }
  }
  expect(given(name, 'Ann')).toBe('Ann')
  expect(given(name, 'too long')).toBe('FORMAT_FIELD_VALUE_INVALID too-long')
  expect(given(name, true)).toBe('FORMAT_FIELD_VALUE_INVALID type')
  expect(given(agree, true)).toBe('ja')
  expect(given(agree, false)).toBe(false)
  expect(given(field('bare', { kind: 'check', value: false }), true)).toBe(true)
  expect(given(plan, 'b')).toBe('b')
  expect(given(plan, 'B')).toBe('b')
  expect(given(plan, 'c')).toBe('FORMAT_FIELD_VALUE_INVALID no-such-choice')
  expect(given(langs, ['uk', 'en'])).toEqual(['uk', 'en'])
  expect(given(langs, 'de')).toBe('FORMAT_FIELD_VALUE_INVALID no-such-choice')
  expect(given(fixed, 'x')).toBe('FORMAT_FIELD_LOCKED')
})

test('fields are looked for in every document', () => {
  expect(suggestedValues(form, { name: 'Ann', other: 'x' })).toEqual({ name: 'Ann' })
  expect(suggestedValues(null, { name: 'Ann' })).toEqual({})
  expect(() => suggestedValues({ ...form, closed: 'xfa' }, { name: 'Ann' })).toThrow(SignError)
  expect(unknownField([form, null], { name: 'Ann' })).toBeNull()
  expect(unknownField([form, null], { name: 'Ann', other: 'x' })).toBe('other')
})
