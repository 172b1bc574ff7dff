/** Comparing distinguished names: RFC 5280, 7.1, with the string preparation of RFC 4518. */
import { toHex } from '../bytes/bytes.ts'
import { TAG, children, derOid, derString, expectTag, fields } from '../bytes/der-read.ts'
import type { DerNode } from '../bytes/der-read.ts'

const STRINGS = new Set<number>([
  TAG.utf8String,
  TAG.numericString,
  TAG.printableString,
  TAG.teletexString,
  TAG.ia5String,
  TAG.visibleString,
  TAG.universalString,
  TAG.bmpString,
])

/**
 * One string for each RDN of a Name, made so that two names match exactly when their lists are equal, and one lies within the
 * subtree of another exactly when the other's list is a prefix of its own.
 *
 * @throws SignError `DER_MALFORMED`
 */
export function canonicalRdns(name: DerNode): readonly string[] {
  expectTag(name, TAG.sequence)
  return children(name).map((rdn) => {
    expectTag(rdn, TAG.set)
    return children(rdn).map(canonicalAttribute).toSorted().join('+')
  })
}

/** Length before value, so that no value can look like two attributes. */
function canonicalAttribute(attribute: DerNode): string {
  const reader = fields(attribute)
  const type = derOid(reader.next())
  const value = reader.next()
  reader.end()
  const text = STRINGS.has(value.tag) ? prepare(derString(value)) : `#${toHex(value.raw)}`
  return `${type}=${text.length}:${text}`
}

/** RFC 4518, 2.2: characters mapped to nothing; controls that mean white space stay for squeezing. */
const INVISIBLE = /(?![\t\n\v\f\r\u0085])\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034f|\u1806|\ufffc/gu

/** RFC 4518, 2: map, normalise, fold case, squeeze white space. All string types compare alike (RFC 5280, 7.1). */
export function prepare(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\s\u0085]+/gu, ' ')
    .trim()
}

export const sameName = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((rdn, i) => rdn === b[i])
