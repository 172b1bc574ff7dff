import { useId, useState } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { useI18n } from '../../i18n/context.tsx'

/** Reasons being typed: while a frame loads one panel takes the other's place, and what was begun goes on. */
const begun = new WeakMap<OpenCommand, string>()

/** To decline is an answer too, with a reason for those who wait for the signature. */
export function DeclineButton({ open, log }: { open: OpenCommand; log: ActivityLog }) {
  const i18n = useI18n()
  const id = useId()
  const [reason, setReason] = useState(begun.get(open) ?? null)
  const type = (text: string | null) => {
    if (text === null) begun.delete(open)
    else begun.set(open, text)
    setReason(text)
  }
  const decline = async () => {
    await log.add('declined')
    open.answer({ status: 'declined', ...(reason?.trim() ? { reason: reason.trim() } : {}) })
  }
  return (
    <>
      <button type="button" className="button quiet" data-way="decline" onClick={() => type('')}>
        {i18n.t('hosted.decline')}
      </button>
      {reason !== null && (
        <FormDialog
          title={i18n.t('hosted.declineTitle')}
          act={i18n.t('hosted.decline')}
          danger
          onClose={() => type(null)}
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
              onChange={(event) => type(event.target.value)}
            />
          </div>
        </FormDialog>
      )}
    </>
  )
}
