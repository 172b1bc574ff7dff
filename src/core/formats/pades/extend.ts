/** PAdES-B-T, -B-LT and -B-LTA out of a lower level: EN 319 142-1, 5.3, 5.4 and 6.3. Every byte that is signed stays. */
import { blobSource } from '../../bytes/byte-source.ts'
import { latin1, toHex } from '../../bytes/bytes.ts'
import { parseDerPrefix } from '../../bytes/der-read.ts'
import { amendSignedData, unsignedAttribute } from '../../cms/amend.ts'
import { attributesOf } from '../../cms/attributes.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import { parseSignedData } from '../../cms/read.ts'
import type { CmsSignedData } from '../../cms/read.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { openPdf } from '../../pdf/open.ts'
import { readSignatures } from '../../pdf/signatures.ts'
import type { PdfSignature } from '../../pdf/signatures.ts'
import { PdfUpdate } from '../../pdf/update.ts'
import { SignError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { requestTimeStamp } from '../../tsp/request-time-stamp.ts'
import type { ExtendOptions, SignatureLevel, SignedFile } from '../format.ts'
import { longTermMaterial } from '../long-term-material.ts'
import { addDocumentTimeStamp } from './document-time-stamp.ts'
import { readSecurityStore } from './security-store.ts'
import { writeSecurityStore } from './write-security-store.ts'
import type { SignatureMaterial } from './write-security-store.ts'

/** @throws SignError as SignatureFormat.extend; `FORMAT_UNSUPPORTED` for a PDF without a signature */
export async function extendPades(
  file: SignedFile,
  level: SignatureLevel,
  ports: Ports,
  options: ExtendOptions,
): Promise<SignedFile> {
  let { blob } = file
  if (level !== 'B-B') blob = await addTimeStamp(blob, ports, options)
  if (level === 'B-LT' || level === 'B-LTA') blob = await addMaterial(blob, ports, options)
  if (level === 'B-LTA') blob = await addDocumentTimeStamp(blob, ports, options)
  return { ...file, blob }
}

type Opened = Readonly<{ document: PdfDocument; signatures: readonly PdfSignature[] }>

async function open(blob: Blob, { password }: ExtendOptions): Promise<Opened> {
  const document = await openPdf(blobSource(blob), password === undefined ? {} : { password })
  const signatures = await readSignatures(document)
  if (!signatures.some(({ kind }) => kind === 'signature')) {
    throw new SignError('FORMAT_UNSUPPORTED', 'this PDF holds no signature that could be raised')
  }
  if (document.recovered) {
    throw new SignError('FORMAT_NOT_INCREMENTAL', 'the cross-reference data of this signed file are broken')
  }
  return { document, signatures }
}

/**
 * Within the last signature when it ends the file and has room, else over the whole document. A signature that something later
 * covers is never touched; a document time-stamp behind it proves its time as well.
 */
async function addTimeStamp(blob: Blob, ports: Ports, options: ExtendOptions): Promise<Blob> {
  const { signatures } = await open(blob, options)
  const last = signatures.at(-1)
  if (last === undefined || last.kind === 'document-time-stamp') return blob
  const signedData = last.contents && parseContents(last.contents)
  const [signer] = signedData?.signers ?? []
  if (!signedData || !signer) throw new SignError('FORMAT_MALFORMED', 'the last signature cannot be read')
  if (attributesOf(signer.unsignedAttributes, ATTRIBUTE.signatureTimeStamp).length > 0) return blob
  const within = await stampWithin(blob, last, signer.signature, ports, options)
  return within ?? addDocumentTimeStamp(blob, ports, options)
}

/** Octets of a usual token with its chain: where less is free, the authority need not be asked. */
const LEAST_TOKEN = 1_500

/** /Contents is the one part that no signature of this file covers while it is the last. */
async function stampWithin(
  blob: Blob,
  { coverage, byteRange, contents }: PdfSignature,
  value: Uint8Array,
  ports: Ports,
  { authority, signal }: ExtendOptions,
): Promise<Blob | null> {
  if (coverage !== 'whole-file' || !byteRange || !contents) return null
  const [, start, end] = byteRange
  const digits = end - start - 2
  const cms = withoutPadding(contents)
  if (digits / 2 - cms.length < LEAST_TOKEN) return null
  const { token } = await requestTimeStamp(value, authority, ports, signal)
  const attribute = unsignedAttribute(ATTRIBUTE.signatureTimeStamp, token)
  const stamped = toHex(amendSignedData(cms, { unsignedAttributes: [[attribute]] }))
  if (stamped.length > digits) return null
  const parts = [blob.slice(0, start + 1), latin1(stamped.padEnd(digits, '0')), blob.slice(end - 1)]
  return new Blob(parts, { type: 'application/pdf' })
}

function withoutPadding(contents: Uint8Array): Uint8Array {
  return parseDerPrefix(contents, 'ber').raw
}

function parseContents(contents: Uint8Array): CmsSignedData {
  try {
    return parseSignedData(contents, { padded: true })
  } catch (cause) {
    throw new SignError('FORMAT_MALFORMED', 'a signature of this file cannot be read', { cause })
  }
}

/** The chains of every signature and document time-stamp that the file holds; one whose bytes are not there is passed over. */
async function addMaterial(blob: Blob, ports: Ports, options: ExtendOptions): Promise<Blob> {
  const { document, signatures } = await open(blob, options)
  const store = await readSecurityStore(document)
  let known: Pick<typeof store, 'certificates' | 'revocation'> = store
  const found: SignatureMaterial[] = []
  for (const { contents, kind } of signatures) {
    if (contents === null) continue
    const purpose = kind === 'signature' ? ('signing' as const) : ('time-stamping' as const)
    const material = await longTermMaterial([{ signedData: parseContents(contents), purpose }], known, ports, options)
    found.push({ contents, material })
    const source = (type: 'ocsp' | 'crl') => (der: Uint8Array) => ({ kind: type, der, origin: 'document' as const })
    known = {
      certificates: [...known.certificates, ...material.certificates],
      revocation: [
        ...known.revocation,
        ...material.ocspResponses.map(source('ocsp')),
        ...material.crls.map(source('crl')),
      ],
    }
  }
  const update = PdfUpdate.start(document)
  await writeSecurityStore(update, found)
  const { bytes } = await update.build(ports.random)
  return new Blob([blob, bytes], { type: 'application/pdf' })
}
