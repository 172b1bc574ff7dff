/** Extensions as this project writes them: RFC 5280, 4.2. */
import { sha256 } from '@noble/hashes/sha2.js'
import { parsePublicKey } from '../algorithms.ts'
import {
  boolean,
  contextPrimitive,
  explicit,
  ia5String,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  type DerBytes,
} from '../bytes/der-write.ts'
import { EXTENSION, KEY_USAGES, type KeyUsage } from './certificate.ts'

export type ExtensionInput = Readonly<{ oid: string; critical: boolean; value: Uint8Array }>

export const encodeExtension = ({ oid: id, critical, value }: ExtensionInput): DerBytes =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))

export const encodeExtensions = (extensions: readonly ExtensionInput[]): DerBytes =>
  sequence(...extensions.map(encodeExtension))

export function basicConstraintsExtension(ca: boolean, pathLength?: number): ExtensionInput {
  const parts = ca ? [boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])] : []
  return { oid: EXTENSION.basicConstraints, critical: true, value: sequence(...parts) }
}

export function keyUsageExtension(usages: readonly KeyUsage[]): ExtensionInput {
  return {
    oid: EXTENSION.keyUsage,
    critical: true,
    value: namedBits(KEY_USAGES.map((usage) => usages.includes(usage))),
  }
}

export function extendedKeyUsageExtension(purposes: readonly string[], critical = false): ExtensionInput {
  return { oid: EXTENSION.extendedKeyUsage, critical, value: sequence(...purposes.map(oid)) }
}

/** RFC 7093, 2, method 1: the leftmost 160 bits of SHA-256 of the key. */
export const keyIdentifier = (spki: Uint8Array): Uint8Array => sha256(parsePublicKey(spki).key).slice(0, 20)

export function subjectKeyIdentifierExtension(identifier: Uint8Array): ExtensionInput {
  return { oid: EXTENSION.subjectKeyIdentifier, critical: false, value: octetString(identifier) }
}

export function authorityKeyIdentifierExtension(identifier: Uint8Array): ExtensionInput {
  return { oid: EXTENSION.authorityKeyIdentifier, critical: false, value: sequence(contextPrimitive(0, identifier)) }
}

/** rfc822Name, ASCII. */
export function emailExtension(address: string): ExtensionInput {
  return { oid: EXTENSION.subjectAltName, critical: false, value: sequence(implicit(1, ia5String(address))) }
}

export function crlDistributionPointsExtension(urls: readonly string[]): ExtensionInput {
  const points = urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, ia5String(url))))))
  return { oid: '2.5.29.31', critical: false, value: sequence(...points) }
}
