import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { SignSession } from './session.ts'

/**
 * On a host's behalf: the run is over and nothing is on its way, since it failed or was cancelled. For a moment also: the delivery is
 * about to begin.
 */
export function Unsigned({ session }: { session: SignSession }) {
  const i18n = useI18n()
  const { run } = session
  const outcomes = run.status === 'done' ? run.outcomes : []
  if (outcomes.some(({ status }) => status === 'signed')) return <div className="sign-panel" aria-busy="true" />
  return (
    <div className="sign-panel result-panel">
      <div className="sign-options">
        <h1>{i18n.t('sign.notSigned')}</h1>
        {outcomes.map(
          (outcome) => outcome.status === 'failed' && <RefusalNotice key={outcome.index} refusal={outcome.refusal} />,
        )}
      </div>
      <div className="sign-act">
        <button type="button" className="button wide" onClick={session.keepFailed}>
          {i18n.t('link.tryAgain')}
        </button>
      </div>
    </div>
  )
}
