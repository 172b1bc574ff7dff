import type { Engine } from '../ports.ts'
import { verifySignature } from '../suites/verify.ts'
import type { SignatureVerifier } from './find-paths.ts'

/** The suites of this project as path building asks for them. */
export function signatureVerifier(engine: Engine): SignatureVerifier {
  return async (spki, algorithm, signature, data) => {
    const { supported, valid } = await verifySignature(engine, { spki, algorithm, signature, data })
    return supported ? valid : null
  }
}
