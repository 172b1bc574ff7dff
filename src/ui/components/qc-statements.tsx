import type { QualifiedFacts } from '../../core/validation/facts.ts'
import { useI18n } from '../i18n/context.tsx'

/** What a certificate says of itself by its QcStatements (ETSI EN 319 412-5): a line of a list of facts. */
export function QcStatements({ statements: { compliance, qscd, types } }: { statements: QualifiedFacts }) {
  const i18n = useI18n()
  // Other statements (limits, retention …) are named among the checks.
  if (!compliance && !qscd && types.length === 0) return null
  // A certificate for a website is not for documents, whatever else it says.
  const isForWeb = types.length > 0 && types.every((type) => type === 'web')
  return (
    <>
      <dt>{i18n.t('verify.qc')}</dt>
      <dd>
        {compliance && `${i18n.t('verify.qc_qualified')} `}
        {types.map((type) => (
          <span key={type} className={isForWeb ? 'tag warn' : undefined}>
            {i18n.t(`verify.qc_${type}`)}{' '}
          </span>
        ))}
        {qscd && `${i18n.t('verify.qc_qscd')} `}
        <span className="muted">{i18n.t('verify.qc_unconfirmed')}</span>
      </dd>
    </>
  )
}
