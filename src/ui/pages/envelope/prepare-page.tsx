import { lazy, Suspense, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import { NOTHING_BESIDE, type Beside } from '../../../app/take-beside.ts'
import type { DraftProblem } from '../../../core/envelope/draft.ts'
import { mediaTypeOf } from '../../../core/envelope/enclosed.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import type { EnvelopeProposal } from '../../../core/host-envelope.ts'
import { CertificatePicker } from '../../components/certificate-picker.tsx'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { SheetToggle } from '../../components/sheet-toggle.tsx'
import { useI18n, useLanguage } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { nameOn, useChosenKey, useKeys } from '../../use-keys.ts'
import { ShownDocument } from '../../viewer/shown-document.tsx'
import { usePdf, type PdfView } from '../../viewer/use-pdf.ts'
import { ActProgress } from './act-progress.tsx'
import { BindingsContext, withProposal } from './proposal.ts'
import type { Bindings } from './proposal.ts'
import { DocumentsSection } from './documents-section.tsx'
import { emptyDraft, toEnvelopeDraft, withTemplate, withoutPerson } from './draft.ts'
import type { Draft, DraftField } from './draft.ts'
import { EnvelopeStage } from './envelope-stage.tsx'
import { FieldBoxes, personName } from './field-boxes.tsx'
import { FieldsSection } from './fields-section.tsx'
import { verifyUrl } from './links.ts'
import { MessageSection } from './message-section.tsx'
import { PeopleSection } from './people-section.tsx'
import { Templates } from './templates.tsx'
import { useCarrier } from './use-carrier.ts'
import { useRun } from './use-run.ts'
import '../../styles/envelope-people.css'
import '../../styles/envelope-fields.css'
import { useRunEnvelope } from './use-run-envelope.ts'

const NewKeyDialog = lazy(async () => ({
  default: (await import('../../components/new-key-form.tsx')).NewKeyDialog,
}))

const NO_BINDINGS: Bindings = []
const PARTS = ['documents', 'people', 'fields', 'message'] as const
type Part = (typeof PARTS)[number]

type Props = Readonly<{
  /** One or more, of any kind. */
  files: readonly SourceFile[]
  /** What a host knows of the people and fields of its record. */
  proposal?: EnvelopeProposal
  onPrepared: (result: EnvelopeResult, beside: Beside) => void
  /** Absent where a host owns the file. */
  onClose?: () => void
}>

/** Documents become an envelope: who acts when, what each fills in and where, and one seal over all of it. */
export function PreparePage({ files: given, proposal, onPrepared, onClose }: Props) {
  const i18n = useI18n()
  const { locale } = useLanguage()
  const envelopes = useRunEnvelope()
  const id = useId()
  const [draft, setDraft] = useState<Draft>(() =>
    withProposal(emptyDraft(given[0]?.name.replace(/\.[^.]{1,5}$/, '') ?? '', locale), proposal ?? {}),
  )
  const [files, setFiles] = useState(given)
  const oneFile = proposal?.oneFile === true
  const [apart, setApart] = useState<boolean | null>(oneFile ? false : null)
  const [shown, setShown] = useState<number | null>(null)
  const [part, setPart] = useState<Part>(given.length > 1 ? 'documents' : 'people')
  const [person, setPerson] = useState('s1')
  const [chosen, setChosen] = useState<number | null>(null)
  const [page, setPage] = useState(1)
  const [target, setTarget] = useState<Readonly<{ page: number }> | null>(null)
  const [unfolded, setUnfolded] = useState(true)
  const [asked, setAsked] = useState(false)
  const [creating, setCreating] = useState(false)
  const { listing, refresh } = useKeys()
  const [key, chooseKey] = useChosenKey(listing)
  const carrier = useCarrier({ files, beside: apart, title: draft.title.trim(), language: draft.language })
  const base = carrier.kind === 'plain' || carrier.kind === 'cover' ? carrier : null
  // pdf.js does not say of which document it warns: one is open at a time.
  const pdf = usePdf(shown === null ? (base?.file.blob ?? null) : null)
  const view = pdf.status === 'open' ? pdf.view : null
  const run = useRun()

  const change = useCallback((next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next })), [])
  const dropFields = useCallback(() => change({ fields: [] }), [change])
  const fieldsGone = useFieldsGone(base?.kind ?? null, draft.fields.length > 0, dropFields)
  const signer = key ? nameOn(key) : ''
  const named = useMemo(
    () => (draft.preparer.name.trim() === '' ? { ...draft, preparer: { ...draft.preparer, name: signer } } : draft),
    [draft, signer],
  )
  const wanted = useMemo(() => toEnvelopeDraft(named, verifyUrl()), [named])
  const problems = useMemo(
    () => envelopes.problems(wanted, view ? sizesOf(view) : undefined),
    [envelopes, wanted, view],
  )
  const shownProblems = asked ? problems : problems.filter(({ id: code }) => code !== 'no-name' && code !== 'no-title')
  const active = draft.people.some((one) => one.id === person && one.role !== 'copy')
    ? person
    : (draft.people.find((one) => one.role !== 'copy')?.id ?? person)

  const choose = useCallback(
    (fieldId: number | null) => {
      setChosen(fieldId)
      const owner = draft.fields.find((field) => field.id === fieldId)?.person
      if (owner !== undefined) setPerson(owner)
    },
    [draft.fields],
  )
  const onFields = useCallback((fields: readonly DraftField[]) => change({ fields }), [change])
  const overlay = useCallback(
    (space: PageViewport, number: number) => (
      <FieldBoxes
        space={space}
        scale={space.scale}
        page={number}
        fields={draft.fields}
        people={draft.people}
        chosen={chosen}
        onChoose={(fieldId) => {
          choose(fieldId)
          setPart('fields')
        }}
        onChange={(next) => onFields(draft.fields.map((field) => (field.id === next.id ? next : field)))}
        onRemove={(gone) => onFields(draft.fields.filter((field) => field.id !== gone))}
      />
    ),
    [draft.fields, draft.people, chosen, choose, onFields],
  )
  const goTo = (next: Part) => {
    setPart(next)
    if (next !== 'documents') setShown(null)
  }
  const prepare = () => {
    setAsked(true)
    const [first] = problems
    if (first) return goTo(partOf(first))
    if (!base) return goTo('documents')
    if (!key) return
    run.start(async (options) => {
      const enclosed = base.kind === 'cover' ? base.enclosed : []
      const handed = new Map(
        files.flatMap((file, index) => (enclosed[index]?.attached === false ? [[index, file]] : [])),
      )
      const beside = [...handed.values()]
      const { title, language } = wanted
      const isCurrent = base.kind === 'plain' || base.isCurrent
      const file = isCurrent ? base.file : await envelopes.cover({ files, enclosed, title, language }, options)
      const request = { file, enclosed, draft: wanted, key: key.ref }
      onPrepared(await envelopes.prepare(request, { ...options, beside }), { ...NOTHING_BESIDE, handed })
    })
  }
  const look = useMemo(() => {
    const file = shown === null ? undefined : files[shown]
    return file ? { name: file.name, blob: typed(file) } : null
  }, [files, shown])
  const summary = i18n.t('preparing.summary', { count: draft.people.length, fields: draft.fields.length })

  return (
    <BindingsContext value={proposal?.bindings ?? NO_BINDINGS}>
      <div className="workspace">
        <h1 className="visually-hidden">{i18n.t('preparing.prepareTitle')}</h1>
        {look ? (
          <ShownDocument {...look} back={i18n.t('preparing.backToPages')} onBack={() => setShown(null)} />
        ) : (
          <EnvelopeStage
            name={base?.kind === 'cover' ? i18n.t('preparing.coverSheet') : (base?.file.name ?? '')}
            pdf={pdf}
            overlay={overlay}
            target={target}
            onPage={setPage}
          />
        )}
        <aside className="panel" aria-label={i18n.t('preparing.prepareTitle')}>
          <div className="sign-panel" data-unfolded={unfolded}>
            <SheetToggle unfolded={unfolded} controls={id} summary={summary} onToggle={() => setUnfolded(!unfolded)} />
            <div className="sign-options" id={id}>
              <div className="row-between">
                <Templates
                  draft={() => wanted}
                  onLoaded={(template) => setDraft((now) => withTemplate(now, template, view?.pages ?? 1))}
                />
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
              <PartChoice part={part} problems={asked ? problems : []} onPart={goTo} />
              {part === 'documents' && (
                <DocumentsSection
                  files={files}
                  carrier={carrier}
                  beside={apart}
                  oneFile={oneFile}
                  detached={draft.detached}
                  fieldsGone={fieldsGone}
                  fixed={!onClose}
                  onFiles={(next) => {
                    setShown(null)
                    setFiles(next)
                  }}
                  onBeside={setApart}
                  onDetached={(detached) => change({ detached })}
                  onShow={setShown}
                />
              )}
              {part === 'people' && (
                <PeopleSection
                  people={draft.people}
                  problems={shownProblems}
                  onPeople={(people) => change({ people })}
                  onRemove={(gone) => setDraft((now) => withoutPerson(now, gone))}
                />
              )}
              {part === 'fields' && (
                <FieldsSection
                  draft={draft}
                  view={view}
                  person={active}
                  onPerson={setPerson}
                  chosen={chosen}
                  onChoose={choose}
                  onFields={onFields}
                  page={page}
                  onShowPage={(number) => setTarget({ page: number })}
                />
              )}
              {part === 'message' && (
                <>
                  <MessageSection
                    draft={draft}
                    past={problems.some(({ id: code }) => code === 'deadline-passed')}
                    onDraft={change}
                  />
                  <CertificatePicker
                    listing={listing}
                    chosen={key}
                    onChoose={chooseKey}
                    onCreate={() => setCreating(true)}
                    disabled={run.step !== null}
                  />
                </>
              )}
            </div>
            <div className="sign-act">
              {run.refusal && <RefusalNotice refusal={run.refusal} />}
              {asked && problems.length > 0 && <Problems problems={problems} draft={draft} onPart={goTo} />}
              {run.step ? (
                <ActProgress run={run} />
              ) : (
                <Seal signer={key ? signer : null} onSeal={prepare} onKey={() => goTo('message')} />
              )}
            </div>
          </div>
        </aside>
        {creating && (
          <Suspense fallback={null}>
            <NewKeyDialog
              onClose={() => setCreating(false)}
              onCreated={(card) => {
                setCreating(false)
                chooseKey(card.ref)
                void refresh()
              }}
            />
          </Suspense>
        )}
      </div>
    </BindingsContext>
  )
}

/** A file from a disk says what it is by its name. */
const typed = ({ name, blob }: SourceFile): Blob => blob.slice(0, blob.size, mediaTypeOf(name, blob.type))

const sizesOf = ({ pages, first }: PdfView) => Array.from({ length: pages }, () => first)

/** Places on the pages of another PDF mean nothing: true from when they were taken away. */
function useFieldsGone(kind: 'plain' | 'cover' | null, has: boolean, onGone: () => void): boolean {
  const [gone, setGone] = useState(false)
  const before = useRef(kind)
  useEffect(() => {
    if (kind === null) return
    const isOther = before.current !== null && before.current !== kind
    before.current = kind
    if (!isOther || !has) return
    setGone(true)
    onGone()
  }, [kind, has, onGone])
  return gone
}

function Seal({ signer, onSeal, onKey }: { signer: string | null; onSeal: () => void; onKey: () => void }) {
  const i18n = useI18n()
  const id = useId()
  return (
    <>
      <button
        type="button"
        className="button primary wide act"
        aria-describedby={id}
        onClick={signer === null ? onKey : onSeal}
      >
        {signer === null ? i18n.t('preparing.chooseKey') : i18n.t('preparing.seal', { signer })}
      </button>
      <p className="small muted" id={id}>
        {i18n.t('preparing.sealMeans')}
      </p>
    </>
  )
}

type PartProps = Readonly<{ part: Part; problems: readonly DraftProblem[]; onPart: (part: Part) => void }>

function PartChoice({ part, problems, onPart }: PartProps) {
  const i18n = useI18n()
  const group = useId()
  return (
    <fieldset>
      <legend className="visually-hidden">{i18n.t('preparing.parts')}</legend>
      <div className="segmented">
        {PARTS.map((each) => (
          <label key={each}>
            <input type="radio" name={group} checked={part === each} onChange={() => onPart(each)} />
            <span>
              {i18n.t(`preparing.part_${each}`)}
              {problems.some((problem) => partOf(problem) === each) && (
                <span className="text-bad"> {i18n.t('preparing.partIncomplete')}</span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

const MESSAGE_PROBLEMS: ReadonlySet<string> = new Set(['no-title', 'deadline-passed'])

function partOf({ id, path }: DraftProblem): Part {
  if (MESSAGE_PROBLEMS.has(id)) return 'message'
  return path.includes('fields') || id === 'fields-overlap' ? 'fields' : 'people'
}

type ProblemsProps = Readonly<{ problems: readonly DraftProblem[]; draft: Draft; onPart: (part: Part) => void }>

/** What keeps it from being sealed, each leading to where it is put right. */
function Problems({ problems, draft, onPart }: ProblemsProps) {
  const i18n = useI18n()
  return (
    <Notice tone="warn" title={i18n.t('preparing.notReady')} role="alert">
      <ul className="plain-list">
        {problems.slice(0, 5).map((problem) => (
          <li key={`${problem.id}${problem.path}`}>
            <button type="button" className="link-button" onClick={() => onPart(partOf(problem))}>
              {problemText(i18n, problem, draft)}
            </button>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function problemText(i18n: I18n, problem: DraftProblem, draft: Draft): string {
  const text = i18n.lookup('preparing', `problem_${problem.id}`) ?? problem.id
  const [list, at] = problem.path.split('.')
  if (list !== 'signatories' || at === undefined) return text
  const index = Number(at)
  return `${personName(i18n.t('preparing.person', { number: index + 1 }), draft.people[index])}: ${text}`
}
