import { fromBase64, toBase64 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'

/** What a signing link says. Its addresses are signed by the storage: they are secrets, and appear in no message and no log. */
export type LinkAddress = Readonly<{
  /** Where the document is read: CORS GET. */
  src: string
  /** Where the signed document goes; null: the signer only keeps a copy. */
  dst: Readonly<{ url: string; method: 'PUT' | 'POST' }> | null
  /** Name of the document; a sealed one brings its own. */
  name: string
  /** Lower-case hex SHA-256 of the document that the sender means; null: not said. */
  sha256: string | null
  /** Whom an envelope's letter was for: an id of its manifest; null: not said, or no envelope. */
  who: string | null
  /** 32 octets that open and close the sealed document; null: it is not sealed. Never in a query. */
  key: Uint8Array | null
}>

/** Octets of a link's key: AES-256 strength. */
export const LINK_KEY_LENGTH = 32

const FIELDS = ['src', 'dst', 'method', 'name', 'sha256', 'who', 'key'] as const

/**
 * Reads a link from the address of the signing page. Every field may stand in the fragment, which is sent to no server; all
 * but the key may stand in the query.
 *
 * @throws SignError `LINK_INVALID` (details: the field and what is wrong with it)
 */
export function parseLink(href: string): LinkAddress {
  const url = new URL(href)
  const fields = new Map<string, string>()
  for (const [part, text] of [
    ['query', url.search],
    ['fragment', url.hash.slice(1)],
  ] as const) {
    for (const [field, value] of new URLSearchParams(text)) {
      if (!FIELDS.some((known) => known === field)) continue
      if (fields.has(field)) throw invalid(field, 'is there twice')
      // Whatever stood in the query was sent to a server: such a key protects nothing any more.
      if (field === 'key' && part === 'query') throw invalid(field, 'belongs behind the # sign')
      fields.set(field, value)
    }
  }
  const src = address(fields, 'src')
  if (src === null) throw invalid('src', 'is missing')
  const dst = address(fields, 'dst')
  const method = fields.get('method')?.toUpperCase() ?? 'PUT'
  if (method !== 'PUT' && method !== 'POST') throw invalid('method', 'is PUT or POST')
  const sha256 = fields.get('sha256')?.toLowerCase() ?? null
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) throw invalid('sha256', 'is 64 hexadecimal digits')
  return {
    src,
    dst: dst === null ? null : { url: dst, method },
    name: safeName(fields.get('name') ?? lastSegment(src)),
    sha256,
    who: fields.get('who') ?? null,
    key: keyOf(fields.get('key')),
  }
}

/** The link as the sender passes it on: everything behind the #, so that nothing of it is sent to the signing page's server. */
export function buildLink(page: string, link: LinkAddress): string {
  const fields = new URLSearchParams({ src: link.src })
  if (link.dst) fields.set('dst', link.dst.url)
  if (link.dst && link.dst.method !== 'PUT') fields.set('method', link.dst.method)
  if (link.key === null || link.name !== '') fields.set('name', link.name)
  if (link.sha256 !== null) fields.set('sha256', link.sha256)
  if (link.who !== null) fields.set('who', link.who)
  if (link.key) fields.set('key', encodeKey(link.key))
  const url = new URL(page)
  url.hash = fields.toString()
  return url.href
}

/** The same object of the same storage, whoever signed the two addresses. */
export function sameObject(a: string, b: string): boolean {
  const [one, other] = [new URL(a), new URL(b)]
  return one.origin === other.origin && one.pathname === other.pathname
}

const invalid = (field: string, problem: string): SignError =>
  new SignError('LINK_INVALID', `${field} ${problem}`, { details: { field, problem } })

function address(fields: ReadonlyMap<string, string>, field: 'src' | 'dst'): string | null {
  const value = fields.get(field)
  if (value === undefined || value === '') return null
  if (!URL.canParse(value)) throw invalid(field, 'is no address')
  const url = new URL(value)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(field, 'is no address of the web')
  if (url.username !== '' || url.password !== '') throw invalid(field, 'holds a password')
  url.hash = ''
  return url.href
}

function lastSegment(url: string): string {
  const segment = new URL(url).pathname.split('/').pop() ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Shown, and used as a file name: no path, no control or direction characters. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? ''
  return last.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 200) || 'document'
}

function keyOf(text: string | undefined): Uint8Array | null {
  if (text === undefined) return null
  const bytes = decodeKey(text)
  if (bytes?.length !== LINK_KEY_LENGTH) throw invalid('key', `is ${LINK_KEY_LENGTH} octets of base64url`)
  return bytes
}

/** RFC 4648, 5, without padding. */
function encodeKey(key: Uint8Array): string {
  return toBase64(key).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decodeKey(text: string): Uint8Array | null {
  if (!/^[\w-]+$/.test(text)) return null
  try {
    return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return null
  }
}
