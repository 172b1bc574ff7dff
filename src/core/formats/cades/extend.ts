/** CAdES-B-T, -B-LT and -B-LTA out of a lower level: EN 319 122-1, 5.3 to 5.5 and 6.3. What is signed stays byte for byte. */
import { digestAlgorithmIdentifier } from '../../algorithms.ts'
import { digestBlob } from '../../bytes/digest-blob.ts'
import { concatBytes } from '../../bytes/bytes.ts'
import { octetString, oid, sequence } from '../../bytes/der-write.ts'
import { amendSignedData, unsignedAttribute } from '../../cms/amend.ts'
import { attributesOf } from '../../cms/attributes.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import { parseSignedData } from '../../cms/read.ts'
import type { CmsSignedData, CmsSigner } from '../../cms/read.ts'
import { SignError } from '../../errors.ts'
import type { Engine, Ports } from '../../ports.ts'
import { requestTimeStamp } from '../../tsp/request-time-stamp.ts'
import type { ExtendOptions, SignatureLevel, SignedFile } from '../format.ts'
import { longTermMaterial } from '../long-term-material.ts'

const ATS_HASH_INDEX_V3 = '0.4.0.19122.1.5'
const MAX_FILE = 64 << 20

/**
 * @param file a detached (or enveloping) .p7s
 * @throws SignError as SignatureFormat.extend; RangeError for B-LTA of a detached signature without `options.content`
 */
export async function extendCades(
  file: SignedFile,
  level: SignatureLevel,
  ports: Ports,
  options: ExtendOptions,
): Promise<SignedFile> {
  if (file.blob.size > MAX_FILE) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'a signature file over 64 MiB')
  let bytes: Uint8Array<ArrayBuffer> = new Uint8Array(await file.blob.arrayBuffer())
  if (level !== 'B-B') bytes = await addTimeStamps(bytes, ports, options)
  if (level === 'B-LT' || level === 'B-LTA') bytes = await addMaterial(bytes, ports, options)
  if (level === 'B-LTA') bytes = await addArchiveTimeStamps(bytes, ports, options)
  return { ...file, blob: new Blob([bytes], { type: file.type }) }
}

/** 5.3: over the value of every signature that has none. */
async function addTimeStamps(bytes: Uint8Array<ArrayBuffer>, ports: Ports, options: ExtendOptions) {
  const { signers } = parse(bytes)
  const attributes: (readonly Uint8Array[])[] = []
  for (const signer of signers) {
    const has = attributesOf(signer.unsignedAttributes, ATTRIBUTE.signatureTimeStamp).length > 0
    attributes.push(has ? [] : [await stamp(ATTRIBUTE.signatureTimeStamp, signer.signature, ports, options)])
  }
  return amendSignedData(bytes, { unsignedAttributes: attributes })
}

async function stamp(
  type: string,
  data: Uint8Array,
  ports: Ports,
  { authority, signal }: ExtendOptions,
): Promise<Uint8Array> {
  const { token } = await requestTimeStamp(data, authority, ports, signal)
  return unsignedAttribute(type, token)
}

/** 6.3: everything in SignedData.certificates and .crls; the attributes of older profiles shall be absent. */
async function addMaterial(bytes: Uint8Array<ArrayBuffer>, ports: Ports, options: ExtendOptions) {
  const signedData = parse(bytes)
  const none = { certificates: [], revocation: [] }
  const material = await longTermMaterial([{ signedData, purpose: 'signing' }], none, ports, options)
  return amendSignedData(bytes, material)
}

/** 5.5.3: one archive time-stamp for each signer, over all that is there now. */
async function addArchiveTimeStamps(bytes: Uint8Array<ArrayBuffer>, ports: Ports, options: ExtendOptions) {
  const signedData = parse(bytes)
  const digest = options.authority.digest ?? 'SHA-256'
  const content = signedData.content ? new Blob([Uint8Array.from(signedData.content)]) : options.content
  if (!content) throw new RangeError('an archive time-stamp of a detached signature needs the signed file')
  const contentDigest = await digestBlob(
    content,
    digest,
    ports.engine,
    options.signal ? { signal: options.signal } : {},
  )
  const attributes: (readonly Uint8Array[])[] = []
  for (const signer of signedData.signers) {
    const index = await hashIndex(signedData, signer, ports.engine)
    const data = concatBytes([oid(signedData.contentType), contentDigest, ...signer.signedFields, index])
    const { token } = await requestTimeStamp(data, options.authority, ports, options.signal)
    const indexed = amendSignedData(token, { unsignedAttributes: [[unsignedAttribute(ATS_HASH_INDEX_V3, index)]] })
    attributes.push([unsignedAttribute(ATTRIBUTE.archiveTimeStampV3, indexed)])
  }
  return amendSignedData(bytes, { unsignedAttributes: attributes })
}

/** ATSHashIndexV3, 5.5.2: in its third form the digest is always named. */
async function hashIndex(signedData: CmsSignedData, signer: CmsSigner, { subtle }: Engine): Promise<Uint8Array> {
  const hashes = async (items: readonly Uint8Array[]): Promise<Uint8Array> => {
    const list = await Promise.all(items.map((item) => subtle.digest('SHA-256', Uint8Array.from(item))))
    return sequence(...list.map((hash) => octetString(new Uint8Array(hash))))
  }
  const values = signer.unsignedAttributes.flatMap(({ oid: type, values: each }) =>
    each.map(({ raw }) => concatBytes([oid(type), raw])),
  )
  return sequence(
    digestAlgorithmIdentifier('SHA-256'),
    await hashes(signedData.certificateElements),
    await hashes(signedData.revocationElements),
    await hashes(values),
  )
}

function parse(bytes: Uint8Array): CmsSignedData {
  try {
    return parseSignedData(bytes)
  } catch (cause) {
    throw new SignError('FORMAT_MALFORMED', 'this is no CMS signature', { cause })
  }
}
