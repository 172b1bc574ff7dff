import { useId, useState } from 'react'
import type { EnvelopeLanguage } from '../../../core/envelope/manifest.ts'
import { NOTICE_TEXTS } from '../../../core/envelope/notice-texts.ts'
import type { NoticeKind, NoticeTemplate, NoticeTemplates } from '../../../core/envelope/notices.ts'
import { Dialog } from '../../components/dialog.tsx'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { Notice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { NOTICE_KINDS, storeTexts, textsOf } from './letter-store.ts'

type Props = Readonly<{
  language: EnvelopeLanguage
  texts: Partial<NoticeTemplates>
  onTexts: (texts: Partial<NoticeTemplates>) => void
  onClose: () => void
}>

/** One's own words for each letter, per language: kept in this browser, and as a file for colleagues. */
export function LetterTexts({ language, texts, onTexts, onClose }: Props) {
  const i18n = useI18n()
  const id = useId()
  const [kind, setKind] = useState<NoticeKind>('turn')
  const [edited, setEdited] = useState(texts)
  const [problem, setProblem] = useState<'textsNotKept' | 'textsUnread' | null>(null)
  const ready = NOTICE_TEXTS[language]
  const shown = edited[kind] ?? (kind === 'turn' ? ready.turn.signer : ready[kind])
  const set = (change: Partial<NoticeTemplate>) => setEdited({ ...edited, [kind]: { ...shown, ...change } })
  const reset = () => {
    const { [kind]: _own, ...rest } = edited
    setEdited(rest)
  }
  const save = () => {
    onTexts(edited)
    if (storeTexts(language, edited)) onClose()
    else setProblem('textsNotKept')
  }
  const load = async (file: File | undefined) => {
    try {
      setEdited(textsOf(JSON.parse((await file?.text()) ?? '')))
      setProblem(null)
    } catch {
      setProblem('textsUnread')
    }
  }
  const toFile = () =>
    saveFile({
      name: `letters-${language}.json`,
      blob: new Blob([JSON.stringify(edited, null, 1)], { type: 'application/json' }),
    })
  return (
    <Dialog
      title={i18n.t('envelope.editTexts')}
      onClose={onClose}
      footer={
        <>
          <PickFiles
            multiple={false}
            accept=".json,application/json"
            className="button quiet"
            onFiles={([file]) => void load(file)}
          >
            <Icon name="folder" />
            {i18n.t('envelope.loadTexts')}
          </PickFiles>
          <button type="button" className="button quiet" onClick={toFile}>
            <Icon name="download" />
            {i18n.t('envelope.saveTexts')}
          </button>
          <button type="button" className="button primary" onClick={save}>
            {i18n.t('envelope.save')}
          </button>
        </>
      }
    >
      <div className="stack">
        <div className="field">
          <label htmlFor={`${id}-kind`}>{i18n.t('envelope.whichLetter')}</label>
          <select
            id={`${id}-kind`}
            className="select"
            data-focus
            value={kind}
            onChange={(event) => setKind(NOTICE_KINDS.find((each) => each === event.target.value) ?? 'turn')}
          >
            {NOTICE_KINDS.map((each) => (
              <option key={each} value={each}>
                {i18n.t(`envelope.letter_${each}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-subject`}>{i18n.t('envelope.subject')}</label>
          <input
            id={`${id}-subject`}
            className="input"
            maxLength={500}
            value={shown.subject}
            onChange={(event) => set({ subject: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-body`}>{i18n.t('envelope.body')}</label>
          <textarea
            id={`${id}-body`}
            className="input"
            rows={9}
            maxLength={10_000}
            value={shown.body}
            aria-describedby={`${id}-hint`}
            onChange={(event) => set({ body: event.target.value })}
          />
          <p className="hint" id={`${id}-hint`}>
            {i18n.t('envelope.placeholders')}{' '}
            <code>{'{title} {name} {actor} {preparer} {deadline} {reason} {link} {message}'}</code>
          </p>
        </div>
        {edited[kind] && (
          <div>
            <button type="button" className="link-button small" onClick={reset}>
              {i18n.t('envelope.resetText')}
            </button>
          </div>
        )}
        {problem && (
          <Notice tone="warn" title={i18n.t(`envelope.${problem}`)} role="alert">
            <p>{i18n.t(`envelope.${problem}Means`)}</p>
          </Notice>
        )}
      </div>
    </Dialog>
  )
}
