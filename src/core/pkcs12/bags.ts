/** SafeContents: the bags of a PKCS#12 file. RFC 7292, 4.2. */
import {
  derOctets,
  derOid,
  derString,
  eachChild,
  fields,
  inner,
  parseDer,
  TAG,
  type DerNode,
} from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import type { DecryptSafe } from './read.ts'

export const ID_DATA = '1.2.840.113549.1.7.1'
export const ID_ENCRYPTED_DATA = '1.2.840.113549.1.7.6'

const BAG = '1.2.840.113549.1.12.10.1.'
const MAX_BAGS = 2000
const MAX_DEPTH = 8

export type BagAttributes = Readonly<{ friendlyName?: string; localKeyId?: Uint8Array }>
export type KeyBag = BagAttributes & Readonly<{ pkcs8: Uint8Array }>
export type CertificateBag = BagAttributes & Readonly<{ der: Uint8Array }>

export type Bags = { keys: KeyBag[]; certificates: CertificateBag[]; unknown: number; weak: boolean }

/** Fills `bags`; nested safes are opened too. @throws SignError `PKCS12_*`; AbortError */
export async function readBags(contents: DerNode, bags: Bags, decrypt: DecryptSafe, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new SignError('PKCS12_LIMIT_EXCEEDED', `safes nested deeper than ${MAX_DEPTH}`)
  for (const bag of eachChild(contents)) {
    if (bags.keys.length + bags.certificates.length + bags.unknown >= MAX_BAGS) {
      throw new SignError('PKCS12_LIMIT_EXCEEDED', `more than ${MAX_BAGS} bags`)
    }
    const reader = fields(bag)
    const type = derOid(reader.next(TAG.oid))
    const value = inner(reader.next(0xa0))
    const attributes = readAttributes(reader.optional(TAG.set))
    switch (type) {
      case `${BAG}1`:
        bags.keys.push({ ...attributes, pkcs8: value.raw })
        break
      case `${BAG}2`:
        bags.keys.push({ ...attributes, pkcs8: await shroudedKey(value, bags, decrypt) })
        break
      case `${BAG}3`:
        addCertificate(value, attributes, bags)
        break
      case `${BAG}6`:
        await readBags(value, bags, decrypt, depth + 1)
        break
      default:
        bags.unknown++
    }
  }
}

/** EncryptedPrivateKeyInfo, RFC 5958, 3. */
export async function shroudedKey(node: DerNode, bags: { weak: boolean }, decrypt: DecryptSafe): Promise<Uint8Array> {
  const reader = fields(node)
  const algorithm = reader.next(TAG.sequence)
  const plain = await decrypt(algorithm, derOctets(reader.next()), bags)
  return parseDer(plain, 'ber').raw
}

function addCertificate(value: DerNode, attributes: BagAttributes, bags: Bags): void {
  const reader = fields(value)
  // x509Certificate; an SDSI one is nothing that signs here.
  if (derOid(reader.next(TAG.oid)) !== '1.2.840.113549.1.9.22.1') bags.unknown++
  else bags.certificates.push({ ...attributes, der: derOctets(inner(reader.next(0xa0))) })
}

function readAttributes(set: DerNode | undefined): BagAttributes {
  const found: { friendlyName?: string; localKeyId?: Uint8Array } = {}
  for (const attribute of set === undefined ? [] : eachChild(set)) {
    const reader = fields(attribute)
    const type = derOid(reader.next(TAG.oid))
    const [value] = eachChild(reader.next(TAG.set))
    if (value === undefined) continue
    if (type === '1.2.840.113549.1.9.20') found.friendlyName = derString(value)
    if (type === '1.2.840.113549.1.9.21' && value.tag === TAG.octetString) found.localKeyId = derOctets(value)
  }
  return found
}
