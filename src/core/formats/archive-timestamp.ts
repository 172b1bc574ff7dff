/** archive-time-stamp-v3 with its hash index: EN 319 122-1, 5.5.2 and 5.5.3. */
import { digestByOid, parseAlgorithmIdentifier, type DigestName } from '../algorithms.ts'
import { concatBytes, equalBytes } from '../bytes/bytes.ts'
import { TAG, children, derOctets, fields, type DerNode } from '../bytes/der-read.ts'
import { oid as encodeOid } from '../bytes/der-write.ts'
import { attributesOf, singleValue } from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import { parseSignedData, type CmsSigner } from '../cms/read.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from '../suites/digest.ts'
import type { SignerInput } from './signer-facts.ts'

const HASH_INDEX_V3 = '0.4.0.19122.1.5'
const HASH_INDEX = '0.4.0.1733.2.5'

/** The index of a token: hashes of every certificate, revocation element and unsigned attribute that it covers. */
type HashIndex = Readonly<{
  raw: Uint8Array
  digest: DigestName
  certificates: readonly Uint8Array[]
  revocation: readonly Uint8Array[]
  attributes: readonly Uint8Array[]
  /** v3 hashes an attribute's type and each value by itself. */
  isV3: boolean
}>

function hashIndexOf(token: CmsSigner | undefined): HashIndex | null {
  const v3 = token && singleValue(token.unsignedAttributes, HASH_INDEX_V3)
  const value = v3 ?? (token && singleValue(token.unsignedAttributes, HASH_INDEX))
  if (!value) return null
  const reader = fields(value)
  const algorithm = reader.peek()?.contents[0] === TAG.oid ? reader.next(TAG.sequence) : undefined
  const digest = algorithm ? digestByOid(parseAlgorithmIdentifier(algorithm).oid)?.name : 'SHA-256'
  const list = (): readonly Uint8Array[] => children(reader.next(TAG.sequence), 10_000).map(derOctets)
  const [certificates, revocation, attributes] = [list(), list(), list()]
  return digest ? { raw: value.raw, digest, certificates, revocation, attributes, isV3: Boolean(v3) } : null
}

/**
 * The imprint: content type, digest of the content, the signed fields of the SignerInfo, the hash index. Null when something that
 * the index names is gone, or it cannot be read: then the token covers something else than what is here.
 */
export async function archiveImprint(
  { signedData, signer, content }: SignerInput,
  name: DigestName,
  token: CmsSigner | undefined,
  engine: Engine,
): Promise<Uint8Array | null> {
  const index = hashIndexOf(token)
  const contentDigest = await content.digest(name)
  if (!index || !contentDigest) return null
  const parts = [encodeOid(signedData.contentType), contentDigest, ...signer.signedFields, index.raw]
  return digestBytes(engine, name, concatBytes(parts))
}

/** Ids of the earlier time-stamps whose attributes the archive time-stamp's index names. */
export async function coveredByArchive(
  { signer }: SignerInput,
  token: Uint8Array,
  ids: readonly string[],
  engine: Engine,
): Promise<readonly string[]> {
  try {
    const index = hashIndexOf(parseSignedData(token).signers[0])
    if (!index) return []
    const stamps = attributesOf(signer.unsignedAttributes, ATTRIBUTE.signatureTimeStamp)
    const covered = await Promise.all(
      stamps.map(({ raw, oid, values }) => isNamed(index, { raw, oid, values }, engine)),
    )
    // Ids count content time-stamps first; those are signed and need no index.
    const offset = attributesOf(signer.signedAttributes, ATTRIBUTE.contentTimeStamp).flatMap(
      ({ values }) => values,
    ).length
    return ids.filter((_, i) => i < offset || covered[i - offset] === true)
  } catch {
    return []
  }
}

async function isNamed(
  index: HashIndex,
  attribute: Readonly<{ raw: Uint8Array; oid: string; values: readonly DerNode[] }>,
  engine: Engine,
): Promise<boolean> {
  const inputs = index.isV3
    ? attribute.values.map((value) => concatBytes([encodeOid(attribute.oid), value.raw]))
    : [attribute.raw]
  for (const input of inputs) {
    const hash = await digestBytes(engine, index.digest, input)
    if (!index.attributes.some((known) => equalBytes(known, hash))) return false
  }
  return true
}
