import { concatBytes, equalBytes, fromLatin1, latin1, utf8 } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { Engine, Random } from '../ports.ts'

/**
 * The end-to-end encrypted document of a signing link.
 *
 * header: `CSLK`, version 1, log2 of the chunk length, two zero octets, 16 octets of salt, 32 octets of key commitment. Then chunks of
 * AES-256-GCM, each with its tag, the header as additional data. HKDF-SHA256 over the link's key and the salt gives the AES key and the
 * commitment, so that a wrong key is told apart from a damaged file and no file opens under two keys. The nonce is the chunk's number and
 * whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár): none can be moved, dropped or added.
 * The plain text begins with four octets of length and as many of JSON: name and type, which the storage never sees.
 */
const MAGIC = 'CSLK'
const VERSION = 1
const SALT = 16
const COMMITMENT = 32
const HEADER = MAGIC.length + 4 + SALT + COMMITMENT
const TAG = 16
const CHUNK_LOG2 = 20
/** 64 KiB to 16 MiB: what a reader must hold at once is bounded whatever the file says. */
const LOG2_BOUNDS = [16, 24] as const
const META_MOST = 4096
const INFO = utf8('countersign signing link, version 1')

export type PlainFile = Readonly<{ name: string; type: string; blob: Blob }>
export type SealPorts = Readonly<{ engine: Pick<Engine, 'subtle'>; random: Random }>
export type SealOptions = Readonly<{ signal?: AbortSignal; chunkLog2?: number }>

/** @param key 32 octets, of the link. */
export async function seal(
  file: PlainFile,
  key: Uint8Array,
  { engine, random }: SealPorts,
  { signal, chunkLog2 = CHUNK_LOG2 }: SealOptions = {},
): Promise<Blob> {
  const salt = random.bytes(SALT)
  const { aes, commitment } = await derive(key, salt, engine.subtle)
  const header = concatBytes([latin1(MAGIC), Uint8Array.of(VERSION, chunkLog2, 0, 0), salt, commitment])
  const meta = utf8(JSON.stringify({ name: file.name, type: file.type }))
  if (meta.length > META_MOST) throw new RangeError('the name of the file is too long')
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, meta.length)
  const plain = new Blob([length, meta, file.blob])
  const chunk = 2 ** chunkLog2
  const count = Math.max(1, Math.ceil(plain.size / chunk))
  const parts: Blob[] = [new Blob([header])]
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted()
    const bytes = await plain.slice(index * chunk, (index + 1) * chunk).arrayBuffer()
    const params = gcm(index, index === count - 1, header)
    // A Blob each: the browser may keep it on disk.
    parts.push(new Blob([await engine.subtle.encrypt(params, aes, bytes)]))
  }
  return new Blob(parts, { type: 'application/octet-stream' })
}

/** @throws SignError `LINK_KEY_INCORRECT`, `LINK_DAMAGED` (not a sealed file, cut, or changed on its way) */
export async function unseal(
  sealed: Blob,
  key: Uint8Array,
  { engine }: Pick<SealPorts, 'engine'>,
  signal?: AbortSignal,
): Promise<PlainFile> {
  const header = new Uint8Array(await sealed.slice(0, HEADER).arrayBuffer())
  const chunk = checkHeader(header)
  const { aes, commitment } = await derive(key, header.slice(MAGIC.length + 4, HEADER - COMMITMENT), engine.subtle)
  if (!equalBytes(commitment, header.subarray(HEADER - COMMITMENT))) {
    throw new SignError('LINK_KEY_INCORRECT', 'the key of the link is not the one the document was sealed with')
  }
  const whole = chunk + TAG
  const count = Math.ceil((sealed.size - HEADER) / whole)
  const parts: Blob[] = []
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted()
    const at = HEADER + index * whole
    const bytes = await sealed.slice(at, at + whole).arrayBuffer()
    try {
      parts.push(new Blob([await engine.subtle.decrypt(gcm(index, index === count - 1, header), aes, bytes)]))
    } catch (cause) {
      throw damaged(`chunk ${index + 1} of ${count} is not as it was sealed`, cause)
    }
  }
  return open(new Blob(parts))
}

async function derive(key: Uint8Array, salt: Uint8Array, subtle: SubtleCrypto) {
  const secret = await subtle.importKey('raw', key.slice(), 'HKDF', false, ['deriveBits'])
  const params = { name: 'HKDF', hash: 'SHA-256', salt: salt.slice(), info: INFO }
  const bits = new Uint8Array(await subtle.deriveBits(params, secret, 512))
  const aes = await subtle.importKey('raw', bits.slice(0, 32), 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { aes, commitment: bits.slice(32) }
}

function gcm(index: number, last: boolean, header: Uint8Array): AesGcmParams {
  const iv = new Uint8Array(12)
  new DataView(iv.buffer).setUint32(7, index)
  iv[11] = last ? 1 : 0
  return { name: 'AES-GCM', iv, additionalData: header.slice() }
}

/** @returns octets of plain text in a chunk */
function checkHeader(header: Uint8Array): number {
  if (header.length < HEADER || fromLatin1(header.subarray(0, MAGIC.length)) !== MAGIC) {
    throw damaged('this is no sealed document')
  }
  const [version, log2 = 0, ...zeros] = header.subarray(MAGIC.length, MAGIC.length + 4)
  if (version !== VERSION || zeros.some((octet) => octet !== 0)) throw damaged(`sealed in version ${version ?? 0}`)
  if (log2 < LOG2_BOUNDS[0] || log2 > LOG2_BOUNDS[1]) throw damaged(`chunks of 2^${log2} octets`)
  return 2 ** log2
}

async function open(plain: Blob): Promise<PlainFile> {
  const length = new DataView(await plain.slice(0, 4).arrayBuffer())
  const size = length.byteLength === 4 ? length.getUint32(0) : META_MOST + 1
  if (size > META_MOST || plain.size < 4 + size) throw damaged('the sealed document has no name')
  let meta: unknown
  try {
    meta = JSON.parse(await plain.slice(4, 4 + size).text())
  } catch (cause) {
    throw damaged('the name of the sealed document cannot be read', cause)
  }
  const { name, type } = (meta ?? {}) as { name?: unknown; type?: unknown }
  if (typeof name !== 'string' || typeof type !== 'string') throw damaged('the sealed document has no name')
  return { name, type, blob: plain.slice(4 + size, plain.size, type) }
}

const damaged = (message: string, cause?: unknown): SignError => new SignError('LINK_DAMAGED', message, { cause })
