/** /DSS: what a long-term check needs, within the document. ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4. */
import { sha1 } from '@noble/hashes/legacy.js'
import { equalBytes, toHex } from '../../bytes/bytes.ts'
import { PdfDict, PdfStream, isArray, name } from '../../pdf/objects.ts'
import type { PdfObject, PdfRef } from '../../pdf/objects.ts'
import { catalogRef } from '../../pdf/signature-field.ts'
import type { PdfUpdate } from '../../pdf/update.ts'
import type { Material } from '../long-term-material.ts'

/** What belongs to one signature, for its entry in /VRI. */
export type SignatureMaterial = Readonly<{
  /** Octets of /Contents with their padding. */
  contents: Uint8Array
  material: Material
}>

type Kind = keyof Material
const KEYS: Readonly<Record<Kind, Readonly<{ list: string; vri: string }>>> = {
  certificates: { list: 'Certs', vri: 'Cert' },
  ocspResponses: { list: 'OCSPs', vri: 'OCSP' },
  crls: { list: 'CRLs', vri: 'CRL' },
}
const KINDS: readonly Kind[] = ['certificates', 'ocspResponses', 'crls']

type Known = { ref: PdfObject; bytes: Uint8Array }

/**
 * Adds; what the store holds already stays, each object once. Keys of /VRI: upper-case hex SHA-1 of /Contents. An entry that is there is left
 * alone (pyHanko takes another one for a suspicious change): what is new for its signature stands in the lists, where verifiers look too.
 */
export async function writeSecurityStore(update: PdfUpdate, signatures: readonly SignatureMaterial[]): Promise<void> {
  const catalog = await catalogRef(update)
  const catalogDict = await update.get(catalog)
  const value = catalogDict instanceof PdfDict ? catalogDict.get('DSS') : null
  const found = await update.resolve(value)
  let store = found instanceof PdfDict ? found : PdfDict.of({ Type: name('DSS') })
  const lists = new Map<Kind, Known[]>()
  for (const kind of KINDS) lists.set(kind, await readList(update, store.get(KEYS[kind].list)))
  const vri = await update.resolve(store.get('VRI'))
  let entries = vri instanceof PdfDict ? vri : new PdfDict()
  for (const { contents, material } of signatures) {
    const entry: Record<string, PdfObject | undefined> = { Type: name('VRI') }
    for (const kind of KINDS) {
      const refs = material[kind].map((bytes) => place(update, lists.get(kind) ?? [], bytes))
      if (refs.length > 0) entry[KEYS[kind].vri] = refs
    }
    const key = toHex(sha1(contents)).toUpperCase()
    if (entries.get(key) === null) entries = entries.with({ [key]: update.add(PdfDict.of(entry)) })
  }
  for (const kind of KINDS) {
    const list = lists.get(kind) ?? []
    if (list.length > 0) store = store.with({ [KEYS[kind].list]: list.map(({ ref }) => ref) })
  }
  store = store.with({ VRI: entries })
  const ref = isRef(value) ? value : null
  if (ref && found instanceof PdfDict) update.set(ref, store)
  else await update.change(catalog, { DSS: update.add(store) })
}

const isRef = (value: PdfObject): value is PdfRef => value !== null && typeof value === 'object' && 'number' in value

async function readList(update: PdfUpdate, value: PdfObject): Promise<Known[]> {
  const items = await update.resolve(value)
  const known: Known[] = []
  for (const ref of isArray(items) ? items : []) {
    const stream = await update.resolve(ref)
    const bytes = stream instanceof PdfStream ? await decoded(update, stream) : new Uint8Array()
    known.push({ ref, bytes })
  }
  return known
}

/** What cannot be decoded is kept as it is and equals nothing. */
async function decoded(update: PdfUpdate, stream: PdfStream): Promise<Uint8Array> {
  try {
    return await update.document.decoded(stream, 0, 16 << 20)
  } catch {
    return new Uint8Array()
  }
}

function place(update: PdfUpdate, list: Known[], bytes: Uint8Array): PdfObject {
  const known = list.find((one) => equalBytes(one.bytes, bytes))
  if (known) return known.ref
  const ref = update.add(new PdfStream(PdfDict.of({ Length: bytes.length }), { data: bytes }))
  list.push({ ref, bytes })
  return ref
}
