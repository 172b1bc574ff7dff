import { useCallback, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import type { KeyCard, KeyListing, KeyRef } from '../../../app/manage-keys.ts'
import type { VisiblePlace } from '../../../app/sign-documents.ts'
import type { PdfRect, SourceFile } from '../../../core/formats/format.ts'
import { useI18n } from '../../i18n/context.tsx'
import { FieldMarks } from '../../viewer/field-marks.tsx'
import { pageOfField } from '../../viewer/field-page.ts'
import { DrawLayer, SignatureBox } from '../../viewer/signature-box.tsx'
import type { ViewTarget } from '../../viewer/pdf-viewer.tsx'
import { usePdf } from '../../viewer/use-pdf.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { DocumentList } from './document-list.tsx'
import { DocumentStage } from './document-stage.tsx'
import { useFillableForm } from './form-state.ts'
import type { ThrowAwayKey } from './first-run.tsx'
import { useLook } from './look.ts'
import { ResultPanel } from './result-panel.tsx'
import { placeFor } from './session.ts'
import type { SessionItem, SignSession, Target } from './session.ts'
import { SignPanel } from './sign-panel.tsx'

type Props = Readonly<{
  session: SignSession
  listing: KeyListing | null
  chosen: KeyCard | null
  onChoose: (key: KeyRef) => void
  onCreate: () => void
  /** Absent: the documents are a host's, and none are added or removed. */
  onFiles?: ((files: readonly File[]) => void) | undefined
  throwAway?: ThrowAwayKey
  onEnvelopes?: ((files: readonly SourceFile[]) => void) | undefined
  /** Index of the document that is looked at, and its page in the middle of the window; may say the same again. */
  onPage?: ((index: number, page: number) => void) | undefined
  /** What was signed is shown in the place of the document; false: not yet, there is something more urgent to do with it. */
  showResult?: boolean
  /** In place of the usual act and its result; it gets the open PDF, if it is one. */
  panel?: (view: PdfView | null) => ReactNode
}>

/** The file to show for an item: its signed result once there is one. */
function shownFile(
  session: SignSession,
  item: SessionItem | null,
  showResult: boolean,
): { name: string; blob: Blob } | null {
  if (!item) return null
  if (session.run.status === 'done' && showResult) {
    const outcome = session.run.outcomes[session.items.indexOf(item)]
    // A detached signature is no picture: the document itself stays in sight.
    if (outcome?.status === 'signed' && outcome.format === 'PAdES') return outcome.result.file
  }
  return item.file
}

/** Stage and act. One document is the page itself; many are a list with a state per row, each to be opened from it. */
export function SignWorkspace(props: Props) {
  const { session, listing, chosen, onChoose, onCreate, onFiles, throwAway, onEnvelopes, onPage, panel } = props
  const { showResult = true } = props
  const i18n = useI18n()
  const { items, run } = session
  const [opened, setOpened] = useState<number | null>(null)
  const many = items.length > 1
  const item = (many ? items.find((each) => each.id === opened) : items[0]) ?? null
  const file = shownFile(session, item, showResult)
  const isPdf = item?.inspection?.kind === 'pdf'
  const pdf = usePdf(isPdf && file ? file.blob : null, item?.password)
  const view = pdf.status === 'open' ? pdf.view : null
  const target = useViewTarget(session, view)
  const form = useFillableForm(session, item)
  const overlay = usePlaceOverlay(session, item, chosen, run.status !== 'done' && !many)

  return (
    <div className="workspace" data-many={many}>
      {item && run.status !== 'done' && <h1 className="visually-hidden">{i18n.t('sign.title')}</h1>}
      <section className="stage">
        {item && file ? (
          <DocumentStage
            item={item}
            file={file}
            pdf={pdf}
            overlay={overlay}
            target={target}
            form={run.status === 'done' ? null : form}
            busy={run.status === 'running'}
            onPage={onPage && ((page) => onPage(items.indexOf(item), page))}
            onBack={many ? () => setOpened(null) : undefined}
            onUnlock={(password) => session.unlock(item.id, password)}
            onRemove={onFiles && (() => session.remove(item.id))}
            onShowPage={(page) => session.show({ page })}
          />
        ) : (
          <DocumentList session={session} onOpen={setOpened} onFiles={onFiles} />
        )}
      </section>
      <aside className="panel" aria-label={i18n.t('sign.act')}>
        {panel?.(many ? null : view) ??
          (run.status === 'done' ? (
            <ResultPanel session={session} outcomes={run.outcomes} {...(throwAway ? { throwAway } : {})} />
          ) : (
            <SignPanel
              session={session}
              listing={listing}
              chosen={chosen}
              onChoose={onChoose}
              onCreate={onCreate}
              view={many ? null : view}
              maySignTwice
              onEnvelopes={onEnvelopes}
              isThrowAway={throwAway?.ref ? chosen?.ref.id === throwAway.ref.id : false}
            />
          ))}
      </aside>
    </div>
  )
}

/** Where the viewer is to go; a field's page is asked of the document. */
function useViewTarget(session: SignSession, view: PdfView | null): ViewTarget | null {
  const { target } = session
  const [found, setFound] = useState<Readonly<{ target: Target; place: ViewTarget }> | null>(null)
  useEffect(() => {
    if (!target || !view) return
    let current = true
    const set = (place: ViewTarget) => current && setFound({ target, place })
    if (target.field === undefined) set({ page: target.page })
    else {
      const { field } = target
      pageOfField(view, field)
        .then((page) => page !== null && set({ page, field }))
        .catch(() => undefined)
    }
    return () => {
      current = false
    }
  }, [target, view])
  return found?.target === target ? found.place : null
}

/** What is laid over the pages while a place is chosen: the document's own fields, and the box. */
function usePlaceOverlay(session: SignSession, item: SessionItem | null, chosen: KeyCard | null, active: boolean) {
  const { setOptions } = session
  const place = placeFor(session)
  const fields = item?.inspection?.pdf?.fields
  const { preview } = useLook(session, chosen)
  const onPlace = useCallback((next: VisiblePlace) => setOptions({ place: next }), [setOptions])
  const overlay = useCallback(
    (space: PageViewport, page: number) => {
      const { scale } = space
      const setBox = (rect: PdfRect) => onPlace({ kind: 'box', page, rect })
      return (
        <>
          {place.kind === 'box' && <DrawLayer space={space} scale={scale} onDraw={setBox} />}
          <FieldMarks
            space={space}
            scale={scale}
            page={page}
            fields={fields ?? []}
            chosen={place.kind === 'field' ? place.name : null}
            preview={preview}
            onChoose={(name) => onPlace({ kind: 'field', name })}
          />
          {place.kind === 'box' && place.page === page && (
            <SignatureBox
              space={space}
              scale={scale}
              rect={place.rect}
              page={page}
              preview={preview}
              onChange={setBox}
            />
          )}
        </>
      )
    },
    [place, fields, preview, onPlace],
  )
  return active ? overlay : undefined
}
