import type { LogReport } from '../../../core/formats/activity-log.ts'
import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'

/** The steps of an act, and whether their chain holds; who sealed it is said by the report of its signature below. */
export function LogView({ log }: { log: LogReport }) {
  const i18n = useI18n()
  const { name, sealed, events, problem } = log
  return (
    <section className="log-view stack-tight">
      {problem ? (
        <Notice tone="bad" title={i18n.t('verify.logBroken', { name })}>
          <p>{i18n.t('verify.logBrokenMeans', { step: String(problem.at + 1) })}</p>
        </Notice>
      ) : (
        <Notice tone={sealed ? 'idle' : 'warn'} title={i18n.t('verify.log', { name, count: events.length })}>
          <p>{i18n.t(sealed ? 'verify.logSealed' : 'verify.logUnsealed')}</p>
        </Notice>
      )}
      {events.length > 0 && (
        <ol className="log-steps small">
          {events.map(({ time, action, data }, index) => (
            <li key={`${time}${String(index)}`}>
              <time className="muted tabular" dateTime={time}>
                {i18n.dateTime(time)}
              </time>
              <strong>{i18n.lookup('verify', `step_of_${action}`) ?? action}</strong>
              <span className="break muted">{String(data['name'] ?? data['id'] ?? data['code'] ?? '')}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
