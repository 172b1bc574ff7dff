import { useState } from 'react'
import type { Judgement } from '../../../app/verify-documents.ts'
import { DEFAULT_POLICY, type ValidationPolicy } from '../../../core/validation/policy.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'

type Revocation = ValidationPolicy['revocation']
const REVOCATION: readonly Revocation[] = ['when-published', 'required', 'off']

/** The default policy with this one rule changed; its id says so in the report. */
function policyOf(revocation: Revocation): ValidationPolicy {
  return { ...DEFAULT_POLICY, id: `${DEFAULT_POLICY.id}, revocation ${revocation}`, revocation }
}

type Props = Readonly<{ judgement: Judgement; onJudge: (judgement: Judgement) => void }>

/** The same facts under another rule or at another time: 'would this have held last year?' No file is read again. */
export function JudgeForm({ judgement, onJudge }: Props) {
  const i18n = useI18n()
  const [time, setTime] = useState('')
  const [revocation, setRevocation] = useState<Revocation>(DEFAULT_POLICY.revocation)
  const isOther = judgement.at !== undefined || judgement.policy !== undefined
  const at = new Date(time)
  const apply = () =>
    onJudge({
      ...(time !== '' && !Number.isNaN(at.getTime()) && { at }),
      ...(revocation !== DEFAULT_POLICY.revocation && { policy: policyOf(revocation) }),
    })
  const reset = () => {
    setTime('')
    setRevocation(DEFAULT_POLICY.revocation)
    onJudge({})
  }
  return (
    <details className="details no-print judge-form">
      <summary>
        <Icon name="chevron" />
        {i18n.t('verify.judgeAgain')}
      </summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <p className="small muted">{i18n.t('verify.judgeAgainMeans')}</p>
        <div className="row">
          <label className="field">
            <span className="label">{i18n.t('verify.judgeTime')}</span>
            <input
              className="input"
              type="datetime-local"
              value={time}
              onChange={({ target }) => setTime(target.value)}
            />
          </label>
          <label className="field">
            <span className="label">{i18n.t('verify.judgeRevocation')}</span>
            <select
              className="select"
              value={revocation}
              onChange={({ target }) => setRevocation(target.value as Revocation)}
            >
              {REVOCATION.map((rule) => (
                <option key={rule} value={rule}>
                  {i18n.t(`verify.revocation_${rule}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div className="row">
          <button type="submit" className="button small">
            {i18n.t('verify.judge')}
          </button>
          {isOther && (
            <button type="button" className="button small" onClick={reset}>
              {i18n.t('verify.judgeAsUsual')}
            </button>
          )}
        </div>
      </form>
    </details>
  )
}
