import { useId, useState } from 'react'
import type { IssuedCertificate, Registry } from '../../../app/company-ca.ts'
import type { KeyRef } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal, SignedFile } from '../../../core/formats/format.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

type Props = Readonly<{
  ca: KeyRef
  registry: Registry
  onChanged: (registry: Registry) => void
  /** Saves what it makes, and looks at the registry again. */
  onAgain: (work: () => Promise<SignedFile>) => Promise<void>
}>

const SOON = 30 * 24 * 3600 * 1000
const YEARS_AGAIN = 1

/** Worth offering: it ends soon or has ended, was not taken back, and no newer one of the same request stands beside it. */
function isDue(one: IssuedCertificate, { issued }: Registry, now: Date): boolean {
  const end = (each: IssuedCertificate): number => Date.parse(each.notAfter)
  const newer = issued.some((each) => each.again?.request === one.again?.request && end(each) > end(one))
  return one.again !== undefined && one.revoked === null && !newer && end(one) - now.getTime() < SOON
}

const REASONS = ['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation'] as const

/** Every certificate that this authority gave, newest first, and the way to take one back. */
export function IssuedTable({ ca, registry, onChanged, onAgain }: Props) {
  const i18n = useI18n()
  const { clock, companyCa } = useServices()
  const [revoking, setRevoking] = useState<IssuedCertificate | null>(null)
  if (registry.issued.length === 0) return <p className="muted small">{i18n.t('keyring.caNothingIssued')}</p>
  return (
    <div className="table-scroll">
      <table className="issued">
        <caption className="visually-hidden">{i18n.t('keyring.caList')}</caption>
        <thead>
          <tr>
            <th scope="col">{i18n.t('keys.subject')}</th>
            <th scope="col">{i18n.t('keys.serialNumber')}</th>
            <th scope="col">{i18n.t('keys.validity')}</th>
            <th scope="col">
              <span className="visually-hidden">{i18n.t('keyring.caRevoke')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {registry.issued.toReversed().map((one) => (
            <tr key={one.serialNumber}>
              <td>{one.subject}</td>
              <td className="mono break">{one.serialNumber}</td>
              <td>{i18n.t('keys.fromTo', { from: i18n.date(one.issuedAt), to: i18n.date(one.notAfter) })}</td>
              <td>
                {one.revoked ? (
                  <span className="bad">{i18n.t('keyring.caRevoked', { time: i18n.date(one.revoked.at) })}</span>
                ) : (
                  <div className="row">
                    {isDue(one, registry, clock.now()) && (
                      <button
                        type="button"
                        className="button small"
                        onClick={() => void onAgain(() => companyCa.issueAgain(ca, one.serialNumber, YEARS_AGAIN))}
                      >
                        {i18n.t('keyring.caAgain')}
                      </button>
                    )}
                    <button type="button" className="button small quiet bad" onClick={() => setRevoking(one)}>
                      {i18n.t('keyring.caRevoke')}
                    </button>
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {revoking && (
        <RevokeDialog
          ca={ca}
          one={revoking}
          onClose={() => setRevoking(null)}
          onRevoked={(next) => {
            setRevoking(null)
            onChanged(next)
          }}
        />
      )}
    </div>
  )
}

type RevokeProps = Readonly<{
  ca: KeyRef
  one: IssuedCertificate
  onClose: () => void
  onRevoked: (registry: Registry) => void
}>

function RevokeDialog({ ca, one, onClose, onRevoked }: RevokeProps) {
  const i18n = useI18n()
  const id = useId()
  const { companyCa } = useServices()
  const [reason, setReason] = useState<(typeof REASONS)[number]>('unspecified')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const revoke = async () => {
    try {
      onRevoked(await companyCa.revoke(ca, one.serialNumber, reason))
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <FormDialog
      title={i18n.t('keyring.caRevokeTitle', { name: one.subject })}
      act={i18n.t('keyring.caRevoke')}
      danger
      onClose={onClose}
      onSubmit={() => void revoke()}
    >
      <p>{i18n.t('keyring.caRevokeMeans')}</p>
      <div className="field">
        <label htmlFor={id}>{i18n.t('keyring.caReason')}</label>
        <select
          data-focus
          id={id}
          className="select"
          value={reason}
          onChange={(event) => setReason(REASONS.find((each) => each === event.target.value) ?? 'unspecified')}
        >
          {REASONS.map((each) => (
            <option key={each} value={each}>
              {i18n.t(`keyring.caReason_${each}`)}
            </option>
          ))}
        </select>
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
