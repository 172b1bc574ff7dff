import { lazy, Suspense } from 'react'
import type { ReactNode } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { PasswordForm } from '../../components/password-form.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { FillableForm } from '../../viewer/form-layer.ts'
import type { ViewTarget } from '../../viewer/pdf-viewer.tsx'
import type { PdfState } from '../../viewer/use-pdf.ts'
import { Evidence } from './evidence.tsx'
import { PlainPreview } from '../../viewer/plain-preview.tsx'
import type { SessionItem } from './session.ts'

const PdfViewer = lazy(async () => ({ default: (await import('../../viewer/pdf-viewer.tsx')).PdfViewer }))

type Props = Readonly<{
  item: SessionItem
  file: { name: string; blob: Blob }
  pdf: PdfState
  overlay?: ((space: PageViewport, page: number) => ReactNode) | undefined
  target?: ViewTarget | null
  /** Null: nothing is filled in. */
  form: FillableForm | null
  /** It is being signed: what is on the screen stays. */
  busy: boolean
  /** The page that is in the middle of the window. */
  onPage?: ((page: number) => void) | undefined
  onBack?: (() => void) | undefined
  onUnlock: (password: string) => void
  onRemove?: (() => void) | undefined
  onShowPage: (page: number) => void
}>

/** The document as it will be signed, and what a signer must know of it, above it. */
export function DocumentStage(props: Props) {
  const { item, file, pdf, overlay, target, form, busy, onPage, onBack, onUnlock, onRemove, onShowPage } = props
  const i18n = useI18n()
  const { inspection } = item
  const locked = inspection?.pdf?.encryption === 'password-required'
  return (
    <div className="document-stage">
      {onBack && (
        <button type="button" className="button quiet small back" onClick={onBack}>
          <span aria-hidden="true">←</span> {i18n.t('sign.backToList')}
        </button>
      )}
      <StageNotices item={item} onRemove={onRemove} onUnlock={onUnlock} onShowPage={onShowPage} />
      {!inspection && (
        <div className="viewer-empty" aria-busy="true">
          <p>{i18n.t('sign.stillReading')}</p>
        </div>
      )}
      {inspection && locked && (
        <div className="viewer-empty">
          <PasswordForm label={i18n.t('sign.passwordLabel')} tried={item.attempt > 0} onUnlock={onUnlock} />
        </div>
      )}
      {inspection?.kind === 'pdf' && !locked && pdf.status === 'open' && (
        <Suspense fallback={<div className="viewer-empty" aria-busy="true" />}>
          <PdfViewer
            view={pdf.view}
            warnings={pdf.warnings}
            name={file.name}
            {...(overlay ? { overlay } : {})}
            {...(onPage ? { onPage } : {})}
            target={target ?? null}
            form={form}
            frozen={busy}
          />
        </Suspense>
      )}
      {inspection?.kind === 'pdf' && !locked && pdf.status === 'loading' && (
        <div className="viewer-empty" aria-busy="true">
          <p>{i18n.t('viewer.opening')}</p>
        </div>
      )}
      {inspection?.kind === 'pdf' && !locked && pdf.status === 'failed' && (
        <div className="viewer-empty">
          <Notice tone="warn" title={i18n.t('viewer.cannotShow')} role="alert">
            <p>{i18n.t('viewer.cannotShowMeans')}</p>
            <p className="code">{pdf.message}</p>
          </Notice>
        </div>
      )}
      {inspection?.kind === 'other' && file.blob.size > 0 && <PlainPreview file={file} />}
      {inspection && file.blob.size === 0 && <div className="viewer-empty" />}
    </div>
  )
}

type NoticesProps = Pick<Props, 'item' | 'onRemove' | 'onUnlock' | 'onShowPage'>

function StageNotices({ item, onRemove, onUnlock, onShowPage }: NoticesProps) {
  const i18n = useI18n()
  const { inspection } = item
  if (!inspection) return null
  const { refused, warnings, pdf } = inspection
  // A file that never claimed to be a PDF has nothing wrong with it.
  const isOther = refused?.code === 'FORMAT_NOT_PDF' && !/\.pdf$/i.test(item.file.name)
  const shown = refused && !isOther && pdf?.encryption !== 'password-required'
  if (!shown && warnings.length === 0 && !pdf?.signatures) return null
  return (
    <div className="stage-notices">
      {shown && (
        <RefusalNotice refusal={refused}>
          {refused.code === 'FORMAT_PERMISSION_DENIED' && (
            <PasswordForm label={i18n.t('sign.ownerPassword')} tried={item.attempt > 0} onUnlock={onUnlock} />
          )}
          {inspection.containers.length === 0 && onRemove && (
            <p>
              <button type="button" className="link-button" onClick={onRemove}>
                {i18n.t('sign.takeAnother')}
              </button>
            </p>
          )}
        </RefusalNotice>
      )}
      {warnings.length > 0 && (
        <Notice
          tone={warnings.some(({ severity }) => severity !== 'info') ? 'warn' : 'idle'}
          title={i18n.t('sign.beforeYouSign')}
        >
          <ul className="plain-list">
            {warnings.map((warning, index) => (
              <li key={`${warning.id}${String(index)}`}>
                {i18n.lookup('checks', warning.id) ?? warning.id}
                {warning.evidence && ' '}
                {warning.evidence && <Evidence text={warning.evidence} onShowPage={onShowPage} />}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {pdf && pdf.signatures > 0 && (
        <p className="small muted signed-before">
          <Icon name="info" /> {i18n.t('sign.signedBefore', { count: pdf.signatures })}
        </p>
      )}
    </div>
  )
}
