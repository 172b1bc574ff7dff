import { SignError } from '../../errors.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { PdfStream, isArray } from '../../pdf/objects.ts'
import type { RevocationSource } from '../../revocation/collect-chain.ts'

export type SecurityStore = Readonly<{
  certificates: readonly Uint8Array[]
  revocation: readonly RevocationSource[]
  /** Index of the first revision that has a /DSS; null: there is none. */
  revision: number | null
}>

const MAX_ITEMS = 2000
const MAX_ITEM = 16 << 20

/** /DSS of the catalog (ISO 32000-2, 12.8.4.3). What cannot be read is passed over: it only ever adds candidates. */
export async function readSecurityStore(document: PdfDocument): Promise<SecurityStore> {
  const catalog = await document.catalog()
  const dss = await document.dict(catalog?.dict, 'DSS')
  if (!dss) return { certificates: [], revocation: [], revision: null }
  const list = async (key: string): Promise<readonly Uint8Array[]> => {
    const items = await document.value(dss, key)
    const found: Uint8Array[] = []
    for (const item of isArray(items) ? items.slice(0, MAX_ITEMS) : []) {
      const stream = await document.resolve(item)
      const data = stream instanceof PdfStream ? await decoded(document, stream) : null
      if (data) found.push(data)
    }
    return found
  }
  const source = (kind: 'ocsp' | 'crl') => (der: Uint8Array) => ({ kind, der, origin: 'document' as const })
  return {
    certificates: await list('Certs'),
    revocation: [...(await list('OCSPs')).map(source('ocsp')), ...(await list('CRLs')).map(source('crl'))],
    revision: await firstRevision(document),
  }
}

async function decoded(document: PdfDocument, stream: PdfStream): Promise<Uint8Array | null> {
  try {
    return await document.decoded(stream, 0, MAX_ITEM)
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

async function firstRevision(document: PdfDocument): Promise<number | null> {
  for (const { index, view } of document.revisions) {
    const catalog = await document.catalog(view)
    if (await document.dict(catalog?.dict, 'DSS', view)) return index
  }
  return null
}
