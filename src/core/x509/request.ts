/** PKCS#10 certification requests: RFC 2986. */
import { parsePublicKey, type PublicKey } from '../algorithms.ts'
import {
  derBitString,
  derOid,
  derSmallInteger,
  eachChild,
  fields,
  inner,
  parseDer,
  TAG,
  type DerNode,
} from '../bytes/der-read.ts'
import { integer, oid, retag, sequence, setOf, type DerBytes } from '../bytes/der-write.ts'
import { SignError } from '../errors.ts'
import type { Mechanism } from '../keys.ts'
import type { Engine } from '../ports.ts'
import { verifySignature, type SignatureCheck } from '../suites/verify.ts'
import { checkedSign, signStructure, type SignOctets } from './build.ts'
import { parseExtensions, type Extension, type KeyUsage } from './certificate.ts'
import { basicConstraintsExtension, emailExtension, encodeExtensions, keyUsageExtension } from './extensions.ts'
import { buildName, parseName, type Name, type NameInput } from './name.ts'

const ID_EXTENSION_REQUEST = '1.2.840.113549.1.9.14'

export type RequestInput = Readonly<{
  name: NameInput
  spki: Uint8Array
  mechanism: Mechanism
  keyUsage?: readonly KeyUsage[]
}>

/** @throws RangeError for a name outside RFC 5280's bounds; SignError `KEY_SIGNATURE_INVALID` */
export async function buildRequest(input: RequestInput, engine: Engine, sign: SignOctets): Promise<DerBytes> {
  const email = input.name.email?.trim()
  const extensions = encodeExtensions([
    basicConstraintsExtension(false),
    keyUsageExtension(input.keyUsage ?? ['digitalSignature', 'nonRepudiation']),
    ...(email ? [emailExtension(email)] : []),
  ])
  const info = sequence(
    integer(0),
    buildName(input.name),
    input.spki,
    retag(0xa0, setOf([sequence(oid(ID_EXTENSION_REQUEST), setOf([extensions]))])),
  )
  return signStructure(info, input.mechanism, checkedSign(input, engine, sign))
}

export type CertificationRequest = Readonly<{
  der: Uint8Array
  /** CertificationRequestInfo's TLV: what is signed. */
  info: Uint8Array
  subject: Name
  spki: Uint8Array
  publicKey: PublicKey
  /** Those of the extensionRequest attribute. */
  extensions: readonly Extension[]
  signatureAlgorithm: Uint8Array
  signature: Uint8Array
}>

/** @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED` */
export function parseRequest(der: Uint8Array): CertificationRequest {
  if (der.length > 1 << 20) throw new SignError('DER_LIMIT_EXCEEDED', 'a request over 1 MiB')
  const outer = fields(parseDer(der, 'ber'))
  const info = outer.next(TAG.sequence)
  const signatureAlgorithm = outer.next(TAG.sequence).raw
  const { bytes, unusedBits } = derBitString(outer.next(TAG.bitString))
  outer.end()
  const reader = fields(info)
  if (derSmallInteger(reader.next(TAG.integer)) !== 0)
    throw new SignError('DER_MALFORMED', 'a request must have version 0')
  const subject = parseName(reader.next(TAG.sequence))
  const spki = reader.next(TAG.sequence).raw
  const attributes = reader.optional(0xa0)
  reader.end()
  return {
    der,
    info: info.raw,
    subject,
    spki,
    publicKey: parsePublicKey(spki),
    extensions: attributes === undefined ? [] : requestedExtensions(attributes),
    signatureAlgorithm,
    signature: unusedBits === 0 ? bytes : new Uint8Array(0),
  }
}

function requestedExtensions(attributes: DerNode): readonly Extension[] {
  for (const attribute of eachChild(attributes)) {
    const reader = fields(attribute)
    if (derOid(reader.next(TAG.oid)) === ID_EXTENSION_REQUEST) return parseExtensions(inner(reader.next(TAG.set)))
  }
  return []
}

/** Proof of possession: the request is signed by its own key. */
export function verifyRequest(engine: Engine, request: CertificationRequest): Promise<SignatureCheck> {
  const { signatureAlgorithm: algorithm, spki, info: data, signature } = request
  return verifySignature(engine, { algorithm, spki, data, signature })
}
