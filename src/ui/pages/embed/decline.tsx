import { useId, useState } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { Dialog } from '../../components/dialog.tsx'
import { useI18n } from '../../i18n/context.tsx'

/** To decline is an answer too, with a reason for those who wait for the signature. */
export function DeclineButton({ open, log }: { open: OpenCommand; log: ActivityLog }) {
  const i18n = useI18n()
  const id = useId()
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const decline = async () => {
    await log.add('declined')
    open.answer({ status: 'declined', ...(reason.trim() ? { reason: reason.trim() } : {}) })
  }
  return (
    <>
      <button type="button" className="button quiet" onClick={() => setAsking(true)}>
        {i18n.t('hosted.decline')}
      </button>
      {asking && (
        <Dialog
          title={i18n.t('hosted.declineTitle')}
          onClose={() => setAsking(false)}
          footer={
            <>
              <button type="button" className="button" onClick={() => setAsking(false)}>
                {i18n.t('common.cancel')}
              </button>
              <button type="button" className="button danger" onClick={() => void decline()}>
                {i18n.t('hosted.decline')}
              </button>
            </>
          }
        >
          <div className="field">
            <label htmlFor={id}>{i18n.t('hosted.declineReason')}</label>
            <textarea
              id={id}
              className="input"
              rows={3}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        </Dialog>
      )}
    </>
  )
}
