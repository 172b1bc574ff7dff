import { equalBytes } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import type { ErrorDetails } from '../../errors.ts'
import type { CertificateSeed, SeedKey, SeedValue } from '../../pdf/seed-values.ts'
import { KEY_USAGES, keyUsage, parseCertificate } from '../../x509/certificate.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { NAME_OIDS, nameValue } from '../../x509/name.ts'
import { parseCertificateExtensions } from '../../x509/parse-extensions.ts'
import type { RequestedSigner } from '../format.ts'
import type { PadesOptions } from './options.ts'

const forbids = (demand: string, details: ErrorDetails = {}): SignError =>
  new SignError('FORMAT_SEED_VALUE_FORBIDS', `the form's author demands ${demand}`, { details: { demand, ...details } })

/** Names of table 237 for our digests. */
const DIGEST_NAMES: Readonly<Record<string, string>> = {
  'SHA-1': 'SHA1',
  'SHA-256': 'SHA256',
  'SHA-384': 'SHA384',
  'SHA-512': 'SHA512',
}

/**
 * What a field's author demands of its signature, checked before anything is signed (ISO 32000-2, 12.7.5.5). Mere wishes
 * are passed over.
 *
 * @param signer null: only what no signer could meet is checked
 * @throws SignError `FORMAT_SEED_VALUE_FORBIDS` with the demand and what is allowed
 */
export function checkDemands(seed: SeedValue, options: PadesOptions | null, signer: RequestedSigner | null): void {
  const demanded = (key: SeedKey): boolean => seed.demands[key]
  if (demanded('filter') && seed.filter !== null && seed.filter !== 'Adobe.PPKLite') {
    throw forbids('filter', { allowed: seed.filter })
  }
  if (demanded('subFilter') && seed.subFilters && !seed.subFilters.includes('ETSI.CAdES.detached')) {
    throw forbids('subFilter', { allowed: seed.subFilters.join(', ') })
  }
  if (demanded('version') && (seed.version ?? 0) > 3) throw forbids('version', { allowed: String(seed.version) })
  if (demanded('legalAttestation') && seed.legalAttestation) throw forbids('legalAttestation')
  if (demanded('addRevInfo') && seed.addRevInfo) throw forbids('addRevInfo')
  if (demanded('lockDocument') && seed.lockDocument) throw forbids('lockDocument')
  if (demanded('appearanceFilter') && seed.appearanceFilter !== null) {
    throw forbids('appearanceFilter', { allowed: seed.appearanceFilter })
  }
  if (seed.timeStampRequired) throw forbids('timeStamp')
  if (options) checkReason(seed, options)
  if (!signer) return
  const digest = DIGEST_NAMES[signer.mechanism.digest] ?? signer.mechanism.digest
  if (demanded('digestMethod') && seed.digestMethods && !seed.digestMethods.includes(digest)) {
    throw forbids('digestMethod', { allowed: seed.digestMethods.join(', '), got: digest })
  }
  if (seed.certificate) checkCertificate(seed.certificate, signer)
}

/** A single period means that no reason may be given. */
function checkReason({ reasons, demands }: SeedValue, { reason = '' }: PadesOptions): void {
  if (!demands.reasons) return
  if (!reasons || reasons.length === 0 || (reasons.length === 1 && reasons[0] === '.')) {
    if (reason !== '') throw forbids('noReason')
    return
  }
  if (!reasons.includes(reason)) throw forbids('reasons', { allowed: reasons.join('; ').slice(0, 500) })
}

function checkCertificate(seed: CertificateSeed, { signer }: RequestedSigner): void {
  const certificate = parseCertificate(signer.certificate)
  const { subjects, issuers, policies, keyUsage: usages, subjectDn } = seed
  if (subjects && !subjects.some((each) => equalBytes(each, signer.certificate))) throw forbids('certificateSubject')
  if (issuers && !issuers.some((each) => signer.chain.some((link) => equalBytes(link, each)))) {
    throw forbids('certificateIssuer')
  }
  if (policies) {
    const held = parseCertificateExtensions(certificate.extensions).policies ?? []
    if (!policies.some((each) => held.includes(each)))
      throw forbids('certificatePolicy', { allowed: policies.join(', ') })
  }
  if (usages && !usages.some((pattern) => fitsUsage(pattern, certificate))) {
    throw forbids('keyUsage', { allowed: usages.join(', ') })
  }
  if (subjectDn && !subjectDn.some((names) => fitsName(names, certificate))) throw forbids('certificateName')
}

/** Characters stand for digitalSignature … decipherOnly: 1 must be set, 0 must not, X either. */
function fitsUsage(pattern: string, certificate: Certificate): boolean {
  const held = keyUsage(certificate) ?? []
  return Array.from(pattern).every((mark, bit) => {
    const usage = KEY_USAGES[bit]
    const isSet = usage !== undefined && held.includes(usage)
    return mark === '1' ? isSet : mark !== '0' || !isSet
  })
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  cn: NAME_OIDS.commonName,
  o: NAME_OIDS.organization,
  ou: NAME_OIDS.organizationalUnit,
  c: NAME_OIDS.country,
  sn: NAME_OIDS.surname,
  email: NAME_OIDS.email,
  serialnumber: NAME_OIDS.serialNumber,
}

function fitsName(names: Readonly<Record<string, string>>, { subject }: Certificate): boolean {
  return Object.entries(names).every(
    ([key, value]) => nameValue(subject, SHORT_NAMES[key.toLowerCase()] ?? key) === value,
  )
}
