import type { CertificateFacts, SignatureFacts, TimestampFacts } from '../core/validation/facts.ts'

/** Facts of a flawless signature by `signer` under `root`, for tests of the judge: change one thing and see. */

export function certificateFacts(name: string, over: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    fingerprint: `FP-${name.toUpperCase()}`,
    der: new Uint8Array(),
    subject: { text: `CN=${name}`, commonName: name },
    issuer: { text: 'CN=root', commonName: 'root' },
    serialNumber: '1',
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    publicKey: { algorithm: 'EC', bits: 256, curve: 'P-256' },
    signatureAlgorithm: 'ECDSA with SHA-256',
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: null,
    isCa: false,
    selfIssued: false,
    qualified: null,
    revocationSource: 'none',
    ...over,
  }
}

export const rootFacts = certificateFacts('root', { isCa: true, selfIssued: true, keyUsage: ['keyCertSign'] })

export function signatureFacts(over: Partial<SignatureFacts> = {}): SignatureFacts {
  const signer = over.signer === undefined ? certificateFacts('signer') : over.signer
  return {
    id: 'signature-1',
    format: 'CAdES',
    file: 'contract.p7s',
    level: 'B-B',
    findings: [],
    digest: { algorithm: 'SHA-256', stated: 'aa', computed: 'aa' },
    crypto: {
      algorithm: 'ECDSA P-256 with SHA-256',
      oid: '1.2.840.10045.4.3.2',
      digest: 'SHA-256',
      verified: true,
    },
    signer,
    reference: { kind: 'v2', matches: true },
    certificates: signer ? [signer, rootFacts] : [rootFacts],
    paths: signer
      ? [{ certificates: [signer.fingerprint, rootFacts.fingerprint], anchor: rootFacts.fingerprint, problems: [] }]
      : [],
    revocation: [],
    claimedTime: new Date('2026-01-01T12:00:00Z'),
    timestamps: [],
    counterSignatures: [],
    document: {
      coverage: 'whole-file',
      modifications: 'none',
      modificationsPermitted: true,
      changes: [],
      coveredBytes: 100,
      totalBytes: 100,
    },
    commitments: [],
    ...over,
  }
}

export function timestampFacts(time: string, over: Partial<TimestampFacts> = {}): TimestampFacts {
  const signer = certificateFacts('tsa', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'] })
  return {
    kind: 'signature',
    id: `timestamp-${time}`,
    time: new Date(time),
    imprint: { algorithm: 'SHA-256', stated: 'bb', computed: 'bb' },
    token: signatureFacts({ id: `token-${time}`, signer, claimedTime: new Date(time) }),
    findings: [],
    covers: ['signature-1'],
    ...over,
  }
}
