import { importParameters, mechanismsFor, signParameters } from '../../core/algorithms.ts'
import { SignError } from '../../core/errors.ts'
import type { Mechanism } from '../../core/keys.ts'
import type { Engine } from '../../core/ports.ts'
import { verifyValue } from '../../core/suites/verify.ts'

/** An RSA CryptoKey is bound to one scheme and one digest; the others are free in their digest. */
function fits(key: CryptoKey, mechanism: Mechanism): boolean {
  const wanted = importParameters(mechanism)
  const own = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string }
  if (own.name !== wanted.name) return false
  if ('namedCurve' in wanted) return own.namedCurve === wanted.namedCurve
  return !('hash' in wanted) || own.hash?.name === wanted.hash
}

/** What these CryptoKeys of one pair can sign with, the default first. @param spki SubjectPublicKeyInfo, DER */
export function mechanismsOf(keys: readonly CryptoKey[], spki: Uint8Array): readonly Mechanism[] {
  return mechanismsFor(spki).filter((mechanism) => keys.some((key) => fits(key, mechanism)))
}

/** @throws SignError `KEY_ALGORITHM_UNSUPPORTED`, `KEY_SIGN_FAILED` */
export async function signWith(
  engine: Engine,
  keys: readonly CryptoKey[],
  mechanism: Mechanism,
  data: Uint8Array,
): Promise<Uint8Array> {
  const key = keys.find((candidate) => fits(candidate, mechanism))
  const details = { signature: mechanism.signature, digest: mechanism.digest }
  if (!key) throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this key cannot sign with this algorithm', { details })
  try {
    return new Uint8Array(await engine.subtle.sign(signParameters(mechanism), key, data as BufferSource))
  } catch (cause) {
    throw new SignError('KEY_SIGN_FAILED', `the browser could not sign: ${String(cause)}`, { cause, details })
  }
}

/**
 * One private key as non-extractable keys of several WebCrypto algorithms; its bytes never reach this script.
 *
 * @param key extractable
 */
export async function rebind(
  engine: Engine,
  key: CryptoKey,
  algorithms: readonly (Algorithm | RsaHashedImportParams | EcKeyImportParams)[],
): Promise<readonly CryptoKey[]> {
  const { subtle } = engine
  const wrapping = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
  // One key, one message: the fixed nonce is used once.
  const parameters = { name: 'AES-GCM', iv: new Uint8Array(12) }
  const box = await subtle.wrapKey('pkcs8', key, wrapping, parameters)
  const bound: CryptoKey[] = []
  for (const algorithm of algorithms) {
    bound.push(await subtle.unwrapKey('pkcs8', box, wrapping, parameters, algorithm, false, ['sign']))
  }
  return bound
}

/** Signs something random with every mechanism and verifies it with the certificate's key. @throws SignError `KEY_CERTIFICATE_MISMATCH` */
export async function proveKeys(
  engine: Engine,
  keys: readonly CryptoKey[],
  spki: Uint8Array,
  challenge: Uint8Array,
): Promise<void> {
  const mechanisms = mechanismsOf(keys, spki)
  if (mechanisms.length === 0) throw new SignError('KEY_CERTIFICATE_MISMATCH', 'the key is of another algorithm')
  for (const mechanism of mechanisms) {
    const value = await signWith(engine, keys, mechanism, challenge)
    if ((await verifyValue(engine, mechanism, { spki, data: challenge, value })).valid) continue
    throw new SignError('KEY_CERTIFICATE_MISMATCH', 'what the key signs does not verify with its certificate')
  }
}
