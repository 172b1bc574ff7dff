/** Certificates and revocation data that let a signature be checked when nobody answers any more: EN 319 122-1, 5.5; EN 319 142-1, 5.4. */
import { attributesOf } from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import type { CmsSignedData, CmsSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { collectChain } from '../revocation/collect-chain.ts'
import type { RevocationSource } from '../revocation/collect-chain.ts'
import { parseTimeStampToken } from '../tsp/token.ts'
import type { CertificatePurpose } from '../x509/purpose.ts'
import { findSigner } from './find-signer.ts'
import type { ExtendOptions } from './format.ts'
import { embeddedMaterial } from './signer-facts.ts'

export type Material = Readonly<{
  /** DER, each once. */
  certificates: readonly Uint8Array[]
  ocspResponses: readonly Uint8Array[]
  crls: readonly Uint8Array[]
}>

/** A CMS whose signers' chains must be kept. */
export type MaterialInput = Readonly<{ signedData: CmsSignedData; purpose: CertificatePurpose }>

const MAX_REQUESTS = 24

/**
 * Of every signer and, within, of every signature time-stamp.
 *
 * @param known material of the document's own store
 * @throws SignError `CHAIN_INCOMPLETE`, `REVOCATION_UNAVAILABLE`; AbortError
 */
export async function longTermMaterial(
  inputs: readonly MaterialInput[],
  known: Readonly<{ certificates: readonly Uint8Array[]; revocation: readonly RevocationSource[] }>,
  ports: Ports,
  options: ExtendOptions,
): Promise<Material> {
  const found = new Map<string, { kind: 'certificate' | 'ocsp' | 'crl'; der: Uint8Array }>()
  const keep = (kind: 'certificate' | 'ocsp' | 'crl', der: Uint8Array): unknown => found.set(String(der), { kind, der })
  for (const { signedData, purpose } of withTimeStamps(inputs)) {
    for (const signer of signedData.signers) {
      const material = await materialOf(signedData, signer, purpose, [...found.values()], known, ports, options)
      for (const der of material.certificates) keep('certificate', der)
      for (const { kind, der } of material.revocation) keep(kind, der)
    }
  }
  const only = (kind: 'certificate' | 'ocsp' | 'crl') =>
    [...found.values()].filter((one) => one.kind === kind).map(({ der }) => der)
  return { certificates: only('certificate'), ocspResponses: only('ocsp'), crls: only('crl') }
}

function withTimeStamps(inputs: readonly MaterialInput[]): readonly MaterialInput[] {
  const tokens = inputs.flatMap(({ signedData }) => signedData.signers.flatMap(timeStampsOf))
  return [...inputs, ...tokens.map((signedData) => ({ signedData, purpose: 'time-stamping' as const }))]
}

/** Tokens among the unsigned attributes; one that cannot be read needs no chain. */
export function timeStampsOf(signer: CmsSigner): readonly CmsSignedData[] {
  const kinds = [ATTRIBUTE.signatureTimeStamp, ATTRIBUTE.archiveTimeStampV3]
  const values = kinds.flatMap((oid) => attributesOf(signer.unsignedAttributes, oid)).flatMap((each) => each.values)
  return values.flatMap(({ raw }) => {
    try {
      return [parseTimeStampToken(raw).signedData]
    } catch {
      return []
    }
  })
}

async function materialOf(
  signedData: CmsSignedData,
  signer: CmsSigner,
  purpose: CertificatePurpose,
  found: readonly Readonly<{ kind: 'certificate' | 'ocsp' | 'crl'; der: Uint8Array }>[],
  known: Readonly<{ certificates: readonly Uint8Array[]; revocation: readonly RevocationSource[] }>,
  ports: Ports,
  options: ExtendOptions,
) {
  const embedded = embeddedMaterial({ signedData, signer })
  const supplied = (kind: 'ocsp' | 'crl') => (der: Uint8Array) => ({ kind, der, origin: 'supplied' as const })
  const certificates = [
    ...embedded.certificates,
    ...known.certificates,
    ...(options.certificates ?? []),
    ...found.flatMap(({ kind, der }) => (kind === 'certificate' ? [der] : [])),
  ]
  const { certificate } = await findSigner(signer, certificates, ports.engine)
  if (certificate === null) throw new SignError('CHAIN_INCOMPLETE', 'the certificate of a signer is not there')
  const revocation: readonly RevocationSource[] = [
    ...embedded.revocation,
    ...known.revocation,
    ...(options.ocspResponses ?? []).map(supplied('ocsp')),
    ...(options.crls ?? []).map(supplied('crl')),
    ...found.flatMap(({ kind, der }) => (kind === 'certificate' ? [] : [supplied(kind)(der)])),
  ]
  const fetch = { maxRequests: MAX_REQUESTS }
  const signal = options.signal && { signal: options.signal }
  const chain = await collectChain(
    { signer: certificate.der, purpose, certificates, revocation, fetch, ...signal },
    ports,
  )
  const { material } = chain
  if (!material.complete) {
    throw new SignError('CHAIN_INCOMPLETE', 'the chain of a signer does not end at a root certificate')
  }
  const [lacking] = material.lacking
  if (lacking) {
    const details = { certificate: lacking.subject.text }
    throw new SignError('REVOCATION_UNAVAILABLE', `no fresh revocation data of ${lacking.subject.text}`, { details })
  }
  return material
}
