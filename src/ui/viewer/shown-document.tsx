import { lazy, Suspense } from 'react'
import { Icon } from '../components/icon.tsx'
import { Notice } from '../components/notice.tsx'
import { useI18n } from '../i18n/context.tsx'
import { PlainPreview } from './plain-preview.tsx'
import { usePdf } from './use-pdf.ts'

const PdfViewer = lazy(async () => ({ default: (await import('./pdf-viewer.tsx')).PdfViewer }))

type Props = Readonly<{
  name: string
  /** Its type says how it is shown. */
  blob: Blob
  /** Where one comes back to. */
  back: string
  onBack: () => void
}>

/** One of several documents, to be read: a PDF in the viewer, an image or a text as it is, anything else by its name. */
export function ShownDocument({ name, blob, back, onBack }: Props) {
  const i18n = useI18n()
  const isPdf = blob.type === 'application/pdf'
  const pdf = usePdf(isPdf ? blob : null)
  return (
    <section className="stage">
      <div className="document-stage">
        <button type="button" className="button quiet small back" onClick={onBack}>
          <span aria-hidden="true">←</span> {back}
        </button>
        {!isPdf && <PlainPreview file={{ name, blob }} />}
        {isPdf && pdf.status === 'loading' && (
          <div className="viewer-empty" aria-busy="true">
            <p>{i18n.t('viewer.opening')}</p>
          </div>
        )}
        {isPdf && pdf.status === 'open' && (
          <Suspense fallback={<div className="viewer-empty" aria-busy="true" />}>
            <PdfViewer view={pdf.view} warnings={pdf.warnings} name={name} />
          </Suspense>
        )}
        {isPdf && pdf.status === 'failed' && (
          <div className="viewer-empty">
            <Icon name="file" />
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
