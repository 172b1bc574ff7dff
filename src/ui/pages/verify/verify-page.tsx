import { Fragment, lazy, Suspense, useCallback, useEffect, useMemo, useRef } from 'react'
import type { Judgement } from '../../../app/verify-documents.ts'
import { SEAL_FIELD } from '../../../core/envelope/manifest.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import type { EnvelopeSummary as Summary } from '../../../core/host-envelope.ts'
import type { FileReport } from '../../../core/validation/report.ts'
import { DropArea, DropVeil, PickFiles, useDropAndPaste } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { FileReportView } from '../../components/report-view.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { fileVerdict } from '../../verdict.ts'
import { LogView } from './log-view.tsx'
import { JudgeForm } from './judge-form.tsx'
import { LinkedSigner } from './linked-signer.tsx'
import { TrustSection } from './trust-section.tsx'
import { useVerification, type VerificationState } from './use-verification.ts'

const EnvelopeSummary = lazy(async () => ({
  default: (await import('../envelope/envelope-summary.tsx')).EnvelopeSummary,
}))

export function VerifyPage() {
  const i18n = useI18n()
  const { state, check, unlock, passwordOf, clear, judge, cancel } = useVerification()
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
        <LinkedSigner report={state.status === 'done' ? state.report : null} />
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
        {state.status === 'done' && (
          <Report
            state={state}
            onJudge={(next) => void judge(next)}
            passwordOf={passwordOf}
            onUnlock={(name, password) => void unlock(name, password)}
          />
        )}
        <TrustSection report={state.status === 'done' ? state.report : null} />
      </div>
      {state.status === 'done' && <DropVeil shown={over} />}
    </div>
  )
}

function Working({
  state,
  onCancel,
}: {
  state: Extract<VerificationState, { status: 'working' }>
  onCancel: () => void
}) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const text = i18n.t(`verify.step_${state.step}`)
  useEffect(() => announce(text), [announce, text])
  return (
    <div className="working" data-landing tabIndex={-1}>
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

/** The file that a report is about; names may be given twice, then nobody can say which it was. */
function fileNamed(files: readonly SourceFile[], name: string): Blob | undefined {
  const [only, ...others] = files.filter((file) => file.name === name)
  return others.length === 0 ? only?.blob : undefined
}

type ReportProps = Readonly<{
  state: Extract<VerificationState, { status: 'done' }>
  onJudge: (judgement: Judgement) => void
  passwordOf: (name: string) => string | undefined
  onUnlock: (name: string, password: string) => void
}>

function Report({ state: { report, files, logs, judgement }, onJudge, passwordOf, onUnlock }: ReportProps) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const first = report.files[0]
  const heard = first ? fileVerdict(i18n, first).title : ''
  useEffect(() => announce(heard), [announce, heard])
  const envelopes = useRef(new Map<string, Summary>())
  const onEnvelope = useCallback((file: string, envelope: Summary) => void envelopes.current.set(file, envelope), [])
  const download = () => {
    const read = [...envelopes.current]
      .filter(([file]) => report.files.some(({ name }) => name === file))
      .map(([file, { notices: _letters, ...envelope }]) => ({ file, ...envelope }))
    const json = JSON.stringify(read.length > 0 ? { ...report, envelopes: read } : report, null, 2)
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
      {(judgement.at || judgement.policy) && (
        <Notice tone="warn" title={i18n.t('verify.otherRules')}>
          <p>{i18n.t('verify.judgedAt', { time: i18n.dateTime(report.validationTime), policy: report.policy })}</p>
        </Notice>
      )}
      {logs.map((log) => (
        <LogView key={log.name} log={log} />
      ))}
      {report.files.map((one, index) => (
        <Fragment key={`${one.name}${String(index)}`}>
          <OneReport report={one} file={fileNamed(files, one.name)} passwordOf={passwordOf} onUnlock={onUnlock} />
          <EnvelopePart report={one} files={files} onRead={onEnvelope} />
        </Fragment>
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
      {signed.length > 0 && <JudgeForm judgement={judgement} onJudge={onJudge} />}
    </>
  )
}

type OneProps = Pick<ReportProps, 'passwordOf' | 'onUnlock'> & Readonly<{ report: FileReport; file: Blob | undefined }>

function OneReport({ report, file, passwordOf, onUnlock }: OneProps) {
  const { name } = report
  const password = useCallback(() => passwordOf(name), [passwordOf, name])
  return <FileReportView report={report} file={file} password={password} onUnlock={(given) => onUnlock(name, given)} />
}

/** An envelope is known by the name of the field of its seal; what it really is, reading it tells. */
type PartProps = Readonly<{
  report: FileReport
  files: readonly SourceFile[]
  onRead: (file: string, envelope: Summary) => void
}>

function EnvelopePart({ report, files, onRead }: PartProps) {
  const blob = fileNamed(files, report.name)
  const others = useMemo(() => files.filter((file) => file.blob !== blob), [files, blob])
  const { name } = report
  const read = useCallback((envelope: Summary) => onRead(name, envelope), [onRead, name])
  if (!blob || !report.signatures.some(({ field }) => field?.endsWith(SEAL_FIELD))) return null
  return (
    <Suspense fallback={<div className="working" aria-busy="true" />}>
      <EnvelopeSummary name={report.name} blob={blob} others={others} onRead={read} />
    </Suspense>
  )
}
