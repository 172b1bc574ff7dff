import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { changedValues, missingFields, openFields } from '../../../app/form-values.ts'
import { writable } from '../../../core/pdf/font/embed.ts'
import { TrueTypeFont } from '../../../core/pdf/font/sfnt.ts'
import type { FieldValue, FormFieldInfo, FormInfo } from '../../../core/pdf/fill/describe.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { FillableForm } from '../../viewer/form-layer.ts'
import { containerFor } from './container.ts'
import { loadFont } from './font.ts'
import type { SessionItem, SignSession } from './session.ts'

/** The form of a document that will be signed inside; a separate file leaves the document as it is. */
export function formOf(item: SessionItem | null, session: SignSession): FormInfo | null {
  if (!item || containerFor(item.inspection, session.options) !== 'embedded') return null
  return item.inspection?.pdf?.form ?? null
}

/** For the viewer: the fields that stand open, over what the session holds. */
export function useFillableForm(session: SignSession, item: SessionItem | null): FillableForm | null {
  const i18n = useI18n()
  const info = formOf(item, session)
  const held = useRef(item?.values ?? {})
  useLayoutEffect(() => {
    held.current = item?.values ?? {}
  })
  const { setValue } = session
  const id = item?.id ?? 0
  const refills = item?.refills ?? 0
  return useMemo(() => {
    if (!info || openFields(info).length === 0) return null
    return {
      key: `${String(id)}/${String(refills)}`,
      fields: new Map(info.fields.map((field) => [field.name, field])),
      values: () => held.current,
      onChange: (name: string, value: FieldValue) => setValue(id, name, value),
      labelOf: ({ label, closed }: FormFieldInfo) =>
        closed === null ? label : i18n.t('sign.fieldClosed', { name: label }),
    }
  }, [info, id, refills, setValue, i18n])
}

export type FormState = Readonly<{
  closed: FormInfo['closed']
  /** Required and still empty. */
  missing: readonly FormFieldInfo[]
  /** Filled with characters that the font of the document will not show. */
  unwritable: readonly Readonly<{ field: FormFieldInfo; characters: string }>[]
  /** How many fields differ from the document. */
  changed: number
}>

/** What is to be said of the form of the one document on the table; null without a form. */
export function useFormState(session: SignSession): FormState | null {
  const [item = null, ...others] = session.items
  const only = others.length === 0 ? item : null
  const info = formOf(only, session)
  const values = only?.values
  const changed = useMemo(() => changedValues(info, values ?? {}), [info, values])
  const font = useFont(Object.keys(changed).length > 0)
  return useMemo(() => {
    if (!info) return null
    const fields = info.fields.filter(({ name }) => Object.hasOwn(changed, name))
    return {
      closed: info.closed,
      missing: missingFields(info, values ?? {}),
      unwritable: font ? fields.flatMap((field) => lacking(font, field, changed[field.name] ?? '')) : [],
      changed: fields.length,
    }
  }, [info, values, changed, font])
}

function useFont(wanted: boolean): TrueTypeFont | null {
  const [font, setFont] = useState<TrueTypeFont | null>(null)
  useEffect(() => {
    if (!wanted) return
    let current = true
    loadFont()
      .then((bytes) => current && setFont(new TrueTypeFont(bytes)))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [wanted])
  return font
}

function lacking(font: TrueTypeFont, field: FormFieldInfo, value: FieldValue): FormState['unwritable'] {
  if (field.kind === 'check' || field.kind === 'radio' || typeof value === 'boolean') return []
  const texts = (typeof value === 'string' ? value.split('\n') : value).map(
    (each) => field.choices.find((choice) => choice.value === each)?.text ?? each,
  )
  const missing = new Set(texts.flatMap((text) => writable(font, text).missing))
  return missing.size === 0 ? [] : [{ field, characters: [...missing].slice(0, 10).join(' ') }]
}
