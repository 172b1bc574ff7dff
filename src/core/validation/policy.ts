/**
 * What a person or config.json accepts. Nothing is trusted by default: a policy without anchors can pass nothing.
 * Algorithms are judged by date (ETSI TS 119 312 and the practice of EU validation policies): never silently.
 */

export type AnchorPurpose = 'signing' | 'time-stamping'

export type TrustAnchor = Readonly<{
  /** Upper-case hex SHA-256 of the certificate's DER. */
  fingerprint: string
  purposes: readonly AnchorPurpose[]
}>

/** Reliable until `until` (exclusive; ISO date); `null`: no end in sight; absent from the table: never reliable. */
export type AlgorithmEnd = Readonly<{ name: string; until: string | null }>
/** Keys of at least `bits` are reliable until `until`. The longest rule that a key meets counts. */
export type KeyEnd = Readonly<{ family: 'RSA' | 'EC' | 'DSA'; bits: number; until: string | null }>

export type AlgorithmPolicy = Readonly<{ digests: readonly AlgorithmEnd[]; keys: readonly KeyEnd[] }>

export type ValidationPolicy = Readonly<{
  id: string
  anchors: readonly TrustAnchor[]
  /**
   * 'when-published': a certificate that names a CRL or an OCSP responder must have fresh information; one that names none
   * is listed as not checked. 'required': every certificate but the anchor. 'off': never judged, listed as not checked.
   */
  revocation: 'when-published' | 'required' | 'off'
  /** Revocation information without nextUpdate is fresh for this long after thisUpdate. */
  revocationMaxAgeHours: number
  algorithms: AlgorithmPolicy
}>

/** TS 119 312 v1.4.3 and the dated table of the EU reference policy; a dated end keeps older signatures with a proof of existence. */
export const DEFAULT_ALGORITHMS: AlgorithmPolicy = {
  digests: [
    { name: 'MD5', until: '2005-01-01' },
    { name: 'SHA-1', until: '2012-08-01' },
    { name: 'SHA-224', until: '2029-01-01' },
    { name: 'SHA-256', until: null },
    { name: 'SHA-384', until: null },
    { name: 'SHA-512', until: null },
    { name: 'SHA-512/256', until: null },
    { name: 'SHA3-224', until: '2029-01-01' },
    { name: 'SHA3-256', until: null },
    { name: 'SHA3-384', until: null },
    { name: 'SHA3-512', until: null },
    { name: 'SHAKE128', until: null },
    { name: 'SHAKE256', until: null },
    { name: 'RIPEMD-160', until: '2014-08-01' },
    { name: 'Streebog-256', until: null },
    { name: 'Streebog-512', until: null },
  ],
  keys: [
    { family: 'RSA', bits: 786, until: '2010-08-01' },
    { family: 'RSA', bits: 1024, until: '2014-01-01' },
    { family: 'RSA', bits: 1536, until: '2019-10-01' },
    { family: 'RSA', bits: 1900, until: '2029-01-01' },
    { family: 'RSA', bits: 3000, until: null },
    { family: 'DSA', bits: 1024, until: '2015-12-01' },
    { family: 'DSA', bits: 2048, until: '2029-01-01' },
    { family: 'EC', bits: 160, until: '2013-01-01' },
    { family: 'EC', bits: 192, until: '2013-01-01' },
    { family: 'EC', bits: 224, until: '2021-01-01' },
    { family: 'EC', bits: 256, until: null },
  ],
}

export const DEFAULT_POLICY: ValidationPolicy = {
  id: 'countersign-default',
  anchors: [],
  revocation: 'when-published',
  revocationMaxAgeHours: 24,
  algorithms: DEFAULT_ALGORITHMS,
}

/** The default policy with these anchors for both purposes. */
export function policyTrusting(fingerprints: readonly string[]): ValidationPolicy {
  const anchors = fingerprints.map((fingerprint) => ({
    fingerprint: fingerprint.toUpperCase(),
    purposes: ['signing', 'time-stamping'] as const,
  }))
  return { ...DEFAULT_POLICY, anchors }
}

function isReliable(until: string | null, at: Date): boolean {
  return until === null || at < new Date(`${until}T00:00:00Z`)
}

/** Why the digest is not reliable at `at`; null: it is. */
export function digestProblem(policy: AlgorithmPolicy, name: string | null, at: Date): string | null {
  const rule = policy.digests.find((entry) => entry.name === name)
  if (!rule) return `${name ?? 'an unknown digest'} is in no list of accepted digests`
  return isReliable(rule.until, at) ? null : `${rule.name} is not reliable since ${rule.until ?? ''}`
}

function familyOf(algorithm: string): KeyEnd['family'] | null {
  if (/^(RSA|RSASSA)/i.test(algorithm)) return 'RSA'
  if (/^DSA/i.test(algorithm)) return 'DSA'
  if (/^(EC|ECDSA|GOST|Ed)/i.test(algorithm)) return 'EC'
  return null
}

/** Why a key is not reliable at `at`; null: it is. ML-DSA keys have one size and no end in sight. */
export function keyProblem(
  policy: AlgorithmPolicy,
  key: Readonly<{ algorithm: string; bits: number }>,
  at: Date,
): string | null {
  if (/^ML-DSA/i.test(key.algorithm)) return null
  const family = familyOf(key.algorithm)
  const met = policy.keys.filter((rule) => rule.family === family && key.bits >= rule.bits)
  if (met.length === 0) return `${key.algorithm} with ${key.bits} bits is in no list of accepted keys`
  if (met.some((rule) => isReliable(rule.until, at))) return null
  const last = met.at(-1)?.until ?? ''
  return `${key.algorithm} with ${key.bits} bits is not reliable since ${last}`
}
