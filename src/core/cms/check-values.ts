import { SignError } from '../errors.ts'
import type { Mechanism, SignerInfo } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { verifyValue } from '../suites/verify.ts'
import { parseCertificate } from '../x509/certificate.ts'

/**
 * What a key gave back, against the certificate it belongs to, before anything is written with it: a bridge may lie, a token may fail.
 *
 * @param values in the order of `toBeSigned`, in the key boundary's encoding (keys.ts)
 * @throws RangeError when their number differs; SignError `KEY_SIGNATURE_INVALID`
 */
export async function checkValues(
  engine: Engine,
  toBeSigned: readonly Readonly<{ signer: SignerInfo; mechanism: Mechanism; dtbs: Uint8Array }>[],
  values: readonly Uint8Array[],
): Promise<void> {
  if (values.length !== toBeSigned.length) {
    throw new RangeError(`expected ${toBeSigned.length} signature values, got ${values.length}`)
  }
  for (const [i, { signer, mechanism, dtbs }] of toBeSigned.entries()) {
    const { spki } = parseCertificate(signer.certificate)
    const value = values[i] ?? new Uint8Array(0)
    const check = await verifyValue(engine, mechanism, { spki, data: dtbs, value })
    if (check.valid) continue
    throw new SignError(
      'KEY_SIGNATURE_INVALID',
      'the signature that the key returned does not belong to its certificate',
      {
        details: { algorithm: check.name, evidence: check.evidence ?? '', length: value.length },
      },
    )
  }
}
