import { sourceOf } from '../bytes/byte-source.ts'
import { fromBase64, fromLatin1 } from '../bytes/bytes.ts'
import type { BytesOrBlob } from '../bytes/small-blob.ts'
import { parsePem } from '../bytes/pem.ts'
import { looksLikeSignedData, parseSignedData, type CmsSignedData } from '../cms/read.ts'
import { SignError } from '../errors.ts'

/** A CMS file over this size is not read: what it envelops belongs beside it. */
const MAX_FILE = 256 << 20

/** Whether a file begins like CMS SignedData, in DER or BER, PEM or bare base64. */
export function isCmsHead(head: Uint8Array): boolean {
  if (looksLikeSignedData(head)) return true
  const text = fromLatin1(head.subarray(0, 400))
    .replace(/^\uFEFF|^ï»¿/, '')
    .trimStart()
  if (/^-----BEGIN (CMS|PKCS7|PKCS #7 SIGNED DATA)-----/.test(text)) return true
  const base64 = /^M[A-Za-z0-9+/\r\n]{63,}/.exec(text)?.[0].replace(/\s+/g, '')
  return base64 !== undefined && looksLikeSignedData(fromBase64(base64.slice(0, 60)))
}

/** @throws SignError `DER_MALFORMED`, `DER_LIMIT_EXCEEDED`, `FORMAT_UNSUPPORTED` */
export async function readCmsFile(content: BytesOrBlob): Promise<CmsSignedData> {
  const source = sourceOf(content)
  if (source.size > MAX_FILE) throw new SignError('DER_LIMIT_EXCEEDED', `a CMS file of ${source.size} bytes`)
  const bytes = await source.read(0, source.size)
  if (bytes[0] === 0x30) return parseSignedData(bytes)
  const [block] = parsePem(bytes)
  if (block) return parseSignedData(block.bytes)
  try {
    return parseSignedData(fromBase64(fromLatin1(bytes)))
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('DER_MALFORMED', 'neither DER nor PEM nor base64', { cause })
  }
}
