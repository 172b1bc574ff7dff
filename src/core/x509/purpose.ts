/** What a leaf certificate may be used for: RFC 5280, 4.2.1.3 and 4.2.1.12; RFC 9336; RFC 3161, 2.3; RFC 6960, 4.2.2.2. */
import type { Finding } from '../validation/facts.ts'
import type { CertificateExtensions } from './parse-extensions.ts'

export type CertificatePurpose = 'signing' | 'time-stamping' | 'ocsp-signing' | 'crl-signing' | 'any'

export const EKU = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  documentSigning: '1.3.6.1.5.5.7.3.36',
  microsoftDocumentSigning: '1.3.6.1.4.1.311.10.3.12',
  adobePdfSigning: '1.2.840.113583.1.1.5',
} as const

const SIGNING = new Set<string>([
  EKU.any,
  EKU.emailProtection,
  EKU.documentSigning,
  EKU.microsoftDocumentSigning,
  EKU.adobePdfSigning,
])

/** Purposes that say the key is for something else than documents. */
const FOREIGN = new Set<string>([EKU.serverAuth, EKU.codeSigning, EKU.timeStamping, EKU.ocspSigning])

export function checkPurpose(extensions: CertificateExtensions, purpose: CertificatePurpose): Finding[] {
  switch (purpose) {
    case 'signing':
      return checkDocumentSigning(extensions)
    case 'time-stamping':
      return checkTimeStamping(extensions)
    case 'ocsp-signing':
      return checkOcspSigning(extensions)
    case 'crl-signing':
      return extensions.keyUsage?.has('cRLSign') === false ? [usage('no cRLSign')] : []
    case 'any':
      return []
  }
}

function checkDocumentSigning(extensions: CertificateExtensions): Finding[] {
  const findings = checkSigningBits(extensions)
  const oids = extensions.extendedKeyUsage?.oids
  if (oids === undefined || oids.some((oid) => SIGNING.has(oid))) return findings
  // Purposes that only a country or a company knows cannot be read as a refusal; those of other protocols can.
  const foreign = oids.every((oid) => FOREIGN.has(oid))
  const id = 'purpose-extended-key-usage'
  findings.push({ id, severity: foreign ? 'failure' : 'warning', evidence: `extendedKeyUsage ${oids.join(' ')}` })
  return findings
}

/** RFC 3161, 2.3: exactly one purpose, and the extension critical. */
function checkTimeStamping(extensions: CertificateExtensions): Finding[] {
  const findings = checkSigningBits(extensions)
  const eku = extensions.extendedKeyUsage
  const sole = eku?.oids.length === 1 && eku.oids[0] === EKU.timeStamping
  if (!sole || !eku.critical) {
    const got = eku === undefined ? 'absent' : `${eku.critical ? 'critical' : 'not critical'} ${eku.oids.join(' ')}`
    findings.push({ id: 'purpose-time-stamping', severity: 'failure', evidence: `extendedKeyUsage ${got}` })
  }
  return findings
}

function checkOcspSigning(extensions: CertificateExtensions): Finding[] {
  const findings = checkSigningBits(extensions)
  if (extensions.extendedKeyUsage?.oids.includes(EKU.ocspSigning) !== true) {
    findings.push({ id: 'purpose-ocsp-signing', severity: 'failure', evidence: 'no id-kp-OCSPSigning' })
  }
  return findings
}

function checkSigningBits({ keyUsage }: CertificateExtensions): Finding[] {
  if (keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')) return []
  return [usage(`neither digitalSignature nor nonRepudiation, but ${[...keyUsage].join(' ')}`)]
}

const usage = (evidence: string): Finding => ({ id: 'purpose-key-usage', severity: 'failure', evidence })
