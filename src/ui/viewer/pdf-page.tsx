import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { AnnotationMode, TextLayer } from 'pdfjs-dist'
import type { PageViewport, PDFPageProxy } from 'pdfjs-dist'
import { useI18n } from '../i18n/context.tsx'
import { focusField, renderForm } from './form-layer.ts'
import type { FillableForm } from './form-layer.ts'
import type { PageMeasure, PdfView } from './use-pdf.ts'

/** Browsers give up on larger canvases; a page is then drawn less sharp, not blank. */
const MAX_CANVAS_PIXELS = 16_000_000

type Props = Readonly<{
  view: PdfView
  number: number
  scale: number
  measure: PageMeasure
  /** Close enough to the window to be drawn; others give their memory back. */
  near: boolean
  text: string | undefined
  onMeasure: (number: number, measure: PageMeasure) => void
  onFailure: (number: number, message: string) => void
  /** Its fields can be filled in. */
  form: FillableForm | null
  frozen: boolean
  /** A field of this page that is to have the cursor; a new object asks again. */
  focus: Readonly<{ field: string }> | null
  /** What lies on the page: fields, the signature's box. Given the viewport once the page is known. */
  overlay?: ((viewport: PageViewport, number: number) => ReactNode) | undefined
}>

type Canvases = Map<string, HTMLCanvasElement>

function draw(page: PDFPageProxy, canvas: HTMLCanvasElement, viewport: PageViewport, buttons: Canvases | null) {
  const wanted = Math.min(globalThis.devicePixelRatio || 1, 3)
  const density = Math.min(wanted, Math.sqrt(MAX_CANVAS_PIXELS / (viewport.width * viewport.height)))
  canvas.width = Math.floor(viewport.width * density)
  canvas.height = Math.floor(viewport.height * density)
  return page.render({
    canvas,
    viewport,
    transform: [density, 0, 0, density, 0, 0],
    ...(buttons
      ? { annotationMode: AnnotationMode.ENABLE_FORMS, annotationCanvasMap: buttons }
      : { annotationMode: AnnotationMode.ENABLE }),
  })
}

const isCancel = (error: unknown) =>
  ['RenderingCancelledException', 'AbortException'].includes((error as { name?: string }).name ?? '')

/** One page: its picture, its text over it for selecting and reading aloud, and what the caller lays on top. */
export function PdfPage(props: Props) {
  const { view, number, scale, measure, near, text, form, frozen, focus, onMeasure, onFailure, overlay } = props
  const i18n = useI18n()
  const canvas = useRef<HTMLCanvasElement>(null)
  const layer = useRef<HTMLDivElement>(null)
  const controls = useRef<HTMLDivElement>(null)
  const [viewport, setViewport] = useState<PageViewport | null>(null)
  const [drawn, setDrawn] = useState(false)

  useEffect(() => {
    const target = canvas.current
    const words = layer.current
    const fields = controls.current
    if (!near || !target || !words || !fields) return
    let clear = () => undefined as void
    let stop = () => undefined as void
    let current = true
    const show = async () => {
      const page = await view.page(number)
      if (!current) return
      const own = page.getViewport({ scale: 1 })
      onMeasure(number, { width: own.width, height: own.height })
      const scaled = page.getViewport({ scale })
      setViewport(scaled)
      const canvases: Canvases | null = form ? new Map() : null
      const task = draw(page, target, scaled, canvases)
      words.replaceChildren()
      const textLayer = new TextLayer({
        textContentSource: page.streamTextContent(),
        container: words,
        viewport: scaled,
      })
      stop = () => {
        task.cancel()
        textLayer.cancel()
      }
      await Promise.all([task.promise, textLayer.render()])
      if (form && canvases && current) {
        const isCurrent = () => current
        clear = await renderForm({ view, number, viewport: scaled, container: fields, canvases, form, isCurrent })
        if (!current) clear()
      }
      if (current) setDrawn(true)
    }
    show().catch((error: unknown) => {
      if (current && !isCancel(error)) onFailure(number, error instanceof Error ? error.message : String(error))
    })
    return () => {
      current = false
      stop()
      clear()
      target.width = 0
      target.height = 0
      words.replaceChildren()
      fields.replaceChildren()
      setDrawn(false)
    }
  }, [view, number, scale, near, form, onMeasure, onFailure])

  useEffect(() => {
    if (drawn && focus && controls.current) focusField(controls.current, focus.field)
  }, [drawn, focus])

  return (
    <section
      className="pdf-page"
      data-page={number}
      data-drawn={drawn}
      aria-label={i18n.t('viewer.page', { page: number, pages: view.pages })}
      style={{
        width: measure.width * scale,
        height: measure.height * scale,
        ['--total-scale-factor' as string]: String(scale),
        ['--scale-factor' as string]: String(scale),
      }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={layer} className="textLayer" />
      {!drawn && text && <p className="visually-hidden page-text">{text}</p>}
      {viewport && overlay?.(viewport, number)}
      <div ref={controls} className="form-layer" inert={frozen} />
    </section>
  )
}
