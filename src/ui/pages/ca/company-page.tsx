import { useCallback, useEffect, useState } from 'react'
import type { Registry } from '../../../app/company-ca.ts'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal, SignedFile } from '../../../core/formats/format.ts'
import { CertificateSummary } from '../../components/certificate.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { OtherKeys } from '../../components/other-keys.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { hrefOf } from '../../routes.ts'
import { useServices } from '../../services.tsx'
import { nameOn, useKeys } from '../../use-keys.ts'
import { IssueDialog } from './issue-dialog.tsx'
import { IssuedTable } from './issued-table.tsx'
import { NewAuthorityDialog } from './new-authority-dialog.tsx'

const CRL_DAYS = 30
const RENEWAL_YEARS = 10

/** A company that has no certificate authority is its own here: requests in, certificates and revocation lists out, as files. */
export function CompanyPage() {
  const i18n = useI18n()
  const { companyCa } = useServices()
  const [authorities, setAuthorities] = useState<readonly KeyCard[] | null>(null)
  const [creating, setCreating] = useState(false)
  const { listing } = useKeys()
  const refresh = useCallback(() => companyCa.authorities().then(setAuthorities), [companyCa])
  useEffect(() => {
    void refresh()
  }, [refresh])
  const create = (
    <button type="button" className="button primary" onClick={() => setCreating(true)}>
      <Icon name="plus" />
      {i18n.t('keyring.caNew')}
    </button>
  )
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('keyring.caTitle')}</h1>
          <p className="muted">{i18n.t('keyring.caIntro')}</p>
          <p className="small">
            <a className="link-button" href={hrefOf('keys')}>
              <span aria-hidden="true">←</span> {i18n.t('keyring.backToKeys')}
            </a>
          </p>
        </div>
        {authorities && authorities.length > 0 && create}
      </header>
      <div className="key-list" aria-busy={authorities === null}>
        {authorities?.map((card) => (
          <Authority key={`${card.ref.provider}/${card.ref.id}`} card={card} onChanged={refresh} />
        ))}
        {authorities?.length === 0 && (
          <div className="empty">
            <Icon name="shield" />
            <h2>{i18n.t('keyring.caNone')}</h2>
            <p className="muted">{i18n.t('keyring.caNoneMeans')}</p>
            {create}
          </div>
        )}
      </div>
      {listing && <OtherKeys listing={listing} onOpened={() => void refresh()} />}
      {creating && (
        <NewAuthorityDialog
          onClose={() => setCreating(false)}
          onCreated={() => {
            setCreating(false)
            void refresh()
          }}
        />
      )}
    </div>
  )
}

function Authority({ card, onChanged }: { card: KeyCard; onChanged: () => Promise<void> }) {
  const i18n = useI18n()
  const { companyCa, keys } = useServices()
  const announce = useAnnounce()
  const [registry, setRegistry] = useState<Registry | null>(null)
  const [issuing, setIssuing] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const refresh = useCallback(() => companyCa.registry(card.ref).then(setRegistry), [companyCa, card.ref])
  useEffect(() => {
    void refresh()
  }, [refresh])
  const save = async (work: () => Promise<SignedFile>) => {
    setRefusal(null)
    try {
      saveFile(await work())
      await refresh()
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  const renew = async () => {
    setRefusal(null)
    try {
      const { certificate } = await companyCa.renew(card.ref, RENEWAL_YEARS)
      announce(i18n.t('keyring.renewed', { date: i18n.date(certificate.notAfter) }))
      await onChanged()
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <article className="key-card" aria-label={nameOn(card)}>
      <CertificateSummary card={card} heading />
      {card.managed && card.validity !== 'valid' && (
        <Notice
          tone="warn"
          title={i18n.t(`keyring.expiry_${card.validity === 'expired' ? 'expired' : 'expires-soon'}`)}
        >
          <p>{i18n.t('keyring.caRenewMeans')}</p>
          <div className="row">
            <button type="button" className="button small" onClick={() => void renew()}>
              {i18n.t('keyring.renew')}
            </button>
          </div>
        </Notice>
      )}
      <div className="row">
        <button type="button" className="button small primary" onClick={() => setIssuing(true)}>
          {i18n.t('keyring.caIssue')}
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => void save(() => keys.exportCertificate(card.ref, 'pem'))}
        >
          <Icon name="download" />
          {i18n.t('keyring.caExport')}
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => void save(() => companyCa.publishCrl(card.ref, CRL_DAYS))}
        >
          <Icon name="download" />
          {i18n.t('keyring.caPublish')}
        </button>
        <span className="muted small">
          {i18n.t('keyring.caPublishDays')} {i18n.t('keyring.caDays', { count: CRL_DAYS })}
        </span>
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
      {registry && <IssuedTable ca={card.ref} registry={registry} onChanged={setRegistry} onAgain={save} />}
      <p className="muted small">{i18n.t('keyring.caRegistryHere')}</p>
      {issuing && (
        <IssueDialog
          ca={card.ref}
          onClose={() => setIssuing(false)}
          onIssued={(file) => {
            setIssuing(false)
            saveFile(file)
            void refresh()
          }}
        />
      )}
    </article>
  )
}
