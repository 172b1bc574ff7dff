import { useCallback, useEffect, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { TrustAnchor } from '../../../app/trust-anchors.ts'
import type { CertificateFacts } from '../../../core/validation/facts.ts'
import { CertificateFactsList, nameOf } from '../../components/certificate.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { PurposeChoice, proposedTrust, PURPOSES, PurposeSelect, trustOf } from './anchor-purpose.tsx'
import type { SignatureReport, ValidationReport } from '../../../core/validation/report.ts'

function useAnchors(): readonly TrustAnchor[] | null {
  const { anchors } = useServices()
  const [list, setList] = useState<readonly TrustAnchor[] | null>(null)
  useEffect(() => {
    const refresh = () => {
      anchors
        .list()
        .then(setList)
        .catch(() => setList([]))
    }
    refresh()
    return anchors.onChange(refresh)
  }, [anchors])
  return list
}

/** The signer, or whoever stamped the time, leads to nobody on the list. */
const isUntrusted = ({ trust, timestamps }: SignatureReport): boolean =>
  trust === 'no-anchor' || timestamps.some(({ subIndication }) => subIndication === 'NO_CERTIFICATE_CHAIN_FOUND')

/** Whom this user trusts. Nobody by default: each certificate was put here by a person, or by the deployment, and says so. */
export function TrustSection({ report }: { report: ValidationReport | null }) {
  const i18n = useI18n()
  const { anchors } = useServices()
  const list = useAnchors()
  const [candidates, setCandidates] = useState<readonly CertificateFacts[] | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const untrusted = report?.files.some((file) => file.signatures.some(isUntrusted)) ?? false

  const onFiles = useCallback(
    (files: readonly File[]) => {
      setRefusal(null)
      Promise.all(files.map((file) => anchors.read(file)))
        .then((all) => {
          const found = all.flat()
          if (found.length === 0)
            setRefusal({ code: 'KEY_CERTIFICATE_MALFORMED', message: 'no certificate', details: {} })
          else setCandidates(found)
        })
        .catch((error: unknown) => setRefusal(refusalOf(error)))
    },
    [anchors],
  )
  return (
    <section className="trust no-print" aria-labelledby="trust">
      <div className="row-between">
        <h2 id="trust">{i18n.t('verify.trustedHere')}</h2>
        <PickFiles onFiles={onFiles} className="button small" accept=".pem,.crt,.cer,.der,.p7b,.p7c">
          <Icon name="plus" />
          {i18n.t('verify.addAnchor')}
        </PickFiles>
      </div>
      {untrusted && <p className="small">{i18n.t('verify.untrustedHint')}</p>}
      {refusal && <RefusalNotice refusal={refusal} />}
      {list?.length === 0 && <p className="muted small">{i18n.t('verify.nobodyTrusted')}</p>}
      <ul className="anchor-list">
        {list?.map((anchor) => (
          <AnchorRow key={anchor.fingerprint} anchor={anchor} onRefusal={setRefusal} />
        ))}
      </ul>
      {candidates && (
        <ConfirmAnchors candidates={candidates} onClose={() => setCandidates(null)} onRefusal={setRefusal} />
      )}
    </section>
  )
}

type RowProps = Readonly<{ anchor: TrustAnchor; onRefusal: (refusal: Refusal) => void }>

function AnchorRow({ anchor, onRefusal }: RowProps) {
  const i18n = useI18n()
  const { anchors } = useServices()
  const { certificate } = anchor
  const since =
    anchor.origin === 'config'
      ? i18n.t('verify.trustedByConfig')
      : anchor.addedAt
        ? i18n.t('verify.trustedByYouSince', { date: i18n.date(anchor.addedAt) })
        : i18n.t('verify.trustedByYou')
  const change = (act: Promise<unknown>) => void act.catch((error: unknown) => onRefusal(refusalOf(error)))
  return (
    <li>
      <details className="details">
        <summary>
          <Icon name="chevron" />
          <span className="ellipsis">{nameOf(certificate.subject)}</span>
          <span className="muted small">
            <span className="nowrap">{i18n.t(`verify.trustedFor_${trustOf(anchor.purposes)}`)}</span>
            {' · '}
            <span className="nowrap">{since}</span>
          </span>
        </summary>
        <div className="stack anchor-body">
          <CertificateFactsList certificate={certificate} />
          {anchor.origin === 'user' && (
            <div className="row anchor-acts">
              <PurposeSelect
                trust={trustOf(anchor.purposes)}
                onTrust={(trust) => change(anchors.add(certificate.der, PURPOSES[trust]))}
              />
              <button type="button" className="button small" onClick={() => change(anchors.remove(anchor.fingerprint))}>
                {i18n.t('verify.stopTrusting')}
              </button>
            </div>
          )}
        </div>
      </details>
    </li>
  )
}

type ConfirmProps = Readonly<{
  candidates: readonly CertificateFacts[]
  onClose: () => void
  onRefusal: (refusal: Refusal) => void
}>

function ConfirmAnchors({ candidates, onClose, onRefusal }: ConfirmProps) {
  const i18n = useI18n()
  const { anchors } = useServices()
  const [trusted, setTrusted] = useState(() => proposedTrust(candidates))
  const trust = async () => {
    onClose()
    try {
      for (const { der } of candidates) await anchors.add(der, PURPOSES[trusted])
    } catch (error) {
      onRefusal(refusalOf(error))
    }
  }
  return (
    <Dialog
      title={i18n.t('verify.trustTitle', { count: candidates.length })}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {i18n.t('common.cancel')}
          </button>
          <button type="button" className="button primary" onClick={() => void trust()}>
            {i18n.t('verify.trustThem', { count: candidates.length })}
          </button>
        </>
      }
    >
      <div className="stack">
        <Notice tone="warn" title={i18n.t('verify.trustWarning')}>
          <p>{i18n.t('verify.trustMeans')}</p>
        </Notice>
        {candidates.map((certificate) => (
          <div key={certificate.fingerprint} className="candidate">
            <h3>{nameOf(certificate.subject)}</h3>
            <CertificateFactsList certificate={certificate} />
          </div>
        ))}
        <PurposeChoice trust={trusted} onTrust={setTrusted} />
      </div>
    </Dialog>
  )
}
