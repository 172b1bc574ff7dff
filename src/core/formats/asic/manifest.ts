/** ASiCManifest and ASiCArchiveManifest: EN 319 162-1, annex A.4. */
import { digestByXml, type DigestName } from '../../algorithms.ts'
import { fromBase64, toHex } from '../../bytes/bytes.ts'
import { parseXml, type XmlElement } from '../../bytes/xml-read.ts'
import { SignError } from '../../errors.ts'

export type DataObject = Readonly<{
  /** Name of the entry. */
  name: string
  digest: DigestName | null
  /** URI of the digest method. */
  method: string
  /** Hex. */
  value: string
}>

export type Manifest = Readonly<{
  /** Name of its own entry. */
  name: string
  bytes: Uint8Array<ArrayBuffer>
  /** Name of the entry that signs it or stamps it. */
  signature: string
  objects: readonly DataObject[]
}>

const ASIC = 'http://uri.etsi.org/02918/v1.2.1#'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'

/** @throws SignError `FORMAT_MALFORMED`, `FORMAT_LIMIT_EXCEEDED` */
export function parseManifest(name: string, bytes: Uint8Array<ArrayBuffer>): Manifest {
  const root = parseXml(bytes)
  if (root.namespace !== ASIC || root.name !== 'ASiCManifest') {
    throw new SignError('FORMAT_MALFORMED', `${name} is not an ASiCManifest`)
  }
  const references = childrenOf(root, ASIC, 'SigReference')
  const [reference] = references
  if (!reference || references.length > 1)
    throw new SignError('FORMAT_MALFORMED', `${name} names no or several signatures`)
  const objects = childrenOf(root, ASIC, 'DataObjectReference').map(readObject)
  return { name, bytes, signature: entryName(reference), objects }
}

const childrenOf = (element: XmlElement, namespace: string, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.namespace === namespace && child.name === name)

function readObject(element: XmlElement): DataObject {
  const method = childrenOf(element, DSIG, 'DigestMethod')[0]?.attributes.get('Algorithm') ?? ''
  const value = childrenOf(element, DSIG, 'DigestValue')[0]?.text ?? ''
  return { name: entryName(element), digest: digestByXml(method)?.name ?? null, method, value: hexOf(value) }
}

function hexOf(base64: string): string {
  try {
    return toHex(fromBase64(base64))
  } catch {
    throw new SignError('FORMAT_MALFORMED', 'a digest value is not base64')
  }
}

/** The URI is relative to the container's root; names are percent-encoded in it. */
function entryName(element: XmlElement): string {
  const uri = element.attributes.get('URI') ?? ''
  try {
    return decodeURIComponent(uri.replace(/^\.?\//, ''))
  } catch {
    return uri
  }
}
