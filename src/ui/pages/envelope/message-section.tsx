import { useId } from 'react'
import { ENVELOPE_LANGUAGES } from '../../../core/envelope/manifest.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { Draft } from './draft.ts'

type Props = Readonly<{ draft: Draft; past: boolean; onDraft: (change: Partial<Draft>) => void }>

const LANGUAGE_NAMES = { en: 'English', ru: 'Русский', uk: 'Українська' } as const

/** What goes with the document: a title, a few words, a date, and whether the document may grow a page. */
export function MessageSection({ draft, past, onDraft }: Props) {
  const i18n = useI18n()
  const id = useId()
  const { preparer } = draft
  return (
    <div className="stack">
      <div className="field">
        <label htmlFor={`${id}-title`}>{i18n.t('preparing.titleLabel')}</label>
        <input
          id={`${id}-title`}
          className="input"
          maxLength={300}
          value={draft.title}
          onChange={(event) => onDraft({ title: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-message`}>
          {i18n.t('preparing.message')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
        </label>
        <textarea
          id={`${id}-message`}
          className="input"
          rows={3}
          maxLength={5000}
          value={draft.message}
          onChange={(event) => onDraft({ message: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-deadline`}>
          {i18n.t('preparing.deadline')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
        </label>
        <input
          id={`${id}-deadline`}
          className="input"
          type="datetime-local"
          value={draft.deadline}
          aria-invalid={past}
          aria-describedby={`${id}-deadline-hint`}
          onChange={(event) => onDraft({ deadline: event.target.value })}
        />
        <p className={past ? 'problem' : 'hint'} id={`${id}-deadline-hint`}>
          {i18n.t(past ? 'preparing.problem_deadline-passed' : 'preparing.deadlineHint')}
        </p>
      </div>
      <fieldset className="stack">
        <legend className="section-label">{i18n.t('preparing.preparer')}</legend>
        <div className="field">
          <label htmlFor={`${id}-preparer`}>
            {i18n.t('envelope.name')} <span className="muted">{i18n.t('preparing.preparerFromKey')}</span>
          </label>
          <input
            id={`${id}-preparer`}
            className="input"
            maxLength={200}
            value={preparer.name}
            onChange={(event) => onDraft({ preparer: { ...preparer, name: event.target.value } })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-email`}>
            {i18n.t('envelope.email')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
          </label>
          <input
            id={`${id}-email`}
            className="input"
            type="email"
            maxLength={200}
            value={preparer.email}
            onChange={(event) => onDraft({ preparer: { ...preparer, email: event.target.value } })}
          />
        </div>
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-language`}>{i18n.t('preparing.language')}</label>
        <select
          id={`${id}-language`}
          className="select"
          value={draft.language}
          onChange={(event) =>
            onDraft({ language: ENVELOPE_LANGUAGES.find((each) => each === event.target.value) ?? 'en' })
          }
        >
          {ENVELOPE_LANGUAGES.map((each) => (
            <option key={each} value={each} lang={each}>
              {LANGUAGE_NAMES[each]}
            </option>
          ))}
        </select>
      </div>
      <div className="choices">
        {(['record', 'resend'] as const).map((each) => (
          <label className="choice" key={each}>
            <input
              type="checkbox"
              checked={draft[each]}
              onChange={(event) => onDraft({ [each]: event.target.checked })}
            />
            <span>{i18n.t(`preparing.${each}`)}</span>
            <span className="hint">{i18n.t(`preparing.${each}Hint`)}</span>
          </label>
        ))}
      </div>
    </div>
  )
}
