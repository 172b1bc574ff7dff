import { useCallback, useEffect, useId, useMemo, useState } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import { filesOf, isLacking, type Beside } from '../../../app/take-beside.ts'
import type { EnclosedView } from '../../../core/envelope/check-enclosed.ts'
import type { EnvelopeField } from '../../../core/envelope/manifest.ts'
import { whyNot } from '../../../core/envelope/state.ts'
import type { EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice, TONE_ICON } from '../../components/notice.tsx'
import { SheetToggle } from '../../components/sheet-toggle.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { ShownDocument } from '../../viewer/shown-document.tsx'
import { usePdf } from '../../viewer/use-pdf.ts'
import { ActBody, ActFoot } from './act-section.tsx'
import { AnswerMarks } from './answer-marks.tsx'
import { firstAnswers, missingAnswers } from './answers.ts'
import type { Answers } from './answers.ts'
import { DeskMore } from './desk-more.tsx'
import { DoneBody, DoneFoot } from './done-section.tsx'
import { EnclosedList, enclosedBlob } from './enclosed-list.tsx'
import { EnvelopeStage } from './envelope-stage.tsx'
import { awaited, standing } from './status.ts'
import { Timeline } from './timeline.tsx'
import { useAct } from './use-act.ts'
import { useRun } from './use-run.ts'
import '../../styles/envelope-desk.css'

export type Deed = Readonly<{
  act: 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'returned'
  signatory: string | null
}>

/** What was done with the envelope here, so that its file now waits to be taken. */
export type Done = Deed & Pick<EnvelopeResult, 'result' | 'detached' | 'warnings'>

type Props = Readonly<{
  file: SourceFile
  /** As read with what is `beside`. */
  view: EnvelopeView
  beside: Beside
  /** Who the link was made for; null: chosen here from those whose turn it is. */
  preset: string | null
  /** In a host's record whoever opens an envelope looks after it, unless the visa is due; elsewhere it is the one asked to sign. */
  overseen?: boolean
  done: Done | null
  onResult: (result: EnvelopeResult, deed: Deed) => void
  /** Files were given that may be documents of this envelope. */
  onFiles: (files: readonly File[]) => void
  /** An enclosed document is on the screen. */
  onShown?: (one: EnclosedView) => void
  /** Absent where a host owns the file. */
  onClose?: (() => void) | undefined
}>

const NONE: ReadonlySet<string> = new Set()

/** Null: nobody of them, but who looks after the envelope. */
type Picked = Readonly<{ id: string | null }>

function usualChoice(candidates: readonly SignatoryView[], overseen: boolean): string | null {
  const [only, ...others] = candidates
  if (!only || others.length > 0) return null
  return overseen && only.signatory.role !== 'visa' ? null : only.signatory.id
}

/**
 * One envelope: the document, its people, and the act of the one whose turn it is. A page, a frame and a signing window hold
 * it; give it a new `key` for a new file.
 */
export function EnvelopeDesk(props: Props) {
  const { file, view, beside, preset, overseen = false, done, onResult, onFiles, onShown, onClose } = props
  const i18n = useI18n()
  const { clock } = useServices()
  const id = useId()
  const run = useRun(useMemo(() => filesOf(beside), [beside]))
  const [shown, setShown] = useState<number | null>(null)
  // pdf.js does not say of which document it warns: one is open at a time.
  const pdf = usePdf(shown === null ? file.blob : null)
  const [folding, setUnfolded] = useState<boolean | null>(null)
  const [target, setTarget] = useState<Readonly<{ page: number }> | null>(null)
  const candidates = awaited(view)
  const named = view.signatories.some(({ signatory }) => signatory.id === preset) ? preset : null
  const [picked, setPicked] = useState<Picked | null>(null)
  const who = done ? null : (named ?? (picked ?? { id: usualChoice(candidates, overseen) }).id)
  const refused = who === null ? null : whyNot(view.manifest, view.state, who)
  const one = refused === null ? (candidates.find(({ signatory }) => signatory.id === who) ?? null) : null

  // On a phone the document keeps the room, unless there is nothing to sign, or more than one document to read.
  const unfolded = folding ?? (one === null || view.enclosed.length > 0)

  const [entered, setEntered] = useState<Readonly<{ who: string; answers: Answers }> | null>(null)
  const answers = useMemo(
    () => (one === null ? null : entered?.who === one.signatory.id ? entered.answers : firstAnswers(one)),
    [one, entered],
  )
  const setAnswers = useCallback((next: Answers) => who !== null && setEntered({ who, answers: next }), [who])
  const announce = useAnnounce()
  const act = useAct({
    file,
    one,
    answers,
    run,
    lacking: isLacking(view),
    onResult,
    onMissing: (what) => {
      setUnfolded(true)
      announce(i18n.t('envelope.somethingMissing'))
      focusLater(`${id}-${'field' in what ? what.field : what.wanting}`)
    },
  })
  const missing = useMemo(
    () => (act.asked && one && answers ? new Set(missingAnswers(one.signatory, answers)) : NONE),
    [act.asked, one, answers],
  )
  const date = i18n.date(clock.now())

  const onPick = useCallback(
    (field: EnvelopeField) => {
      if (field.kind === 'checkbox' && answers) {
        const ticked = answers.values[field.name] === true
        return setAnswers({ ...answers, values: { ...answers.values, [field.name]: !ticked } })
      }
      setUnfolded(true)
      focusLater(`${id}-${fieldControl(field)}`)
    },
    [answers, setAnswers, id],
  )
  const overlay = useCallback(
    (space: PageViewport, page: number) => (
      <AnswerMarks
        space={space}
        scale={space.scale}
        page={page}
        view={view}
        who={one?.signatory.id ?? null}
        answers={answers}
        missing={missing}
        date={date}
        onPick={onPick}
      />
    ),
    [view, one, answers, missing, date, onPick],
  )
  const look = useMemo(() => {
    const document = shown === null ? undefined : view.enclosed[shown]
    const blob = document && shown !== null ? enclosedBlob(file.blob, document, shown, beside) : null
    return document && blob ? { name: document.name, blob } : null
  }, [shown, view, file, beside])
  const state = standing(i18n, view)
  useEffect(() => announce(state.title), [announce, state.title])

  const documents = (
    <EnclosedList
      id={`${id}-documents`}
      blob={file.blob}
      view={view}
      beside={beside}
      disabled={run.step !== null}
      onShow={(index) => {
        const document = view.enclosed[index]
        setShown(index)
        if (document) onShown?.(document)
      }}
      onFiles={onFiles}
    />
  )
  // Who signs fills in first; who gives the visa, or only looks, sees first what the others did.
  const fillsFirst = one !== null && one.signatory.role !== 'visa'
  const people = <Timeline view={view} own={who} detailed={!fillsFirst} />

  return (
    <div className="workspace">
      {!unfolded && <h1 className="visually-hidden folded-title">{view.manifest.title}</h1>}
      {look ? (
        <ShownDocument {...look} back={i18n.t('envelope.backToCover')} onBack={() => setShown(null)} />
      ) : (
        <EnvelopeStage name={file.name} pdf={pdf} overlay={overlay} target={target} />
      )}
      <aside className="panel" aria-label={i18n.t('envelope.people')}>
        <div className="sign-panel" data-unfolded={unfolded}>
          <SheetToggle
            unfolded={unfolded}
            controls={id}
            summary={state.title}
            label={i18n.t(one ? 'envelope.fillInNow' : 'envelope.details')}
            onToggle={() => setUnfolded(!unfolded)}
          />
          <div className="sign-options" id={id}>
            <DeskHead view={view} onClose={onClose} />
            {!done && documents}
            {refused && <RefusalNotice tone="warn" refusal={{ code: refused, message: who ?? '', details: {} }} />}
            {!done && !fillsFirst && people}
            <Problems view={view} />
            {!done && named === null && candidates.length > 0 && (
              <WhoChoice candidates={candidates} who={who} onWho={(id) => setPicked({ id })} />
            )}
            {one && answers && (
              <ActBody
                act={act}
                one={one}
                view={view}
                id={id}
                answers={answers}
                missing={missing}
                date={date}
                busy={run.step !== null}
                onAnswers={setAnswers}
                onShowPage={(page) => {
                  setShown(null)
                  setTarget({ page })
                }}
              />
            )}
            {fillsFirst && (
              <section className="stack-tight">
                <h2 className="section-label">{i18n.t('envelope.timeline')}</h2>
                {people}
              </section>
            )}
            {done && <DoneBody file={file} view={view} done={done} />}
            {done && documents}
            {!one && <DeskMore file={file} view={view} run={run} letters={!done} onResult={onResult} />}
          </div>
          {one && answers && (
            <ActFoot act={act} file={file} one={one} view={view} answers={answers} run={run} onResult={onResult} />
          )}
          {done && <DoneFoot done={done} />}
        </div>
      </aside>
    </div>
  )
}

/** A signature is given by the consent and the button, not in a box of its own. */
const fieldControl = ({ kind, name }: EnvelopeField): string => (kind === 'signature' ? 'consent' : name)

/** The sheet must be open before what is in it can take the focus. */
function focusLater(id: string): void {
  requestAnimationFrame(() => {
    const element = document.getElementById(id)
    element?.focus()
    // With what is said about it.
    ;(element?.closest('label, .field') ?? element)?.scrollIntoView({ block: 'nearest' })
  })
}

function DeskHead({ view, onClose }: Pick<Props, 'view' | 'onClose'>) {
  const i18n = useI18n()
  const now = standing(i18n, view)
  const { manifest, state } = view
  const { round } = state
  return (
    <header className="stack-tight">
      <div className="row-between">
        <h1 className="break">{manifest.title}</h1>
        {onClose && (
          <button
            type="button"
            className="button small quiet icon-only"
            aria-label={i18n.t('envelope.otherDocument')}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <p className={`tag standing ${now.tone}`}>
        <Icon name={TONE_ICON[now.tone]} />
        <span>{now.title}</span>
      </p>
      {now.meaning && <p className="small muted break">{now.meaning}</p>}
      {manifest.deadline !== undefined && state.status === 'running' && (
        <p className="small muted">{i18n.t('envelope.until', { time: i18n.dateTime(manifest.deadline) })}</p>
      )}
      {round.number > 1 && (
        <p className="small muted break">
          {i18n.t('envelope.roundIs', { number: round.number, reason: round.reason ?? '' })}
        </p>
      )}
      {manifest.message && <p className="message break">{manifest.message}</p>}
    </header>
  )
}

/** What somebody tried that the rules do not allow: it changed nothing, but is told. */
function Problems({ view }: { view: EnvelopeView }) {
  return view.state.problems.map((problem) => (
    <RefusalNotice
      key={`${problem.code}${String(problem.revision)}`}
      tone={problem.code === 'ENVELOPE_BROKEN' ? 'bad' : 'warn'}
      refusal={{ code: problem.code, message: problem.evidence, details: {} }}
    />
  ))
}

type WhoProps = Readonly<{
  candidates: readonly SignatoryView[]
  who: string | null
  onWho: (id: string | null) => void
}>

function WhoChoice({ candidates, who, onWho }: WhoProps) {
  const i18n = useI18n()
  const group = useId()
  return (
    <fieldset className="stack-tight">
      <legend className="section-label">{i18n.t('envelope.whoAreYou')}</legend>
      <div className="choices">
        {candidates.map(({ signatory, name, company }) => (
          <label className="choice" key={signatory.id}>
            <input type="radio" name={group} checked={who === signatory.id} onChange={() => onWho(signatory.id)} />
            <span className="break">{company ? `${name}, ${company}` : name}</span>
          </label>
        ))}
        <label className="choice">
          <input type="radio" name={group} checked={who === null} onChange={() => onWho(null)} />
          <span>{i18n.t('envelope.nobodyOfThem')}</span>
        </label>
      </div>
    </fieldset>
  )
}
