import { useState } from 'react'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

/** Codes for those who sign simply: given by another way than the letter, and kept by the sender to check them again. */
export function CodesToGive({ view }: { view: EnvelopeView }) {
  const i18n = useI18n()
  const open = view.signatories.filter(
    ({ signatory, state }) => signatory.kind === 'simple' && ['turn', 'waiting'].includes(state.status),
  )
  if (open.length === 0) return null
  return (
    <section className="stack-tight" aria-label={i18n.t('envelope.codes')}>
      <h2 className="section-label">{i18n.t('envelope.codes')}</h2>
      <p className="small muted">{i18n.t('envelope.makeCodeMeans')}</p>
      {open.map(({ signatory, name }) => (
        <CodeToGive key={signatory.id} name={name} />
      ))}
    </section>
  )
}

function CodeToGive({ name }: { name: string }) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const [code, setCode] = useState<string | null>(null)
  return (
    <div className="row-between">
      <span className="break">{name}</span>
      {code === null ? (
        <button type="button" className="button small" onClick={() => setCode(envelopes.newCode())}>
          <Icon name="key" />
          {i18n.t('envelope.makeCode')}
        </button>
      ) : (
        <code className="recovery-code" aria-label={i18n.t('envelope.codeOf', { name })}>
          {code}
        </code>
      )}
    </div>
  )
}
