/** Distinguished names: RFC 5280 (4.1.2.4), written as RFC 4514. */
import { toHex } from '../bytes/bytes.ts'
import { derOid, derString, eachChild, expectTag, fields, TAG, type DerNode } from '../bytes/der-read.ts'
import {
  ia5String,
  isPrintable,
  oid,
  printableString,
  sequence,
  setOf,
  utf8String,
  type DerBytes,
} from '../bytes/der-write.ts'
import type { NameFacts } from '../validation/facts.ts'

export type NameAttribute = Readonly<{
  type: string
  /** Text; null when the value is not a string type. */
  value: string | null
  /** The value's TLV as written. */
  raw: DerNode
}>

export type Name = Readonly<{
  /** The whole Name as written. */
  der: Uint8Array
  /** In the order of the encoding. */
  rdns: readonly (readonly NameAttribute[])[]
}>

export const NAME_OIDS = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  organizationIdentifier: '2.5.4.97',
  email: '1.2.840.113549.1.9.1',
} as const

const SHORT: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.643.3.131.1.1': 'INN',
  '1.2.643.100.1': 'OGRN',
  '1.2.643.100.3': 'SNILS',
  '1.2.643.100.4': 'INNLE',
  '1.2.643.100.5': 'OGRNIP',
}

/** @throws SignError `DER_MALFORMED` */
export function parseName(node: DerNode): Name {
  expectTag(node, TAG.sequence)
  const rdns = [...eachChild(node)].map((set) => {
    expectTag(set, TAG.set)
    return [...eachChild(set)].map(parseAttribute)
  })
  return { der: node.raw, rdns }
}

function parseAttribute(node: DerNode): NameAttribute {
  const reader = fields(node)
  const type = derOid(reader.next(TAG.oid))
  const raw = reader.next()
  reader.end()
  return { type, value: isStringTag(raw.tag) ? derString(raw) : null, raw }
}

const STRING_TAGS: ReadonlySet<number> = new Set([
  TAG.utf8String,
  TAG.numericString,
  TAG.printableString,
  TAG.teletexString,
  TAG.ia5String,
  TAG.visibleString,
  TAG.universalString,
  TAG.bmpString,
])

const isStringTag = (tag: number): boolean => STRING_TAGS.has(tag)

/** RFC 4514: most specific first, special characters escaped, values that are not strings as #hex. */
export function nameText(name: Name): string {
  return name.rdns
    .toReversed()
    .map((rdn) => rdn.map(attributeText).join('+'))
    .join(',')
}

function attributeText({ type, value, raw }: NameAttribute): string {
  const text = value === null ? `#${toHex(raw.raw)}` : escapeValue(value)
  return `${SHORT[type] ?? type}=${text}`
}

function escapeValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/\0/g, '\\00')
    .replace(/^([ #])/, '\\$1')
    .replace(/ $/, '\\ ')
}

/** The most specific value of an attribute type. */
export function nameValue(name: Name, type: string): string | undefined {
  for (const rdn of name.rdns.toReversed()) {
    for (const attribute of rdn) if (attribute.type === type && attribute.value !== null) return attribute.value
  }
  return undefined
}

/** @param alternativeEmail rfc822Name of the certificate, used when the name itself has no address */
export function nameFacts(name: Name, alternativeEmail?: string): NameFacts {
  const given = {
    commonName: nameValue(name, NAME_OIDS.commonName) ?? personName(name),
    organization: nameValue(name, NAME_OIDS.organization),
    email: nameValue(name, NAME_OIDS.email) ?? alternativeEmail,
    country: nameValue(name, NAME_OIDS.country),
    serialNumber: nameValue(name, NAME_OIDS.serialNumber),
  }
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  return { text: nameText(name), ...Object.fromEntries(present) }
}

function personName(name: Name): string | undefined {
  const parts = [nameValue(name, NAME_OIDS.givenName), nameValue(name, NAME_OIDS.surname)].filter(
    (part) => part !== undefined,
  )
  return parts.length === 0 ? undefined : parts.join(' ')
}

export type NameInput = Readonly<Partial<Record<keyof typeof NAME_OIDS, string>>>

const ORDER: readonly (keyof typeof NAME_OIDS)[] = [
  'country',
  'state',
  'locality',
  'organization',
  'organizationalUnit',
  'organizationIdentifier',
  'title',
  'surname',
  'givenName',
  'serialNumber',
  'commonName',
  'email',
]

/** Upper bounds of RFC 5280, appendix A.1, in characters. */
const MAX_CHARACTERS: Readonly<Record<keyof typeof NAME_OIDS, number>> = {
  commonName: 64,
  surname: 64,
  serialNumber: 64,
  country: 2,
  locality: 128,
  state: 128,
  organization: 64,
  organizationalUnit: 64,
  title: 64,
  givenName: 64,
  organizationIdentifier: 256,
  email: 255,
}

/**
 * Builds a Name, general to specific; empty and blank values are left out.
 *
 * @throws RangeError when a value is longer than RFC 5280 (appendix A.1) allows, the country is not two letters or the e-mail is not ASCII
 */
export function buildName(input: NameInput): DerBytes {
  const rdns = ORDER.flatMap((key) => {
    const value = input[key]?.trim().normalize('NFC')
    return value === undefined || value === ''
      ? []
      : [setOf([sequence(oid(NAME_OIDS[key]), attributeValue(key, value))])]
  })
  return sequence(...rdns)
}

function attributeValue(key: keyof typeof NAME_OIDS, value: string): DerBytes {
  if (Array.from(value).length > MAX_CHARACTERS[key])
    throw new RangeError(`${key} is longer than ${MAX_CHARACTERS[key]} characters`)
  if (key === 'country') {
    if (!/^[A-Za-z]{2}$/.test(value)) throw new RangeError('country must be two letters (ISO 3166)')
    return printableString(value.toUpperCase())
  }
  if (key === 'email') return ia5String(value)
  if (key === 'serialNumber' && isPrintable(value)) return printableString(value)
  return utf8String(value)
}
