import { PdfDict, isArray, nameOf } from '../objects.ts'
import type { Form, FormField } from '../fields.ts'
import type { Catalogs } from './catalog-rule.ts'
import { changedKeys, sameValue } from './compare.ts'
import { checkExistingField, isWidgetPlace, mayShowAnother } from './field-rule.ts'
import { approve, approveAt, dictsAt, numberOf, report, suspect, type Pair, type Step } from './step.ts'

/** Keys of the form dictionary that an update may touch; each is looked into below. */
const EXEMPT = new Set(['Fields', 'DR', 'DA', 'Q', 'NeedAppearances', 'SigFlags'])

/** New signature fields by object number of their widgets: pages may show these. */
export type NewWidgets = ReadonlyMap<number, FormField>

/** The form: its dictionary, its fields' values, new signature fields. ISO 32000-2, 12.7. */
export async function checkForm(step: Step, catalogs: Catalogs): Promise<NewWidgets> {
  const value = catalogs.after.get('AcroForm')
  const { before, after } = step.forms
  if (!after) {
    if (before) suspect(step, 'form', { evidence: 'removed' })
    return new Map()
  }
  approveAt(step, value, catalogs.number, 'AcroForm')
  const container = numberOf(value) || catalogs.number
  const prefix = numberOf(value) ? '' : 'AcroForm/'
  const dicts = { before: before?.dict ?? new PdfDict(), after: after.dict }
  checkFormKeys(step, dicts, before === null)
  approveAt(step, dicts.after.get('Fields'), container, `${prefix}Fields`)
  approveAt(step, dicts.after.get('DR'), container, `${prefix}DR`)
  await checkResources(step, dicts, container, prefix)
  return checkFields(step, { before, after })
}

function checkFormKeys(step: Step, dicts: Pair<PdfDict>, isNew: boolean): void {
  for (const key of changedKeys(dicts.before, dicts.after)) {
    // A form that comes with the first signature may be set up as it likes, but never with XFA: that is another document.
    if (EXEMPT.has(key) || (isNew && key !== 'XFA')) continue
    suspect(step, 'form', { evidence: key })
  }
  // With it a viewer draws every field anew, and not as it was signed.
  if (dicts.after.get('NeedAppearances') === true && dicts.before.get('NeedAppearances') !== true) {
    suspect(step, 'form', { evidence: 'NeedAppearances' })
  }
}

/** Fonts and the like may be added for new values; what is there already stays. */
async function checkResources(step: Step, dicts: Pair<PdfDict>, container: number, prefix: string): Promise<void> {
  const resources = await dictsAt(step, dicts, 'DR')
  if (!resources.before || !resources.after) return
  const holder = numberOf(dicts.after.get('DR')) || container
  const path = numberOf(dicts.after.get('DR')) ? '' : `${prefix}DR/`
  for (const key of resources.before.entries.keys()) {
    const pair = await dictsAt(step, { before: resources.before, after: resources.after }, key)
    approveAt(step, resources.after.get(key), holder, path + key)
    if (!pair.before || !pair.after) {
      if (!sameValue(resources.before.get(key), resources.after.get(key)))
        suspect(step, 'form-resources', { evidence: key })
      continue
    }
    for (const [name, old] of pair.before.entries) {
      if (!sameValue(old, pair.after.get(name))) suspect(step, 'form-resources', { evidence: `${key}/${name}` })
    }
  }
}

async function checkFields(step: Step, forms: Pair<Form | null>): Promise<NewWidgets> {
  const [was, now] = [forms.before?.fields ?? [], forms.after?.fields ?? []]
  const old = new Map<string, FormField>()
  for (const [i, field] of was.entries()) if (now[i] !== field) old.set(field.ref.toString(), field)
  const added: FormField[] = []
  for (const [i, field] of now.entries()) {
    if (was[i] === field) {
      if (mayShowAnother(step, field)) await checkExistingField(step, field, field)
      continue
    }
    const before = old.get(field.ref.toString())
    old.delete(field.ref.toString())
    if (before) await checkExistingField(step, before, field)
    else added.push(field)
  }
  for (const field of old.values()) suspect(step, 'field-removed', { field: field.name })
  const widgets = new Map<number, FormField>()
  for (const field of added) await checkNewField(step, field, forms, widgets)
  return widgets
}

async function checkNewField(
  step: Step,
  field: FormField,
  forms: Pair<Form | null>,
  widgets: Map<number, FormField>,
): Promise<void> {
  const facts = { field: field.name, object: field.ref.toString() }
  const twin = forms.before?.fields.some(({ name }) => name === field.name)
  if (field.type !== 'Sig' || twin) {
    suspect(step, 'field-added', facts)
    return
  }
  // An object that was there before under another meaning is no new field.
  const wasThere = [field.ref, ...field.widgets.map(({ ref }) => ref)].some(
    ({ number }) => step.touched.get(number) !== 'added',
  )
  if (wasThere) {
    suspect(step, 'field-added', facts)
    return
  }
  for (const { ref } of field.widgets) {
    widgets.set(ref.number, field)
    approve(step, ref.number, isWidgetPlace)
  }
  approve(step, field.ref.number, isWidgetPlace)
  const visible = (await Promise.all(field.widgets.map(({ dict }) => isVisible(step, dict)))).some(Boolean)
  if (visible)
    report(step, 'form-filling', 'signature-field', 'signature-field-added', {
      ...facts,
      lockedBy: field.name,
      notAfterCertification: true,
    })
  else report(step, 'lta-updates', 'signature-field', 'signature-field-added', facts)
  const signature = await step.document.resolve(field.value, step.after.view)
  if (signature instanceof PdfDict) await reportSignature(step, field, signature, visible)
}

async function isVisible(step: Step, widget: PdfDict): Promise<boolean> {
  const rect = await rectOf(step, widget)
  return rect !== null && rect.right > rect.left && rect.top > rect.bottom
}

export type Rect = Readonly<{ left: number; bottom: number; right: number; top: number }>

export async function rectOf(step: Step, annotation: PdfDict, view = step.after.view): Promise<Rect | null> {
  const array = await step.document.value(annotation, 'Rect', view)
  if (!isArray(array)) return null
  const [a, b, c, d] = await Promise.all(array.map((item) => step.document.resolve(item, view)))
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') return null
  return { left: Math.min(a, c), bottom: Math.min(b, d), right: Math.max(a, c), top: Math.max(b, d) }
}

/** A document time-stamp belongs to long-term maintenance, a signature to filling the form. */
async function reportSignature(step: Step, field: FormField, signature: PdfDict, visible: boolean): Promise<void> {
  const type = nameOf(await step.document.value(signature, 'Type', step.after.view))
  if (type === 'DocTimeStamp' && !visible) {
    report(step, 'lta-updates', 'document-time-stamp', 'document-time-stamp-added', { field: field.name })
    return
  }
  report(step, 'form-filling', 'signature', 'signature-added', { field: field.name, lockedBy: field.name })
}
