import { useMemo, useState } from 'react'
import type { Notice as Letter } from '../../../core/envelope/notices.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { LetterTexts } from './letter-texts.tsx'
import { storedTexts } from './letter-store.ts'
import { turnUrl } from './links.ts'
import { useRunEnvelope } from './use-run-envelope.ts'

type Props = Readonly<{
  file: SourceFile
  view: EnvelopeView
  /** What they stand in says what they are. */
  untitled?: boolean
}>

/** The letters that the state of the file asks for, ready to be sent from one's own mail program. */
export function Letters({ file, view, untitled = false }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const [editing, setEditing] = useState(false)
  const { language } = view.manifest
  const [texts, setTexts] = useState(() => storedTexts(language))
  const letters = useMemo(() => envelopes.notices(view, { link: turnUrl, templates: texts }), [envelopes, view, texts])
  return (
    <section className="stack" aria-label={i18n.t('envelope.letters')}>
      <div className="row-between">
        {!untitled && <h2 className="section-label">{i18n.t('envelope.letters')}</h2>}
        <button type="button" className="link-button small" onClick={() => setEditing(true)}>
          {i18n.t('envelope.editTexts')}
        </button>
      </div>
      {letters.length > 0 && <p className="small muted">{i18n.t('envelope.attachIt')}</p>}
      {letters.length === 0 && <p className="small muted">{i18n.t('envelope.noLetters')}</p>}
      <ul className="letters">
        {letters.map((letter) => (
          <LetterCard key={letter.key} letter={letter} file={file} />
        ))}
      </ul>
      {editing && (
        <LetterTexts language={language} texts={texts} onTexts={setTexts} onClose={() => setEditing(false)} />
      )}
    </section>
  )
}

const mailto = ({ emails, subject, body }: Letter): string =>
  `mailto:${emails.map(encodeURIComponent).join(',')}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`

function LetterCard({ letter, file }: Pick<Props, 'file'> & { letter: Letter }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const [copied, setCopied] = useState(false)
  const { subject, body } = letter
  const copy = async () => {
    await navigator.clipboard.writeText(`${subject}\n\n${body}`)
    setCopied(true)
    announce(i18n.t('envelope.copied'))
  }
  const attached = {
    files: [new File([file.blob], file.name, { type: 'application/pdf' })],
    title: subject,
    text: body,
  }
  // Also asked of browsers that have only the half of it.
  const mayShare = 'canShare' in navigator && navigator.canShare(attached)
  const share = async () => {
    // The person closed the share sheet, or the browser says why itself.
    await navigator.share(attached).catch(() => undefined)
  }
  return (
    <li className="letter">
      <p>
        <strong className="break">{letter.name}</strong>{' '}
        <span className="small muted break">{letter.emails.join(', ') || i18n.t('envelope.noAddress')}</span>
      </p>
      <details className="inline-details small">
        <summary className="break">{subject}</summary>
        <p className="letter-body break">{body}</p>
      </details>
      <div className="row">
        {letter.emails.length > 0 && (
          <a className="button small" href={mailto(letter)}>
            <Icon name="mail" />
            {i18n.t('envelope.writeMail')}
          </a>
        )}
        <button type="button" className="button small" onClick={() => void copy()}>
          {i18n.t(copied ? 'envelope.copied' : 'envelope.copyText')}
        </button>
        {mayShare && (
          <button type="button" className="button small" onClick={() => void share()}>
            <Icon name="share" />
            {i18n.t('envelope.share')}
          </button>
        )}
      </div>
    </li>
  )
}
