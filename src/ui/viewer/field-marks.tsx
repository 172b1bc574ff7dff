import type { SignatureFieldInfo } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { toBox } from './geometry.ts'
import type { PageSpace } from './geometry.ts'

type Props = Readonly<{
  space: PageSpace
  page: number
  fields: readonly SignatureFieldInfo[]
  chosen: string | null
  onChoose: (name: string) => void
}>

/** The document's own empty signature fields, as buttons where they lie. */
export function FieldMarks({ space, page, fields, chosen, onChoose }: Props) {
  const i18n = useI18n()
  return fields.map((field) => {
    if (field.page !== page || !field.rect || field.signed) return null
    const { left, top, width, height } = toBox(space, field.rect)
    return (
      <button
        key={field.name}
        type="button"
        className="field-mark"
        aria-pressed={chosen === field.name}
        disabled={field.refused !== null}
        title={field.name}
        style={{ left, top, width, height }}
        onClick={() => onChoose(field.name)}
      >
        {i18n.t(chosen === field.name ? 'viewer.signatureGoesHere' : 'viewer.signHere')}
      </button>
    )
  })
}
