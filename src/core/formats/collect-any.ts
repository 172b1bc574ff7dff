import { toHex } from '../bytes/bytes.ts'
import { sourceOf } from '../bytes/byte-source.ts'
import { contentOf, sizeOf, type BytesOrBlob } from '../bytes/small-blob.ts'
import { SignError, isAbort } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { FileFacts } from '../validation/facts.ts'
import type { CmsSignedData } from '../cms/read.ts'
import { contextOf, type CollectContext } from './collect-context.ts'
import { isCmsHead, readCmsFile } from './cms-file.ts'
import type { CollectOptions, SourceFile } from './format.ts'
import { wholeContent, type SignedContent } from './signed-content.ts'

/** What a file is, by its content. Names may lie. */
export type FileKind = 'pdf' | 'cms' | 'zip' | 'xml' | 'empty' | 'other'

/** `%PDF-` may stand this far from the start. */
const HEAD = 1024

export async function recognise(held: BytesOrBlob): Promise<FileKind> {
  const source = sourceOf(held)
  if (source.size === 0) return 'empty'
  const head = await source.read(0, HEAD)
  if (startsLikePdf(head)) return 'pdf'
  if (isCmsHead(head)) return 'cms'
  const text = String.fromCharCode(...head)
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip'
  if (text.includes('%PDF-')) return 'pdf'
  return /^(\xEF\xBB\xBF)?\s*<(\?xml|[A-Za-z!])/.test(text) ? 'xml' : 'other'
}

/** As nearly all do; nothing else begins so. */
const startsLikePdf = (head: Uint8Array): boolean =>
  [0x25, 0x50, 0x44, 0x46, 0x2d].every((octet, i) => head[i] === octet)

type Entry = Readonly<{ file: SourceFile; kind: FileKind; content: SignedContent }>

/**
 * Recognises files, pairs detached signatures with what they were made over (by name, by digest, in any order), and collects the
 * facts of each. One result per file, in their order; a file that only serves as the content of a detached signature has none.
 *
 * Never throws on what a file holds: that is in the facts (`code`). @throws AbortError
 */
export async function collectFiles(
  files: readonly SourceFile[],
  ports: Ports,
  options: CollectOptions = {},
): Promise<readonly FileFacts[]> {
  const context = contextOf(ports, options)
  const entries: Entry[] = []
  for (const file of files) {
    options.signal?.throwIfAborted()
    const held = contentOf(file)
    const content = wholeContent(held, ports.engine, {
      ...(options.signal && { signal: options.signal }),
      ...(options.progress && { progress: (done: number) => options.progress?.('digesting', done) }),
    })
    entries.push({ file, kind: await guarded(() => recognise(held), 'other'), content })
  }
  const contents = new Set<Entry>()
  const results = new Map<Entry, FileFacts>()
  for (const entry of entries) {
    options.signal?.throwIfAborted()
    if (entry.kind === 'cms') results.set(entry, await collectCms(entry, entries, contents, context))
  }
  for (const entry of entries) {
    options.signal?.throwIfAborted()
    if (entry.kind !== 'cms') results.set(entry, await collectOther(entry, context, options))
  }
  // A document that is signed only by the file beside it is not a file without signature.
  const isContent = (entry: Entry): boolean => contents.has(entry) && results.get(entry)?.signatures.length === 0
  return entries.filter((entry) => !isContent(entry)).flatMap((entry) => results.get(entry) ?? [])
}

async function collectOther(entry: Entry, context: CollectContext, options: CollectOptions): Promise<FileFacts> {
  const { file, kind } = entry
  const none: FileFacts = { name: file.name, findings: [], signatures: [] }
  return safely(file.name, async () => {
    switch (kind) {
      case 'pdf': {
        const { collectPades } = await import('./pades/collect.ts')
        return collectPades(file, context, options)
      }
      case 'zip': {
        const { collectAsic } = await import('./asic/collect.ts')
        return (await collectAsic(file, context)) ?? none
      }
      case 'xml': {
        const { collectXml } = await import('./not-checked.ts')
        return (await collectXml(file.name, file.blob)) ?? none
      }
      case 'other':
        return claimed(none)
      case 'cms':
        return none
      case 'empty':
        return { ...none, code: 'FORMAT_EMPTY_FILE', message: 'the file is empty' }
    }
  })
}

/** A file that its name calls a PDF or a signature, and that is none: more likely damaged than unsigned. */
function claimed(none: FileFacts): FileFacts {
  if (/\.pdf$/i.test(none.name)) return { ...none, code: 'FORMAT_NOT_PDF', message: 'no PDF header' }
  if (/\.(p7s|p7m)$/i.test(none.name)) return { ...none, code: 'DER_MALFORMED', message: 'not a CMS signature' }
  return none
}

async function collectCms(
  entry: Entry,
  entries: readonly Entry[],
  contents: Set<Entry>,
  context: CollectContext,
): Promise<FileFacts> {
  const { file } = entry
  return safely(file.name, async () => {
    const { collectCades } = await import('./cades/collect.ts')
    const signedData = await readCmsFile(contentOf(file))
    const paired = await pairOf(entry, signedData, entries)
    if (paired) contents.add(paired)
    const size = paired ? sizeOf(contentOf(paired.file)) : 0
    const input = { file: file.name, signedData, content: paired?.content ?? null, size }
    return { name: file.name, findings: [], signatures: await collectCades(input, context) }
  })
}

const SIGNATURE_SUFFIX = /\.(p7s|p7m|p7b|sig|cms|pkcs7|pem|sgn)$/i

/** 'contract.pdf.p7s' -> 'contract.pdf' */
const contentName = (name: string): string => name.replace(SIGNATURE_SUFFIX, '').toLowerCase()

/**
 * By digest first, since names lie; then by name, so that a changed file is told as changed and not as missing; a single file
 * beside a single signature can only be meant for it.
 */
async function pairOf(entry: Entry, signedData: CmsSignedData, entries: readonly Entry[]): Promise<Entry | null> {
  const candidates = entries.filter((other) => other !== entry && other.kind !== 'cms')
  const name = contentName(entry.file.name)
  const isNamed = ({ file }: Entry): boolean =>
    file.name.toLowerCase() === name || file.name.toLowerCase().replace(/\.[^.]*$/, '') === name
  const named = candidates.filter(isNamed)
  if (signedData.content !== null) return named[0] ?? null
  const { statedDigests } = await import('./cades/collect.ts')
  const stated = statedDigests(signedData)
  for (const candidate of [...named, ...candidates.filter((one) => !named.includes(one))]) {
    for (const digest of stated) {
      const value = await guarded(() => candidate.content.digest(digest.name), null)
      if (value && toHex(value) === digest.value) return candidate
    }
  }
  const [only, ...others] = candidates
  const isAlone = others.length === 0 && entries.filter(({ kind }) => kind === 'cms').length === 1
  return named[0] ?? (isAlone ? (only ?? null) : null)
}

async function guarded<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (isAbort(error)) throw error
    return otherwise
  }
}

/** A fault of ours on hostile input is a report too: the file could not be read, and nothing is passed. */
async function safely(name: string, collect: () => Promise<FileFacts>): Promise<FileFacts> {
  try {
    return await collect()
  } catch (error) {
    if (isAbort(error)) throw error
    const code = error instanceof SignError ? error.code : 'INTERNAL'
    const message = error instanceof Error ? error.message : String(error)
    return { name, code, message, findings: [], signatures: [] }
  }
}
