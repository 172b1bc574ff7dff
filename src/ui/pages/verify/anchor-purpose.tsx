import { useId } from 'react'
import type { CertificateFacts } from '../../../core/validation/facts.ts'
import type { AnchorPurpose } from '../../../core/validation/policy.ts'
import { useI18n } from '../../i18n/context.tsx'

/** What a person can trust a certificate for. */
export type Trust = 'both' | AnchorPurpose

export const PURPOSES: Readonly<Record<Trust, readonly AnchorPurpose[]>> = {
  both: ['signing', 'time-stamping'],
  signing: ['signing'],
  'time-stamping': ['time-stamping'],
}
const TRUSTS: readonly Trust[] = ['both', 'signing', 'time-stamping']

export const trustOf = (purposes: readonly AnchorPurpose[]): Trust =>
  purposes.length > 1 ? 'both' : (purposes[0] ?? 'both')

/** id-kp-timeStamping (RFC 3161, 2.3) */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/** An authority may issue for both; a certificate of a signer or of a time-stamp service can serve its own purpose only. */
export function proposedTrust(certificates: readonly CertificateFacts[]): Trust {
  if (certificates.some(({ isCa }) => isCa)) return 'both'
  const stamps = certificates.map(({ extendedKeyUsage }) => extendedKeyUsage?.includes(TIME_STAMPING) ?? false)
  if (stamps.every(Boolean)) return 'time-stamping'
  return stamps.some(Boolean) ? 'both' : 'signing'
}

type Props = Readonly<{ trust: Trust; onTrust: (trust: Trust) => void }>

export function PurposeChoice({ trust, onTrust }: Props) {
  const i18n = useI18n()
  const group = useId()
  return (
    <fieldset className="field">
      <legend>{i18n.t('verify.trustFor')}</legend>
      {TRUSTS.map((each) => (
        <label key={each} className="choice">
          <input type="radio" name={group} checked={trust === each} onChange={() => onTrust(each)} />
          <span>
            {i18n.t(`verify.trustFor_${each}`)}
            <span className="hint block">{i18n.t(`verify.trustForMeans_${each}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

export function PurposeSelect({ trust, onTrust }: Props) {
  const i18n = useI18n()
  return (
    <label className="field">
      <span className="label">{i18n.t('verify.trustFor')}</span>
      <select className="select" value={trust} onChange={({ target }) => onTrust(target.value as Trust)}>
        {TRUSTS.map((each) => (
          <option key={each} value={each}>
            {i18n.t(`verify.trustFor_${each}`)}
          </option>
        ))}
      </select>
    </label>
  )
}
