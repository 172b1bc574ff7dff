import { useEffect, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { SignOutcome } from '../../../app/sign-documents.ts'
import { isAbort } from '../../../core/errors.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { FileReportView } from '../../components/report-view.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { algorithmText } from '../../verdict.ts'
import type { ThrowAwayKey } from './first-run.tsx'
import type { SignSession } from './session.ts'

type Signed = Extract<SignOutcome, { status: 'signed' }>
type Failed = Extract<SignOutcome, { status: 'failed' }>

type Props = Readonly<{ session: SignSession; outcomes: readonly SignOutcome[]; throwAway?: ThrowAwayKey }>

const isSigned = (outcome: SignOutcome): outcome is Signed => outcome.status === 'signed'
const isFailed = (outcome: SignOutcome): outcome is Failed => outcome.status === 'failed'

/** What came of it: the files to take, what our own check of them says, and what did not work. */
export function ResultPanel({ session, outcomes, throwAway }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const signed = outcomes.filter(isSigned)
  const failed = outcomes.filter(isFailed)
  const cancelled = outcomes.length - signed.length - failed.length
  const title =
    outcomes.length === 1
      ? i18n.t(signed.length === 1 ? 'sign.doneOne' : failed.length === 1 ? 'sign.notSigned' : 'sign.cancelledOne')
      : i18n.t('sign.doneMany', { count: signed.length, total: outcomes.length })
  useEffect(() => announce(title), [announce, title])
  return (
    <div className="sign-panel result-panel">
      <div className="sign-options">
        <header className="stack-tight">
          <h1>{title}</h1>
          {signed[0] && outcomes.length === 1 && <p className="break muted">{signed[0].result.file.name}</p>}
          {signed[0]?.beside && outcomes.length === 1 && <p className="break muted">{signed[0].beside.file.name}</p>}
          {outcomes.length > 1 && failed.length > 0 && <p>{i18n.t('sign.failedMany', { count: failed.length })}</p>}
          {outcomes.length > 1 && cancelled > 0 && <p>{i18n.t('sign.cancelledMany', { count: cancelled })}</p>}
        </header>
        {outcomes.length === 1 && failed[0] && <RefusalNotice refusal={failed[0].refusal} />}
        {signed[0] && outcomes.length === 1 && <Checked outcome={signed[0]} />}
        {signed.some((each) => each.warnings.length > 0) && <Warnings signed={signed} />}
      </div>
      <div className="sign-act">
        {signed.length > 0 && <Take signed={signed} />}
        <div className="row">
          {failed.length + cancelled > 0 && (
            <button type="button" className="button" onClick={session.keepFailed}>
              {outcomes.length === 1
                ? i18n.t('sign.tryAgain')
                : i18n.t('sign.tryFailedAgain', { count: failed.length + cancelled })}
            </button>
          )}
          <button type="button" className="button" onClick={session.clear}>
            {i18n.t('sign.signAnother')}
          </button>
          {throwAway?.ref && (
            <button type="button" className="button quiet text-bad" onClick={() => void throwAway.remove()}>
              {i18n.t('sign.removeThrowAway')}
            </button>
          )}
        </div>
      </div>
    </div>
  )
}

/** Our own output was read back and validated before it was handed out: this is what came of that. */
function Checked({ outcome }: { outcome: Signed }) {
  const i18n = useI18n()
  const [open, setOpen] = useState(false)
  const all = outcome.report.signatures
  const signature = all.at(-1)
  const intact = all.length > 0 && all.every((each) => each.integrity === 'intact')
  return (
    <section className="stack" aria-label={i18n.t('sign.verification')}>
      <p className={`tag ${intact ? '' : 'bad'}`}>
        <Icon name={intact ? 'check' : 'alert'} />
        <span>{i18n.t(intact ? 'sign.checkedIntact' : 'sign.checkedNotIntact')}</span>
      </p>
      {intact && signature?.trust !== 'trusted' && <p className="small muted">{i18n.t('sign.othersMustTrust')}</p>}
      <dl className="facts">
        <dt>{i18n.t('verify.kind')}</dt>
        <dd>
          {outcome.format} {outcome.level}
          {signature &&
            ` · ${i18n.list((outcome.format === 'CAdES' ? all : [signature]).map((each) => algorithmText(i18n, each.algorithm)))}`}
        </dd>
        <dt>{i18n.t('sign.fileSize')}</dt>
        <dd>{i18n.bytes(outcome.result.file.blob.size)}</dd>
      </dl>
      <div>
        <button type="button" className="link-button" onClick={() => setOpen(true)}>
          {i18n.t('sign.seeVerification')}
        </button>
      </div>
      {open && (
        <Dialog title={i18n.t('sign.verification')} onClose={() => setOpen(false)}>
          <FileReportView report={outcome.report} />
        </Dialog>
      )}
    </section>
  )
}

function Warnings({ signed }: { signed: readonly Signed[] }) {
  const i18n = useI18n()
  const codes = [...new Set(signed.flatMap((each) => each.warnings))]
  return codes.map((code) =>
    code === 'not-kept' ? (
      <Notice key={code} tone="warn" title={i18n.t('sign.notKept')}>
        <p>{i18n.t('sign.notKeptMeans')}</p>
      </Notice>
    ) : (
      <RefusalNotice key={code} tone="warn" refusal={{ code: code as ErrorCode, message: code, details: {} }} />
    ),
  )
}

/** Download first: signed files stay in this browser until they are taken. */
function Take({ signed }: { signed: readonly Signed[] }) {
  const i18n = useI18n()
  const { results } = useServices()
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [taken, setTaken] = useState(false)
  const ids = signed.flatMap(({ result, beside }) => (beside ? [result.id, beside.id] : [result.id]))
  const attempt = async (work: () => Promise<unknown>) => {
    setRefusal(null)
    try {
      if ((await work()) !== null) setTaken(true)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    }
  }
  const one = ids.length === 1
  return (
    <>
      {refusal && <RefusalNotice refusal={refusal} />}
      <button
        type="button"
        className="button primary wide act"
        onClick={() => void attempt(() => results.download(ids, { zipName: i18n.t('sign.zipName') }))}
      >
        <Icon name="download" />
        <span>{one ? i18n.t('sign.download') : i18n.t('sign.downloadAll', { count: ids.length })}</span>
      </button>
      {results.canSaveToFolder && !one && (
        <button type="button" className="button wide" onClick={() => void attempt(() => results.saveToFolder(ids))}>
          <Icon name="folder" />
          {i18n.t('sign.saveToFolder')}
        </button>
      )}
      <p className="small muted">{i18n.t(taken ? 'sign.taken' : 'sign.keptUntilTaken')}</p>
    </>
  )
}
