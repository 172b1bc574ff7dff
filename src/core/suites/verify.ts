/**
 * Verification of a signature value by algorithm: WebCrypto first, what it lacks is loaded when a file needs it. Cryptography only:
 * whether an algorithm is still strong enough is the policy's question.
 */
import {
  ID_RSA_ENCRYPTION,
  parsePssParameters,
  parsePublicKey,
  signatureAlgorithmIdentifier,
  type DigestName,
  type PublicKey,
} from '../algorithms.ts'
import { latin1, utf8 } from '../bytes/bytes.ts'
import { TAG } from '../bytes/der-read.ts'
import { bitString, derNull, oid, sequence } from '../bytes/der-write.ts'
import { Recent } from '../bytes/recent.ts'
import { SignError } from '../errors.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { ecdsaFromDer, signatureOctets } from './ecdsa-value.ts'
import { describeSignature, parseSignatureAlgorithm, type SignatureSuite } from './signature-algorithm.ts'

export type SignatureInput = Readonly<{
  /** DER of the AlgorithmIdentifier. */
  algorithm: Uint8Array
  /** DER of the SubjectPublicKeyInfo. */
  spki: Uint8Array
  data: Uint8Array
  /** As certificates and CMS carry it (ECDSA: DER). */
  signature: Uint8Array
  /** CMS: the SignerInfo's digestAlgorithm, for signature algorithms that name only a key. */
  signerDigest?: DigestName | null
}>

export type SignatureCheck = Readonly<{
  /** False: nothing here can check this algorithm; `valid` is then false and means nothing. */
  supported: boolean
  valid: boolean
  /** As people name it: 'ECDSA P-256 with SHA-256'. */
  name: string
  suite: SignatureSuite | null
  key: PublicKey | null
  /** Why not, for engineers. */
  evidence?: string
}>

/** What a body gives: null, this body cannot. */
export type Verdict = Readonly<{ valid: boolean; evidence?: string }> | null

/** What was found valid: the same chain stands in each document of a batch, and a value that was checked before it was written is
 * checked again in what was written. */
const proven = new WeakMap<Engine, Recent<SignatureCheck>>()

/** Never throws on what is signed or how: keys, values and identifiers may be hostile. */
export async function verifySignature(engine: Engine, input: SignatureInput): Promise<SignatureCheck> {
  const recent = proven.get(engine) ?? new Recent<SignatureCheck>(32, 16_384)
  proven.set(engine, recent)
  // What differs first.
  const key = [input.signature, input.data, input.algorithm, input.spki, latin1(input.signerDigest ?? '')]
  const known = recent.get(...key)
  if (known) return known
  const check = await checkSignature(engine, input)
  return check.valid ? recent.keep(check, ...key) : check
}

async function checkSignature(engine: Engine, input: SignatureInput): Promise<SignatureCheck> {
  const parsed = readInput(input)
  if ('evidence' in parsed) {
    return { supported: false, valid: false, name: 'unreadable', suite: null, key: null, evidence: parsed.evidence }
  }
  const { suite, key } = parsed
  const about = { name: describeSignature(suite, key), suite, key }
  try {
    const mismatch = keyMismatch(suite, key)
    if (mismatch !== null) return { ...about, supported: true, valid: false, evidence: mismatch }
    const verdict = await dispatch(engine, suite, key, input)
    if (verdict === null) return { ...about, supported: false, valid: false, evidence: `not supported: ${about.name}` }
    return { ...about, supported: true, ...verdict }
  } catch (error) {
    if (error instanceof SignError) return { ...about, supported: true, valid: false, evidence: error.message }
    throw error
  }
}

/** A fresh value in the key boundary's encoding against the certificate's key: before anything is written with it. */
export async function verifyValue(
  engine: Engine,
  mechanism: Mechanism,
  { spki, data, value }: Readonly<{ spki: Uint8Array; data: Uint8Array; value: Uint8Array }>,
): Promise<SignatureCheck> {
  const size = mechanism.signature.startsWith('ECDSA') && (value.length === 0 || value.length % 2 !== 0)
  const signature = size ? new Uint8Array(0) : signatureOctets(mechanism, value)
  const algorithm = signatureAlgorithmIdentifier(mechanism)
  return verifySignature(engine, { algorithm, spki, data, signature, signerDigest: mechanism.digest })
}

function readInput(input: SignatureInput): { suite: SignatureSuite; key: PublicKey } | { evidence: string } {
  try {
    return { suite: parseSignatureAlgorithm(input.algorithm, input.signerDigest), key: parsePublicKey(input.spki) }
  } catch (error) {
    if (error instanceof SignError) return { evidence: error.message }
    throw error
  }
}

/** A signature algorithm of another family than the key: never verifies, whatever the octets. */
function keyMismatch(suite: SignatureSuite, key: PublicKey): string | null {
  const message = `a ${key.algorithm} key cannot have made a signature of ${suite.scheme}`
  switch (suite.scheme) {
    case 'RSA':
      // A key bound to PSS must not be used otherwise (RFC 4055, 1.2).
      return key.algorithm === 'RSA' ? null : message
    case 'RSA-PSS':
      return key.algorithm === 'RSA' ? null : key.algorithm === 'RSA-PSS' ? pssMismatch(suite, key) : message
    case 'ECDSA':
    case 'ECDSA-plain':
      return key.algorithm === 'EC' ? null : message
    case 'ML-DSA':
      return key.oid === suite.oid ? null : message
    case 'GOST':
      return key.algorithm === 'GOST R 34.10-2012' && (suite.digest === 'Streebog-256') === (key.bits === 256)
        ? null
        : message
    case 'DSA':
    case 'Ed25519':
    case 'Ed448':
      return key.algorithm === suite.scheme ? null : message
    case 'unknown':
      return null
  }
}

/** RFC 4055, 3.3: the key's parameters, when present, bind digests and the least salt. */
function pssMismatch(suite: SignatureSuite, key: PublicKey): string | null {
  if (key.parameters?.tag !== TAG.sequence) return null
  const bound = parsePssParameters(key.parameters)
  const fits =
    bound.digest === suite.digest && bound.mgfDigest === suite.mgfDigest && (suite.saltLength ?? 0) >= bound.saltLength
  return fits ? null : 'the PSS parameters differ from those that the key is bound to'
}

async function dispatch(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  input: SignatureInput,
): Promise<Verdict> {
  const { data, signature } = input
  switch (suite.scheme) {
    case 'RSA':
    case 'RSA-PSS': {
      const native = await verifyRsaNative(engine, suite, key, data, signature)
      return native ?? (await import('./rsa.ts')).verifyRsa(engine, suite, key, data, signature)
    }
    case 'ECDSA':
    case 'ECDSA-plain': {
      const native = await verifyEcdsaNative(engine, suite, key, data, signature)
      return native ?? (await import('./ecdsa.ts')).verifyEcdsa(engine, suite, key, data, signature)
    }
    case 'Ed25519':
    case 'Ed448': {
      const native = await verifyNative(
        engine,
        { name: suite.scheme },
        { name: suite.scheme },
        key.spki,
        data,
        signature,
      )
      return native ?? (await import('./eddsa.ts')).verifyEddsa(suite.scheme, key, data, signature)
    }
    case 'ML-DSA': {
      const native = await verifyNative(
        engine,
        { name: key.algorithm },
        { name: key.algorithm },
        key.spki,
        data,
        signature,
      )
      return native ?? (await import('./ml-dsa.ts')).verifyMlDsa(key, data, signature)
    }
    case 'DSA':
      return (await import('./dsa.ts')).verifyDsa(engine, suite, key, data, signature)
    case 'GOST':
      return (await import('./gost.ts')).verifyGost(engine, suite, key, data, signature)
    case 'unknown':
      return null
  }
}

const NATIVE_DIGESTS: ReadonlySet<string | null> = new Set(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])

type NativeAlgorithm = Algorithm | RsaHashedImportParams | RsaPssParams | EcKeyImportParams | EcdsaParams

const imported = new WeakMap<Engine, Recent<Promise<CryptoKey>>>()

function importedKey(engine: Engine, algorithm: NativeAlgorithm, spki: Uint8Array): Promise<CryptoKey> {
  const recent = imported.get(engine) ?? new Recent<Promise<CryptoKey>>(16, 16_384)
  imported.set(engine, recent)
  const key = [spki, utf8(JSON.stringify(algorithm))]
  const known = recent.get(...key)
  if (known) return known
  return recent.keep(engine.subtle.importKey('spki', new Uint8Array(spki), algorithm, false, ['verify']), ...key)
}

/** Null when this engine has no such algorithm or refuses the key: another body then says why. */
async function verifyNative(
  engine: Engine,
  importAs: NativeAlgorithm,
  verifyAs: NativeAlgorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  let key: CryptoKey
  try {
    key = await importedKey(engine, importAs, spki)
  } catch {
    return null
  }
  try {
    return { valid: await engine.subtle.verify(verifyAs, key, new Uint8Array(signature), new Uint8Array(data)) }
  } catch {
    return null
  }
}

async function verifyRsaNative(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  const { digest } = suite
  if (digest === null || !NATIVE_DIGESTS.has(digest)) return null
  // RFC 8017, 8.1.2 and 8.2.2: a value of another length than the modulus is invalid; engines differ here.
  if (signature.length !== Math.ceil(key.bits / 8))
    return { valid: false, evidence: 'the value is not as long as the modulus' }
  if (suite.scheme === 'RSA') {
    const name = 'RSASSA-PKCS1-v1_5'
    return verifyNative(engine, { name, hash: digest }, { name }, key.spki, data, signature)
  }
  if (suite.mgfDigest !== digest || suite.saltLength === undefined) return null
  // WebCrypto imports only rsaEncryption.
  const spki = sequence(sequence(oid(ID_RSA_ENCRYPTION), derNull()), bitString(key.key))
  const name = 'RSA-PSS'
  return verifyNative(engine, { name, hash: digest }, { name, saltLength: suite.saltLength }, spki, data, signature)
}

async function verifyEcdsaNative(
  engine: Engine,
  suite: SignatureSuite,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> {
  const { digest } = suite
  if (digest === null || !NATIVE_DIGESTS.has(digest)) return null
  if (key.curve !== 'P-256' && key.curve !== 'P-384' && key.curve !== 'P-521') return null
  const size = Math.ceil(key.bits / 8)
  const value = suite.scheme === 'ECDSA' ? ecdsaFromDer(signature, size) : signature
  if (value?.length !== 2 * size) return { valid: false, evidence: 'the value is not an ECDSA signature of this curve' }
  const name = 'ECDSA'
  return verifyNative(engine, { name, namedCurve: key.curve }, { name, hash: digest }, key.spki, data, value)
}
