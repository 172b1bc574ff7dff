import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import { useHandedFocus } from '../../components/handed-focus.ts'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { DeliveryPanel } from './delivery-panel.tsx'
import { useHosted, useRuntime } from './hosted-context.tsx'
import { LadderPanel, ladderReason, WaitingPanel, Ways } from './ladder-panel.tsx'

type Props = Readonly<{
  open: OpenCommand
  log: ActivityLog
  documents: () => Promise<readonly LoadedDocument[]>
}>

/** As many names as a person reads while the documents come. */
const NAMES = 12

/**
 * An act in a frame before its documents and the app are there: what is to be signed, and every way that needs neither. The
 * signing window can be opened at once; it gets the documents when they have come.
 */
export function ActOpening({ open, log, documents }: Props) {
  const i18n = useI18n()
  const asked = open.command.documents
  return (
    <div className="workspace">
      <section className="stage">
        <div className="viewer-empty" aria-busy="true">
          <ul className="opening-names">
            {asked.slice(0, NAMES).map(({ id, name }) => (
              <li key={id}>
                <Icon name="document" />
                <span>{name}</span>
              </li>
            ))}
          </ul>
          <p>{i18n.t('hosted.loading', { count: asked.length })}</p>
        </div>
      </section>
      <aside className="panel">
        <Panel open={open} log={log} documents={documents} />
      </aside>
    </div>
  )
}

function Panel({ open, log, documents }: Props) {
  const runtime = useRuntime()
  const { delivery, reach, window } = useHosted()
  if (delivery) return <DeliveryPanel state={delivery} log={log} />
  if (window.status === 'open') return <WaitingPanel open={open} log={log} />
  const onWindow = () => void runtime.signInWindow(open, documents())
  if (reach.kind !== 'own') {
    return <LadderPanel open={open} log={log} reason={ladderReason(reach)} onWindow={onWindow} />
  }
  return <KeysComing open={open} log={log} onWindow={onWindow} />
}

/** Keys are in reach; which they are is read with the documents. */
function KeysComing({ open, log, onWindow }: Pick<Props, 'open' | 'log'> & { onWindow: () => void }) {
  const i18n = useI18n()
  const panel = useHandedFocus()
  return (
    <div className="sign-panel" ref={panel}>
      <div className="sign-options" />
      <div className="sign-act">
        <button type="button" className="button primary wide act" data-way="act" aria-disabled="true">
          <Icon name="pen" />
          <span>{i18n.t('hosted.sign')}</span>
        </button>
        <button type="button" className="link-button small" data-way="window" onClick={onWindow}>
          {i18n.t('hosted.signInWindow')}
        </button>
        <Ways open={open} log={log} disabled={false} />
      </div>
    </div>
  )
}
