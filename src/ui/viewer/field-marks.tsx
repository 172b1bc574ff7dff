import type { SignatureFieldInfo } from '../../core/formats/format.ts'
import type { SignatureAppearance } from '../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../i18n/context.tsx'
import { AppearancePreview } from './appearance-preview.tsx'
import { toBox } from './geometry.ts'
import type { PageSpace } from './geometry.ts'

type Props = Readonly<{
  space: PageSpace
  /** px per point */
  scale: number
  page: number
  fields: readonly SignatureFieldInfo[]
  chosen: string | null
  preview: SignatureAppearance | null
  onChoose: (name: string) => void
}>

/** The document's own empty signature fields, as buttons where they lie. */
export function FieldMarks({ space, scale, page, fields, chosen, preview, onChoose }: Props) {
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
        {chosen === field.name && preview ? (
          <>
            <AppearancePreview appearance={preview} width={width / scale} height={height / scale} />
            <span className="visually-hidden">{i18n.t('viewer.signatureGoesHere')}</span>
          </>
        ) : (
          i18n.t('viewer.signHere')
        )}
      </button>
    )
  })
}
