import type { CopyComparison, EnvelopeStep, EnvelopeView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { Icon } from '../../components/icon.tsx'
import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import '../../styles/envelope-desk.css'

export type Copy = Readonly<{ file: SourceFile; view: EnvelopeView }>

type Props = Readonly<{
  copies: readonly [Copy, Copy]
  comparison: CopyComparison
  onContinue: (copy: Copy) => void
  onClose: () => void
}>

/** Two copies of one envelope that went on apart: what both hold, what only one holds, and which to go on with. */
export function ConflictView({ copies, comparison, onContinue, onClose }: Props) {
  const i18n = useI18n()
  const only = [comparison.onlyFirst, comparison.onlySecond] as const
  const [first, second] = only.map(([step]) => (step?.time ? Date.parse(step.time) : Infinity))
  const earlier = (first ?? 0) <= (second ?? 0) ? 0 : 1
  return (
    <div className="page conflict">
      <header className="page-head">
        <div>
          <h1>{i18n.t('envelope.conflict')}</h1>
          <p className="muted break">{copies[0].view.manifest.title}</p>
        </div>
        <button type="button" className="button small quiet" onClick={onClose}>
          {i18n.t('common.close')}
        </button>
      </header>
      <div className="stack-wide">
        <Notice tone="warn" title={i18n.t('envelope.conflictIs')}>
          <p>{i18n.t('envelope.conflictMeans')}</p>
        </Notice>
        <section className="stack">
          <h2>{i18n.t('envelope.inBoth')}</h2>
          <Steps steps={comparison.common} />
        </section>
        <div className="conflict-copies">
          {copies.map((copy, index) => {
            const lost = only[1 - index] ?? []
            return (
              <section key={copy.view.sha256} className="stack conflict-copy" aria-label={copy.file.name}>
                <h2 className="break">{i18n.t('envelope.onlyIn', { name: copy.file.name })}</h2>
                <Steps steps={only[index] ?? []} />
                <p className="small">{i18n.t('envelope.askedAgain', { names: i18n.list(namesOf(lost)) })}</p>
                {index === earlier && <p className="small muted">{i18n.t('envelope.signedFirst')}</p>}
                <div>
                  <button
                    type="button"
                    className={`button ${index === earlier ? 'primary' : ''}`}
                    onClick={() => onContinue(copy)}
                  >
                    {i18n.t('envelope.goOnWith')}
                  </button>
                </div>
              </section>
            )
          })}
        </div>
      </div>
    </div>
  )
}

const namesOf = (steps: readonly EnvelopeStep[]): readonly string[] => [...new Set(steps.map(({ actor }) => actor))]

function Steps({ steps }: { steps: readonly EnvelopeStep[] }) {
  const i18n = useI18n()
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li key={step.key}>
          <Icon name={step.kind === 'declined' || step.kind === 'closed' ? 'cross' : 'check'} />
          <span className="break">
            {step.kind === 'foreign'
              ? i18n.t('envelope.did_foreign')
              : i18n.t(`envelope.did_${step.kind}`, { name: step.actor })}
            {step.detail && <span className="muted"> {step.detail}</span>}
          </span>
          {step.time && <span className="small muted">{i18n.dateTime(step.time)}</span>}
        </li>
      ))}
    </ol>
  )
}
