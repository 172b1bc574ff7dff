import { useId, useState } from 'react'
import { MarkPad } from '../../components/mark-pad.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { SignSession } from './session.ts'

const CHOICES = ['text', 'stamp', 'mark-and-text'] as const

/** How the visible signature looks; choosing the drawn one asks for the drawing. */
export function LookChoice({ session, disabled }: { session: SignSession; disabled: boolean }) {
  const i18n = useI18n()
  const group = useId()
  const [drawing, setDrawing] = useState(false)
  const { look, setLook } = session
  const choose = (template: (typeof CHOICES)[number]) => {
    if (template === 'mark-and-text' && !look.mark) setDrawing(true)
    else setLook({ ...look, template })
  }
  return (
    <fieldset className="stack-tight" disabled={disabled}>
      <legend className="section-label">{i18n.t('sign.look')}</legend>
      <div className="segmented">
        {CHOICES.map((template) => (
          <label key={template}>
            <input type="radio" name={group} checked={look.template === template} onChange={() => choose(template)} />
            <span>{i18n.t(`sign.look_${template}`)}</span>
          </label>
        ))}
      </div>
      {look.template === 'mark-and-text' && (
        <p>
          <button type="button" className="link-button small" onClick={() => setDrawing(true)}>
            {i18n.t('sign.drawAnother')}
          </button>
        </p>
      )}
      {drawing && (
        <MarkPad
          onClose={() => setDrawing(false)}
          onMark={(mark) => {
            setDrawing(false)
            setLook({ template: 'mark-and-text', mark })
          }}
        />
      )}
    </fieldset>
  )
}
