/** PKCS#8 private keys (RFC 5958) as WebCrypto takes them. */
import {
  ID_EC_PUBLIC_KEY,
  ID_RSA_ENCRYPTION,
  ID_RSASSA_PSS,
  parseAlgorithmIdentifier,
  parsePublicKey,
} from '../algorithms.ts'
import {
  derBitOctets,
  derInteger,
  derOctets,
  derOid,
  fields,
  inner,
  parseDer,
  TAG,
  type DerNode,
} from '../bytes/der-read.ts'
import { derNull, integer, octetString, oid, sequence } from '../bytes/der-write.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'

export type PrivateKeyInfo = Readonly<{
  oid: string
  parameters: DerNode | undefined
  /** Contents of privateKey. */
  key: Uint8Array
}>

/** @throws SignError `DER_MALFORMED` */
export function parsePrivateKeyInfo(pkcs8: Uint8Array): PrivateKeyInfo {
  const reader = fields(parseDer(pkcs8, 'ber'))
  reader.next(TAG.integer)
  const { oid: id, parameters } = parseAlgorithmIdentifier(reader.next(TAG.sequence))
  return { oid: id, parameters, key: derOctets(reader.next()) }
}

/**
 * Version 0, without attributes (Microsoft writes some that engines refuse), and rsaEncryption for a key that is bound to PSS
 * (no engine imports id-RSASSA-PSS).
 */
export function plainPkcs8(pkcs8: Uint8Array): Uint8Array<ArrayBuffer> {
  const { oid: id, parameters, key } = parsePrivateKeyInfo(pkcs8)
  const rsa = id === ID_RSASSA_PSS || id === ID_RSA_ENCRYPTION
  const algorithm = rsa
    ? sequence(oid(ID_RSA_ENCRYPTION), derNull())
    : sequence(oid(id), ...(parameters === undefined ? [] : [parameters.raw]))
  return sequence(integer(0), algorithm, octetString(key))
}

/**
 * Contents of the subjectPublicKey that belongs to a private key.
 *
 * @returns null when it is neither written with the key nor computable by this engine
 */
export async function publicKeyBits(engine: Engine, pkcs8: Uint8Array): Promise<Uint8Array | null> {
  try {
    const info = parsePrivateKeyInfo(pkcs8)
    return writtenPublicKey(info) ?? (await computedPublicKey(engine, info, pkcs8))
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

function writtenPublicKey({ oid: id, key }: PrivateKeyInfo): Uint8Array | null {
  if (id === ID_RSA_ENCRYPTION || id === ID_RSASSA_PSS) {
    const reader = fields(parseDer(key, 'ber'))
    reader.next(TAG.integer)
    const [modulus, exponent] = [reader.next(TAG.integer), reader.next(TAG.integer)].map(derInteger)
    return sequence(integer(modulus ?? 0n), integer(exponent ?? 0n))
  }
  if (id !== ID_EC_PUBLIC_KEY) return null
  const reader = fields(parseDer(key, 'ber'))
  reader.next(TAG.integer)
  reader.next(TAG.octetString)
  reader.optional(0xa0)
  const publicKey = reader.optional(0xa1)
  return publicKey === undefined ? null : derBitOctets(inner(publicKey))
}

const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}

async function computedPublicKey(engine: Engine, info: PrivateKeyInfo, pkcs8: Uint8Array): Promise<Uint8Array | null> {
  const namedCurve = info.parameters?.tag === TAG.oid ? CURVES[derOid(info.parameters)] : undefined
  const algorithm = info.oid === '1.3.101.112' ? { name: 'Ed25519' } : namedCurve && { name: 'ECDSA', namedCurve }
  if (!algorithm) return null
  const { subtle } = engine
  try {
    const key = await subtle.importKey('pkcs8', plainPkcs8(pkcs8), algorithm, true, ['sign'])
    const { d: _, key_ops: __, ...jwk } = await subtle.exportKey('jwk', key)
    const publicKey = await subtle.importKey('jwk', jwk, algorithm, true, ['verify'])
    return parsePublicKey(new Uint8Array(await subtle.exportKey('spki', publicKey))).key
  } catch {
    // The engine lacks the algorithm: the certificate is then found by its localKeyId.
    return null
  }
}

/** PKCS#8 around the PKCS#1 key of a PEM "RSA PRIVATE KEY". */
export const pkcs8OfRsa = (pkcs1: Uint8Array): Uint8Array =>
  sequence(integer(0), sequence(oid(ID_RSA_ENCRYPTION), derNull()), octetString(pkcs1))

/** PKCS#8 around the SEC 1 key of a PEM "EC PRIVATE KEY". @throws SignError `PKCS12_UNSUPPORTED` without a named curve */
export function pkcs8OfEc(sec1: Uint8Array): Uint8Array {
  const reader = fields(parseDer(sec1, 'ber'))
  reader.next(TAG.integer)
  reader.next(TAG.octetString)
  const parameters = reader.optional(0xa0)
  if (parameters === undefined) throw new SignError('PKCS12_UNSUPPORTED', 'an EC key without its curve')
  return sequence(integer(0), sequence(oid(ID_EC_PUBLIC_KEY), inner(parameters).raw), octetString(sec1))
}
