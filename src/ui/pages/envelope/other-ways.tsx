import { useState } from 'react'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { useI18n } from '../../i18n/context.tsx'
import { DelegateDialog, ReasonDialog, ReturnDialog } from './ask-dialogs.tsx'
import type { Deed } from './desk.tsx'
import type { EnvelopeRun } from './use-run.ts'
import { useRunEnvelope } from './use-run-envelope.ts'

type Props = Readonly<{
  file: SourceFile
  one: SignatoryView
  view: EnvelopeView
  run: EnvelopeRun
  onResult: (result: EnvelopeResult, deed: Deed) => void
}>

/** Decline, pass on; for the visa also: return to somebody, close. */
export function OtherWays({ file, one, view, run, onResult }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const [asking, setAsking] = useState<'decline' | 'delegate' | 'return' | 'close' | null>(null)
  const { signatory } = one
  const visa = signatory.role === 'visa'
  const close = () => setAsking(null)
  const act = (deed: Deed, work: (options: Parameters<typeof envelopes.open>[1]) => Promise<EnvelopeResult>) => {
    close()
    run.start(async (options) => onResult(await work(options), deed))
  }
  const own = { file, signatory: signatory.id }
  return (
    <div className="row other-ways">
      {visa && view.manifest.resend && (
        <button type="button" className="button quiet small" onClick={() => setAsking('return')}>
          {i18n.t('envelope.returnTo')}…
        </button>
      )}
      {signatory.mayDelegate && (
        <button type="button" className="button quiet small" onClick={() => setAsking('delegate')}>
          {i18n.t('envelope.delegate')}…
        </button>
      )}
      <button
        type="button"
        className="button quiet small text-bad"
        onClick={() => setAsking(visa ? 'close' : 'decline')}
      >
        {i18n.t(visa ? 'envelope.closeIt' : 'envelope.decline')}…
      </button>
      {asking === 'decline' && (
        <ReasonDialog
          title={i18n.t('envelope.declineTitle')}
          means={i18n.t('envelope.declineMeans')}
          act={i18n.t('envelope.decline')}
          onClose={close}
          onSend={(reason) =>
            act({ act: 'declined', signatory: signatory.id }, (options) =>
              envelopes.decline({ ...own, reason }, options),
            )
          }
        />
      )}
      {asking === 'close' && (
        <ReasonDialog
          title={i18n.t('envelope.closeTitle')}
          means={i18n.t('envelope.closeMeans')}
          act={i18n.t('envelope.closeIt')}
          onClose={close}
          onSend={(reason) =>
            act({ act: 'closed', signatory: null }, (options) => envelopes.close({ file, reason }, options))
          }
        />
      )}
      {asking === 'delegate' && (
        <DelegateDialog
          onClose={close}
          onSend={(to) =>
            act({ act: 'delegated', signatory: signatory.id }, (options) => envelopes.delegate({ ...own, to }, options))
          }
        />
      )}
      {asking === 'return' && (
        <ReturnDialog
          view={view}
          onClose={close}
          onSend={(who, reason) =>
            act({ act: 'returned', signatory: who }, (options) =>
              envelopes.newRound({ file, signatory: who, reason }, options),
            )
          }
        />
      )}
    </div>
  )
}
