/**
 * One table of algorithms: OID <-> our names <-> WebCrypto parameters <-> XML URI <-> strength. RFC 3279, 4055, 5480, 5754, 8410, 8419,
 * 9231, 9881, 9882, TS 119 312. What this project signs with is `Mechanism` (keys.ts); what it can recognise when verifying is more.
 */
import { derBitOctets, derInteger, derOid, fields, parseDer, TAG, type DerNode } from './bytes/der-read.ts'
import { derNull, explicit, integer, oid, sequence, type DerBytes } from './bytes/der-write.ts'
import { SignError } from './errors.ts'
import type { Mechanism, SignatureAlgorithm } from './keys.ts'
import type { DigestAlgorithm } from './ports.ts'

export const ID_RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
export const ID_RSASSA_PSS = '1.2.840.113549.1.1.10'
export const ID_MGF1 = '1.2.840.113549.1.1.8'
export const ID_EC_PUBLIC_KEY = '1.2.840.10045.2.1'
export const ID_DSA = '1.2.840.10040.4.1'
const ID_ED25519 = '1.3.101.112'
const ID_ED448 = '1.3.101.113'

/** Digests that signing uses, and those that a verifier must still name. */
export type DigestName =
  | DigestAlgorithm
  | 'MD5'
  | 'RIPEMD-160'
  | 'SHA-512/256'
  | 'SHA3-224'
  | 'SHA3-256'
  | 'SHA3-384'
  | 'SHA3-512'
  | 'SHAKE256'
  | 'Streebog-256'
  | 'Streebog-512'

type DigestRow = Readonly<{
  name: DigestName
  oid: string
  /** Octets. */
  length: number
  /** XML Signature DigestMethod, RFC 9231. */
  xml: string | null
}>

const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

const digest = (name: DigestName, id: string, length: number, xml: string | null): DigestRow => ({
  name,
  oid: id,
  length,
  xml,
})

export const DIGESTS: readonly DigestRow[] = [
  digest('MD5', '1.2.840.113549.2.5', 16, `${MORE}md5`),
  digest('SHA-1', '1.3.14.3.2.26', 20, `${DSIG}sha1`),
  digest('RIPEMD-160', '1.3.36.3.2.1', 20, `${ENC}ripemd160`),
  digest('SHA-224', '2.16.840.1.101.3.4.2.4', 28, `${MORE}sha224`),
  digest('SHA-256', '2.16.840.1.101.3.4.2.1', 32, `${ENC}sha256`),
  digest('SHA-384', '2.16.840.1.101.3.4.2.2', 48, `${MORE}sha384`),
  digest('SHA-512', '2.16.840.1.101.3.4.2.3', 64, `${ENC}sha512`),
  digest('SHA-512/256', '2.16.840.1.101.3.4.2.6', 32, null),
  digest('SHA3-224', '2.16.840.1.101.3.4.2.7', 28, `${MORE_2007}sha3-224`),
  digest('SHA3-256', '2.16.840.1.101.3.4.2.8', 32, `${MORE_2007}sha3-256`),
  digest('SHA3-384', '2.16.840.1.101.3.4.2.9', 48, `${MORE_2007}sha3-384`),
  digest('SHA3-512', '2.16.840.1.101.3.4.2.10', 64, `${MORE_2007}sha3-512`),
  digest('SHAKE256', '2.16.840.1.101.3.4.2.12', 64, null),
  digest('Streebog-256', '1.2.643.7.1.1.2.2', 32, 'urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256'),
  digest('Streebog-512', '1.2.643.7.1.1.2.3', 64, 'urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512'),
]

export const digestByOid = (id: string): DigestRow | undefined => DIGESTS.find((row) => row.oid === id)
export const digestByXml = (uri: string): DigestRow | undefined => DIGESTS.find((row) => row.xml === uri)

export function digestByName(name: DigestName): DigestRow {
  const row = DIGESTS.find((candidate) => candidate.name === name)
  if (row === undefined) throw new RangeError(`unknown digest: ${name}`)
  return row
}

export type CurveName =
  | 'P-192'
  | 'P-224'
  | 'P-256'
  | 'P-384'
  | 'P-521'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'

const CURVES: readonly Readonly<{ name: CurveName; oid: string; bits: number }>[] = [
  { name: 'P-192', oid: '1.2.840.10045.3.1.1', bits: 192 },
  { name: 'P-224', oid: '1.3.132.0.33', bits: 224 },
  { name: 'P-256', oid: '1.2.840.10045.3.1.7', bits: 256 },
  { name: 'P-384', oid: '1.3.132.0.34', bits: 384 },
  { name: 'P-521', oid: '1.3.132.0.35', bits: 521 },
  { name: 'secp256k1', oid: '1.3.132.0.10', bits: 256 },
  { name: 'brainpoolP256r1', oid: '1.3.36.3.3.2.8.1.1.7', bits: 256 },
  { name: 'brainpoolP384r1', oid: '1.3.36.3.3.2.8.1.1.11', bits: 384 },
  { name: 'brainpoolP512r1', oid: '1.3.36.3.3.2.8.1.1.13', bits: 512 },
]

/** Public key algorithms whose OID alone says all; `bits` as people name the size. */
const PLAIN_KEYS: Readonly<Record<string, Readonly<{ algorithm: PublicKeyAlgorithm; bits: number }>>> = {
  [ID_ED25519]: { algorithm: 'Ed25519', bits: 256 },
  [ID_ED448]: { algorithm: 'Ed448', bits: 456 },
  '2.16.840.1.101.3.4.3.17': { algorithm: 'ML-DSA-44', bits: 10496 },
  '2.16.840.1.101.3.4.3.18': { algorithm: 'ML-DSA-65', bits: 15616 },
  '2.16.840.1.101.3.4.3.19': { algorithm: 'ML-DSA-87', bits: 20736 },
  '1.2.643.7.1.1.1.1': { algorithm: 'GOST R 34.10-2012', bits: 256 },
  '1.2.643.7.1.1.1.2': { algorithm: 'GOST R 34.10-2012', bits: 512 },
  '1.2.643.2.2.19': { algorithm: 'GOST R 34.10-2001', bits: 256 },
}

export type PublicKeyAlgorithm =
  | 'RSA'
  | 'RSA-PSS'
  | 'EC'
  | 'DSA'
  | 'Ed25519'
  | 'Ed448'
  | 'ML-DSA-44'
  | 'ML-DSA-65'
  | 'ML-DSA-87'
  | 'GOST R 34.10-2012'
  | 'GOST R 34.10-2001'
  | 'unknown'

export type PublicKey = Readonly<{
  algorithm: PublicKeyAlgorithm
  oid: string
  /** Modulus, field or encoded size in bits; 0 when unknown. */
  bits: number
  /** EC: a name of `CurveName`, or the OID, or 'explicit'. */
  curve?: string
  /** AlgorithmIdentifier.parameters. */
  parameters: DerNode | undefined
  /** Contents of subjectPublicKey. */
  key: Uint8Array
  /** The whole SubjectPublicKeyInfo. */
  spki: Uint8Array
}>

/** @throws SignError `DER_MALFORMED` */
export function parsePublicKey(spki: Uint8Array): PublicKey {
  const info = fields(parseDer(spki, 'ber'))
  const { oid: id, parameters } = parseAlgorithmIdentifier(info.next(TAG.sequence))
  const key = derBitOctets(info.next(TAG.bitString))
  const base = { oid: id, parameters, key, spki }
  if (id === ID_RSA_ENCRYPTION || id === ID_RSASSA_PSS) {
    const modulus = derInteger(fields(parseDer(key, 'ber')).next(TAG.integer))
    return { ...base, algorithm: id === ID_RSASSA_PSS ? 'RSA-PSS' : 'RSA', bits: bitLength(modulus) }
  }
  if (id === ID_EC_PUBLIC_KEY) {
    const named = parameters?.tag === TAG.oid ? derOid(parameters) : 'explicit'
    const row = CURVES.find((candidate) => candidate.oid === named)
    const bits = row?.bits ?? Math.floor((key.length - 1) / (key[0] === 4 ? 2 : 1)) * 8
    return { ...base, algorithm: 'EC', bits, curve: row?.name ?? named }
  }
  if (id === ID_DSA) {
    const bits = parameters?.tag === TAG.sequence ? bitLength(derInteger(fields(parameters).next(TAG.integer))) : 0
    return { ...base, algorithm: 'DSA', bits }
  }
  const plain = PLAIN_KEYS[id]
  return { ...base, algorithm: plain?.algorithm ?? 'unknown', bits: plain?.bits ?? 0 }
}

const bitLength = (value: bigint): number => (value <= 0n ? 0 : value.toString(2).length)

export type AlgorithmIdentifier = Readonly<{ oid: string; parameters: DerNode | undefined }>

export function parseAlgorithmIdentifier(node: DerNode): AlgorithmIdentifier {
  const reader = fields(node)
  const id = derOid(reader.next(TAG.oid))
  const parameters = reader.peek()
  if (parameters !== undefined) reader.next()
  reader.end()
  return { oid: id, parameters }
}

type SigningRow = Readonly<{
  signature: SignatureAlgorithm
  key: PublicKeyAlgorithm
  curve?: 'P-256' | 'P-384' | 'P-521'
  /** First is the default. */
  digests: readonly DigestAlgorithm[]
  /** Longest signature value as CMS carries it, in octets; RSA: the modulus. */
  length?: number
}>

const SHA2: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-384', 'SHA-512']

// Ed25519 with signed attributes: SHA-512 only (RFC 8419, 3.1). ML-DSA: SHA-512 suits every strength (RFC 9882, 3.3).
const SIGNING: readonly SigningRow[] = [
  { signature: 'RSASSA-PKCS1-v1_5', key: 'RSA', digests: SHA2 },
  { signature: 'RSA-PSS', key: 'RSA', digests: SHA2 },
  { signature: 'ECDSA-P256', key: 'EC', curve: 'P-256', digests: SHA2, length: 72 },
  { signature: 'ECDSA-P384', key: 'EC', curve: 'P-384', digests: ['SHA-384', 'SHA-512'], length: 104 },
  { signature: 'ECDSA-P521', key: 'EC', curve: 'P-521', digests: ['SHA-512'], length: 139 },
  { signature: 'Ed25519', key: 'Ed25519', digests: ['SHA-512'], length: 64 },
  { signature: 'ML-DSA-44', key: 'ML-DSA-44', digests: ['SHA-512'], length: 2420 },
  { signature: 'ML-DSA-65', key: 'ML-DSA-65', digests: ['SHA-512'], length: 3309 },
  { signature: 'ML-DSA-87', key: 'ML-DSA-87', digests: ['SHA-512'], length: 4627 },
]

function signingRow(signature: SignatureAlgorithm): SigningRow {
  const row = SIGNING.find((candidate) => candidate.signature === signature)
  if (row === undefined) throw new RangeError(`unknown signature algorithm: ${String(signature)}`)
  return row
}

/** Every mechanism that a key of this SubjectPublicKeyInfo can sign with here, best default first; empty: none. */
export function mechanismsFor(spki: Uint8Array): readonly Mechanism[] {
  const key = parsePublicKey(spki)
  if (key.algorithm === 'RSA-PSS') return pssKeyMechanisms(key)
  return SIGNING.filter(
    (row) => row.key === key.algorithm && (row.curve === undefined || row.curve === key.curve),
  ).flatMap((row) => row.digests.map((name) => ({ signature: row.signature, digest: name })))
}

/** A key that is bound to PSS may be bound to one digest too (RFC 4055, 3.1). */
function pssKeyMechanisms(key: PublicKey): readonly Mechanism[] {
  const bound = key.parameters?.tag === TAG.sequence ? parsePssParameters(key.parameters) : null
  return SHA2.filter((name) => bound === null || (bound.digest === name && bound.mgfDigest === name)).map((name) => ({
    signature: 'RSA-PSS',
    digest: name,
  }))
}

/** Throws when this key cannot be used with this mechanism. @throws SignError `KEY_ALGORITHM_UNSUPPORTED` */
export function assertMechanism(mechanism: Mechanism, spki: Uint8Array): void {
  const fits = mechanismsFor(spki).some((m) => m.signature === mechanism.signature && m.digest === mechanism.digest)
  if (fits) return
  throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this key cannot sign with this algorithm', {
    details: { signature: mechanism.signature, digest: mechanism.digest },
  })
}

/** Parameters absent, as RFC 5754 section 2 tells writers. */
export const digestAlgorithmIdentifier = (name: DigestName): DerBytes => sequence(oid(digestByName(name).oid))

const RSA_WITH: Partial<Record<DigestAlgorithm, string>> = {
  'SHA-256': '1.2.840.113549.1.1.11',
  'SHA-384': '1.2.840.113549.1.1.12',
  'SHA-512': '1.2.840.113549.1.1.13',
}
const ECDSA_WITH: Partial<Record<DigestAlgorithm, string>> = {
  'SHA-256': '1.2.840.10045.4.3.2',
  'SHA-384': '1.2.840.10045.4.3.3',
  'SHA-512': '1.2.840.10045.4.3.4',
}

/** As CMS, certificates and requests carry it: RSA with NULL, PSS with every parameter explicit, the others with none. */
export function signatureAlgorithmIdentifier(mechanism: Mechanism): DerBytes {
  const { signature, digest: name } = mechanism
  switch (signature) {
    case 'RSASSA-PKCS1-v1_5':
      return sequence(oid(required(RSA_WITH[name], mechanism)), derNull())
    case 'RSA-PSS':
      return sequence(oid(ID_RSASSA_PSS), pssParameters(name))
    case 'ECDSA-P256':
    case 'ECDSA-P384':
    case 'ECDSA-P521':
      return sequence(oid(required(ECDSA_WITH[name], mechanism)))
    case 'Ed25519':
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return sequence(oid(keyOid(signature)))
  }
}

/** XML Signature SignatureMethod (RFC 9231); null where none is registered. */
export function xmlSignatureMethod({ signature, digest: name }: Mechanism): string | null {
  const hash = name.toLowerCase().replace('-', '')
  switch (signature) {
    case 'RSASSA-PKCS1-v1_5':
      return `${MORE}rsa-${hash}`
    case 'RSA-PSS':
      return `${MORE_2007}${hash}-rsa-MGF1`
    case 'ECDSA-P256':
    case 'ECDSA-P384':
    case 'ECDSA-P521':
      return `${MORE}ecdsa-${hash}`
    case 'Ed25519':
      return 'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519'
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return null
  }
}

function required(value: string | undefined, mechanism: Mechanism): string {
  if (value === undefined) throw new RangeError(`${mechanism.signature} is not written with ${mechanism.digest}`)
  return value
}

function keyOid(algorithm: PublicKeyAlgorithm): string {
  const found = Object.entries(PLAIN_KEYS).find(([, row]) => row.algorithm === algorithm)
  if (found === undefined) throw new RangeError(`no OID for ${algorithm}`)
  return found[0]
}

/** Digest and MGF1 digest are the same, the salt is as long as the digest. */
function pssParameters(name: DigestAlgorithm): DerBytes {
  // Inside PSS the digest keeps its NULL: RFC 4055, 2.1 and what every verifier compares with.
  const hash = sequence(oid(digestByName(name).oid), derNull())
  return sequence(
    explicit(0, hash),
    explicit(1, sequence(oid(ID_MGF1), hash)),
    explicit(2, integer(digestByName(name).length)),
  )
}

export type PssParameters = Readonly<{ digest: DigestName | null; mgfDigest: DigestName | null; saltLength: number }>

/** RSASSA-PSS-params with the defaults of RFC 4055, 3.1. */
export function parsePssParameters(node: DerNode): PssParameters {
  const reader = fields(node)
  const hash = reader.optional(0xa0)
  const mgf = reader.optional(0xa1)
  const salt = reader.optional(0xa2)
  const trailer = reader.optional(0xa3)
  reader.end()
  const only = (wrapped: DerNode): DerNode => parseDer(wrapped.contents, wrapped.rules)
  const named = (algorithm: DerNode): DigestName | null =>
    digestByOid(parseAlgorithmIdentifier(algorithm).oid)?.name ?? null
  const maskOf = (wrapped: DerNode): DigestName | null => {
    const { oid: id, parameters } = parseAlgorithmIdentifier(only(wrapped))
    return id === ID_MGF1 && parameters !== undefined ? named(parameters) : null
  }
  if (trailer !== undefined && derInteger(only(trailer)) !== 1n) return { digest: null, mgfDigest: null, saltLength: 0 }
  return {
    digest: hash === undefined ? 'SHA-1' : named(only(hash)),
    mgfDigest: mgf === undefined ? 'SHA-1' : maskOf(mgf),
    saltLength: salt === undefined ? 20 : Number(derInteger(only(salt))),
  }
}

/** Upper bound of the signature value in octets, as CMS carries it (ECDSA: DER), before anything is signed. */
export function maxSignatureLength(mechanism: Mechanism, spki: Uint8Array): number {
  return signingRow(mechanism.signature).length ?? Math.ceil(parsePublicKey(spki).bits / 8)
}

type ImportParameters = RsaHashedImportParams | EcKeyImportParams | Algorithm

/** For `subtle.importKey` of an SPKI or PKCS#8 with this mechanism. */
export function importParameters({ signature, digest: name }: Mechanism): ImportParameters {
  const { curve } = signingRow(signature)
  if (curve !== undefined) return { name: 'ECDSA', namedCurve: curve }
  if (signature === 'RSASSA-PKCS1-v1_5' || signature === 'RSA-PSS') return { name: signature, hash: name }
  return { name: signature }
}

/** For `subtle.sign` and `subtle.verify`. */
export function signParameters({ signature, digest: name }: Mechanism): Algorithm | RsaPssParams | EcdsaParams {
  if (signingRow(signature).curve !== undefined) return { name: 'ECDSA', hash: name }
  if (signature === 'RSA-PSS') return { name: signature, saltLength: digestByName(name).length }
  return { name: signature }
}

/** For `subtle.generateKey`. @param modulusLength in bits, RSA only */
export function generateParameters(
  mechanism: Mechanism,
  modulusLength = 2048,
): RsaHashedKeyGenParams | EcKeyGenParams | Algorithm {
  const parameters = importParameters(mechanism)
  if (!('hash' in parameters)) return parameters
  return { ...parameters, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }
}
