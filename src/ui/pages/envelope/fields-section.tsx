import { useEffect, useId, useRef } from 'react'
import type { PDFPageProxy } from 'pdfjs-dist'
import type { FieldKind, FieldRect } from '../../../core/envelope/manifest.ts'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { toPdfRect } from '../../viewer/geometry.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { mayAdd, nextFieldId, overlapping } from './draft.ts'
import type { Draft, DraftField } from './draft.ts'
import { fieldName, personName } from './field-boxes.tsx'
import { FieldDetails } from './field-details.tsx'
import { FieldPalette } from './field-palette.tsx'
import type { DropPoint } from './field-palette.tsx'
import { PersonMark } from './person-mark.tsx'
import { boxAt, freeBox } from './place-field.ts'

type Props = Readonly<{
  draft: Draft
  /** Null while the document is opened. */
  view: PdfView | null
  person: string
  onPerson: (id: string) => void
  chosen: number | null
  onChoose: (id: number | null) => void
  onFields: (fields: readonly DraftField[]) => void
  /** The page that is looked at: new fields go there. */
  page: number
  onShowPage: (page: number) => void
}>

const REQUIRED: Readonly<Record<FieldKind, boolean>> = {
  signature: true,
  name: true,
  date: true,
  company: false,
  text: true,
  mark: true,
  checkbox: false,
}

/** Whose field, which kind, and the chosen one in detail. */
export function FieldsSection({ draft, view, person, onPerson, chosen, onChoose, onFields, page, onShowPage }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const id = useId()
  const details = useRef<HTMLLIElement>(null)
  const { fields } = draft
  const people = draft.people.filter((one) => one.role !== 'copy')
  const index = Math.max(
    0,
    draft.people.findIndex((one) => one.id === person),
  )
  const own = fields.filter((field) => field.person === person)
  useEffect(() => {
    details.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])

  const add = (kind: FieldKind, onPage: number, rect: DraftField['rect']) => {
    const field = {
      id: nextFieldId(fields),
      person,
      kind,
      page: onPage,
      rect,
      required: REQUIRED[kind],
      label: '',
      binding: '',
      suggestion: '',
    }
    onFields([...fields, field])
    onChoose(field.id)
    announce(i18n.t('preparing.fieldAdded', { field: i18n.t(`envelope.field_${kind}`), page: onPage }))
  }
  const addFree = async (kind: FieldKind) => {
    if (!view) return
    const proxy = await view.page(page)
    const space = proxy.getViewport({ scale: 1 })
    const box = freeBox(kind, page, fields, space, await textRects(proxy))
    if (!box) return announce(i18n.t('preparing.pageFull'))
    add(kind, page, toPdfRect(space, box))
    onShowPage(page)
  }
  const drop = async (kind: FieldKind, at: DropPoint) => {
    if (!view) return
    const proxy = await view.page(at.page)
    const scale = at.width / proxy.getViewport({ scale: 1 }).width
    const space = proxy.getViewport({ scale })
    const rect = toPdfRect(space, boxAt(kind, at, space, scale))
    if (overlapping(fields, { id: 0, page: at.page, rect })) return announce(i18n.t('preparing.overlapRefused'))
    add(kind, at.page, rect)
  }
  const change = (next: DraftField) => onFields(fields.map((field) => (field.id === next.id ? next : field)))
  const remove = (gone: number) => {
    onFields(fields.filter((field) => field.id !== gone))
    onChoose(null)
  }

  return (
    <div className="stack">
      <fieldset className="stack-tight">
        <legend className="section-label">{i18n.t('preparing.whoseFields')}</legend>
        <div className="choices">
          {people.map((one) => (
            <label className="choice person-choice" key={one.id}>
              <input type="radio" name={id} checked={one.id === person} onChange={() => onPerson(one.id)} />
              <span className="person-fields">
                <PersonMark index={draft.people.indexOf(one)} />
                <span className="break">
                  {personName(i18n.t('preparing.person', { number: draft.people.indexOf(one) + 1 }), one)}
                </span>
                <span className="muted small">
                  {i18n.t('preparing.fieldCount', { count: fields.filter((field) => field.person === one.id).length })}
                </span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <section className="stack-tight" aria-labelledby={`${id}-add`}>
        <h2 className="section-label" id={`${id}-add`}>
          {i18n.t('preparing.addField')}
        </h2>
        <FieldPalette
          person={index}
          mayAdd={(kind) => view !== null && mayAdd(draft, person, kind)}
          onAdd={(kind) => void addFree(kind)}
          onDrop={(kind, at) => void drop(kind, at)}
        />
        <p className="small muted">{i18n.t('preparing.addFieldHint')}</p>
      </section>
      {own.length > 0 && (
        <ul className="field-list" aria-label={i18n.t('preparing.fieldsOf', { person: nameAt(i18n, draft, index) })}>
          {own.map((field) => (
            <li key={field.id} ref={field.id === chosen ? details : null}>
              <button
                type="button"
                className="field-row"
                aria-expanded={field.id === chosen}
                onClick={() => {
                  onChoose(field.id === chosen ? null : field.id)
                  onShowPage(field.page)
                }}
              >
                <span className="ellipsis">{fieldName(i18n.t(`envelope.field_${field.kind}`), field)}</span>
                <span className="muted small">{i18n.t('preparing.onPage', { page: field.page })}</span>
              </button>
              {field.id === chosen && view && (
                <FieldDetails
                  field={field}
                  fields={fields}
                  view={view}
                  onChange={change}
                  onRemove={() => remove(field.id)}
                  onShowPage={onShowPage}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const nameAt = (i18n: ReturnType<typeof useI18n>, draft: Draft, index: number): string =>
  personName(i18n.t('preparing.person', { number: index + 1 }), draft.people[index])

type TextItem = Readonly<{ str?: string; transform?: readonly number[]; width?: number; height?: number }>

/** Where words lie on a page, in its default user space; turned text by its box of one line. */
async function textRects(page: PDFPageProxy): Promise<readonly FieldRect[]> {
  const { items } = await page.getTextContent()
  return (items as readonly TextItem[]).flatMap(({ str = '', transform = [], width = 0, height = 0 }) => {
    const [, , , , x = 0, y = 0] = transform
    return str.trim() === '' ? [] : [[x, y, x + Math.max(width, 1), y + Math.max(height, 1)] as const]
  })
}
