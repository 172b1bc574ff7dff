import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { useI18n } from '../../i18n/context.tsx'

export function CancelButton({ open, log }: { open: OpenCommand; log: ActivityLog }) {
  const i18n = useI18n()
  const cancel = async () => {
    await log.add('cancelled')
    open.answer({ status: 'cancelled' })
  }
  return (
    <button type="button" className="button quiet" data-way="cancel" onClick={() => void cancel()}>
      {i18n.t('common.cancel')}
    </button>
  )
}
