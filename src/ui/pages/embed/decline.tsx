import { useId, useState } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
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
      <button type="button" className="button quiet" data-way="decline" onClick={() => setAsking(true)}>
        {i18n.t('hosted.decline')}
      </button>
      {asking && (
        <FormDialog
          title={i18n.t('hosted.declineTitle')}
          act={i18n.t('hosted.decline')}
          danger
          onClose={() => setAsking(false)}
          onSubmit={() => void decline()}
        >
          <div className="field">
            <label htmlFor={id}>{i18n.t('hosted.declineReason')}</label>
            <textarea
              data-focus
              id={id}
              className="input"
              rows={3}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        </FormDialog>
      )}
    </>
  )
}
