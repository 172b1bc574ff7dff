import { generateParameters, importParameters } from '../../core/algorithms.ts'
import { SignError } from '../../core/errors.ts'
import type { Mechanism, NewKeyAlgorithm } from '../../core/keys.ts'
import type { Engine } from '../../core/ports.ts'
import { rebind } from './crypto-keys.ts'

type Recipe = Readonly<{
  /** The first makes the pair; the others bind the same key to more schemes. */
  mechanisms: readonly [Mechanism, ...Mechanism[]]
  modulusLength?: number
}>

const RSA: Recipe['mechanisms'] = [
  { signature: 'RSASSA-PKCS1-v1_5', digest: 'SHA-256' },
  { signature: 'RSA-PSS', digest: 'SHA-256' },
]

const RECIPES: Readonly<Record<NewKeyAlgorithm, Recipe>> = {
  'ECDSA-P256': { mechanisms: [{ signature: 'ECDSA-P256', digest: 'SHA-256' }] },
  'ECDSA-P384': { mechanisms: [{ signature: 'ECDSA-P384', digest: 'SHA-384' }] },
  'RSA-2048': { mechanisms: RSA, modulusLength: 2048 },
  'RSA-3072': { mechanisms: RSA, modulusLength: 3072 },
  Ed25519: { mechanisms: [{ signature: 'Ed25519', digest: 'SHA-512' }] },
  'ML-DSA-65': { mechanisms: [{ signature: 'ML-DSA-65', digest: 'SHA-512' }] },
}

/** In the order to offer; P-256 is the default. */
const ALGORITHMS = Object.keys(RECIPES) as NewKeyAlgorithm[]

export type Pair = Readonly<{
  /** Signs the certificate; extractable only where it is to be backed up or bound to a second scheme. */
  privateKey: CryptoKey
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array
  mechanism: Mechanism
}>

/** @throws SignError `KEY_ALGORITHM_UNSUPPORTED` */
export async function generatePair(engine: Engine, algorithm: NewKeyAlgorithm, backup: boolean): Promise<Pair> {
  const { mechanisms, modulusLength } = recipeOf(algorithm)
  const [mechanism] = mechanisms
  const extractable = backup || mechanisms.length > 1
  const parameters = generateParameters(mechanism, modulusLength)
  try {
    const { privateKey, publicKey } = (await engine.subtle.generateKey(parameters, extractable, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    return { privateKey, spki: new Uint8Array(await engine.subtle.exportKey('spki', publicKey)), mechanism }
  } catch (cause) {
    const details = { algorithm }
    throw new SignError('KEY_ALGORITHM_UNSUPPORTED', `this browser cannot make a ${algorithm} key`, { cause, details })
  }
}

/** The keys to store: non-extractable, one per scheme. */
export async function keysToStore(
  engine: Engine,
  algorithm: NewKeyAlgorithm,
  pair: Pair,
): Promise<readonly CryptoKey[]> {
  if (!pair.privateKey.extractable) return [pair.privateKey]
  return rebind(engine, pair.privateKey, recipeOf(algorithm).mechanisms.map(importParameters))
}

/** What this engine really generates; RSA is everywhere and slow to make, so it is not tried. */
export async function generatable(engine: Engine): Promise<readonly NewKeyAlgorithm[]> {
  const found: NewKeyAlgorithm[] = []
  for (const algorithm of ALGORITHMS) {
    const works = algorithm.startsWith('RSA') || (await generatePair(engine, algorithm, false).catch(() => null))
    if (works) found.push(algorithm)
  }
  return found
}

/** @throws RangeError */
function recipeOf(algorithm: NewKeyAlgorithm): Recipe {
  const recipe = Object.hasOwn(RECIPES, algorithm) ? RECIPES[algorithm] : undefined
  if (!recipe) throw new RangeError(`unknown key algorithm: ${String(algorithm)}`)
  return recipe
}
