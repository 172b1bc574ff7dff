import { lazy, Suspense, useId, useState } from 'react'
import type { FileReport, SignatureReport, TimestampReport } from '../../core/validation/report.ts'
import { useI18n } from '../i18n/context.tsx'
import { fileVerdict, isLocked, isUnread, kindText, signerName, subText, verdictOf } from '../verdict.ts'
import { Fingerprint } from './certificate.tsx'
import { CheckList } from './check-list.tsx'
import { Icon } from './icon.tsx'
import { TONE_ICON } from './notice.tsx'
import type { Tone } from './notice.tsx'
import { PasswordForm } from './password-form.tsx'
import { QcStatements } from './qc-statements.tsx'

const RevisionPictures = lazy(async () => ({
  default: (await import('../viewer/revision-pictures.tsx')).RevisionPictures,
}))

type Props = Readonly<{
  report: FileReport
  heading?: boolean
  /** The file itself, for pictures of what was changed in it, and what opens it. */
  file?: Blob | undefined
  password?: (() => string | undefined) | undefined
  /** Where a password can be given: tries it. */
  onUnlock?: ((password: string) => void) | undefined
}>

/** One file's verdict: a sentence, then a card per signature, then the evidence. Without chrome: pages, frames and the sign result show it. */
export function FileReportView({ report, heading = true, file, password, onUnlock }: Props) {
  const i18n = useI18n()
  const verdict = fileVerdict(i18n, report)
  return (
    <article className="file-report">
      <header className={`verdict ${verdict.tone}`}>
        <Icon name={TONE_ICON[verdict.tone]} />
        <div className="stack-tight">
          {heading && <p className="small muted break">{report.name}</p>}
          <h2>{verdict.title}</h2>
          {verdict.meaning && <p>{verdict.meaning}</p>}
          {report.code && !isLocked(report) && <p className="small muted mono">{report.code}</p>}
          {onUnlock && isLocked(report) && <Unlock report={report} onUnlock={onUnlock} />}
        </div>
      </header>
      {report.warnings.length > 0 && (
        <ul className="report-warnings small">
          {report.warnings.map((warning) => (
            <li key={warning}>{warningText(i18n, warning)}</li>
          ))}
        </ul>
      )}
      {report.signatures.map((signature, index) => (
        <SignatureCard
          key={signature.id}
          signature={signature}
          index={index + 1}
          of={report.signatures.length}
          file={file}
          password={password}
        />
      ))}
    </article>
  )
}

/** Asked at once; who has no password leaves it, and the report stands as it is. */
function Unlock({ report, onUnlock }: { report: FileReport; onUnlock: (password: string) => void }) {
  const i18n = useI18n()
  const [asking, setAsking] = useState(true)
  return (
    <div className="unlock no-print">
      {asking ? (
        <PasswordForm
          label={i18n.t('verify.passwordOf', { name: report.name })}
          tried={report.code === 'FORMAT_PASSWORD_INCORRECT'}
          onUnlock={onUnlock}
          onCancel={() => setAsking(false)}
        />
      ) : (
        <button
          type="button"
          className="button small"
          ref={(element) => element?.focus()}
          onClick={() => setAsking(true)}
        >
          {i18n.t('verify.enterPassword')}
        </button>
      )}
    </div>
  )
}

/** 'id' or 'id: evidence'. */
function warningText(i18n: ReturnType<typeof useI18n>, warning: string): string {
  const [id = '', ...evidence] = warning.split(': ')
  const text = i18n.lookup('checks', id)
  return text === null ? warning : [text, evidence.join(': ')].filter(Boolean).join(': ')
}

const TRUST_TONE: Readonly<Record<SignatureReport['trust'], Tone>> = {
  trusted: 'good',
  'no-anchor': 'warn',
  failed: 'bad',
}

type CardProps = Readonly<{ signature: SignatureReport; index: number; of: number }> & Pick<Props, 'file' | 'password'>

function SignatureCard({ signature, index, of, file, password }: CardProps) {
  const i18n = useI18n()
  const titleId = useId()
  const verdict = verdictOf(i18n, signature)
  return (
    <section className="signature-card" aria-labelledby={titleId}>
      <h3 id={titleId}>
        <span className={`tag ${verdict.tone}`}>
          <Icon name={TONE_ICON[verdict.tone]} />
        </span>
        <span className="break">{signerName(i18n, signature)}</span>
        {of > 1 && <span className="muted small">{i18n.t('verify.signatureOf', { index, total: of })}</span>}
      </h3>
      {of > 1 && <p className={`small tag ${verdict.tone}`}>{verdict.title}</p>}
      <SignatureFactsList signature={signature} />
      {signature.changes.length > 0 && <Changes signature={signature} />}
      {file && <Pictures signature={signature} file={file} password={password} />}
      <details className="details">
        <summary>
          <Icon name="chevron" />
          {i18n.t('verify.checksAndEvidence', { count: signature.checks.length })}
        </summary>
        <p className="small muted">
          {i18n.t('verify.etsi')} <code>{signature.indication}</code>
          {signature.subIndication && <code> / {signature.subIndication}</code>}
        </p>
        <CheckList checks={signature.checks} />
        {signature.timestamps.map((stamp, at) => (
          <div key={`${stamp.kind}${String(at)}`} className="stack-tight">
            <h4 className="small">{i18n.t(`verify.timestamp_${stamp.kind}`)}</h4>
            <CheckList checks={stamp.checks} />
          </div>
        ))}
      </details>
      {signature.counterSignatures.map((counter, at) => (
        <div className="counter" key={counter.id}>
          <p className="small muted">{i18n.t('verify.counterSignature')}</p>
          <SignatureCard signature={counter} index={at + 1} of={1} />
        </div>
      ))}
    </section>
  )
}

function SignatureFactsList({ signature }: { signature: SignatureReport }) {
  const i18n = useI18n()
  const { signer } = signature
  return (
    <dl className="facts">
      {signer && (
        <>
          <dt>{i18n.t('verify.who')}</dt>
          <dd>
            {[signer.commonName, signer.organization, signer.email].filter(Boolean).join(', ') || signer.subject}
            <details className="inline-details">
              <summary>{i18n.t('verify.certificate')}</summary>
              <CertificateLines signature={signature} />
            </details>
          </dd>
        </>
      )}
      <dt>{i18n.t('verify.when')}</dt>
      <dd>
        <When signature={signature} />
      </dd>
      <Extent signature={signature} />
      {signer?.qcStatements && <QcStatements statements={signer.qcStatements} />}
      {signature.reason && (
        <>
          <dt>{i18n.t('verify.reason')}</dt>
          <dd>{signature.reason}</dd>
        </>
      )}
      {signature.location && (
        <>
          <dt>{i18n.t('verify.location')}</dt>
          <dd>{signature.location}</dd>
        </>
      )}
      <dt>{i18n.t('verify.kind')}</dt>
      <dd>{kindText(i18n, signature)}</dd>
    </dl>
  )
}

/** What it covers, what was changed since, whose word there is for it. */
function Extent({ signature }: { signature: SignatureReport }) {
  const i18n = useI18n()
  const unread = isUnread(signature)
  const { field, page, modifications, modificationsPermitted: permitted } = signature
  const place =
    field === undefined
      ? null
      : page === undefined
        ? i18n.t('verify.field', { name: field })
        : i18n.t('verify.fieldOnPage', { name: field, page })
  return (
    <>
      <dt>{i18n.t('verify.covers')}</dt>
      <dd>
        {i18n.t(unread ? 'verify.unknown' : `verify.coverage_${signature.coverage}`)}
        {place && <span className="muted"> {place}</span>}
      </dd>
      <dt>{i18n.t('verify.changedSince')}</dt>
      <dd>
        {i18n.t(unread ? 'verify.unknown' : `verify.modifications_${modifications}`)}
        {modifications !== 'none' && (
          <span className={permitted ? 'muted' : 'text-bad'}>
            {' '}
            {i18n.t(permitted ? 'verify.permitted' : 'verify.forbidden')}
          </span>
        )}
      </dd>
      <dt>{i18n.t('verify.trust')}</dt>
      <dd>
        {unread && !signature.signer ? (
          i18n.t('verify.unknown')
        ) : (
          <span className={`tag ${TRUST_TONE[signature.trust]}`}>{i18n.t(`verify.trust_${signature.trust}`)}</span>
        )}
        {signature.trust === 'failed' && ` ${whyNotTrusted(i18n, signature)}`}
      </dd>
    </>
  )
}

/** The first thing wrong with the certificates, in words. */
function whyNotTrusted(i18n: ReturnType<typeof useI18n>, { checks }: SignatureReport): string {
  const wrong = (status: string) => checks.find((check) => check.block === 'xcv' && check.status === status)
  const sub = (wrong('failed') ?? wrong('indeterminate'))?.sub
  return subText(i18n, sub === undefined ? {} : { subIndication: sub })
}

function When({ signature }: { signature: SignatureReport }) {
  const i18n = useI18n()
  const { provenTime, claimedTime, timestamps } = signature
  return (
    <>
      {provenTime && <div>{i18n.t('verify.provenBy', { time: i18n.dateTime(provenTime) })}</div>}
      {claimedTime && (
        <div className={provenTime ? 'muted' : undefined}>
          {i18n.t('verify.claimedAs', { time: i18n.dateTime(claimedTime) })}
        </div>
      )}
      {!provenTime && !claimedTime && i18n.t('verify.noTime')}
      {timestamps.map((stamp, index) => (
        <StampLine key={`${stamp.kind}${String(index)}`} stamp={stamp} />
      ))}
    </>
  )
}

function StampLine({ stamp }: { stamp: TimestampReport }) {
  const i18n = useI18n()
  const kind = i18n.t(`verify.timestamp_${stamp.kind}`)
  const when = stamp.time ? i18n.dateTime(stamp.time) : i18n.t('verify.noTime')
  const state =
    stamp.indication === 'TOTAL-PASSED'
      ? i18n.t('verify.stampTrusted')
      : `${i18n.t('verify.stampNotTrusted')} ${subText(i18n, stamp)}`
  return (
    <div className="small muted">
      {kind}: {when}. {stamp.authority && `${stamp.authority}. `}
      {state}
    </div>
  )
}

function CertificateLines({ signature }: { signature: SignatureReport }) {
  const i18n = useI18n()
  const { signer } = signature
  if (!signer) return null
  return (
    <dl className="facts nested">
      <dt>{i18n.t('keys.subject')}</dt>
      <dd>{signer.subject}</dd>
      <dt>{i18n.t('keys.issuer')}</dt>
      <dd>{signer.issuer}</dd>
      <dt>{i18n.t('keys.validity')}</dt>
      <dd>{i18n.t('keys.fromTo', { from: i18n.dateTime(signer.notBefore), to: i18n.dateTime(signer.notAfter) })}</dd>
      <dt>{i18n.t('keys.serialNumber')}</dt>
      <dd>
        <code>{signer.serialNumber}</code>
      </dd>
      <dt>{i18n.t('keys.fingerprint')}</dt>
      <dd>
        <Fingerprint hex={signer.fingerprint} />
      </dd>
    </dl>
  )
}

function Changes({ signature }: { signature: SignatureReport }) {
  const i18n = useI18n()
  return (
    <details className="details" open={!signature.modificationsPermitted}>
      <summary>
        <Icon name="chevron" />
        {i18n.t('verify.changesAfter', { count: signature.changes.length })}
      </summary>
      <ul className="changes small">
        {signature.changes.map((change, index) => (
          <li
            key={`${change.what}${change.object ?? ''}${String(index)}`}
            className={change.rule === null ? 'text-bad' : undefined}
          >
            {i18n.lookup('checks', `change-${change.what}`) ?? change.what}
            {change.field && <span className="muted"> {change.field}</span>}
            {change.page !== undefined && (
              <span className="muted"> {i18n.t('verify.onPage', { page: change.page })}</span>
            )}
            {change.rule === null && <span>. {i18n.t('verify.unexplained')}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** Drawn only when somebody unfolds it. */
function Pictures({ signature, file, password }: { signature: SignatureReport; file: Blob } & Pick<Props, 'password'>) {
  const i18n = useI18n()
  const [opened, setOpened] = useState(false)
  const { revision, changes } = signature
  // A file of another length is not the one that was judged.
  if (!revision || changes.length === 0 || file.size !== revision.of) return null
  return (
    <details className="details" onToggle={({ currentTarget }) => setOpened((was) => was || currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        {i18n.t('compare.title')}
      </summary>
      {opened && (
        <Suspense fallback={<p className="small muted">{i18n.t('compare.starts')}</p>}>
          <RevisionPictures
            file={file}
            signedLength={revision.length}
            pages={changes.flatMap(({ page }) => page ?? [])}
            password={password}
          />
        </Suspense>
      )}
    </details>
  )
}
