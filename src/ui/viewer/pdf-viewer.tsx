import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import { Icon } from '../components/icon.tsx'
import { useI18n } from '../i18n/context.tsx'
import { SCROLLED } from '../components/scrolled.ts'
import type { FillableForm } from './form-layer.ts'
import { PdfPage } from './pdf-page.tsx'
import { usePageTexts } from './use-page-texts.ts'
import type { PageMeasure, PdfView } from './use-pdf.ts'
import { ViewerNotices } from './viewer-notices.tsx'

const GUTTER = 24
const MAX_FIT_WIDTH = 980
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const
const NEAR_PX = 900

/** A place in the document. */
export type ViewTarget = Readonly<{ page: number; field?: string }>

type Props = Readonly<{
  view: PdfView
  warnings: readonly string[]
  name: string
  overlay?: (viewport: PageViewport, number: number) => ReactNode
  /** Says which page is in the middle of the window. */
  onPage?: (number: number) => void
  /** Scrolls there when it changes, and puts the cursor into the field. */
  target?: ViewTarget | null
  /** Null: nothing is filled in. */
  form?: FillableForm | null
  /** The form is shown, and takes nothing any more. */
  frozen?: boolean
}>

function useWidth(): [RefObject<HTMLElement | null>, number] {
  const ref = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width]
}

/** Page numbers close to the window: only these are drawn. */
function useNearPages(scroller: RefObject<HTMLElement | null>, view: PdfView, ready: boolean): ReadonlySet<number> {
  const [near, setNear] = useState<ReadonlySet<number>>(new Set([1]))
  useEffect(() => {
    const root = scroller.current
    if (!root || !ready) return
    const update = (entries: readonly IntersectionObserverEntry[]) =>
      setNear((now) => {
        const next = new Set(now)
        for (const { target, isIntersecting } of entries) {
          const number = Number((target as HTMLElement).dataset.page)
          if (isIntersecting) next.add(number)
          else next.delete(number)
        }
        return next
      })
    const observer = new IntersectionObserver(update, { root, rootMargin: `${String(NEAR_PX)}px 0px` })
    for (const page of root.querySelectorAll('.pdf-page')) observer.observe(page)
    return () => observer.disconnect()
  }, [scroller, view, ready])
  return near
}

/** The page under the middle of the window. */
function useMiddlePage(scroller: RefObject<HTMLElement | null>, view: PdfView, ready: boolean): number {
  const [middle, setMiddle] = useState(1)
  useEffect(() => {
    const root = scroller.current
    if (!root || !ready) return
    let frame = 0
    const look = () => {
      frame = 0
      const { left, width, top, height } = root.getBoundingClientRect()
      const hit = document.elementsFromPoint(left + width / 2, top + height / 2)
      const page = hit.find((each) => each instanceof HTMLElement && each.dataset.page !== undefined)
      if (page instanceof HTMLElement) setMiddle(Number(page.dataset.page))
    }
    const onScroll = () => {
      frame ||= requestAnimationFrame(look)
    }
    root.addEventListener('scroll', onScroll, { passive: true })
    onScroll()
    return () => {
      root.removeEventListener('scroll', onScroll)
      cancelAnimationFrame(frame)
    }
  }, [scroller, view, ready])
  return middle
}

/** A PDF to be read: pages drawn as they come near, text reachable by selection and screen readers, nothing in it runs. */
export function PdfViewer({ view, warnings, name, overlay, onPage, target, form, frozen = false }: Props) {
  const i18n = useI18n()
  const [scroller, width] = useWidth()
  const [zoom, setZoom] = useState<number | 'fit'>('fit')
  const [measures, setMeasures] = useState<ReadonlyMap<number, PageMeasure>>(new Map())
  const [failures, setFailures] = useState<ReadonlyMap<number, string>>(new Map())
  const near = useNearPages(scroller, view, width > 0)
  const middle = useMiddlePage(scroller, view, width > 0)
  const texts = usePageTexts(view)

  const fit = Math.max(0.2, Math.min(width - GUTTER * (width < 600 ? 1 : 2), MAX_FIT_WIDTH) / view.first.width)
  const scale = zoom === 'fit' ? fit : zoom * (96 / 72)

  useEffect(() => onPage?.(middle), [middle, onPage])
  useEffect(() => {
    if (!target || width === 0) return
    const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches
    scroller.current
      ?.querySelector(`[data-page="${String(target.page)}"]`)
      ?.scrollIntoView({ block: target.field === undefined ? 'end' : 'nearest', behavior: smooth ? 'smooth' : 'auto' })
    // `width` is here so that a target given before the first layout is still met.
  }, [target, width, scroller])

  const field = target?.field
  const focus = useMemo(() => (target && field !== undefined ? { page: target.page, field } : null), [target, field])
  const onMeasure = useCallback((number: number, measure: PageMeasure) => {
    setMeasures((now) => {
      const known = now.get(number)
      if (known?.width === measure.width && known.height === measure.height) return now
      return new Map(now).set(number, measure)
    })
  }, [])
  const onFailure = useCallback((number: number, message: string) => {
    setFailures((now) => new Map(now).set(number, message))
  }, [])

  const step = (direction: 1 | -1) => {
    const now = scale / (96 / 72)
    const next = direction === 1 ? ZOOMS.find((each) => each > now + 0.01) : ZOOMS.findLast((each) => each < now - 0.01)
    if (next !== undefined) setZoom(next)
  }

  return (
    <div className="viewer">
      <div className="viewer-bar">
        <span className="ellipsis name" title={name}>
          {name}
        </span>
        <span className="muted small tabular">{i18n.t('viewer.position', { page: middle, pages: view.pages })}</span>
        <span className="zoom">
          <button
            type="button"
            className="button quiet icon-only"
            onClick={() => step(-1)}
            aria-label={i18n.t('viewer.zoomOut')}
          >
            <Icon name="minus" />
          </button>
          <button
            type="button"
            className="button quiet small tabular"
            onClick={() => setZoom('fit')}
            title={i18n.t('viewer.fit')}
          >
            {i18n.t('viewer.zoom', { percent: Math.round((scale / (96 / 72)) * 100) })}
          </button>
          <button
            type="button"
            className="button quiet icon-only"
            onClick={() => step(1)}
            aria-label={i18n.t('viewer.zoomIn')}
          >
            <Icon name="plus" />
          </button>
        </span>
      </div>
      <ViewerNotices warnings={warnings} failures={failures} />
      <section className="viewer-scroll" ref={scroller} aria-label={i18n.t('viewer.document', { name })} {...SCROLLED}>
        {width > 0 &&
          Array.from({ length: view.pages }, (_each, index) => (
            <PdfPage
              key={index}
              view={view}
              number={index + 1}
              scale={scale}
              measure={measures.get(index + 1) ?? view.first}
              near={near.has(index + 1)}
              text={texts.get(index + 1)}
              onMeasure={onMeasure}
              onFailure={onFailure}
              form={form ?? null}
              frozen={frozen}
              focus={focus?.page === index + 1 ? focus : null}
              overlay={overlay}
            />
          ))}
      </section>
    </div>
  )
}
