import { SignError } from '../../core/errors.ts'
import { MOST_ENCLOSED } from '../../core/envelope/enclosed.ts'
import type { EnvelopeSummary } from '../../core/host-envelope.ts'
import type {
  CommandDocument,
  CommandingHost,
  DocumentRef,
  HostCapability,
  HostContext,
  HostDocument,
  SaveGuard,
  SignAnswer,
  SignCommand,
} from '../../core/host.ts'
import { connectToHost, type ConnectOptions } from '../../host-sdk/protocol/connect.ts'
import type { Channel } from '../../host-sdk/protocol/channel.ts'
import { isRecord, type HostAbility, type SignerTheme, type WireContext } from '../../host-sdk/protocol/messages.ts'
import { checkSize, parseCommand } from './parse-command.ts'
import { translateError } from './translate-error.ts'

export type VerifyAsk = Readonly<{ name: string; blob: Blob }>
/** `link`: where a person acts; `{signatory}` stands for the id. */
export type ReadEnvelopeAsk = VerifyAsk & Readonly<{ link: string | null; beside: readonly Blob[] }>

/** What the app does when the host speaks. */
export type HostListeners = Readonly<{
  sign: (command: SignCommand, signal: AbortSignal) => Promise<SignAnswer>
  verify: (ask: VerifyAsk, signal: AbortSignal) => Promise<unknown>
  readEnvelope: (ask: ReadEnvelopeAsk, signal: AbortSignal) => Promise<EnvelopeSummary | null>
  /** The host has the result of this receipt: nothing has to be kept for it any more. */
  received: (receipt: string) => void
  appearance: (change: { locale?: string; theme?: SignerTheme }) => void
  /** Another event of the host. */
  event?: (name: string, data: unknown) => void
  /** The host has not acknowledged anything for a while. */
  silent?: () => void
}>

export type PostMessageHostOptions = Readonly<{
  self: Window
  /** Parent or opener. */
  peer: Window
  origin: string
  listeners: HostListeners
  /** Bytes of one document at most. */
  maxBytes: number
  handshake?: Partial<Pick<ConnectOptions, 'timeout' | 'repeat' | 'versions' | 'signal'>>
  /** ms for `list`, `open` and `confirm`; `save` waits as long as the host takes. */
  patience?: number
}>

export interface PostMessageHost extends CommandingHost {
  readonly appearance: Readonly<{ locale: string | undefined; theme: SignerTheme | undefined }>
  readonly version: number
  close(): void
}

const CAPABILITY: Partial<Record<HostAbility, HostCapability>> = {
  save: 'save',
  list: 'list',
  fetch: 'fetch',
  confirm: 'confirm',
}

/**
 * Shakes hands with the page that holds this frame or opened this window.
 *
 * @throws SignError `HOST_TIMEOUT`, `HOST_VERSION_MISMATCH`
 */
export async function connectPostMessageHost(options: PostMessageHostOptions): Promise<PostMessageHost> {
  const { self, peer, origin, listeners, maxBytes, patience = 120_000 } = options
  const known = new Map<string, CommandDocument>()
  const connection = await connectToHost(self, {
    peer,
    origin,
    ...options.handshake,
    channel: {
      methods: {
        sign: (params, signal) => {
          const command = parseCommand(params, { documents: 1000, bytes: maxBytes })
          for (const document of command.documents) known.set(document.id, document)
          return listeners.sign(command, signal)
        },
        verify: (params, signal) => listeners.verify(parseVerify(params, maxBytes), signal),
        readEnvelope: (params, signal) => listeners.readEnvelope(parseRead(params, maxBytes), signal),
      },
      onEvent: (name, data) => heard(listeners, name, data),
      ...(listeners.silent ? { onSilent: listeners.silent } : {}),
    },
  }).catch((error: unknown) => {
    throw translateError(error, 'HOST_FAILED')
  })
  const { channel, context, version } = connection
  const abilities = new Set(context.abilities)
  const ask = async (method: string, params: unknown, code: 'HOST_FAILED' | 'HOST_LOAD_FAILED', signal?: AbortSignal) =>
    channel.call(method, params, { timeout: patience, ...(signal ? { signal } : {}) }).catch((error: unknown) => {
      throw translateError(error, code)
    })
  return {
    id: 'post-message',
    origin,
    version,
    appearance: { locale: context.locale, theme: context.theme },
    capabilities: new Set(context.abilities.flatMap((ability) => CAPABILITY[ability] ?? [])),
    context: () => Promise.resolve(toContext(context)),
    list: async () => (abilities.has('list') ? parseRefs(await ask('list', null, 'HOST_FAILED')) : []),
    open: (ref, signal) =>
      openDocument(known, ref, abilities, maxBytes, () => ask('load', ref, 'HOST_LOAD_FAILED', signal)),
    save: (ref, blob, guard) => saveDocument(channel, ref, blob, guard),
    confirm: async (request, signal) => (await ask('confirm', request, 'HOST_FAILED', signal)) === true,
    tell: (event, data) => channel.emit(event, data),
    fetch: async (request, signal) => parseFetched(await ask('fetch', request, 'HOST_FAILED', signal)),
    close: () => channel.close(),
  }
}

function heard(listeners: HostListeners, name: string, data: unknown): void {
  if (name === 'received' && isRecord(data) && typeof data['receipt'] === 'string') listeners.received(data['receipt'])
  else if (name === 'locale' && typeof data === 'string') listeners.appearance({ locale: data })
  else if (name === 'theme' && isRecord(data)) listeners.appearance({ theme: data })
  else listeners.event?.(name, data)
}

function toContext(context: WireContext): HostContext {
  return {
    ...(context.locale ? { locale: context.locale } : {}),
    ...(context.theme?.mode ? { theme: context.theme.mode } : {}),
    ...(context.record ? { record: context.record } : {}),
    ...(context.user ? { user: context.user } : {}),
  }
}

function malformed(method: string): SignError {
  return new SignError('HOST_MESSAGE_INVALID', `the host answered ${method} with a malformed value`, {
    details: { field: method },
  })
}

function parseRefs(value: unknown): DocumentRef[] {
  if (!Array.isArray(value)) throw malformed('list')
  return value.map((one: unknown) => {
    if (!isRecord(one) || typeof one['id'] !== 'string' || typeof one['name'] !== 'string') throw malformed('list')
    return { id: one['id'], name: one['name'] }
  })
}

function parseVerify(value: unknown, maxBytes: number): VerifyAsk {
  if (!isRecord(value) || !(value['blob'] instanceof Blob)) throw malformed('verify')
  const name = typeof value['name'] === 'string' ? value['name'].slice(0, 255) : 'document'
  checkSize(value['blob'], name, maxBytes)
  return { name, blob: value['blob'] }
}

function parseRead(value: unknown, maxBytes: number): ReadEnvelopeAsk {
  const ask = parseVerify(value, maxBytes)
  const { link, beside = [] } = isRecord(value) ? value : {}
  if (!Array.isArray(beside) || beside.length > MOST_ENCLOSED) throw malformed('beside')
  const blobs = beside.map((one: unknown) => {
    if (!(one instanceof Blob)) throw malformed('beside')
    checkSize(one, ask.name, maxBytes)
    return one
  })
  return { ...ask, link: typeof link === 'string' && link.length <= 2048 ? link : null, beside: blobs }
}

function parseFetched(value: unknown): { status: number; body: ArrayBuffer } {
  if (!isRecord(value) || typeof value['status'] !== 'number' || !(value['body'] instanceof ArrayBuffer)) {
    throw malformed('fetch')
  }
  return { status: value['status'], body: value['body'] }
}

async function openDocument(
  known: ReadonlyMap<string, CommandDocument>,
  ref: DocumentRef,
  abilities: ReadonlySet<HostAbility>,
  maxBytes: number,
  load: () => Promise<unknown>,
): Promise<HostDocument> {
  const given = known.get(ref.id)
  if (given?.blob) {
    return { blob: given.blob, name: given.name, type: given.type ?? given.blob.type, version: given.version ?? '' }
  }
  if (!abilities.has('load')) {
    throw new SignError('HOST_LOAD_FAILED', `${ref.name}: the host gave no bytes and cannot load`, {
      details: { name: ref.name },
    })
  }
  const loaded = await load()
  if (!isRecord(loaded) || !(loaded['blob'] instanceof Blob)) throw malformed('load')
  const { blob } = loaded
  checkSize(blob, ref.name, maxBytes)
  const text = (key: string, usual: string): string => {
    const value = loaded[key]
    return typeof value === 'string' ? value : usual
  }
  return {
    blob,
    name: text('name', ref.name),
    type: text('type', blob.type),
    version: text('version', given?.version ?? ''),
  }
}

/** Waits as long as the host takes: only its answer says whether the document is stored. */
async function saveDocument(
  channel: Channel,
  ref: DocumentRef,
  blob: Blob,
  guard: SaveGuard,
): Promise<{ stored: DocumentRef; version: string }> {
  const { ifVersion, idempotencyKey, sha256 = '' } = guard
  const asked = { id: ref.id, name: ref.name, type: blob.type, blob, sha256, ifVersion, idempotencyKey }
  const stored = await channel.call('save', asked).catch((error: unknown) => {
    throw translateError(error, 'HOST_SAVE_FAILED')
  })
  const version = isRecord(stored) && typeof stored['version'] === 'string' ? stored['version'] : ''
  return { stored: { id: ref.id, name: ref.name }, version }
}
