import { FieldFlag } from '../fields.ts'
import type { Form, FormField, Widget } from '../fields.ts'
import { isArray, nameOf } from '../objects.ts'
import type { PdfObject, Resolver } from '../objects.ts'
import { isLocked } from '../restrictions.ts'
import type { FieldLock } from '../restrictions.ts'
import { rectOf } from '../signature-field.ts'
import { textOf } from '../text.ts'
import { optionsOf } from './choices.ts'
import { onStates } from './buttons.ts'

/**
 * What goes into a field: text; a choice by its export value, or several; a check box as on or off; a check box or radio
 * group by the name of a state or, where the form has them, an export value.
 */
export type FieldValue = string | boolean | readonly string[]

/** A field as a person meets it. Plain data. */
export type FormFieldInfo = Readonly<{
  /** Fully qualified. */
  name: string
  /** /TU, else the name. */
  label: string
  kind: 'text' | 'choice' | 'check' | 'radio'
  /** It must not stay empty, and a person can fill it in. */
  required: boolean
  /** Why it cannot be filled in; null when it can. */
  closed: 'read-only' | 'locked' | 'unsupported' | null
  /** Characters at most; null: any number. */
  maxLength: number | null
  /** Values that it takes: states of a button with their export values, options of a choice. Empty for text. */
  choices: readonly Readonly<{ value: string; text: string }>[]
  /** As the document has it: '', [] or false when empty. */
  value: FieldValue
}>

/** The form of a document, signature fields and push buttons left out. */
export type FormInfo = Readonly<{
  /** Why nothing in it can be filled in here; null when something may. */
  closed: 'xfa' | null
  fields: readonly FormFieldInfo[]
}>

const MAX_CHOICES = 2000
/** Hidden and NoView (ISO 32000-2, table 167). */
const UNSEEN = (1 << 1) | (1 << 5)

/** Null where there is nothing to fill in. */
export async function describeForm(
  reader: Resolver,
  form: Form | null,
  locks: readonly FieldLock[],
): Promise<FormInfo | null> {
  if (!form) return null
  const fields: FormFieldInfo[] = []
  for (const field of form.fields) {
    const kind = kindOf(field)
    if (kind) fields.push(await describeField(reader, field, kind, locks))
  }
  const closed = form.dict.get('XFA') === null ? null : 'xfa'
  return fields.length === 0 && closed !== 'xfa' ? null : { closed, fields }
}

async function describeField(
  reader: Resolver,
  field: FormField,
  kind: FormFieldInfo['kind'],
  locks: readonly FieldLock[],
): Promise<FormFieldInfo> {
  const limit = kind === 'text' ? await reader.resolve(field.inherited.get('MaxLen')) : null
  const label = textOf(await reader.resolve(field.dict.get('TU')))?.trim()
  const value = await reader.resolve(field.value)
  return {
    name: field.name,
    label: label === undefined || label === '' ? field.name : label,
    kind,
    required: await mustBeFilled(reader, field, locks),
    closed: closedBecause(field, locks),
    maxLength: typeof limit === 'number' && limit > 0 ? limit : null,
    choices: await choicesOf(reader, field, kind),
    value: await heldValue(reader, kind, value),
  }
}

function kindOf({ type, flags }: FormField): FormFieldInfo['kind'] | null {
  if (type === 'Tx') return 'text'
  if (type === 'Ch') return 'choice'
  if (type !== 'Btn' || (flags & FieldFlag.pushButton) !== 0) return null
  return (flags & FieldFlag.radio) !== 0 ? 'radio' : 'check'
}

/** Why a field takes no value here: its author, an earlier signature, or a kind that we do not write. */
export function closedBecause(field: FormField, locks: readonly FieldLock[]): FormFieldInfo['closed'] {
  if ((field.flags & FieldFlag.readOnly) !== 0) return 'read-only'
  if (isLocked(locks, field.name)) return 'locked'
  const special = FieldFlag.password | FieldFlag.fileSelect | FieldFlag.richText
  return field.type === 'Tx' && (field.flags & special) !== 0 ? 'unsupported' : null
}

/** A required field counts only when a person can reach it: scripts, which we do not run, hide and show fields. */
export async function mustBeFilled(reader: Resolver, field: FormField, locks: readonly FieldLock[]): Promise<boolean> {
  if ((field.flags & FieldFlag.required) === 0 || kindOf(field) === null) return false
  if (closedBecause(field, locks) !== null) return false
  for (const { dict } of field.widgets) {
    const flags = await reader.resolve(dict.get('F'))
    const hidden = typeof flags === 'number' && (flags & UNSEEN) !== 0
    if (!hidden && (await rectOf(reader, dict)) !== null) return true
  }
  return false
}

async function choicesOf(
  reader: Resolver,
  field: FormField,
  kind: FormFieldInfo['kind'],
): Promise<FormFieldInfo['choices']> {
  if (kind === 'text') return []
  const options = (await optionsOf(reader, field)).slice(0, MAX_CHOICES)
  if (kind === 'choice') return options.map(({ exported, display }) => ({ value: exported, text: display }))
  const states = await statesOf(reader, field.widgets)
  return states.map((state, i) => ({ value: state, text: options[i]?.exported ?? state }))
}

/** One state for each widget, in their order; a widget without an appearance has none. */
async function statesOf(reader: Resolver, widgets: readonly Widget[]): Promise<string[]> {
  const states: string[] = []
  for (const widget of widgets.slice(0, MAX_CHOICES)) states.push((await onStates(reader, widget))[0] ?? '')
  return states.some((state) => state !== '') ? states : []
}

async function heldValue(reader: Resolver, kind: FormFieldInfo['kind'], value: PdfObject): Promise<FieldValue> {
  if (kind === 'check' || kind === 'radio') {
    const state = nameOf(value)
    return state === null || state === 'Off' ? false : state
  }
  if (!isArray(value)) return textOf(value)?.replace(/\r\n?/g, '\n') ?? ''
  const texts: string[] = []
  for (const item of value.slice(0, MAX_CHOICES)) texts.push(textOf(await reader.resolve(item)) ?? '')
  return texts
}
