import type { EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { verdictOf } from '../../verdict.ts'
import { PLACE_ICON, placeOf } from './status.ts'
import '../../styles/envelope-desk.css'

type Props = Readonly<{
  view: EnvelopeView
  /** Who is looking at it, if that is known. */
  own?: string | null
  /** Shows what the verifier found about each signature. */
  detailed?: boolean
}>

/** The people from first to last, each with what became of his step. */
export function Timeline({ view, own = null, detailed = false }: Props) {
  const i18n = useI18n()
  const { manifest, preparer } = view
  const sealed = view.steps.find(({ kind }) => kind === 'prepared')
  const groups = manifest.order.map((ids) => view.signatories.filter(({ signatory }) => ids.includes(signatory.id)))
  const copies = view.signatories.filter(({ signatory }) => signatory.role === 'copy')
  return (
    <ol className="timeline" aria-label={i18n.t('envelope.timeline')}>
      <li className="timeline-item" data-place={preparer.integrity === 'intact' ? 'signed' : 'declined'}>
        <span className="timeline-mark">
          <Icon name={preparer.integrity === 'intact' ? 'check' : 'cross'} />
        </span>
        <div className="timeline-body">
          <p className="who">
            {i18n.t('envelope.preparedBy', { name: manifest.preparer.name || (preparer.signer?.commonName ?? '') })}
          </p>
          {sealed?.time && <When i18n={i18n} time={sealed.time} proven={sealed.timeProven} />}
        </div>
      </li>
      {groups.map((group, step) =>
        group.map((one, index) => (
          <Person
            key={one.signatory.id}
            view={view}
            one={one}
            own={one.signatory.id === own}
            detailed={detailed}
            beside={index > 0 ? step + 1 : 0}
          />
        )),
      )}
      {copies.map((one) => (
        <Person key={one.signatory.id} view={view} one={one} own={false} detailed={false} beside={0} />
      ))}
    </ol>
  )
}

type PersonProps = Readonly<{
  view: EnvelopeView
  one: SignatoryView
  own: boolean
  detailed: boolean
  /** The step that he shares with the one before; 0: a step of his own. */
  beside: number
}>

function Person({ view, one, own, detailed, beside }: PersonProps) {
  const i18n = useI18n()
  const { signatory, state } = one
  const place = placeOf(view, one)
  const delegated = state.delegated ? state.holder.name : null
  return (
    <li className="timeline-item" data-place={place} data-beside={beside > 0} aria-current={own ? 'step' : undefined}>
      <span className="timeline-mark">
        <Icon name={PLACE_ICON[place]} />
      </span>
      <div className="timeline-body">
        <p className="who">
          <span className="break">{one.name}</span>
          {own && <span className="you">{i18n.t('envelope.you')}</span>}
        </p>
        <p className="small muted break">
          {[
            one.company,
            i18n.t(`envelope.role_${signatory.role}`),
            signatory.role === 'copy' ? null : i18n.t(`envelope.kind_${signatory.kind}`),
            beside > 0 ? i18n.t('envelope.sameStep') : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <p className={`small place ${place}`}>
          {i18n.t(own && place === 'turn' ? 'envelope.place_yours' : `envelope.place_${place}`)}
          {state.time && place !== 'turn' && (
            <>
              {' · '}
              <When i18n={i18n} time={state.time} proven={state.timeProven} />
            </>
          )}
        </p>
        {delegated && <p className="small muted">{i18n.t('envelope.delegatedFrom', { name: signatory.name })}</p>}
        {state.reason && <p className="small reason break">{state.reason}</p>}
        {place === 'pending' && <p className="small muted">{i18n.t('envelope.pendingMeans')}</p>}
        {detailed && <Found i18n={i18n} one={one} />}
      </div>
    </li>
  )
}

/** The verifier's word on this person's signature. */
function Found({ i18n, one }: { i18n: I18n; one: SignatoryView }) {
  if (one.signature) {
    const verdict = verdictOf(i18n, one.signature)
    return (
      <>
        <p className={`small tag ${verdict.tone}`}>{verdict.title}</p>
        {verdict.tone !== 'good' && <p className="small muted">{verdict.meaning}</p>}
        {one.given === 'qualified-unsupported' && (
          <p className="small text-warn">{i18n.t('envelope.qualifiedUnsupported')}</p>
        )}
      </>
    )
  }
  if (!one.simple) return null
  return <p className="small muted">{i18n.t('envelope.simpleGiven')}</p>
}

function When({ i18n, time, proven }: { i18n: I18n; time: string; proven: boolean }) {
  return (
    <time
      dateTime={time}
      className="small muted"
      title={i18n.t(proven ? 'envelope.timeProven' : 'envelope.timeClaimed')}
    >
      {i18n.dateTime(time)}
    </time>
  )
}
