import { useEffect, useId, useState } from 'react'
import { createPair } from '../../app/key-pair.ts'
import type { AlgorithmChoice, KeyCard } from '../../app/manage-keys.ts'
import { refusalOf } from '../../app/refusal.ts'
import type { Refusal, SignedFile } from '../../core/formats/format.ts'
import { isAbort } from '../../core/errors.ts'
import type { NewKeyAlgorithm } from '../../core/keys.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { BackupChoice, type BackupPlan } from './backup-choice.tsx'
import { algorithmName } from './certificate.tsx'
import { Dialog } from './dialog.tsx'
import { FormDialog } from './form-dialog.tsx'
import { saveFile } from './save-file.ts'
import { useAnnounce } from './live.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import { YearsField } from './years-field.tsx'

type Draft = Readonly<{ name: string; organization: string; email: string; country: string; years: number }>

/** Whom the page already knows: proposed, and to be corrected. */
export type KeyHolder = Readonly<{ name: string; organization: string; email: string }>

const EMPTY: Draft = { name: '', organization: '', email: '', country: '', years: 3 }
const YEARS = [1, 2, 3, 5, 10] as const

function draftOf(like: KeyCard | undefined, holder: KeyHolder | undefined): Draft {
  if (!like && holder) return { ...EMPTY, ...holder }
  const { commonName, organization, email, country } = like?.certificate.subject ?? {}
  return {
    ...EMPTY,
    name: commonName ?? '',
    organization: organization ?? '',
    email: email ?? '',
    country: country ?? '',
  }
}

type Problem = 'name' | 'email' | 'country'

function problemsOf(draft: Draft): readonly Problem[] {
  const problems: Problem[] = []
  if (draft.name.trim() === '') problems.push('name')
  if (draft.email !== '' && !/^[^@\s]+@[^@\s]+$/.test(draft.email)) problems.push('email')
  if (draft.country !== '' && !/^[A-Za-z]{2}$/.test(draft.country)) problems.push('country')
  return problems
}

function useAlgorithms(): readonly AlgorithmChoice[] | null {
  const { keys } = useServices()
  const [choices, setChoices] = useState<readonly AlgorithmChoice[] | null>(null)
  useEffect(() => {
    let current = true
    keys
      .algorithms()
      .then((found) => current && setChoices(found))
      .catch(() => current && setChoices([]))
    return () => {
      current = false
    }
  }, [keys])
  return choices
}

/** What a classical key is paired with. */
const SECOND = 'ML-DSA-65' satisfies NewKeyAlgorithm

const canMake = (choices: readonly AlgorithmChoice[] | null, algorithm: NewKeyAlgorithm): boolean =>
  choices?.some((choice) => choice.algorithm === algorithm && choice.available) ?? false

type Props = Readonly<{
  onClose: () => void
  onCreated: (card: KeyCard) => void
  /** The key that the new one takes the place of: its name and algorithm are proposed. */
  like?: KeyCard
  holder?: KeyHolder
}>

/** Three fields that matter, the rest folded, and what the choice means written beside the button. */
export function NewKeyDialog({ onClose, onCreated, like, holder }: Props) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { keys, backups } = useServices()
  const choices = useAlgorithms()
  const [plan, setPlan] = useState<BackupPlan>({ kind: 'none' })
  const [made, setMade] = useState<readonly MadeKey[] | null>(null)
  const [draft, setDraft] = useState(() => draftOf(like, holder))
  const [picked, setPicked] = useState<string | null>(like?.mechanisms[0]?.signature ?? null)
  const [paired, setPaired] = useState(false)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const chosen =
    choices?.find((choice) => choice.algorithm === picked) ?? choices?.find((choice) => choice.isDefault) ?? null
  const problems = problemsOf(draft)
  const mayPair = chosen !== null && chosen.algorithm !== SECOND && canMake(choices, SECOND)

  const create = async () => {
    setTried(true)
    if (problems.length > 0 || !chosen || busy) return
    setBusy(true)
    setRefusal(null)
    try {
      const request = {
        algorithm: chosen.algorithm,
        years: draft.years,
        subject: {
          commonName: draft.name.trim(),
          ...(draft.organization.trim() && { organization: draft.organization.trim() }),
          ...(draft.email.trim() && { email: draft.email.trim() }),
          ...(draft.country && { country: draft.country.toUpperCase() }),
        },
      }
      const make = async (one: typeof request): Promise<MadeKey> => {
        if (plan.kind === 'none') {
          const card = await keys.create(one)
          return { ref: card.ref, card, file: null }
        }
        const backed = await backups.create(one, plan.secrets)
        return { ref: backed.card.ref, ...backed }
      }
      const all = await createPair(request, mayPair && paired ? SECOND : null, make, keys)
      if (plan.kind === 'backup') {
        setMade(all)
        announce(i18n.t('keyring.backupReady'))
        return
      }
      announce(i18n.t('keys.created', { name: draft.name.trim() }))
      onCreated(all[0].card)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }

  if (made) return <BackupReady made={made} onDone={() => made[0] && onCreated(made[0].card)} />
  return (
    <FormDialog
      title={i18n.t('keys.newKey')}
      act={i18n.t(busy ? 'keys.creating' : 'keys.create')}
      busy={busy}
      ready={chosen !== undefined && (plan.kind === 'none' || plan.ready)}
      onClose={onClose}
      onSubmit={() => void create()}
    >
      <SubjectFields draft={draft} onDraft={setDraft} problems={tried ? problems : []} />
      <AlgorithmSelect choices={choices} chosen={chosen} onPick={setPicked} />
      {mayPair && (
        <div className="field">
          <label className="choice">
            <input type="checkbox" checked={paired} onChange={(event) => setPaired(event.target.checked)} />
            <span>
              {i18n.t('keys.pair')}
              <span className="hint block">{i18n.t('keys.pairMeans')}</span>
            </span>
          </label>
        </div>
      )}
      <BackupChoice name={draft.name} onPlan={setPlan} />
      {plan.kind === 'none' && (
        <Notice tone="warn" title={i18n.t('keys.noBackup')}>
          <p>{i18n.t('keys.noBackupMeans')}</p>
        </Notice>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}

type MadeKey = Readonly<{ ref: KeyCard['ref']; card: KeyCard; file: SignedFile | null }>

/** The dialog does not close before every file was taken: a backup that was never saved is none. */
function BackupReady({ made, onDone }: { made: readonly MadeKey[]; onDone: () => void }) {
  const i18n = useI18n()
  const [saved, setSaved] = useState<readonly SignedFile[]>([])
  const files = made.flatMap(({ card, file }) => (file ? [{ card, file }] : []))
  return (
    <Dialog
      title={i18n.t('keyring.backupFile')}
      footer={
        <button type="button" className="button primary" disabled={saved.length < files.length} onClick={onDone}>
          {i18n.t('keyring.done')}
        </button>
      }
    >
      <div className="stack">
        <p>{i18n.t('keyring.backupReady')}</p>
        {files.map(({ card, file }) => (
          <button
            key={card.ref.id}
            type="button"
            className="button"
            onClick={() => {
              saveFile(file)
              setSaved((now) => [...new Set([...now, file])])
            }}
          >
            {i18n.t(saved.includes(file) ? 'keyring.backupSaved' : 'keyring.saveBackup')}
            {files.length > 1 && ` (${algorithmName(card.certificate)})`}
          </button>
        ))}
      </div>
    </Dialog>
  )
}

type SubjectProps = Readonly<{ draft: Draft; onDraft: (draft: Draft) => void; problems: readonly Problem[] }>

function SubjectFields({ draft, onDraft, problems }: SubjectProps) {
  const i18n = useI18n()
  const id = useId()
  const text = (name: 'name' | 'organization' | 'email' | 'country', extra: Readonly<Record<string, unknown>> = {}) => {
    const bad = problems.some((problem) => problem === name)
    return (
      <div className="field">
        <label htmlFor={`${id}-${name}`}>
          {i18n.t(`keys.${name}`)} {name !== 'name' && <span className="muted">{i18n.t('sign.optionalMark')}</span>}
        </label>
        <input
          id={`${id}-${name}`}
          className="input"
          value={draft[name]}
          aria-invalid={bad}
          aria-describedby={bad ? `${id}-${name}-problem` : undefined}
          onChange={(event) => onDraft({ ...draft, [name]: event.target.value })}
          {...extra}
        />
        {bad && (
          <p className="problem" id={`${id}-${name}-problem`}>
            {i18n.t(`keys.problem_${name as Problem}`)}
          </p>
        )}
      </div>
    )
  }
  return (
    <>
      {text('name', { 'data-focus': true, autoComplete: 'name', maxLength: 64, required: true })}
      {text('organization', { autoComplete: 'organization', maxLength: 64 })}
      {text('email', { autoComplete: 'email', type: 'email', maxLength: 128 })}
      <div className="two-columns">
        {text('country', { autoComplete: 'country', maxLength: 2, placeholder: 'UA' })}
        <YearsField
          label={i18n.t('keys.validFor')}
          choices={YEARS}
          years={draft.years}
          onYears={(years) => onDraft({ ...draft, years })}
        />
      </div>
    </>
  )
}

type AlgorithmProps = Readonly<{
  choices: readonly AlgorithmChoice[] | null
  chosen: AlgorithmChoice | null
  onPick: (algorithm: NewKeyAlgorithm) => void
}>

function AlgorithmSelect({ choices, chosen, onPick }: AlgorithmProps) {
  const i18n = useI18n()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{i18n.t('keys.algorithm')}</label>
      <select
        id={id}
        className="select"
        disabled={!choices}
        value={chosen?.algorithm ?? ''}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          const found = choices?.find((choice) => choice.algorithm === event.target.value)
          if (found) onPick(found.algorithm)
        }}
      >
        {!choices && <option value="">{i18n.t('keys.checkingBrowser')}</option>}
        {choices?.map((choice) => (
          <option key={choice.algorithm} value={choice.algorithm} disabled={!choice.available}>
            {i18n.t(`keys.algorithm_${choice.algorithm}`)}
            {!choice.available && ` (${i18n.t('keys.notInThisBrowser')})`}
          </option>
        ))}
      </select>
      <p className="hint reserve" id={`${id}-hint`}>
        {chosen &&
          (chosen.unreadableBy.length > 0
            ? i18n.t('keys.unreadableBy', { verifiers: i18n.list(chosen.unreadableBy) })
            : i18n.t('keys.readableByAll'))}
      </p>
    </div>
  )
}
