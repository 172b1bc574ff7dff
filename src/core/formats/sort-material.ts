import { blobSource } from '../bytes/byte-source.ts'
import { parsePem } from '../bytes/pem.ts'
import { tryCrl } from '../revocation/crl.ts'
import { tryOcspResponse } from '../revocation/ocsp.ts'
import { readCertificates } from '../x509/read-certificates.ts'
import type { CollectOptions, SourceFile } from './format.ts'

export type SortedFiles = Readonly<{ documents: readonly SourceFile[] }> &
  Required<Pick<CollectOptions, 'certificates' | 'crls' | 'ocspResponses'>>

/** Certificates, CRLs and OCSP responses are small; anything larger is a document. National CRLs reach 20 MB. */
const MOST = 32 << 20
/** Certificate bundles, which a CMS reader would take for signatures. */
const BUNDLE = /\.(p7b|p7c|spc)$/i

/** Tells the documents from what only helps to judge them. A file that a `.p7s` beside it names stays a document. */
export async function sortMaterial(files: readonly SourceFile[]): Promise<SortedFiles> {
  const documents: SourceFile[] = []
  const certificates: Uint8Array[] = []
  const crls: Uint8Array[] = []
  const ocspResponses: Uint8Array[] = []
  const names = new Set(files.map(({ name }) => name.toLowerCase()))
  for (const file of files) {
    const material = isSigned(file.name, names) ? null : await materialOf(file)
    if (!material) documents.push(file)
    else if (material.kind === 'crl') crls.push(...material.all)
    else if (material.kind === 'ocsp') ocspResponses.push(...material.all)
    else certificates.push(...material.all)
  }
  return { documents, certificates, crls, ocspResponses }
}

function isSigned(name: string, names: ReadonlySet<string>): boolean {
  return ['.p7s', '.p7m', '.sig'].some((suffix) => names.has(`${name.toLowerCase()}${suffix}`))
}

type Material = Readonly<{ kind: 'crl' | 'ocsp' | 'certificates'; all: readonly Uint8Array[] }>

async function materialOf({ name, blob }: SourceFile): Promise<Material | null> {
  if (blob.size === 0 || blob.size > MOST || !(await looksEncoded(blob))) return null
  const bytes = await blobSource(blob).read(0, blob.size)
  const blocks = bytes[0] === 0x30 ? [bytes] : parsePem(bytes).map((block) => block.bytes)
  const crls = blocks.filter((der) => tryCrl(der) !== null)
  if (crls.length > 0) return { kind: 'crl', all: crls }
  const answers = blocks.filter((der) => tryOcspResponse(der) !== null)
  if (answers.length > 0) return { kind: 'ocsp', all: answers }
  // A signature carries certificates too, so that a PKCS#7 counts as a bundle only by its name.
  if (isSignedData(blocks[0]) && !BUNDLE.test(name)) return null
  const all = blob.size > 8 << 20 ? [] : readCertificates(bytes)
  return all.length > 0 ? { kind: 'certificates', all } : null
}

/** DER or PEM. @returns false also when the file cannot be read: what reads it next says why. */
async function looksEncoded(blob: Blob): Promise<boolean> {
  try {
    const head = await blobSource(blob).read(0, 4096)
    return head[0] === 0x30 || new TextDecoder('latin1').decode(head).includes('-----BEGIN ')
  } catch {
    return false
  }
}

/** ContentInfo begins with an OID, a certificate with its TBSCertificate. */
function isSignedData(der: Uint8Array | undefined): boolean {
  if (!der) return false
  const length = der[1] ?? 0
  return der[length < 0x80 ? 2 : 2 + (length & 0x7f)] === 0x06
}
