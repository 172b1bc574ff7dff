import { useCallback, useEffect, useRef, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { Verification, VerifyProgress } from '../../../app/verify-documents.ts'
import { isAbort } from '../../../core/errors.ts'
import type { ValidationReport } from '../../../core/validation/report.ts'
import { DropArea, DropVeil, PickFiles, useDropAndPaste } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { FileReportView } from '../../components/report-view.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { fileVerdict } from '../../verdict.ts'
import { TrustSection } from './trust-section.tsx'

type Step = Parameters<VerifyProgress>[0]
type State =
  | Readonly<{ status: 'empty'; refusal: Refusal | null }>
  | Readonly<{ status: 'working'; step: Step; done: number }>
  | Readonly<{ status: 'done'; report: ValidationReport }>

const EMPTY: State = { status: 'empty', refusal: null }

/** One verification at a time; more files join it, and a new anchor judges the same facts again without reading a file. */
function useVerification() {
  const { verification, anchors } = useServices()
  const [state, setState] = useState<State>(EMPTY)
  const handle = useRef<Verification | null>(null)
  const controller = useRef<AbortController | null>(null)

  const clear = useCallback(() => {
    controller.current?.abort()
    handle.current?.close()
    handle.current = null
    setState(EMPTY)
  }, [])

  const check = useCallback(
    async (blobs: readonly File[]) => {
      controller.current?.abort()
      const own = new AbortController()
      controller.current = own
      const { signal } = own
      setState({ status: 'working', step: 'reading', done: 0 })
      const onProgress: VerifyProgress = (step, done) => {
        if (!signal.aborted) setState({ status: 'working', step, done })
      }
      const files = blobs.map((blob) => ({ name: blob.name, blob }))
      try {
        const next = handle.current
          ? await handle.current.add(files, { signal, onProgress })
          : await verification.verify(files, { signal, onProgress })
        handle.current = next
        setState({ status: 'done', report: next.report })
      } catch (error) {
        if (signal.aborted || isAbort(error)) {
          const known = handle.current
          if (controller.current === own) setState(known ? { status: 'done', report: known.report } : EMPTY)
        } else setState({ status: 'empty', refusal: refusalOf(error) })
      }
    },
    [verification],
  )

  useEffect(
    () =>
      anchors.onChange(() => {
        const judgeAgain = async () => {
          const report = await handle.current?.judge({})
          if (report) setState((now) => (now.status === 'done' ? { status: 'done', report } : now))
        }
        judgeAgain().catch((error: unknown) => {
          if (!isAbort(error)) setState({ status: 'empty', refusal: refusalOf(error) })
        })
      }),
    [anchors],
  )
  useEffect(() => () => handle.current?.close(), [])
  return { state, check, clear, cancel: () => controller.current?.abort() }
}

export function VerifyPage() {
  const i18n = useI18n()
  const { state, check, clear, cancel } = useVerification()
  const onFiles = useCallback((files: readonly File[]) => void check(files), [check])
  const over = useDropAndPaste(onFiles)
  return (
    <div className="page verify-page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('verify.title')}</h1>
          {state.status !== 'done' && <p className="muted">{i18n.t('verify.intro')}</p>}
        </div>
        {state.status === 'done' && (
          <div className="row no-print">
            <PickFiles onFiles={onFiles} className="button small">
              <Icon name="plus" />
              {i18n.t('sign.addFiles')}
            </PickFiles>
            <button type="button" className="button small" onClick={clear}>
              {i18n.t('verify.startAgain')}
            </button>
          </div>
        )}
      </header>
      <div className="stack-wide">
        {state.status === 'empty' && (
          <>
            {state.refusal && <RefusalNotice refusal={state.refusal} />}
            <DropArea title={i18n.t('verify.dropTitle')} hint={i18n.t('verify.dropHint')} over={over}>
              <PickFiles onFiles={onFiles} className="button primary">
                {i18n.t('common.chooseFiles')}
              </PickFiles>
            </DropArea>
          </>
        )}
        {state.status === 'working' && <Working state={state} onCancel={cancel} />}
        {state.status === 'done' && <Report report={state.report} />}
        <TrustSection report={state.status === 'done' ? state.report : null} />
      </div>
      {state.status === 'done' && <DropVeil shown={over} />}
    </div>
  )
}

function Working({ state, onCancel }: { state: Extract<State, { status: 'working' }>; onCancel: () => void }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const text = i18n.t(`verify.step_${state.step}`)
  useEffect(() => announce(text), [announce, text])
  return (
    <div className="working">
      <div className="row-between">
        <span>{text}</span>
        <button type="button" className="button small" onClick={onCancel}>
          {i18n.t('common.cancel')}
        </button>
      </div>
      <progress className="progress" max={1} value={state.done} aria-label={text} />
    </div>
  )
}

function Report({ report }: { report: ValidationReport }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const first = report.files[0]
  const heard = first ? fileVerdict(i18n, first).title : ''
  useEffect(() => announce(heard), [announce, heard])
  const download = () => {
    const json = JSON.stringify(report, null, 2)
    saveFile({ name: 'validation-report.json', blob: new Blob([json], { type: 'application/json' }) })
  }
  const signed = report.files.filter(({ signatures }) => signatures.length > 0)
  const downloadXml = async () => {
    const { etsiReport } = await import('../../../core/validation/etsi-report.ts')
    for (const file of signed) {
      const xml = etsiReport(file, report)
      if (xml !== null)
        saveFile({ name: `${file.name}.report.xml`, blob: new Blob([xml], { type: 'application/xml' }) })
    }
  }
  return (
    <>
      {report.files.map((file, index) => (
        <FileReportView key={`${file.name}${String(index)}`} report={file} />
      ))}
      <footer className="report-foot small muted">
        <p>{i18n.t('verify.judgedAt', { time: i18n.dateTime(report.validationTime), policy: report.policy })}</p>
        <div className="row no-print">
          <button type="button" className="button small" onClick={download}>
            <Icon name="download" />
            {i18n.t('verify.downloadJson')}
          </button>
          {signed.length > 0 && (
            <button type="button" className="button small" onClick={() => void downloadXml()}>
              <Icon name="download" />
              {i18n.t('verify.downloadXml')}
            </button>
          )}
          <button type="button" className="button small" onClick={() => globalThis.print()}>
            <Icon name="printer" />
            {i18n.t('verify.print')}
          </button>
        </div>
      </footer>
    </>
  )
}
