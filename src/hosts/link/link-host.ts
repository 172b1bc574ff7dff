import { fromLatin1, toHex } from '../../core/bytes/bytes.ts'
import { digestBlob } from '../../core/bytes/digest-blob.ts'
import { isAbort, SignError } from '../../core/errors.ts'
import type { CommandingHost, DocumentRef, HostDocument } from '../../core/host.ts'
import { sameObject, type LinkAddress } from '../../core/link/address.ts'
import { seal, unseal } from '../../core/link/seal.ts'
import type { Engine, Random } from '../../core/ports.ts'
import { downloadBlob, uploadBlob, type TransferProgress } from '../../platform/blob-transfer.ts'

export type LinkHostOptions = Readonly<{
  link: LinkAddress
  /** Origins of the storages that this deployment permits (config.json, storage). */
  storage: readonly string[]
  /** Bytes of the document at most. */
  maxBytes: number
  engine: Engine
  random: Random
  /** Tells two links apart in what this browser keeps; says nothing of their addresses. */
  identity: string
  /** The upload that runs, and how to stop it; null when it is over. */
  onTransfer?: (transfer: LinkTransfer | null) => void
  patience?: number
}>

export type LinkTransfer = Readonly<{
  direction: 'down' | 'up'
  done: number
  /** Null where the storage does not say. */
  total: number | null
  cancel: () => void
}>

/** The only document of a link. */
export const LINKED_ID = 'linked'
/** What sealing adds at most to documents of up to 16 TiB: a header, the name, 16 octets for each MiB. */
const sealedLimit = (bytes: number): number => bytes + 8192 + 16 * Math.ceil(bytes / 2 ** 16 + 1)
/** A version that is a digest of the document, where the storage offers no strong ETag. */
const BY_DIGEST = 'sha256:'

/**
 * A document behind a signing link: nothing but a blob storage and signed addresses. Written back under `If-Match` where the storage
 * names a version; otherwise the document is read again right before and compared.
 *
 * @throws SignError `LINK_ORIGIN_REFUSED` before anything is fetched
 */
export function linkHost(options: LinkHostOptions): CommandingHost {
  const { link, storage, identity } = options
  for (const url of [link.src, ...(link.dst ? [link.dst.url] : [])]) {
    const { origin } = new URL(url)
    if (!storage.includes(origin)) {
      throw new SignError('LINK_ORIGIN_REFUSED', `${origin} is not among the storages`, { details: { origin } })
    }
  }
  const saved = new Map<string, { stored: DocumentRef; version: string }>()
  const only: DocumentRef = { id: LINKED_ID, name: link.name }
  return {
    id: 'link',
    origin: `${new URL(link.dst?.url ?? link.src).origin}/#${identity}`,
    capabilities: new Set(link.dst ? ['list', 'save'] : ['list']),
    context: () => Promise.resolve({}),
    list: () => Promise.resolve([only]),
    async open(ref, signal) {
      if (ref.id !== LINKED_ID) throw new RangeError(`no document ${ref.id}`)
      return read(options, link.src, signal).catch((error: unknown) => {
        throw translate(error, 'HOST_LOAD_FAILED')
      })
    },
    async save(ref, blob, { ifVersion, idempotencyKey }) {
      const before = saved.get(idempotencyKey)
      if (before) return before
      const version = await write(options, { name: ref.name, blob }, ifVersion)
      const answer = { stored: ref, version }
      saved.set(idempotencyKey, answer)
      return answer
    },
    confirm: () => Promise.reject(new SignError('HOST_CODE_REFUSED', 'nobody behind a link can check a code')),
    fetch: () => Promise.reject(new SignError('NETWORK_BLOCKED', 'nobody behind a link fetches anything')),
    tell: () => undefined,
  }
}

async function read(options: LinkHostOptions, url: string, signal: AbortSignal): Promise<HostDocument> {
  const { link, storage, maxBytes, engine } = options
  const cancelled = new AbortController()
  const both = AbortSignal.any([signal, cancelled.signal])
  try {
    const { blob, etag } = await downloadBlob(url, {
      signal: both,
      maxBytes: link.key ? sealedLimit(maxBytes) : maxBytes,
      mayAnswer: (origin) => storage.includes(origin),
      ...transferOf(options, 'down', cancelled),
    })
    const plain = link.key ? await unseal(blob, link.key, { engine }, both) : { blob, name: link.name, type: blob.type }
    if (plain.blob.size > maxBytes) {
      const details = { got: plain.blob.size, most: maxBytes }
      throw new SignError('HOST_DOCUMENT_TOO_LARGE', 'the sealed document is too large', { details })
    }
    // A signature that stands beside its document needs a place of its own.
    if (link.dst && sameObject(link.src, link.dst.url) && !(await isPdf(plain.blob))) {
      throw new SignError('LINK_INVALID', 'dst would replace a document that cannot hold its signature', {
        details: { field: 'dst', problem: 'would replace the document' },
      })
    }
    const strong = etag !== null && etag.startsWith('"') ? etag : null
    return { ...plain, version: strong ?? `${BY_DIGEST}${await digestOf(plain.blob, options)}` }
  } finally {
    options.onTransfer?.(null)
  }
}

/** ISO 32000-1, implementation note 13: the header may stand anywhere in the first 1024 octets. */
async function isPdf(blob: Blob): Promise<boolean> {
  return fromLatin1(new Uint8Array(await blob.slice(0, 1024).arrayBuffer())).includes('%PDF-')
}

async function digestOf(blob: Blob, { engine }: LinkHostOptions): Promise<string> {
  return toHex(await digestBlob(blob, 'SHA-256', engine))
}

function transferOf(
  { onTransfer, patience }: LinkHostOptions,
  direction: 'down' | 'up',
  cancelled: AbortController,
): { onProgress: TransferProgress; patience?: number } {
  const cancel = (): void => cancelled.abort()
  onTransfer?.({ direction, done: 0, total: null, cancel })
  return {
    onProgress: (done, total) => onTransfer?.({ direction, done, total, cancel }),
    ...(patience === undefined ? {} : { patience }),
  }
}

/** @returns the version that is stored now, '' where the storage does not say */
async function write(
  options: LinkHostOptions,
  { name, blob }: { name: string; blob: Blob },
  ifVersion: string,
): Promise<string> {
  const { link, engine, random } = options
  const { dst } = link
  if (!dst) throw new SignError('HOST_SAVE_FAILED', 'this link only gives')
  if (sameObject(link.src, dst.url) && !(await isPdf(blob))) {
    throw new SignError('HOST_SAVE_FAILED', 'a signature beside the document would take the place of the document')
  }
  const cancelled = new AbortController()
  const { signal } = cancelled
  if (ifVersion.startsWith(BY_DIGEST) && sameObject(link.src, dst.url))
    await expectUnchanged(options, ifVersion, signal)
  const body = link.key ? await seal({ name, type: blob.type, blob }, link.key, { engine, random }, { signal }) : blob
  const headers = headersFor(link, ifVersion, body.type)
  try {
    const transfer = { signal, ...transferOf(options, 'up', cancelled) }
    const { etag } = await uploadBlob(dst.url, body, { method: dst.method, headers }, transfer)
    return etag ?? ''
  } catch (error) {
    if (!isPreconditionFailed(error)) throw translate(error, 'HOST_SAVE_FAILED')
    // An answer that was lost on the way: what is there is what we wrote.
    const there = await stored(options, dst.url, signal)
    if (there && (await digestOf(there.blob, options)) === (await digestOf(blob, options))) return there.version
    throw new SignError('HOST_CONFLICT', 'the storage holds another version', { cause: error })
  } finally {
    options.onTransfer?.(null)
  }
}

/** Where to read what an address names, if it can be read at all: the address to write to rarely may. */
async function stored(options: LinkHostOptions, target: string, signal: AbortSignal): Promise<HostDocument | null> {
  const { src } = options.link
  return read(options, sameObject(src, target) ? src : target, signal).catch(() => null)
}

/** Without a version of the storage the window between this look and the write stays open. */
async function expectUnchanged(options: LinkHostOptions, ifVersion: string, signal: AbortSignal): Promise<void> {
  const now = await stored(options, options.link.src, signal)
  if (now && `${BY_DIGEST}${await digestOf(now.blob, options)}` !== ifVersion) {
    throw new SignError('HOST_CONFLICT', 'the document is not the one that was signed')
  }
}

/** RFC 9110, 13.1: only over the version that was signed; a place of its own must be empty. */
function headersFor({ src, dst }: LinkAddress, ifVersion: string, type: string): Record<string, string> {
  const target = dst?.url ?? src
  const version = ifVersion.startsWith(BY_DIGEST) ? null : ifVersion
  const own = dst?.method === 'PUT' && !sameObject(src, target)
  return {
    'Content-Type': type === '' ? 'application/octet-stream' : type,
    ...(own ? { 'If-None-Match': '*' } : version === null ? {} : { 'If-Match': version }),
    // Azure's Put Blob takes nothing without it.
    ...(new URL(target).hostname.endsWith('.blob.core.windows.net') ? { 'x-ms-blob-type': 'BlockBlob' } : {}),
  }
}

const statusOf = (error: unknown): unknown => (error instanceof SignError ? error.details['status'] : undefined)

const isPreconditionFailed = (error: unknown): boolean => statusOf(error) === 412

/** Addresses that expired, were revoked or used up, and objects that are gone: the sender has to make a new link. */
const EXPIRED: readonly unknown[] = [401, 403, 404, 410]

function translate(error: unknown, usual: 'HOST_LOAD_FAILED' | 'HOST_SAVE_FAILED'): unknown {
  if (isAbort(error) || !(error instanceof SignError)) return error
  if (EXPIRED.includes(statusOf(error))) {
    return new SignError('LINK_EXPIRED', error.message, { cause: error, details: error.details })
  }
  if (error.code === 'NETWORK_STATUS')
    return new SignError(usual, error.message, { cause: error, details: error.details })
  return error
}
