import { lazy, Suspense, useState } from 'react'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { CertificatePicker } from '../../components/certificate-picker.tsx'
import { Icon } from '../../components/icon.tsx'
import { MarkPad } from '../../components/mark-pad.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { nameOn } from '../../use-keys.ts'
import { ActProgress } from './act-progress.tsx'
import { AnswerForm } from './answer-form.tsx'
import type { Answers } from './answers.ts'
import { CodeField } from './code-field.tsx'
import type { Deed } from './desk.tsx'
import { OtherWays } from './other-ways.tsx'
import type { Act } from './use-act.ts'
import type { EnvelopeRun } from './use-run.ts'

const NewKeyDialog = lazy(async () => ({
  default: (await import('../../components/new-key-form.tsx')).NewKeyDialog,
}))

type BodyProps = Readonly<{
  act: Act
  one: SignatoryView
  view: EnvelopeView
  /** Begins the ids of the controls. */
  id: string
  answers: Answers
  missing: ReadonlySet<string>
  date: string
  busy: boolean
  onAnswers: (answers: Answers) => void
  onShowPage: (page: number) => void
}>

/** What the one whose turn it is fills in, with what he signs, and that he agrees. */
export function ActBody({ act, one, view, id, answers, missing, date, busy, onAnswers, onShowPage }: BodyProps) {
  const i18n = useI18n()
  const [creating, setCreating] = useState(false)
  const visa = one.signatory.role === 'visa'
  return (
    <>
      <AnswerForm
        one={one}
        id={id}
        answers={answers}
        missing={missing}
        date={date}
        disabled={busy}
        onAnswers={onAnswers}
        onShowPage={onShowPage}
      />
      {one.signatory.kind === 'simple' ? (
        <CodeField
          id={`${id}-code`}
          code={act.code}
          missing={act.wanting === 'code'}
          disabled={busy}
          onCode={act.setCode}
        />
      ) : (
        <div id={`${id}-key`} className="stack-tight" tabIndex={-1}>
          <CertificatePicker
            listing={act.listing}
            chosen={act.chosen}
            onChoose={act.chooseKey}
            onCreate={() => setCreating(true)}
            disabled={busy}
          />
          {view.manifest.detached && (
            <p className="small muted">{i18n.t('envelope.detachedMeans', { count: view.enclosed.length + 1 })}</p>
          )}
          {act.wanting === 'key' && !act.chosen && <p className="small text-bad">{i18n.t('sign.needCertificate')}</p>}
        </div>
      )}
      {one.signatory.kind !== 'simple' && <DrawMark act={act} disabled={busy} />}
      <label className="choice consent">
        <input
          id={`${id}-consent`}
          type="checkbox"
          checked={act.consent}
          disabled={busy}
          aria-invalid={act.wanting === 'consent'}
          onChange={(event) => act.setConsent(event.target.checked)}
        />
        <span>
          {view.enclosed.length > 0 && !visa
            ? i18n.t('envelope.consentDocuments', { title: view.manifest.title, count: view.enclosed.length })
            : i18n.t(visa ? 'envelope.consentVisa' : 'envelope.consent', { title: view.manifest.title })}
        </span>
        {act.wanting === 'consent' && <span className="problem">{i18n.t('envelope.consentFirst')}</span>}
      </label>
      {creating && (
        <Suspense fallback={null}>
          <NewKeyDialog
            holder={{
              name: answers.name.trim(),
              organization: answers.company.trim(),
              email: one.state.holder.email ?? '',
            }}
            onClose={() => setCreating(false)}
            onCreated={(card) => {
              setCreating(false)
              act.chooseKey(card.ref)
              void act.refreshKeys()
            }}
          />
        </Suspense>
      )}
    </>
  )
}

/** Optional: one's own hand beside the words of the visible signature. */
function DrawMark({ act, disabled }: { act: Act; disabled: boolean }) {
  const i18n = useI18n()
  const [drawing, setDrawing] = useState(false)
  return (
    <div className="row">
      <button type="button" className="button small" disabled={disabled} onClick={() => setDrawing(true)}>
        <Icon name="pen" />
        {i18n.t(act.mark ? 'sign.drawAnother' : 'sign.drawMark')}
      </button>
      {act.mark && (
        <button type="button" className="link-button small" disabled={disabled} onClick={() => act.setMark(null)}>
          {i18n.t('envelope.withoutMark')}
        </button>
      )}
      {drawing && (
        <MarkPad
          onClose={() => setDrawing(false)}
          onMark={(mark) => {
            setDrawing(false)
            act.setMark(mark)
          }}
        />
      )}
    </div>
  )
}

type FootProps = Readonly<{
  act: Act
  file: SourceFile
  one: SignatoryView
  view: EnvelopeView
  answers: Answers
  run: EnvelopeRun
  onResult: (result: EnvelopeResult, deed: Deed) => void
}>

/** The one primary act; beside it the ways not to sign. */
export function ActFoot({ act, file, one, view, answers, run, onResult }: FootProps) {
  const i18n = useI18n()
  const { signatory } = one
  const simple = signatory.kind === 'simple'
  const signer = !simple && act.chosen ? nameOn(act.chosen) : answers.name.trim() || one.name
  const label = signatory.role === 'visa' ? 'envelope.acceptAs' : 'envelope.signAs'
  return (
    <div className="sign-act">
      {run.refusal && <RefusalNotice refusal={run.refusal} />}
      {run.step ? (
        <ActProgress run={run} />
      ) : (
        <>
          <button type="button" className="button primary wide act" onClick={act.sign}>
            {i18n.t(label, { title: view.manifest.title, signer })}
          </button>
          <OtherWays file={file} one={one} view={view} run={run} onResult={onResult} />
        </>
      )}
    </div>
  )
}
