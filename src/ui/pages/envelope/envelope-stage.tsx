import { lazy, Suspense } from 'react'
import type { ReactNode } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { PdfState } from '../../viewer/use-pdf.ts'

const PdfViewer = lazy(async () => ({ default: (await import('../../viewer/pdf-viewer.tsx')).PdfViewer }))

type Props = Readonly<{
  name: string
  pdf: PdfState
  overlay?: ((space: PageViewport, page: number) => ReactNode) | undefined
  target?: Readonly<{ page: number }> | null
  onPage?: (page: number) => void
}>

/** The document of an envelope, with what lies on its pages. */
export function EnvelopeStage({ name, pdf, overlay, target = null, onPage }: Props) {
  const i18n = useI18n()
  return (
    <section className="stage">
      <div className="document-stage">
        {pdf.status === 'open' && (
          <Suspense fallback={<div className="viewer-empty" aria-busy="true" />}>
            <PdfViewer
              view={pdf.view}
              warnings={pdf.warnings}
              name={name}
              {...(overlay ? { overlay } : {})}
              {...(onPage ? { onPage } : {})}
              target={target}
            />
          </Suspense>
        )}
        {pdf.status === 'loading' && (
          <div className="viewer-empty" aria-busy="true">
            <p>{i18n.t('viewer.opening')}</p>
          </div>
        )}
        {pdf.status === 'failed' && (
          <div className="viewer-empty">
            <Notice tone="warn" title={i18n.t('viewer.cannotShow')} role="alert">
              <p>{i18n.t('viewer.cannotShowMeans')}</p>
              <p className="code">{pdf.message}</p>
            </Notice>
          </div>
        )}
      </div>
    </section>
  )
}
