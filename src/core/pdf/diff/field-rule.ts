import { FieldFlag, type FormField, type Widget } from '../fields.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, isArray, nameOf, type PdfObject } from '../objects.ts'
import { textOf } from '../text.ts'
import { appearanceText } from './appearance-text.ts'
import { changedKeys, sameObject, sameValue } from './compare.ts'
import { approve, numberOf, report, suspect, type Approval, type Pair, type Step } from './step.ts'

/** What filling a field may change in its dictionary and its widgets'. Flags are looked into. */
const VALUE_KEYS = new Set(['V', 'AP', 'AS', 'F', 'Ff', 'DA', 'Q', 'Type'])

/** Where a field or widget is referred to as such; anywhere else (a resource, say) it would mean something else. */
export const isWidgetPlace: Approval = ({ path }) =>
  /(^|\/)(Fields|Kids|Annots|CO)\/\*$|^\*$|(^|\/)(Parent|Obj|Data|T|P|V)$|(^|\/)T\/\*$/.test(path)

const behind = new WeakMap<FormField, readonly number[] | null>()

/** Whether a field whose own objects are as before may still hold or show something else: by what it refers to. */
export function mayShowAnother(step: Step, field: FormField): boolean {
  const numbers = behind.get(field) ?? numbersBehind(field)
  behind.set(field, numbers)
  return numbers === null || numbers.some((number) => step.touched.has(number))
}

/** Value and appearances; null when that takes more reading. */
function numbersBehind({ value, widgets }: FormField): readonly number[] | null {
  const numbers = [numberOf(value)]
  for (const { dict } of widgets) {
    const appearance = dict.get('AP')
    if (appearance instanceof PdfRef) return null
    if (appearance instanceof PdfDict) for (const state of appearance.entries.values()) numbers.push(numberOf(state))
  }
  return numbers.filter((number) => number > 0)
}

/** A field that was there: nothing but its value, and only from empty. */
export async function checkExistingField(step: Step, before: FormField, after: FormField): Promise<void> {
  const facts = { field: after.name, object: after.ref.toString() }
  const isTouched = [after.ref, ...after.widgets.map(({ ref }) => ref)].some(({ number }) => step.touched.has(number))
  if (before.name !== after.name || before.type !== after.type) {
    suspect(step, 'field-changed', { ...facts, evidence: 'name or type' })
    return
  }
  const same = await sameTarget(step, before.value, after.value)
  if (!isTouched && same && !(await isAppearanceTouched(step, after))) return
  const keys = [...changedKeys(before.dict, after.dict), ...widgetKeys(before, after)]
  const others = keys.filter((key) => !VALUE_KEYS.has(key))
  if (others.length > 0 || !sameWidgets(before, after) || !flagsHold(before, after)) {
    suspect(step, 'field-changed', { ...facts, evidence: others.join(', ') || 'widgets or flags' })
    return
  }
  if (sharesAppearance(step, before)) {
    suspect(step, 'field-appearance', { ...facts, evidence: 'its appearance dictionary is used elsewhere too' })
    return
  }
  for (const { ref } of [after, ...after.widgets]) approve(step, ref.number, isWidgetPlace)
  for (const widget of after.widgets) approveAppearance(step, widget)
  if (before.value instanceof PdfRef && sameValue(before.value, after.value)) {
    approve(step, before.value.number, ({ path }) => path === 'V')
  }
  if (after.type === 'Sig') await checkSignatureValue(step, before, after, same)
  else await checkValue(step, before, after, same)
}

async function sameTarget(step: Step, before: PdfObject, after: PdfObject): Promise<boolean> {
  if (!sameValue(before, after)) return false
  if (!(after instanceof PdfRef) || !step.touched.has(after.number)) return true
  const { document } = step
  return sameObject(
    document,
    await document.resolve(before, step.before.view),
    await document.resolve(after, step.after.view),
  )
}

function widgetKeys(before: FormField, after: FormField): readonly string[] {
  return after.widgets.flatMap(({ dict }, i) => changedKeys(before.widgets[i]?.dict ?? new PdfDict(), dict))
}

const sameWidgets = (before: FormField, after: FormField): boolean =>
  before.widgets.length === after.widgets.length &&
  before.widgets.every(({ ref }, i) => sameValue(ref, after.widgets[i]?.ref ?? null))

/** Annotation flags that show or hide: Invisible, Hidden, NoView, ToggleNoView. */
const SHOWING = 1 | 2 | 32 | 256

/** Nothing appears or vanishes; of the field's flags only ReadOnly may be set. */
function flagsHold(before: FormField, after: FormField): boolean {
  const holds = (old: PdfDict, now: PdfDict): boolean => {
    const [a, b] = [numberAt(old, 'F'), numberAt(now, 'F')]
    return (a & SHOWING) === (b & SHOWING)
  }
  const flags = ((before.flags ^ after.flags) & ~FieldFlag.readOnly) === 0
  return (
    flags &&
    holds(before.dict, after.dict) &&
    after.widgets.every(({ dict }, i) => holds(before.widgets[i]?.dict ?? dict, dict))
  )
}

const numberAt = (dict: PdfDict, key: string): number => {
  const value = dict.get(key)
  return typeof value === 'number' ? value : 0
}

/** An appearance dictionary or stream may be written over in place only where nothing else uses it. */
function approveAppearance(step: Step, { ref, dict }: Widget): void {
  const value = dict.get('AP')
  const holder = numberOf(value) || ref.number
  const prefix = numberOf(value) ? '' : 'AP/'
  if (value instanceof PdfRef)
    approve(step, value.number, (usage) => usage.container === ref.number && usage.path === 'AP')
  const own = new RegExp(`^${prefix}[NRD](/|$)`)
  const isOwn: Approval = ({ container, path }) => container === holder && own.test(path)
  for (const number of step.touched.keys()) {
    if (step.usages.of(number, step.before.index).some(isOwn)) approve(step, number, isOwn)
  }
}

/** An appearance dictionary that something else refers to must not be swapped under it. */
function sharesAppearance(step: Step, before: FormField): boolean {
  return before.widgets.some(({ ref, dict }) => {
    const value = dict.get('AP')
    if (!(value instanceof PdfRef)) return false
    const places = step.usages.of(value.number, step.before.index)
    return places.some(({ container, path }) => container !== ref.number || path !== 'AP')
  })
}

async function isAppearanceTouched(step: Step, field: FormField): Promise<boolean> {
  for (const { dict } of field.widgets) {
    const value = dict.get('AP')
    if (step.touched.has(numberOf(value))) return true
    const appearance = await step.document.resolve(value, step.after.view)
    if (!(appearance instanceof PdfDict)) continue
    for (const state of appearance.entries.values()) if (step.touched.has(numberOf(state))) return true
  }
  return false
}

async function checkSignatureValue(step: Step, before: FormField, after: FormField, same: boolean): Promise<void> {
  const facts = { field: after.name, object: after.ref.toString() }
  if (same) {
    if (before.value === null)
      report(step, 'form-filling', 'signature', 'signature-field-changed', { ...facts, lockedBy: after.name })
    else suspect(step, 'signature-changed', facts)
    return
  }
  const now = await step.document.resolve(after.value, step.after.view)
  const was = await step.document.resolve(before.value, step.before.view)
  const isNew = numberOf(after.value) === 0 || step.touched.get(numberOf(after.value)) === 'added'
  if (was !== null || !(now instanceof PdfDict) || !isNew) {
    suspect(step, 'signature-changed', facts)
    return
  }
  const type = nameOf(await step.document.value(now, 'Type', step.after.view))
  if (type === 'DocTimeStamp') report(step, 'lta-updates', 'document-time-stamp', 'document-time-stamp-added', facts)
  else report(step, 'form-filling', 'signature', 'signature-added', { ...facts, lockedBy: after.name })
}

async function checkValue(step: Step, before: FormField, after: FormField, same: boolean): Promise<void> {
  const facts = { field: after.name, object: after.ref.toString() }
  const [was, now] = [await valueOf(step, before, step.before.view), await valueOf(step, after, step.after.view)]
  if (!same && was.length > 0) {
    suspect(step, 'field-changed', { ...facts, evidence: 'a value was there already' })
    return
  }
  const fault =
    after.type === 'Btn'
      ? await buttonFault(step, before, after, now)
      : await appearanceFault(step, { before, after }, was, now)
  if (fault) suspect(step, 'field-appearance', { ...facts, evidence: fault })
  else
    report(step, 'form-filling', 'field-value', same ? 'field-appearance' : 'field-filled', {
      ...facts,
      lockedBy: after.name,
    })
}

/** What a field says: texts of a text or choice field, the state of a button; empty when it says nothing. */
async function valueOf(step: Step, field: FormField, view: number): Promise<readonly string[]> {
  const value = await step.document.resolve(field.value, view)
  const items = isArray(value) ? await Promise.all(value.map((item) => step.document.resolve(item, view))) : [value]
  const texts = await Promise.all(items.map((item) => textValue(step, item, view)))
  return texts.filter((text) => text !== '' && !(field.type === 'Btn' && text === 'Off'))
}

/** Stands for a value that cannot be read: it is not empty, so that nothing counts as filled in over it. */
const UNREADABLE = '\uFFFD'

async function textValue(step: Step, value: PdfObject, view: number): Promise<string> {
  if (value instanceof PdfString) return textOf(value) ?? ''
  if (!(value instanceof PdfStream)) return nameOf(value) ?? ''
  const content = await step.document.decodedOrNull(value, view, 1 << 20)
  return content ? (textOf(new PdfString(content)) ?? '') : UNREADABLE
}

/** A check box or radio button shows a state that it was drawn for before. Null: nothing is wrong. */
async function buttonFault(
  step: Step,
  before: FormField,
  after: FormField,
  value: readonly string[],
): Promise<string | null> {
  for (const [i, { dict }] of after.widgets.entries()) {
    const state = nameOf(await step.document.value(dict, 'AS', step.after.view)) ?? 'Off'
    if (state !== 'Off' && !value.includes(state)) return `shows ${state}, the value is ${value.join(' ') || 'Off'}`
    const old = before.widgets[i]?.dict.get('AP') ?? null
    if (!sameValue(old, dict.get('AP'))) return 'the drawing of a button changed'
    if (step.touched.has(numberOf(old)) || (await isAppearanceTouched(step, after)))
      return 'the drawing of a button changed'
  }
  return null
}

/** Before it showed the old value (nothing, when empty), now it shows the new one: what was signed is what was seen. */
async function appearanceFault(
  step: Step,
  fields: Pair<FormField>,
  was: readonly string[],
  now: readonly string[],
): Promise<string | null> {
  const before = await textFault(step, fields.before, was, step.before.view)
  if (before) return `before: ${before}`
  return textFault(step, fields.after, now, step.after.view)
}

const squeeze = (text: string): string => text.normalize('NFKC').replace(/\s+/g, '')

/** The appearance shows the value, the whole value and nothing else. Null: nothing is wrong. */
async function textFault(step: Step, field: FormField, value: readonly string[], view: number): Promise<string | null> {
  const wanted = new Set([squeeze(value.join('')), squeeze((await displayed(step, field, value, view)).join(''))])
  for (const { dict } of field.widgets) {
    const appearance = await step.document.dict(dict, 'AP', view)
    const stream = await step.document.value(appearance, 'N', view)
    if (!(stream instanceof PdfStream)) {
      if (value.length === 0) continue
      return 'no appearance'
    }
    const shown = await appearanceText(step.document, stream, view)
    if ('fault' in shown) return shown.fault
    const text = squeeze(shown.text)
    const isPassword = (field.flags & FieldFlag.password) !== 0
    if (!wanted.has(text) && !(isPassword && /^(.)\1*$/u.test(text)))
      return 'the appearance shows something else than the value'
  }
  return null
}

/** Choice fields keep export values and show display texts (12.7.5.4). */
async function displayed(
  step: Step,
  field: FormField,
  value: readonly string[],
  view: number,
): Promise<readonly string[]> {
  const options = await step.document.value(field.inherited, 'Opt', view)
  if (field.type !== 'Ch' || !isArray(options)) return value
  const pairs = await Promise.all(options.map((option) => step.document.resolve(option, view)))
  return value.map((one) => {
    const pair = pairs.find((option) => isArray(option) && textOf(option[0]) === one)
    return (isArray(pair) && textOf(pair[1])) || one
  })
}
