import { writeHex } from '../../bytes/bytes.ts'
import { joinSmall, smallFile } from '../../bytes/small-blob.ts'
import { checkValues } from '../../cms/check-values.ts'
import { encodeSignedData } from '../../cms/write.ts'
import { SignError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import type { PreparedSignature, SignedFile } from '../format.ts'
import type { PadesState } from './options.ts'

/**
 * Puts the signature value into the reserved /Contents. The result is the original Blob and one part behind it.
 *
 * @throws SignError `KEY_SIGNATURE_INVALID` when the value does not verify; `FORMAT_PLACEHOLDER_TOO_SMALL`
 */
export async function embedPades(
  { state, toBeSigned }: PreparedSignature<PadesState>,
  values: readonly Uint8Array[],
  ports: Ports,
): Promise<SignedFile> {
  await checkValues(ports.engine, toBeSigned, values)
  const [value] = values
  const [request] = toBeSigned
  if (!value || !request) throw new RangeError('a PDF signature has one signer')
  const { mechanism, signer, dtbs } = request
  const { contents } = state
  const entry = { mechanism, certificate: signer.certificate, signedAttributes: dtbs, signature: value }
  const cms = encodeSignedData({ signers: [entry], certificates: signer.chain })
  if (2 * cms.length > contents.digits) {
    const details = { reserved: contents.digits / 2, needed: cms.length }
    throw new SignError('FORMAT_PLACEHOLDER_TOO_SMALL', 'the signature is larger than its place', { details })
  }
  const appended = state.appended.slice()
  writeHex(appended, contents.at, cms)
  const parts = [state.original, appended]
  const small = await joinSmall(parts)
  const name = signedName(state.name)
  return small ? smallFile(name, TYPE, small) : { name, blob: new Blob(parts, { type: TYPE }), type: TYPE }
}

const TYPE = 'application/pdf'

/** contract.pdf -> contract-signed.pdf */
function signedName(name: string): string {
  const stem = name.replace(/\.pdf$/i, '')
  return `${stem.replace(/-signed$/, '')}-signed.pdf`
}
