import { useId } from 'react'
import type { DocumentInspection, VisiblePlace } from '../../../app/sign-documents.ts'
import { NumberField } from '../../components/number-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { fitBox, fromMillimetres, proposedBox, toBox, toMillimetres, toPdfRect } from '../../viewer/geometry.ts'
import type { Box } from '../../viewer/geometry.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { useSpace } from '../../viewer/use-space.ts'
import { BATCH_PLACE } from './session.ts'

type Props = Readonly<{
  place: VisiblePlace
  onPlace: (place: VisiblePlace) => void
  /** The person chose a place on that page: let it be seen. */
  onShowPage?: ((page: number) => void) | undefined
  /** Null: many documents, or one that is still opening. */
  view: PdfView | null
  inspection: DocumentInspection | null
  many: boolean
  disabled: boolean
}>

/** Where a person will see the signature in a PDF: nowhere, in a box of their own, or in a field the document brings. */
export function PlaceChoice({ place, onPlace, onShowPage, view, inspection, many, disabled }: Props) {
  const i18n = useI18n()
  const group = useId()
  const lastPage = useSpace(view, view?.pages ?? 1)
  const fields = (inspection?.pdf?.fields ?? []).filter((field) => !field.signed)
  const chooseBox = () => {
    if (many) onPlace(BATCH_PLACE)
    else if (view && lastPage) {
      onShowPage?.(view.pages)
      onPlace({ kind: 'box', page: view.pages, rect: toPdfRect(lastPage, proposedBox(lastPage, 1)) })
    }
  }
  return (
    <fieldset className="stack-tight" disabled={disabled}>
      <legend className="section-label">{i18n.t('sign.onThePage')}</legend>
      <div className="choices">
        <label className="choice">
          <input type="radio" name={group} checked={place.kind === 'none'} onChange={() => onPlace({ kind: 'none' })} />
          <span>{i18n.t('sign.placeNone')}</span>
        </label>
        <label className="choice">
          <input
            type="radio"
            name={group}
            checked={place.kind === 'box'}
            disabled={!many && !lastPage}
            onChange={chooseBox}
          />
          <span>{i18n.t(many ? 'sign.placeBatch' : 'sign.placeBox')}</span>
          {place.kind === 'box' && !many && <span className="hint">{i18n.t('sign.placeBoxHint')}</span>}
        </label>
        {!many &&
          fields.map((field) => (
            <label className="choice" key={field.name}>
              <input
                type="radio"
                name={group}
                checked={place.kind === 'field' && place.name === field.name}
                disabled={field.refused !== null}
                onChange={() => {
                  onPlace({ kind: 'field', name: field.name })
                  if (field.page !== null) onShowPage?.(field.page)
                }}
              />
              <span className="break">
                {field.page === null
                  ? i18n.t('sign.placeField', { name: field.name })
                  : i18n.t('sign.placeFieldOn', { name: field.name, page: field.page })}
              </span>
              {field.refused && (
                <span className="hint">{i18n.lookup('errors', field.refused.code)?.split('\n')[0]}</span>
              )}
            </label>
          ))}
      </div>
      {place.kind === 'box' && view && !many && (
        <ExactPlace place={place} view={view} onPlace={onPlace} onShowPage={onShowPage} />
      )}
    </fieldset>
  )
}

type BoxPlace = Extract<VisiblePlace, { kind: 'box' }>

const SIDES = ['left', 'top', 'width', 'height'] as const

type ExactProps = Readonly<{
  place: BoxPlace
  view: PdfView
  onPlace: (place: VisiblePlace) => void
  onShowPage?: ((page: number) => void) | undefined
}>

/** The same box in numbers, from the page's upper left corner as seen: for keyboards, and for people who know where. */
function ExactPlace({ place, view, onPlace, onShowPage }: ExactProps) {
  const i18n = useI18n()
  const id = useId()
  const space = useSpace(view, place.page)
  const box: Box | null = space && toBox(space, place.rect)
  const onPage = (page: number) => {
    if (!Number.isInteger(page) || page < 1 || page > view.pages || !box) return
    const move = async () => {
      const next = (await view.page(page)).getViewport({ scale: 1 })
      onPlace({ kind: 'box', page, rect: toPdfRect(next, fitBox(box, next, 1)) })
    }
    void move()
    onShowPage?.(page)
  }
  const onSide = (side: (typeof SIDES)[number], millimetres: number) => {
    if (!space || !box || !Number.isFinite(millimetres)) return
    const next = fitBox({ ...box, [side]: fromMillimetres(millimetres, 1) }, space, 1)
    onPlace({ kind: 'box', page: place.page, rect: toPdfRect(space, next) })
  }
  return (
    <div className="exact">
      <NumberField
        id={`${id}-page`}
        label={i18n.t('sign.boxPage')}
        value={place.page}
        min={1}
        max={view.pages}
        onValue={onPage}
      />
      {SIDES.map((side) => (
        <NumberField
          key={side}
          id={`${id}-${side}`}
          label={i18n.t(`sign.box_${side}`)}
          value={box ? Math.round(toMillimetres(box[side], 1)) : 0}
          min={0}
          max={2000}
          onValue={(value) => onSide(side, value)}
        />
      ))}
    </div>
  )
}
