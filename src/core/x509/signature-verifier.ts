import type { Engine } from '../ports.ts'
import { verifySignature } from '../suites/verify.ts'
import type { SignatureVerifier } from './find-paths.ts'

/**
 * The suites of this project as path building asks for them.
 *
 * @param limit of signatures; beyond it every one counts as not supported. A file can hold thousands of certificates and lists made to
 *   be tried against each other, of algorithms that take long.
 */
export function signatureVerifier(engine: Engine, limit = 512): SignatureVerifier {
  let left = limit
  return async (spki, algorithm, signature, data) => {
    if (left-- <= 0) return null
    const { supported, valid } = await verifySignature(engine, { spki, algorithm, signature, data })
    return supported ? valid : null
  }
}
