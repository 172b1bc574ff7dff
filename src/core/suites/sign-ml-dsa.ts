/** ML-DSA signing where the engine lacks it (Node before 24.7): for key files on a command line. Browsers sign by WebCrypto. */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { derOctets, fields, parseDer, TAG } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'

const SETS = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 } as const

export type MlDsaName = keyof typeof SETS

export const isMlDsa = (name: string): name is MlDsaName => Object.hasOwn(SETS, name)

/**
 * Pure mode, empty context, hedged (FIPS 204, RFC 9882). Not constant in time, as nothing in this language is.
 *
 * @param privateKey contents of PKCS#8's privateKey: the seed, the expanded key, or both (RFC 9881, 6)
 * @throws SignError `PKCS12_MALFORMED` when it is none of the three
 */
export function mlDsaSigner(name: MlDsaName, privateKey: Uint8Array): (data: Uint8Array) => Uint8Array {
  const set = SETS[name]
  const secretKey = secretOf(name, privateKey)
  return (data) => set.sign(data, secretKey)
}

const SEED = 0x80

function secretOf(name: MlDsaName, privateKey: Uint8Array): Uint8Array {
  const set = SETS[name]
  try {
    const node = parseDer(privateKey, 'der')
    const both = node.tag === TAG.sequence ? fields(node) : null
    const seed = both ? derOctets(both.next(TAG.octetString)) : node.tag === SEED ? node.contents : null
    if (seed?.length === 32) return set.keygen(seed).secretKey
    const expanded = node.tag === TAG.octetString ? derOctets(node) : null
    if (expanded && expanded.length === set.lengths.secretKey) return expanded
  } catch (cause) {
    throw new SignError('PKCS12_MALFORMED', `not a private key of ${name}`, { cause })
  }
  throw new SignError('PKCS12_MALFORMED', `not a private key of ${name}`)
}
