import type { CheckBlock, CheckResult, CheckStatus } from '../../core/validation/report.ts'
import { useI18n } from '../i18n/context.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

const STATUS: Readonly<Record<CheckStatus, Readonly<{ icon: IconName; tone: string }>>> = {
  passed: { icon: 'check', tone: '' },
  failed: { icon: 'cross', tone: 'bad' },
  indeterminate: { icon: 'alert', tone: 'warn' },
  warning: { icon: 'alert', tone: 'warn' },
  info: { icon: 'info', tone: 'muted' },
  'not-checked': { icon: 'minus', tone: 'muted' },
}

const BLOCKS: readonly CheckBlock[] = ['fc', 'isc', 'vci', 'cv', 'xcv', 'sav']

/** The checks by EN 319 102-1's blocks: what was asked, what came out, and the evidence for those who want it. */
export function CheckList({ checks }: { checks: readonly CheckResult[] }) {
  const i18n = useI18n()
  return (
    <dl className="checks">
      {BLOCKS.map((block) => {
        const inside = checks.filter((check) => check.block === block)
        if (inside.length === 0) return null
        return (
          <div key={block} className="block">
            <dt className="small muted">{i18n.t(`verify.block_${block}`)}</dt>
            {inside.map((check, index) => (
              <dd key={`${check.id}${String(index)}`} className="check">
                <span className={`tag ${STATUS[check.status].tone}`}>
                  <Icon name={STATUS[check.status].icon} />
                  <span className="visually-hidden">{i18n.t(`verify.status_${check.status}`)}</span>
                </span>
                <span>
                  {i18n.lookup('checks', check.id) ?? check.id}
                  {check.sub && <code className="muted"> {check.sub}</code>}
                </span>
                {check.evidence && <code className="evidence">{check.evidence}</code>}
              </dd>
            ))}
          </div>
        )
      })}
    </dl>
  )
}
