import { useI18n } from '../../i18n/context.tsx'
import { useHosted } from './hosted-context.tsx'

/** How far a document has come, and the way to stop it; `idle` where nobody says how far. */
export function TransferProgress({ idle }: { idle: string }) {
  const i18n = useI18n()
  const { transfer } = useHosted()
  if (!transfer) return <p>{idle}</p>
  const { done, total } = transfer
  const amount =
    total === null ? i18n.bytes(done) : i18n.t('link.amount', { done: i18n.bytes(done), total: i18n.bytes(total) })
  return (
    <div className="stack transfer">
      <p>{idle}</p>
      <progress className="progress" aria-label={idle} {...(total === null ? {} : { max: total, value: done })} />
      <p className="small muted">{done > 0 ? amount : '\u00a0'}</p>
      <button type="button" className="button quiet" onClick={transfer.cancel}>
        {i18n.t('common.cancel')}
      </button>
    </div>
  )
}
