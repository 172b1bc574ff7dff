import type { KeyCard, ValidityState } from '../../app/manage-keys.ts'
import type { CertificateFacts, NameFacts } from '../../core/validation/facts.ts'
import { useI18n } from '../i18n/context.tsx'
import type { I18n } from '../i18n/i18n.ts'
import { nameOn } from '../use-keys.ts'

export function nameOf(name: NameFacts): string {
  return name.commonName ?? name.organization ?? name.text
}

/** As it is read aloud over the telephone: groups of four. */
export function Fingerprint({ hex }: { hex: string }) {
  const groups = hex.match(/.{1,4}/g) ?? []
  return <code className="fingerprint">{groups.join(' ')}</code>
}

export function algorithmName(certificate: CertificateFacts): string {
  const { algorithm, bits, curve } = certificate.publicKey
  if (curve) return `${algorithm === 'EC' ? 'ECDSA' : algorithm} ${curve}`
  return algorithm.startsWith('RSA') ? `RSA ${String(bits)}` : algorithm
}

const VALIDITY_TONE: Readonly<Record<ValidityState, string>> = {
  valid: '',
  'expires-soon': 'warn',
  expired: 'bad',
  'not-yet-valid': 'bad',
}

export function validityText(i18n: I18n, card: KeyCard): string {
  const { notBefore, notAfter } = card.certificate
  switch (card.validity) {
    case 'valid':
      return i18n.t('keys.validUntil', { date: i18n.date(notAfter) })
    case 'expires-soon':
      return i18n.t('keys.expiresSoon', { date: i18n.date(notAfter) })
    case 'expired':
      return i18n.t('keys.expiredOn', { date: i18n.date(notAfter) })
    case 'not-yet-valid':
      return i18n.t('keys.validFrom', { date: i18n.date(notBefore) })
  }
}

/** Why a certificate cannot sign, in one line; null when it can. */
export function unusableText(i18n: I18n, { maySign }: KeyCard): string | null {
  if (maySign === null) return null
  return i18n.lookup('errors', maySign)?.split('\n')[0] ?? i18n.t('errors.INTERNAL')
}

/** Who, from whom, until when, where it lives, whether it is qualified: the same lines wherever a certificate is chosen or kept. */
export function CertificateSummary({ card, heading = false }: { card: KeyCard; heading?: boolean }) {
  const i18n = useI18n()
  const { organization } = card.certificate.subject
  const name = nameOn(card)
  // A button holds no headings; a card of its own is found by one.
  const Whole = heading ? 'div' : 'span'
  const Who = heading ? 'h2' : 'span'
  return (
    <Whole className="certificate">
      <Who className="who break">{name}</Who>
      {organization && organization !== name && <span className="small break">{organization}</span>}
      <span className="muted small break">
        {card.selfSigned
          ? i18n.t('keys.selfSigned')
          : i18n.t('keys.issuedBy', { issuer: nameOf(card.certificate.issuer) })}
        {' · '}
        <span className="nowrap">{algorithmName(card.certificate)}</span>
      </span>
      <span className={`small ${VALIDITY_TONE[card.validity] || 'muted'}`}>
        {validityText(i18n, card)}
        {' · '}
        {card.device === null
          ? i18n.t(`keys.place_${card.place}`)
          : i18n.t('keys.place_device', { device: card.device })}
      </span>
      {card.certificate.qualified?.compliance && (
        <span className="muted small">
          {i18n.t(card.certificate.qualified.qscd ? 'keys.qualifiedOnDevice' : 'keys.qualified')}
        </span>
      )}
    </Whole>
  )
}

/** The rest of a certificate, one click away. */
export function CertificateFactsList({ certificate }: { certificate: CertificateFacts }) {
  const i18n = useI18n()
  return (
    <dl className="facts">
      <dt>{i18n.t('keys.subject')}</dt>
      <dd>{certificate.subject.text}</dd>
      <dt>{i18n.t('keys.issuer')}</dt>
      <dd>{certificate.issuer.text}</dd>
      <dt>{i18n.t('keys.validity')}</dt>
      <dd>
        {i18n.t('keys.fromTo', { from: i18n.dateTime(certificate.notBefore), to: i18n.dateTime(certificate.notAfter) })}
      </dd>
      <dt>{i18n.t('keys.algorithm')}</dt>
      <dd>{algorithmName(certificate)}</dd>
      <dt>{i18n.t('keys.serialNumber')}</dt>
      <dd>
        <code>{certificate.serialNumber}</code>
      </dd>
      <dt>{i18n.t('keys.fingerprint')}</dt>
      <dd>
        <Fingerprint hex={certificate.fingerprint} />
      </dd>
    </dl>
  )
}
