/** CAdES-B-B, detached (.p7s beside any file): EN 319 122-1. */
import { assertMechanism, type DigestName } from '../../algorithms.ts'
import { digestBlob } from '../../bytes/digest-blob.ts'
import { smallFile } from '../../bytes/small-blob.ts'
import { checkValues } from '../../cms/check-values.ts'
import {
  buildSignedAttributes,
  encodeSignedData,
  type CommitmentType,
  type SignaturePolicy,
  type SignerLocation,
} from '../../cms/write.ts'
import { SignError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { parseCertificate } from '../../x509/certificate.ts'
import type { PreparedSignature, RequestedSigner, SignedFile, SignRequest, SourceFile } from '../format.ts'

export type CadesOptions = Readonly<{
  commitment?: CommitmentType
  policy?: SignaturePolicy
  location?: SignerLocation
  /** MIME type of the signed file, itself signed. */
  mimeType?: string
}>

export type CadesState = Readonly<{
  /** Of the signed file. */
  name: string
}>

export const CADES_TYPE = 'application/pkcs7-signature'

/**
 * Digests the file once per digest algorithm and builds each signer's DTBS.
 *
 * @throws SignError `FORMAT_EMPTY_FILE`, `FORMAT_MALFORMED` (file changed underneath), `FORMAT_LEVEL_UNSUPPORTED`,
 *   `KEY_ALGORITHM_UNSUPPORTED`; AbortError; RangeError unless there is one file and at least one signer
 */
export async function prepareCades(
  request: SignRequest<CadesOptions>,
  ports: Ports,
): Promise<PreparedSignature<CadesState>> {
  const file = onlyFile(request)
  if (request.level !== 'B-B') {
    throw new SignError('FORMAT_LEVEL_UNSUPPORTED', `CAdES ${request.level} is not made here`, {
      details: { level: request.level },
    })
  }
  if (request.signers.length === 0) throw new RangeError('a signature needs a signer')
  for (const { signer, mechanism } of request.signers) {
    assertMechanism(mechanism, parseCertificate(signer.certificate).spki)
  }
  const digests = await digestFile(file, request, ports)
  const signingTime = ports.clock.now()
  const toBeSigned = await Promise.all(
    request.signers.map(async ({ signer, mechanism }) => {
      const messageDigest = digests.get(mechanism.digest) ?? new Uint8Array(0)
      const input = { ...request.options, mechanism, certificate: signer.certificate, messageDigest, signingTime }
      return { signer, mechanism, dtbs: await buildSignedAttributes(input, ports.engine) }
    }),
  )
  return { format: 'CAdES', toBeSigned, state: { name: file.name } }
}

function onlyFile({ files }: SignRequest<CadesOptions>): SourceFile {
  const [file, ...more] = files
  if (file === undefined || more.length > 0) throw new RangeError('a detached CAdES signature covers one file')
  if (file.blob.size === 0) throw new SignError('FORMAT_EMPTY_FILE', 'the file is empty: there is nothing to sign')
  return file
}

async function digestFile(
  file: SourceFile,
  { signers, signal, progress }: SignRequest<CadesOptions>,
  { engine }: Ports,
): Promise<ReadonlyMap<DigestName, Uint8Array>> {
  const names = [...new Set(signers.map(({ mechanism }: RequestedSigner) => mechanism.digest))]
  const digests = new Map<DigestName, Uint8Array>()
  for (const [i, name] of names.entries()) {
    const value = await digestBlob(file.blob, name, engine, {
      ...(signal === undefined ? {} : { signal }),
      progress: (done) => progress?.('digesting', (i + done) / names.length),
    })
    digests.set(name, value)
  }
  signal?.throwIfAborted()
  return digests
}

/** @throws SignError `KEY_SIGNATURE_INVALID`; RangeError when the number of values differs */
export async function embedCades(
  prepared: PreparedSignature<CadesState>,
  values: readonly Uint8Array[],
  { engine }: Ports,
): Promise<SignedFile> {
  const { toBeSigned, state } = prepared
  await checkValues(engine, toBeSigned, values)
  const signers = toBeSigned.map(({ signer, mechanism, dtbs }, i) => ({
    mechanism,
    certificate: signer.certificate,
    signedAttributes: dtbs,
    signature: values[i] ?? new Uint8Array(0),
  }))
  const certificates = toBeSigned.flatMap(({ signer }) => [...signer.chain])
  const bytes = encodeSignedData({ signers, certificates })
  return smallFile(`${state.name}.p7s`, CADES_TYPE, bytes)
}
