import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { concatBytes } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import type { Random } from '../../ports.ts'
import type { ObjectCrypt, PdfDocument } from '../document.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, countOf, dictOf, isArray, nameOf } from '../objects.ts'
import type { PdfObject } from '../objects.ts'
import { writeObject } from '../serialize.ts'
import type { PdfOutput } from '../serialize.ts'
import { openWithPassword } from './file-key.ts'
import type { Opened, PasswordEntries } from './file-key.ts'
import { rc4 } from '../../suites/rc4.ts'

/** What the file lets the person do who opened it (ISO 32000-2, table 22). */
export type Permissions = Readonly<{
  /** Opened as owner: nothing is forbidden. */
  owner: boolean
  /** Fill in and sign existing fields. */
  fillForms: boolean
  /** Create fields. */
  createFields: boolean
}>

type Method = 'none' | 'RC4' | 'AESV2' | 'AESV3'

const METHODS: Readonly<Record<string, Method>> = { V2: 'RC4', AESV2: 'AESV2', AESV3: 'AESV3', None: 'none' }

const unsupported = (message: string): SignError => new SignError('FORMAT_ENCRYPTION_UNSUPPORTED', message)

/**
 * Sets up decryption of an encrypted document by the standard security handler, R2 to R6.
 *
 * @throws SignError `FORMAT_PASSWORD_REQUIRED`, `FORMAT_PASSWORD_INCORRECT`, `FORMAT_ENCRYPTION_UNSUPPORTED`
 */
export async function openEncryption(
  document: PdfDocument,
  encrypt: PdfDict,
  password: string | undefined,
): Promise<StandardCrypt> {
  const dict = await resolvedDict(document, encrypt)
  const filter = nameOf(dict.get('Filter'))
  if (filter !== 'Standard') throw unsupported(`security handler ${filter?.slice(0, 40) ?? 'missing'}`)
  const version = countOf(dict.get('V')) ?? 0
  const entries = await passwordEntries(document, dict, version)
  const opened = openWithPassword('', entries) ?? (password === undefined ? null : openWithPassword(password, entries))
  if (!opened) {
    if (password === undefined) throw new SignError('FORMAT_PASSWORD_REQUIRED', 'the file asks for a password')
    throw new SignError('FORMAT_PASSWORD_INCORRECT', 'the password opens nothing')
  }
  // The empty user password opens the file, but the owner's may have been given for its rights.
  const owner =
    password === undefined || opened.by === 'owner' ? opened : (openWithPassword(password, entries) ?? opened)
  const encryptRef = document.trailer().get('Encrypt')
  return new StandardCrypt(dict, version, entries, owner, encryptRef instanceof PdfRef ? encryptRef.number : -1)
}

async function resolvedDict(document: PdfDocument, dict: PdfDict, depth = 0): Promise<PdfDict> {
  const entries = new Map<string, PdfObject>()
  for (const [key, value] of dict.entries) {
    const found = await document.resolve(value)
    entries.set(key, found instanceof PdfDict && depth < 4 ? await resolvedDict(document, found, depth + 1) : found)
  }
  return new PdfDict(entries)
}

async function passwordEntries(document: PdfDocument, dict: PdfDict, version: number): Promise<PasswordEntries> {
  const revision = countOf(dict.get('R')) ?? 0
  if (![1, 2, 4, 5].includes(version) || revision < 2 || revision > 6) {
    throw unsupported(`encryption version ${version}, revision ${revision}`)
  }
  const bytes = (key: string, least: number): Uint8Array => {
    const value = dict.get(key)
    if (!(value instanceof PdfString) || value.bytes.length < least) throw unsupported(`a broken /${key}`)
    return value.bytes
  }
  const bits = version === 1 ? 40 : version === 4 ? 128 : (countOf(dict.get('Length')) ?? 40)
  // Some writers give octets.
  const keyLength = version === 5 ? 32 : bits >= 40 ? Math.min(bits, 128) >> 3 : bits >= 5 && bits <= 16 ? bits : 5
  const ids = await document.value(document.trailer(), 'ID')
  const id = isArray(ids) ? await document.resolve(ids[0]) : null
  const permissions = dict.get('P')
  const modern = revision >= 5
  return {
    revision,
    keyLength,
    O: bytes('O', modern ? 48 : 32),
    U: bytes('U', modern ? 48 : 32),
    OE: modern ? bytes('OE', 32) : new Uint8Array(),
    UE: modern ? bytes('UE', 32) : new Uint8Array(),
    P: typeof permissions === 'number' ? permissions | 0 : 0,
    id: id instanceof PdfString ? id.bytes : new Uint8Array(),
    encryptMetadata: dict.get('EncryptMetadata') !== false,
  }
}

/** Decrypts and encrypts by the file key (7.6.3 and 7.6.5). */
export class StandardCrypt implements ObjectCrypt {
  readonly permissions: Permissions
  readonly algorithm: string
  private readonly key: Uint8Array
  private readonly strings: Method
  private readonly streams: Method
  private readonly encryptMetadata: boolean
  private readonly encryptNumber: number
  private readonly filters: PdfDict | null

  constructor(dict: PdfDict, version: number, entries: PasswordEntries, opened: Opened, encryptNumber: number) {
    this.key = opened.key
    this.encryptMetadata = entries.encryptMetadata
    this.encryptNumber = encryptNumber
    this.filters = version >= 4 ? dictOf(dict.get('CF')) : null
    this.strings = version >= 4 ? this.method(nameOf(dict.get('StrF'))) : 'RC4'
    this.streams = version >= 4 ? this.method(nameOf(dict.get('StmF'))) : 'RC4'
    this.permissions = permissionsOf(entries, opened)
    this.algorithm = `${this.streams} ${this.key.length * 8}`
  }

  object(object: PdfObject, ref: PdfRef): PdfObject {
    if (ref.number === this.encryptNumber || this.strings === 'none') return object
    return this.mapStrings(object, ref, (bytes) => this.decrypt(this.strings, bytes, ref))
  }

  stream(data: Uint8Array, stream: PdfStream): Uint8Array {
    const method = stream.ref ? this.methodOf(stream.dict) : 'none'
    return stream.ref ? this.decrypt(method, data, stream.ref) : data
  }

  write(out: PdfOutput, object: PdfObject, ref: PdfRef, random: Random): void {
    const encrypt = (bytes: Uint8Array): Uint8Array => this.encrypt(this.strings, bytes, ref, random)
    const mapped = this.strings === 'none' ? object : this.mapStrings(object, ref, encrypt)
    if (!(mapped instanceof PdfStream) || !mapped.data) return writeObject(out, mapped)
    const data = this.encrypt(this.methodOf(mapped.dict), mapped.data, ref, random)
    writeObject(out, new PdfStream(mapped.dict, { data }))
  }

  private method(filter: string | null): Method {
    if (filter === null || filter === 'Identity') return 'none'
    const method = METHODS[nameOf(dictOf(this.filters?.get(filter))?.get('CFM')) ?? '']
    if (!method) throw unsupported(`crypt filter ${filter.slice(0, 40)}`)
    return method
  }

  /** Cross-reference streams are never encrypted, metadata only if the file says so; /Crypt may name another filter. */
  private methodOf(dict: PdfDict): Method {
    const type = nameOf(dict.get('Type'))
    if (type === 'XRef' || (type === 'Metadata' && !this.encryptMetadata)) return 'none'
    const filter = dict.get('Filter')
    const first = isArray(filter) ? filter[0] : filter
    if (nameOf(first) !== 'Crypt') return this.streams
    const parameters = dict.get('DecodeParms')
    const own = dictOf(isArray(parameters) ? parameters[0] : parameters)
    return this.method(nameOf(own?.get('Name')) ?? 'Identity')
  }

  /** Algorithms 1 and 1.A. */
  private objectKey(method: Method, ref: PdfRef): Uint8Array {
    if (method === 'AESV3') return this.key
    const { number: n, generation: g } = ref
    const salt = method === 'AESV2' ? [0x73, 0x41, 0x6c, 0x54] : []
    const tail = Uint8Array.of(n & 255, (n >> 8) & 255, (n >> 16) & 255, g & 255, (g >> 8) & 255, ...salt)
    return md5(concatBytes([this.key, tail])).slice(0, Math.min(this.key.length + 5, 16))
  }

  private decrypt(method: Method, data: Uint8Array, ref: PdfRef): Uint8Array {
    if (method === 'none') return data
    const key = this.objectKey(method, ref)
    if (method === 'RC4') return rc4(key, data)
    const length = data.length - 16 - (data.length % 16)
    if (length <= 0) return new Uint8Array()
    const plain = cbc(key, data.slice(0, 16), { disablePadding: true }).decrypt(data.slice(16, 16 + length))
    const pad = plain.at(-1) ?? 0
    return pad >= 1 && pad <= 16 ? plain.subarray(0, plain.length - pad) : plain
  }

  private encrypt(method: Method, data: Uint8Array, ref: PdfRef, random: Random): Uint8Array {
    if (method === 'none') return data
    const key = this.objectKey(method, ref)
    if (method === 'RC4') return rc4(key, data)
    const iv = random.bytes(16)
    return concatBytes([iv, cbc(key, iv).encrypt(data)])
  }

  /** A copy with every string changed; /Contents of a signature is never encrypted (7.6.2). */
  private mapStrings(object: PdfObject, ref: PdfRef, change: (bytes: Uint8Array) => Uint8Array): PdfObject {
    if (object instanceof PdfString) return new PdfString(change(object.bytes), true, object.start, object.end)
    if (isArray(object)) return object.map((item) => this.mapStrings(item, ref, change))
    if (object instanceof PdfDict) return this.mapDict(object, ref, change)
    if (!(object instanceof PdfStream)) return object
    const dict = this.mapDict(object.dict, ref, change)
    if (object.data) return new PdfStream(dict, { data: object.data })
    return new PdfStream(dict, { start: object.start, length: object.length, ref })
  }

  private mapDict(dict: PdfDict, ref: PdfRef, change: (bytes: Uint8Array) => Uint8Array): PdfDict {
    const isSignature = dict.get('ByteRange') !== null
    const entries = new Map<string, PdfObject>()
    for (const [key, value] of dict.entries) {
      entries.set(key, isSignature && key === 'Contents' ? value : this.mapStrings(value, ref, change))
    }
    return new PdfDict(entries, dict.duplicateKeys)
  }
}

function permissionsOf({ P, revision }: PasswordEntries, opened: Opened): Permissions {
  const owner = opened.by === 'owner'
  const bit = (n: number): boolean => (P & (1 << (n - 1))) !== 0
  return {
    owner,
    fillForms: owner || bit(6) || (revision >= 3 && bit(9)),
    createFields: owner || (bit(4) && bit(6)),
  }
}
