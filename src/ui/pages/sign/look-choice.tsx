import { useId, useMemo, useRef, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { SignatureAppearance } from '../../../core/pdf/appearance/appearance.ts'
import { MarkPad } from '../../components/mark-pad.tsx'
import { readMarkPicture } from '../../components/mark-picture.ts'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { nameOn } from '../../use-keys.ts'
import { AppearancePreview, laidOut } from '../../viewer/appearance-preview.tsx'
import { hasMark } from './look-default.ts'
import type { Look, MarkSource } from './look-default.ts'
import { useLook } from './look.ts'
import { placeFor } from './session.ts'
import type { SignSession } from './session.ts'

const TEMPLATES = ['text', 'stamp', 'mark-and-text', 'mark'] as const
type Template = (typeof TEMPLATES)[number]
const SOURCES = ['typed', 'drawn', 'picture'] as const
/** Of the cards, and of a box nobody has drawn yet; in points. */
const USUAL = { width: 200, height: 64 } as const

type Props = Readonly<{ session: SignSession; chosen: KeyCard | null; disabled: boolean }>

/** How the visible signature looks: each template with the words it will hold, laid out by the code that writes them. */
export function LookChoice({ session, chosen, disabled }: Props) {
  const i18n = useI18n()
  const group = useId()
  const { look, setLook } = session
  const cards = useCards(session, chosen)
  return (
    <fieldset className="stack-tight" disabled={disabled}>
      <legend className="section-label">{i18n.t('sign.look')}</legend>
      <div className="look-grid">
        {TEMPLATES.map((template) => (
          <label key={template} className="look-card">
            <input
              type="radio"
              name={group}
              checked={look.template === template}
              onChange={() => setLook({ ...look, template })}
            />
            <span className="look-paper">{cards && <AppearancePreview appearance={cards[template]} {...USUAL} />}</span>
            <span className="small">{i18n.t(`sign.look_${template}`)}</span>
          </label>
        ))}
      </div>
      <Lacking session={session} chosen={chosen} />
      {hasMark(look) && <MarkChoice look={look} setLook={setLook} chosen={chosen} />}
      <label className="choice">
        <input
          type="checkbox"
          checked={look.code}
          onChange={(event) => setLook({ ...look, code: event.target.checked })}
        />
        <span>{i18n.t('sign.code')}</span>
        <span className="hint">{i18n.t('sign.codeMeans')}</span>
      </label>
    </fieldset>
  )
}

/** Every template as it would come out now. */
function useCards(
  session: SignSession,
  chosen: KeyCard | null,
): Readonly<Record<Template, SignatureAppearance>> | null {
  const text = useTemplate(session, chosen, 'text')
  const stamp = useTemplate(session, chosen, 'stamp')
  const both = useTemplate(session, chosen, 'mark-and-text')
  const mark = useTemplate(session, chosen, 'mark')
  return text && stamp && both && mark ? { text, stamp, 'mark-and-text': both, mark } : null
}

function useTemplate(session: SignSession, chosen: KeyCard | null, template: Template): SignatureAppearance | null {
  const shown = useMemo(() => ({ ...session, look: { ...session.look, template } }), [session, template])
  return useLook(shown, chosen).preview
}

type MarkProps = Readonly<{ look: Look; setLook: (look: Look) => void; chosen: KeyCard | null }>

function MarkChoice({ look, setLook, chosen }: MarkProps) {
  const i18n = useI18n()
  const id = useId()
  const picker = useRef<HTMLInputElement>(null)
  const [drawing, setDrawing] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const { source, drawn, picture } = look
  const choose = (next: MarkSource) => {
    setRefusal(null)
    setLook({ ...look, source: next })
    if (next === 'drawn' && !drawn) setDrawing(true)
    if (next === 'picture' && !picture) picker.current?.click()
  }
  const take = async (file: File | undefined) => {
    if (!file) return
    setRefusal(null)
    try {
      setLook({ ...look, source: 'picture', picture: await readMarkPicture(file) })
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <div className="stack-tight">
      <fieldset className="segmented">
        <legend className="visually-hidden">{i18n.t('sign.markSource')}</legend>
        {SOURCES.map((each) => (
          <label key={each}>
            <input type="radio" name={`${id}-source`} checked={source === each} onChange={() => choose(each)} />
            <span>{i18n.t(`sign.mark_${each}`)}</span>
          </label>
        ))}
      </fieldset>
      {source === 'typed' && (
        <input
          className="input"
          aria-label={i18n.t('sign.markTyped')}
          maxLength={80}
          placeholder={chosen ? nameOn(chosen) : ''}
          value={look.typed ?? ''}
          onChange={(event) => setLook({ ...look, typed: event.target.value === '' ? null : event.target.value })}
        />
      )}
      {source === 'drawn' && (
        <p>
          <button type="button" className="link-button small" onClick={() => setDrawing(true)}>
            {i18n.t(drawn ? 'sign.drawAnother' : 'sign.drawMark')}
          </button>
        </p>
      )}
      {source === 'picture' && (
        <p>
          <button type="button" className="link-button small" onClick={() => picker.current?.click()}>
            {i18n.t(picture ? 'sign.pickAnother' : 'sign.pickPicture')}
          </button>
        </p>
      )}
      <input
        ref={picker}
        type="file"
        hidden
        accept="image/png,image/jpeg"
        aria-label={i18n.t('sign.pickPicture')}
        onChange={(event) => {
          void take(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      {refusal && <RefusalNotice refusal={refusal} />}
      {drawing && (
        <MarkPad
          onClose={() => setDrawing(false)}
          onMark={(mark) => {
            setDrawing(false)
            setLook({ ...look, source: 'drawn', drawn: mark })
          }}
        />
      )}
    </div>
  )
}

/** What the fonts cannot show, and what does not fit, is said before it is signed. */
function Lacking({ session, chosen }: Omit<Props, 'disabled'>) {
  const i18n = useI18n()
  const { preview } = useLook(session, chosen)
  const place = placeFor(session)
  const [x1, y1, x2, y2] = place.kind === 'box' ? place.rect : [0, 0, USUAL.width, USUAL.height]
  const layout = useMemo(() => preview && laidOut(preview, x2 - x1, y2 - y1), [preview, x1, y1, x2, y2])
  if (!layout || (layout.missing.length === 0 && !layout.truncated && !layout.plainMark)) return null
  return (
    <Notice tone="warn">
      {layout.missing.length > 0 && (
        <p>{i18n.t('sign.lettersMissing', { letters: layout.missing.slice(0, 10).join(' ') })}</p>
      )}
      {layout.plainMark && <p>{i18n.t('sign.handLacks')}</p>}
      {layout.truncated && <p>{i18n.t('sign.textCutShort')}</p>}
    </Notice>
  )
}
