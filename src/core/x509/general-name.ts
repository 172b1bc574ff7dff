/** GeneralName: RFC 5280, 4.2.1.6. */
import { fromLatin1 } from '../bytes/bytes.ts'
import { TAG, asTag, children, derOid, fields, inner } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'
import { SignError } from '../errors.ts'
import { canonicalRdns } from './name-match.ts'

export type GeneralName =
  | Readonly<{ kind: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; value: string }>
  /** `rdns` as name-match.ts compares them; `text` for messages. */
  | Readonly<{ kind: 'directoryName'; rdns: readonly string[]; text: string }>
  /** 4 or 16 octets; with a mask, in name constraints, 8 or 32. */
  | Readonly<{ kind: 'iPAddress'; octets: Uint8Array }>
  | Readonly<{ kind: 'otherName'; oid: string; value: Uint8Array }>
  | Readonly<{ kind: 'registeredID'; oid: string }>
  | Readonly<{ kind: 'x400Address' | 'ediPartyName' }>

/** RFC 9598: an internationalised mailbox, UTF8String in an otherName. */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'

/** @throws SignError `DER_MALFORMED` */
export function parseGeneralName(node: DerNode): GeneralName {
  switch (node.tag) {
    case 0xa0:
      return otherName(node)
    case 0x81:
      return { kind: 'rfc822Name', value: fromLatin1(node.contents) }
    case 0x82:
      return { kind: 'dNSName', value: fromLatin1(node.contents) }
    case 0xa3:
      return { kind: 'x400Address' }
    case 0xa4: {
      const rdns = canonicalRdns(inner(node))
      return { kind: 'directoryName', rdns, text: rdns.join(',') }
    }
    case 0xa5:
      return { kind: 'ediPartyName' }
    case 0x86:
      return { kind: 'uniformResourceIdentifier', value: fromLatin1(node.contents) }
    case 0x87:
      return { kind: 'iPAddress', octets: node.contents }
    case 0x88:
      return { kind: 'registeredID', oid: derOid(asTag(node, TAG.oid)) }
    default:
      throw new SignError('DER_MALFORMED', `0x${node.tag.toString(16)} is no GeneralName`)
  }
}

function otherName(node: DerNode): GeneralName {
  const reader = fields(node, 0xa0)
  const oid = derOid(reader.next())
  const value = inner(reader.next(0xa0))
  reader.end()
  if (oid === SMTP_UTF8_MAILBOX && value.tag === TAG.utf8String) {
    return { kind: 'rfc822Name', value: new TextDecoder().decode(value.contents) }
  }
  return { kind: 'otherName', oid, value: value.raw }
}

/** A SEQUENCE OF GeneralName, or the same under an implicit tag. */
export const parseGeneralNames = (node: DerNode): readonly GeneralName[] => children(node).map(parseGeneralName)

/** The directory names among them, as name-match.ts compares them. */
export function directoryNames(names: readonly GeneralName[]): (readonly string[])[] {
  return names.flatMap((name) => (name.kind === 'directoryName' ? [name.rdns] : []))
}

/** Whether two general names are the same name (distribution points, CRL issuers). */
export function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directoryName' && b.kind === 'directoryName') {
    return a.rdns.length === b.rdns.length && a.rdns.every((rdn, i) => rdn === b.rdns[i])
  }
  if (a.kind === 'uniformResourceIdentifier' && b.kind === 'uniformResourceIdentifier') return a.value === b.value
  if (a.kind === 'rfc822Name' && b.kind === 'rfc822Name') return a.value.toLowerCase() === b.value.toLowerCase()
  if (a.kind === 'dNSName' && b.kind === 'dNSName') return a.value.toLowerCase() === b.value.toLowerCase()
  return false
}
