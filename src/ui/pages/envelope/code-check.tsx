import { useId, useState } from 'react'
import type { FormEvent } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { SignatoryView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

/** A simple signature is checked by entering its code once more: the file alone cannot tell. */
export function CodeCheck({ file, one }: { file: SourceFile; one: SignatoryView }) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const id = useId()
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [fits, setFits] = useState<boolean | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const check = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFits(null)
    setRefusal(null)
    try {
      setFits(await envelopes.checkCode({ file, signatory: one.signatory.id, code: code.trim() }))
    } catch (error) {
      setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="stack-tight code-check" onSubmit={(event) => void check(event)}>
      <div className="field">
        <label htmlFor={id}>{i18n.t('envelope.checkCodeOf', { name: one.name })}</label>
        <div className="row nowrap-row">
          <input
            id={id}
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
          <button type="submit" className="button" disabled={busy || code.trim() === ''}>
            {i18n.t('envelope.check')}
          </button>
        </div>
      </div>
      {fits !== null && (
        <Notice
          tone={fits ? 'idle' : 'bad'}
          title={i18n.t(fits ? 'envelope.codeFits' : 'envelope.codeWrong')}
          role="alert"
        >
          <p>{i18n.t(fits ? 'envelope.codeFitsMeans' : 'envelope.codeWrongMeans')}</p>
        </Notice>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
    </form>
  )
}
