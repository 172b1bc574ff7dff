import { useCallback, useEffect, useId, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { GRANT_BOUNDS, type StandingGrant } from '../../../app/standing-grants.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { useKeyGate } from '../../components/key-gate.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

const siteName = (origin: string): string => new URL(origin).host

/** Which sites may have documents signed unseen with this key, and what they used it for. */
export function StandingGrants({ card }: { card: KeyCard }) {
  const i18n = useI18n()
  const { grants } = useServices()
  const [all, setAll] = useState<readonly StandingGrant[]>([])
  const [asking, setAsking] = useState(false)
  const refresh = useCallback(() => grants.list().then(setAll), [grants])
  useEffect(() => {
    void refresh()
    return grants.onChange(() => void refresh())
  }, [grants, refresh])
  const mine = all.filter(({ keyId }) => keyId === card.ref.id)
  if (card.place !== 'browser' || (mine.length === 0 && grants.origins.length === 0)) return null
  return (
    <section className="stack-tight grants" aria-label={i18n.t('consent.grantTitle')}>
      <div className="row-between small">
        <h3 className="section-label">{i18n.t('consent.grantTitle')}</h3>
        {grants.origins.length > 0 && (
          <button type="button" className="button small nowrap" onClick={() => setAsking(true)}>
            {i18n.t('consent.grantAct')}
          </button>
        )}
      </div>
      {mine.length > 0 && (
        <ul className="grant-list small">
          {mine.map((grant) => (
            <Grant key={grant.id} grant={grant} />
          ))}
        </ul>
      )}
      {asking && <GrantDialog card={card} onClose={() => setAsking(false)} />}
    </section>
  )
}

function Grant({ grant }: { grant: StandingGrant }) {
  const i18n = useI18n()
  const { grants } = useServices()
  const state = grants.stateOf(grant)
  const left = String(grant.limit - grant.used)
  return (
    <li data-state={state}>
      <div className="row-between">
        <p>
          <strong>{siteName(grant.origin)}</strong> · {i18n.t(`consent.grantState_${state}`)}
          <br />
          <span className="muted">
            {i18n.t('consent.grantLine', { left, count: grant.limit, date: i18n.date(grant.until) })}
          </span>
        </p>
        {state === 'active' ? (
          <button type="button" className="button small" onClick={() => void grants.revoke(grant.id)}>
            {i18n.t('consent.grantRevoke')}
          </button>
        ) : (
          <button type="button" className="button small quiet" onClick={() => void grants.remove(grant.id)}>
            {i18n.t('consent.grantRemove')}
          </button>
        )}
      </div>
      {grant.uses.length === 0 ? (
        <p className="muted">{i18n.t('consent.grantNever')}</p>
      ) : (
        <details className="details">
          <summary>
            <Icon name="chevron" />
            {i18n.t('consent.grantUses', { count: grant.uses.length })}
          </summary>
          <ul className="grant-uses">
            {grant.uses.map(({ at, requestId, documents }) => (
              <li key={`${requestId}/${at.toISOString()}`}>
                <span className="muted">{i18n.dateTime(at)}</span> {i18n.list(documents.map(({ name }) => name))}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

const DAYS = [1, 7, 30, 90, 365] as const

/** The holder permits it, confirmed as the policy asks of every act. */
function GrantDialog({ card, onClose }: { card: KeyCard; onClose: () => void }) {
  const i18n = useI18n()
  const id = useId()
  const { grants, confirmation } = useServices()
  const { pass, dialog } = useKeyGate()
  const [origin, setOrigin] = useState(grants.origins[0] ?? '')
  const [days, setDays] = useState<number>(7)
  const [documents, setDocuments] = useState('20')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [, most] = GRANT_BOUNDS.documents
  const count = Number(documents)
  const good = Number.isInteger(count) && count >= 1 && count <= most
  const permit = async () => {
    try {
      if (confirmation !== 'none') {
        await pass({ kind: confirmation, card, documents: count, digests: () => Promise.resolve([]) })
      }
      await grants.grant(card.ref, { origin, days, documents: count })
      onClose()
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    }
  }
  if (dialog) return dialog
  return (
    <FormDialog
      title={i18n.t('consent.grantTitle')}
      act={i18n.t('consent.grantPermit')}
      ready={good}
      onClose={onClose}
      onSubmit={() => void permit()}
    >
      <p>{i18n.t('consent.grantMeans')}</p>
      <div className="field">
        <label htmlFor={`${id}-site`}>{i18n.t('consent.grantSite')}</label>
        <select id={`${id}-site`} className="select" value={origin} onChange={(event) => setOrigin(event.target.value)}>
          {grants.origins.map((one) => (
            <option key={one} value={one}>
              {siteName(one)}
            </option>
          ))}
        </select>
      </div>
      <div className="two-columns">
        <div className="field">
          <label htmlFor={`${id}-days`}>{i18n.t('consent.grantDays')}</label>
          <select
            id={`${id}-days`}
            className="select"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {DAYS.map((one) => (
              <option key={one} value={one}>
                {i18n.t('consent.grantDay', { count: one })}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-documents`}>{i18n.t('consent.grantDocuments')}</label>
          <input
            id={`${id}-documents`}
            className="input"
            inputMode="numeric"
            value={documents}
            aria-invalid={!good}
            aria-describedby={`${id}-bounds`}
            onChange={(event) => setDocuments(event.target.value)}
          />
          <p className={good ? 'hint' : 'problem'} id={`${id}-bounds`}>
            {i18n.t('consent.grantBounds', { most: String(most) })}
          </p>
        </div>
      </div>
      <Notice tone="warn" title={siteName(origin)}>
        <p>{i18n.t('consent.grantRisk')}</p>
      </Notice>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
