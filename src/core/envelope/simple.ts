/**
 * The simple signature: HMAC-SHA-256 under a key derived from a code by PBKDF2 (RFC 8018, 5.2). It proves that someone who knew
 * the code saw this very file; whoever sent the code can compute it too. So it counts only once a certificate signature covers it.
 */
import { equalBytes, fromBase64, toBase64, utf8 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { Engine, Random } from '../ports.ts'
import type { EnvelopeManifest, Signatory } from './manifest.ts'
import type { FieldValues } from './state.ts'

const TYPE = 'countersign-simple'
const SALT = 16
const ITERATIONS = 600_000
/** More than this is a trap, not a precaution. */
const MOST_ITERATIONS = 10_000_000
/** Symbols of a code: 12 of 32 are 60 bits. */
const SHORTEST = 12

/** As it stands in the signatory's reserved field. */
export type SimpleRecord = Readonly<{
  type: typeof TYPE
  version: 1
  /** Base64, 16 octets. */
  salt: string
  iterations: number
  /** Lower-case hex SHA-256 and length of the file before this revision. */
  sha256: string
  size: number
  /** ISO 8601, UTC */
  time: string
  /** Base64, 32 octets. */
  mac: string
}>

export type SimpleInput = Readonly<{
  manifest: EnvelopeManifest
  signatory: Signatory
  /** Of his own fields in this revision, but for the reserved one. */
  values: FieldValues
  code: string
}>

/** Letters and digits that are not mistaken for each other (Crockford's alphabet in upper case). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 16 symbols of 32: 80 random bits, in groups of four. */
export function newCode(random: Random): string {
  const symbols = Array.from(random.bytes(16), (byte) => ALPHABET[byte & 31] ?? '')
  return [0, 4, 8, 12].map((at) => symbols.slice(at, at + 4).join('')).join('-')
}

/** A code as people type it: case and separators do not count, nor do look-alikes. A password is taken as it is. */
export function normalCode(text: string): string {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(plain) ? plain : text.normalize('NFC').trim()
}

/** @throws SignError `ENVELOPE_CODE_TOO_SHORT` */
export async function makeSimple(
  input: SimpleInput,
  before: Readonly<{ sha256: string; size: number }>,
  time: string,
  { engine, random }: Readonly<{ engine: Engine; random: Random }>,
): Promise<SimpleRecord> {
  if (normalCode(input.code).length < SHORTEST) {
    const details = { shortest: SHORTEST }
    throw new SignError('ENVELOPE_CODE_TOO_SHORT', 'the code has fewer than 60 bits', { details })
  }
  const draft = {
    type: TYPE,
    version: 1,
    salt: toBase64(random.bytes(SALT)),
    iterations: ITERATIONS,
    sha256: before.sha256,
    size: before.size,
    time,
  } as const
  return { ...draft, mac: toBase64(await macOf(input, draft, engine)) }
}

/** Whether this code made it; false for any other code and for a record whose text was changed. */
export async function checkSimple(input: SimpleInput, record: SimpleRecord, engine: Engine): Promise<boolean> {
  return equalBytes(await macOf(input, record, engine), fromBase64(record.mac))
}

async function macOf(input: SimpleInput, record: Omit<SimpleRecord, 'mac'>, { subtle }: Engine): Promise<Uint8Array> {
  const code = await subtle.importKey('raw', utf8(normalCode(input.code)), 'PBKDF2', false, ['deriveKey'])
  const key = await subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt: fromBase64(record.salt), iterations: record.iterations },
    code,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  )
  return new Uint8Array(await subtle.sign('HMAC', key, boundBytes(input, record)))
}

/** What the code is bound to, in a fixed order: the file before, number, date, title, signatory and what he entered. */
function boundBytes(
  { manifest, signatory, values }: SimpleInput,
  record: Omit<SimpleRecord, 'mac'>,
): Uint8Array<ArrayBuffer> {
  const entered = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const bound = [record.type, record.version, record.sha256, record.size, record.time]
  return utf8(JSON.stringify([...bound, manifest.id, manifest.title, signatory.id, signatory.name, entered]))
}

/** Null for anything that is not a whole record. */
export function parseSimple(text: string): SimpleRecord | null {
  let value: Partial<SimpleRecord> | null
  try {
    value = JSON.parse(text) as Partial<SimpleRecord> | null
  } catch {
    return null
  }
  if (value?.type !== TYPE || value.version !== 1) return null
  const { salt, iterations, sha256, size, time, mac } = value
  const isSound =
    octets(salt) === SALT &&
    octets(mac) === 32 &&
    Number.isInteger(iterations) &&
    Number(iterations) >= ITERATIONS &&
    Number(iterations) <= MOST_ITERATIONS &&
    /^[0-9a-f]{64}$/.test(String(sha256)) &&
    Number.isSafeInteger(size) &&
    isTime(time)
  return isSound ? (value as SimpleRecord) : null
}

export const isTime = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value))

function octets(text: unknown): number {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]{0,64}={0,2}$/.test(text)) return -1
  try {
    return fromBase64(text).length
  } catch {
    return -1
  }
}
