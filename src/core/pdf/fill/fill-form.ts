import { SignError } from '../../errors.ts'
import { archiveRules, calibratedDefaults } from '../archive-rules.ts'
import { embedFont, writable } from '../font/embed.ts'
import { TrueTypeFont } from '../font/sfnt.ts'
import { FieldFlag } from '../fields.ts'
import type { Form, FormField, Widget } from '../fields.ts'
import { PdfDict, isArray, name, nameOf } from '../objects.ts'
import type { PdfObject, PdfRef } from '../objects.ts'
import type { FieldLock } from '../restrictions.ts'
import { textString } from '../serialize.ts'
import { changeForm } from '../signature-field.ts'
import { textOf } from '../text.ts'
import type { PdfUpdate } from '../update.ts'
import { checkedState, onStates, stateAppearance } from './buttons.ts'
import { optionsOf } from './choices.ts'
import { closedBecause, mustBeFilled } from './describe.ts'
import type { FieldValue } from './describe.ts'
import { readStyle } from './style.ts'
import { drawTextWidget, shownLines } from './text-widget.ts'
import type { Ink } from './text-widget.ts'

export type FillRequest = Readonly<{
  /** By fully qualified name. */
  values: Readonly<Record<string, FieldValue>>
  /** The TrueType font that filled text is shown in. */
  font: Uint8Array
  /** Only these fields are this signer's: required ones that are others' may stay empty. */
  onlyOwn?: true
}>

type Filling = Readonly<{ field: FormField; value: FieldValue }>

const invalid = (field: string, problem: string, details: Record<string, string | number> = {}): SignError =>
  new SignError('FORMAT_FIELD_VALUE_INVALID', 'the field does not take this value', {
    details: { field, problem, ...details },
  })

/**
 * Writes values into form fields, touching only /V, /AP and /AS: what verifiers explain as form filling
 * (ISO 32000-2, 12.7.4 and 12.7.5). Nothing is changed when any of them is refused.
 *
 * @throws SignError `FORMAT_FIELD_NOT_FOUND`, `FORMAT_FIELD_LOCKED` (locked or read-only), `FORMAT_FIELD_VALUE_INVALID`,
 *   `FORMAT_FIELD_REQUIRED` when a required field stays empty, `FORMAT_UNSUPPORTED` for an XFA form
 */
export async function fillForm(
  update: PdfUpdate,
  form: Form | null,
  { locks, isSigned }: Readonly<{ locks: readonly FieldLock[]; isSigned: boolean }>,
  request: FillRequest,
): Promise<void> {
  const byName = new Map((form?.fields ?? []).toReversed().map((field) => [field.name, field]))
  const fillings = Object.entries(request.values).map(([fieldName, value]) => {
    const field = byName.get(fieldName)
    if (!field)
      throw new SignError('FORMAT_FIELD_NOT_FOUND', 'no field of that name', { details: { field: fieldName } })
    checkWritable(field, locks)
    return { field, value }
  })
  if (fillings.length > 0 && form?.dict.get('XFA') !== null) {
    throw new SignError('FORMAT_UNSUPPORTED', 'an XFA form cannot be filled here', { details: { form: 'XFA' } })
  }
  const font = fillings.length > 0 ? new TrueTypeFont(request.font) : null
  const plans: Plan[] = []
  for (const filling of fillings) if (font) plans.push(await planFor(update, filling, font))
  if (!request.onlyOwn) await checkRequired(update, form, locks, new Map(plans.map(({ field, V }) => [field.name, V])))
  const redrawn = font && form && !isSigned ? await plansOfOthers(update, form, plans, font) : null
  const texts = [...plans, ...(redrawn ?? [])].flatMap(({ shown }) => shown)
  const embedded = font && texts.length > 0 ? embedFont(update, font, texts) : null
  const { part, hasIntent } = await archiveRules(update.document)
  const ink = { font, embedded, colors: part > 0 && !hasIntent ? calibratedDefaults() : null }
  for (const plan of plans) {
    await update.change(plan.field.ref, { V: plan.V })
    await show(update, plan, ink)
  }
  if (!redrawn || !form) return
  for (const plan of redrawn) await show(update, plan, ink)
  await changeForm(update, form, { NeedAppearances: null })
}

/**
 * /NeedAppearances makes viewers draw fields by themselves, each in its own way and some without our letters. While no
 * signature is there to see it as a change it is taken away, and fields that hold a value are drawn anew: then all
 * viewers show what was signed. Null: it is not set, or some field cannot be drawn here, and all stays as it is.
 */
async function plansOfOthers(
  update: PdfUpdate,
  form: Form,
  plans: readonly Plan[],
  font: TrueTypeFont,
): Promise<readonly Plan[] | null> {
  if (plans.length === 0 || (await update.resolve(form.dict.get('NeedAppearances'))) !== true) return null
  const filled = new Set(plans.map(({ field }) => field.name))
  const others: Plan[] = []
  for (const field of form.fields) {
    const isShown = (field.type === 'Tx' || field.type === 'Ch') && !filled.has(field.name)
    const value = isShown ? await update.resolve(field.value) : null
    if (isEmptyValue(value)) continue
    const held = isArray(value) ? value.map((item) => textOf(item) ?? '') : textOf(value)
    if (held === null) return null
    try {
      others.push(await planFor(update, { field, value: held }, font))
    } catch (error) {
      if (error instanceof SignError) return null
      throw error
    }
  }
  return others
}

function checkWritable(field: FormField, locks: readonly FieldLock[]): void {
  const closed = closedBecause(field, locks)
  if (closed === null) return
  if (closed === 'unsupported') throw invalid(field.name, 'type')
  const details = { field: field.name, readOnly: closed === 'read-only' }
  throw new SignError('FORMAT_FIELD_LOCKED', 'the field may not be changed', { details })
}

/** Empty: no value, an empty text, no choice, every box off. */
function isEmptyValue(value: PdfObject): boolean {
  if (value === null || nameOf(value) === 'Off') return true
  return textOf(value) === '' || (isArray(value) && value.length === 0)
}

/** Fields that must be filled in and are not, in the order of the form. */
async function emptyRequired(
  update: PdfUpdate,
  form: Form | null,
  locks: readonly FieldLock[],
  filled: ReadonlyMap<string, PdfObject>,
): Promise<readonly FormField[]> {
  const found: FormField[] = []
  for (const field of form?.fields ?? []) {
    if (!(await mustBeFilled(update, field, locks))) continue
    const value = filled.has(field.name) ? (filled.get(field.name) ?? null) : await update.resolve(field.value)
    if (isEmptyValue(value)) found.push(field)
  }
  return found
}

async function checkRequired(
  update: PdfUpdate,
  form: Form | null,
  locks: readonly FieldLock[],
  filled: ReadonlyMap<string, PdfObject>,
): Promise<void> {
  const [first, ...others] = await emptyRequired(update, form, locks, filled)
  if (!first) return
  const details = { field: first.name, count: 1 + others.length }
  throw new SignError('FORMAT_FIELD_REQUIRED', 'a required field is empty', { details })
}

type Plan = Readonly<{
  field: FormField
  V: PdfObject
  /** Texts that need glyphs. */
  shown: readonly string[]
  /** What text and choice widgets show; null: a button. */
  lines: readonly string[] | null
}>

async function planFor(update: PdfUpdate, { field, value }: Filling, font: TrueTypeFont): Promise<Plan> {
  switch (field.type) {
    case 'Tx':
      return planText(update, field, value, font)
    case 'Ch':
      return planChoice(update, field, value, font)
    case 'Btn':
      return { field, V: name(await buttonState(update, field, value)), shown: [], lines: null }
    case 'Sig':
    case null:
      throw invalid(field.name, 'type')
  }
}

async function planText(update: PdfUpdate, field: FormField, value: FieldValue, font: TrueTypeFont): Promise<Plan> {
  if (typeof value !== 'string') throw invalid(field.name, 'type')
  const limit = await update.resolve(field.inherited.get('MaxLen'))
  if (typeof limit === 'number' && Array.from(value).length > limit) throw invalid(field.name, 'too-long', { limit })
  const text =
    (field.flags & FieldFlag.multiline) !== 0 ? value.replace(/\r\n?/g, '\n') : value.replace(/[\r\n]+/g, ' ')
  const lines = text.split('\n').map((line) => glyphsFor(field, line, font))
  return { field, V: textString(text.replaceAll('\n', '\r')), shown: lines, lines }
}

async function planChoice(update: PdfUpdate, field: FormField, value: FieldValue, font: TrueTypeFont): Promise<Plan> {
  const chosen = typeof value === 'string' ? (value === '' ? [] : [value]) : value
  if (typeof chosen === 'boolean') throw invalid(field.name, 'type')
  const options = await optionsOf(update, field)
  const mayEdit = (field.flags & FieldFlag.combo) !== 0 && (field.flags & FieldFlag.edit) !== 0
  if (chosen.length > 1 && (field.flags & FieldFlag.multiSelect) === 0) throw invalid(field.name, 'one-choice')
  const display = chosen.map((each) => {
    const option = options.find(({ exported }) => exported === each)
    if (!option && !mayEdit) throw invalid(field.name, 'no-such-choice')
    return glyphsFor(field, option?.display ?? each, font)
  })
  const values = chosen.map(textString)
  return {
    field,
    V: values.length === 1 ? (values[0] ?? null) : values.length === 0 ? textString('') : values,
    shown: display,
    lines: display,
  }
}

/** A value that cannot be shown as it is would be signed unseen. */
function glyphsFor(field: FormField, text: string, font: TrueTypeFont): string {
  const { text: shown, missing } = writable(font, text)
  if (missing.length > 0) throw invalid(field.name, 'characters', { characters: missing.slice(0, 20).join('') })
  return shown
}

async function buttonState(update: PdfUpdate, field: FormField, value: FieldValue): Promise<string> {
  if (field.flags & FieldFlag.pushButton || typeof value === 'object') throw invalid(field.name, 'type')
  if (value === false || value === 'Off' || value === '') return 'Off'
  const state = await checkedState(update, field, value)
  if (state === null) throw invalid(field.name, 'no-such-choice')
  return state
}

async function show(update: PdfUpdate, { field, V, lines }: Plan, ink: Ink): Promise<void> {
  for (const widget of field.widgets) {
    if (lines === null) await applyState(update, widget, nameOf(V) ?? 'Off', ink)
    else if (ink.font) {
      const drawn = await textAppearance(update, field, widget, lines, ink.font, ink)
      if (drawn) await update.change(widget.ref, { AP: PdfDict.of({ N: drawn }) })
    }
  }
}

async function applyState(update: PdfUpdate, widget: Widget, state: string, { colors }: Ink): Promise<void> {
  const states = await onStates(update, widget)
  const own = states.includes(state) ? state : 'Off'
  if (states.length === 0 && state !== 'Off') {
    // A box without appearances shows nothing: it gets them.
    await update.change(widget.ref, { AS: name(state), AP: await stateAppearance(update, widget, state, colors) })
    return
  }
  await update.change(widget.ref, { AS: name(own) })
}

async function textAppearance(
  update: PdfUpdate,
  field: FormField,
  widget: Widget,
  lines: readonly string[],
  font: TrueTypeFont,
  ink: Ink,
): Promise<PdfRef | null> {
  const style = await readStyle(update, field, widget)
  if (!style) return null
  const shown = shownLines(style, lines, font)
  return drawTextWidget(update, style, shown, font, ink)
}
