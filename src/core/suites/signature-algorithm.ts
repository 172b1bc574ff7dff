/** What a signatureAlgorithm says, for every algorithm that a file met in the wild may carry. */
import {
  digestByOid,
  ID_DSA,
  ID_EC_PUBLIC_KEY,
  ID_RSA_ENCRYPTION,
  ID_RSASSA_PSS,
  parseAlgorithmIdentifier,
  parsePssParameters,
  type DigestName,
  type PublicKey,
} from '../algorithms.ts'
import { parseDer, TAG, type DerNode } from '../bytes/der-read.ts'

export type SignatureScheme =
  'RSA' | 'RSA-PSS' | 'ECDSA' | 'ECDSA-plain' | 'DSA' | 'Ed25519' | 'Ed448' | 'ML-DSA' | 'GOST' | 'unknown'

export type SignatureSuite = Readonly<{
  scheme: SignatureScheme
  /** OID as written. */
  oid: string
  /** The digest under the signature; null: unknown, or the scheme takes the message itself (Ed25519, Ed448, ML-DSA). */
  digest: DigestName | null
  /** RSA-PSS only. */
  saltLength?: number
  mgfDigest?: DigestName | null
}>

type Row = readonly [oid: string, scheme: SignatureScheme, digest: DigestName | null]

const ROWS: readonly Row[] = [
  ['1.2.840.113549.1.1.4', 'RSA', 'MD5'],
  ['1.2.840.113549.1.1.5', 'RSA', 'SHA-1'],
  ['1.3.14.3.2.29', 'RSA', 'SHA-1'],
  ['1.2.840.113549.1.1.14', 'RSA', 'SHA-224'],
  ['1.2.840.113549.1.1.11', 'RSA', 'SHA-256'],
  ['1.2.840.113549.1.1.12', 'RSA', 'SHA-384'],
  ['1.2.840.113549.1.1.13', 'RSA', 'SHA-512'],
  ['1.2.840.113549.1.1.16', 'RSA', 'SHA-512/256'],
  ['1.3.36.3.3.1.2', 'RSA', 'RIPEMD-160'],
  ['2.16.840.1.101.3.4.3.13', 'RSA', 'SHA3-224'],
  ['2.16.840.1.101.3.4.3.14', 'RSA', 'SHA3-256'],
  ['2.16.840.1.101.3.4.3.15', 'RSA', 'SHA3-384'],
  ['2.16.840.1.101.3.4.3.16', 'RSA', 'SHA3-512'],
  ['1.2.840.10045.4.1', 'ECDSA', 'SHA-1'],
  ['1.2.840.10045.4.3.1', 'ECDSA', 'SHA-224'],
  ['1.2.840.10045.4.3.2', 'ECDSA', 'SHA-256'],
  ['1.2.840.10045.4.3.3', 'ECDSA', 'SHA-384'],
  ['1.2.840.10045.4.3.4', 'ECDSA', 'SHA-512'],
  ['2.16.840.1.101.3.4.3.9', 'ECDSA', 'SHA3-224'],
  ['2.16.840.1.101.3.4.3.10', 'ECDSA', 'SHA3-256'],
  ['2.16.840.1.101.3.4.3.11', 'ECDSA', 'SHA3-384'],
  ['2.16.840.1.101.3.4.3.12', 'ECDSA', 'SHA3-512'],
  // BSI TR-03111: r||s instead of a SEQUENCE.
  ['0.4.0.127.0.7.1.1.4.1.1', 'ECDSA-plain', 'SHA-1'],
  ['0.4.0.127.0.7.1.1.4.1.2', 'ECDSA-plain', 'SHA-224'],
  ['0.4.0.127.0.7.1.1.4.1.3', 'ECDSA-plain', 'SHA-256'],
  ['0.4.0.127.0.7.1.1.4.1.4', 'ECDSA-plain', 'SHA-384'],
  ['0.4.0.127.0.7.1.1.4.1.5', 'ECDSA-plain', 'SHA-512'],
  ['1.2.840.10040.4.3', 'DSA', 'SHA-1'],
  ['2.16.840.1.101.3.4.3.1', 'DSA', 'SHA-224'],
  ['2.16.840.1.101.3.4.3.2', 'DSA', 'SHA-256'],
  ['1.3.101.112', 'Ed25519', null],
  ['1.3.101.113', 'Ed448', null],
  ['2.16.840.1.101.3.4.3.17', 'ML-DSA', null],
  ['2.16.840.1.101.3.4.3.18', 'ML-DSA', null],
  ['2.16.840.1.101.3.4.3.19', 'ML-DSA', null],
  ['1.2.643.7.1.1.3.2', 'GOST', 'Streebog-256'],
  ['1.2.643.7.1.1.3.3', 'GOST', 'Streebog-512'],
  // OpenSSL's engine writes the key's OID as the signature algorithm.
  ['1.2.643.7.1.1.1.1', 'GOST', 'Streebog-256'],
  ['1.2.643.7.1.1.1.2', 'GOST', 'Streebog-512'],
]

/** OIDs of keys that CMS writers put where a signature algorithm belongs: the digest is then the SignerInfo's own (RFC 3370, 3.2). */
const KEY_SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  [ID_RSA_ENCRYPTION]: 'RSA',
  [ID_EC_PUBLIC_KEY]: 'ECDSA',
  [ID_DSA]: 'DSA',
}

/**
 * @param algorithm DER of the AlgorithmIdentifier, or the node
 * @param signerDigest digestAlgorithm of the SignerInfo, for algorithms that name only a key
 * @throws SignError `DER_MALFORMED`; what is well-formed but unknown has scheme 'unknown'
 */
export function parseSignatureAlgorithm(
  algorithm: Uint8Array | DerNode,
  signerDigest: DigestName | null = null,
): SignatureSuite {
  const node = algorithm instanceof Uint8Array ? parseDer(algorithm, 'ber') : algorithm
  const { oid, parameters } = parseAlgorithmIdentifier(node)
  if (oid === ID_RSASSA_PSS) {
    const pss =
      parameters?.tag === TAG.sequence
        ? parsePssParameters(parameters)
        : ({ digest: 'SHA-1', mgfDigest: 'SHA-1', saltLength: 20 } as const)
    return { scheme: 'RSA-PSS', oid, ...pss }
  }
  const keyScheme = KEY_SCHEMES[oid]
  if (keyScheme !== undefined) return { scheme: keyScheme, oid, digest: signerDigest }
  const row = ROWS.find(([id]) => id === oid)
  return row === undefined ? { scheme: 'unknown', oid, digest: null } : { scheme: row[1], oid, digest: row[2] }
}

/** The digest that a digestAlgorithm names; null: unknown. */
export function parseDigestAlgorithm(algorithm: Uint8Array | DerNode): { oid: string; digest: DigestName | null } {
  const node = algorithm instanceof Uint8Array ? parseDer(algorithm, 'ber') : algorithm
  const { oid } = parseAlgorithmIdentifier(node)
  return { oid, digest: digestByOid(oid)?.name ?? null }
}

/** As people name it: 'ECDSA P-256 with SHA-256', 'RSA 2048 (PSS) with SHA-256', 'ML-DSA-65'. */
export function describeSignature(suite: SignatureSuite, key?: PublicKey): string {
  const size = key === undefined || key.bits === 0 ? '' : ` ${key.bits}`
  const digest = suite.digest === null ? '' : ` with ${suite.digest}`
  switch (suite.scheme) {
    case 'RSA':
      return `RSA${size}${digest}`
    case 'RSA-PSS':
      return `RSA${size} (PSS)${digest}`
    case 'ECDSA':
    case 'ECDSA-plain':
      return `ECDSA${key?.curve === undefined ? '' : ` ${key.curve}`}${digest}`
    case 'DSA':
      return `DSA${size}${digest}`
    case 'Ed25519':
    case 'Ed448':
      return suite.scheme
    case 'ML-DSA':
      return `ML-DSA-${suite.oid.endsWith('17') ? '44' : suite.oid.endsWith('18') ? '65' : '87'}`
    case 'GOST':
      return `GOST R 34.10-2012${size}${digest}`
    case 'unknown':
      return suite.oid
  }
}
