import { acceptFrame } from './protocol/accept.ts'
import { CountersignError, type Channel, type Handlers } from './protocol/channel.ts'
import type { HostPorts } from './host-ports.ts'
import type { EnvelopeProposal, EnvelopeSummary, WireEnvelopeRead, WireEnvelopeResult } from './protocol/envelopes.ts'
import {
  isRecord,
  newNonce,
  type HostAbility,
  type SignerEventName,
  type SignerEvents,
  type SignerTheme,
  type SignLevel,
  type SignProfile,
  type WireContext,
  type WireFetchRequest,
  type WireConfirmRequest,
  type WireSaveRequest,
  type WireSignRequest,
  type WireSignResult,
} from './protocol/messages.ts'

/** A document to sign: its bytes, or where this page reads them, or only the `id` that `host.loadDocument` knows. */
export type SignDocument = Readonly<{
  /** Your identifier; by default the name. */
  id?: string
  name: string
  type?: string
  blob?: Blob
  bytes?: ArrayBuffer | Uint8Array<ArrayBuffer>
  /** Fetched by your page, with its cookies. */
  url?: string
  version?: string
  /** Lower-case hex; other bytes are refused with `HOST_DIGEST_MISMATCH`. */
  sha256?: string
}>

export type SignOptions = Readonly<{
  documents: readonly SignDocument[]
  /** `auto`: PDF gets a signature inside (PAdES), everything else one beside it (CAdES). */
  profile?: SignProfile
  level?: SignLevel
  reason?: string
  location?: string
  /** Lower-case hex SHA-256 of the certificate to use; absent: the person chooses. */
  signer?: string
  /**
   * Values for form fields by full name, filled in for the person to see and change: text, a choice (or several), `true` for a box, the
   * name of a radio button. One that no document has, or that its field does not take, refuses the act: `FORMAT_FIELD_*`.
   */
  fields?: Readonly<Record<string, string | boolean | readonly string[]>>
  /** Draw a visible signature. */
  visible?: boolean
  /**
   * Sign for a business process without showing each document: only where the deployment's config.json lets your origin ask, the
   * holder of the key has permitted so many to it, and the frame reaches the key by itself. Refused with `UNATTENDED_FORBIDDEN`,
   * `UNATTENDED_NOT_GRANTED`, `KEY_NEEDS_WINDOW`. No event of viewing or consent is fired.
   */
  unattended?: boolean
  /** Your own id of this act; the same id twice is the same act and gives the same result. */
  requestId?: string
  signal?: AbortSignal
}>

export type SignResult = WireSignResult

/** One act on an envelope, in the signer's window. Its documents are read and stored by your `host`, as with `sign`. */
export type EnvelopeOptions = Readonly<{
  /** Your own id of this act; the same id twice is the same act and gives the same result. */
  requestId?: string
  signal?: AbortSignal
}>

/**
 * One PDF is filled in itself; several documents, or any other kind, are enclosed under a cover sheet, and stay as they are: the envelope
 * is then a new document (`WireEnvelopeResult`).
 */
export type PrepareEnvelopeOptions = EnvelopeOptions &
  Readonly<{ documents: readonly SignDocument[]; proposal?: EnvelopeProposal }>

export type OpenEnvelopeOptions = EnvelopeOptions &
  Readonly<{
    /** The envelope's file. */
    document: SignDocument
    /** Documents that travel beside it, as far as you have them; the person is asked for the others. */
    beside?: readonly SignDocument[]
    /** Id of one of its people; absent: whoever's turn it is. */
    signatory?: string
  }>

export type EnvelopeResult = WireEnvelopeResult | Readonly<{ status: 'cancelled' }>

/** The verdict in short, and the whole ETSI report for who wants it. */
export type VerifyResult = Readonly<{
  indication: 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE' | 'NO_SIGNATURE'
  signatures: readonly unknown[]
}>

export type SignerOptions = Readonly<{
  /** Address of the app's frame page, e.g. `https://sign.example/embed/`. Its origin is the only one listened to. */
  src: string
  /** Where the frame is placed. */
  container: Element
  /** BCP 47; by default the page's `lang`. */
  locale?: string
  theme?: SignerTheme
  record?: WireContext['record']
  user?: WireContext['user']
  /** Let the frame be as tall as it wishes (`resize`); otherwise it fills the container. */
  fit?: boolean
  /** ms for the frame to load and answer. Default 15 000. */
  timeout?: number
  host?: HostPorts
}>

export interface Signer {
  /** The iframe, to be styled by you. */
  readonly element: HTMLIFrameElement
  /** @throws CountersignError `HOST_TIMEOUT` (not loaded, or this site may not embed it), `HOST_VERSION_MISMATCH`, `HOST_SANDBOXED` */
  readonly ready: Promise<SignerEvents['ready']>
  /** @throws CountersignError with the signer's code; `AbortError` when `signal` fired */
  sign(options: SignOptions): Promise<SignResult>
  verify(document: Blob | ArrayBuffer | Uint8Array<ArrayBuffer>, name?: string): Promise<VerifyResult>
  /** Has a person turn documents into an envelope: who signs, in which order, where. @throws as `sign` */
  prepareEnvelope(options: PrepareEnvelopeOptions): Promise<EnvelopeResult>
  /** Shows an envelope to `signatory`, or to whoever's turn it is: to sign, decline, delegate, accept or return. @throws as `sign` */
  openEnvelope(options: OpenEnvelopeOptions): Promise<EnvelopeResult>
  /**
   * The state of an envelope, and what your timeline and your mail have not told yet; nothing is shown.
   *
   * @returns null for a file that is no envelope
   */
  readEnvelope(
    document: Blob | ArrayBuffer | Uint8Array<ArrayBuffer>,
    options?: Omit<WireEnvelopeRead, 'blob' | 'name'> & { name?: string },
  ): Promise<EnvelopeSummary | null>
  setTheme(theme: SignerTheme): void
  setLocale(locale: string): void
  focus(): void
  /** @returns stops listening */
  on<E extends SignerEventName>(event: E, listener: (data: SignerEvents[E]) => void): () => void
  destroy(): void
}

const ALLOW =
  'publickey-credentials-get; publickey-credentials-create; storage-access; loopback-network; local-network-access; clipboard-write; fullscreen'

const toBlob = (data: Blob | ArrayBuffer | Uint8Array<ArrayBuffer>, type = ''): Blob =>
  data instanceof Blob ? data : new Blob([data], { type })

type Act = {
  wire: WireSignRequest
  signal: AbortSignal | undefined
  resolve(r: SignResult): void
  reject(e: unknown): void
}

/**
 * Places the signer's frame in your page and speaks with it.
 *
 * @example
 * const signer = createSigner({ src: 'https://sign.example/embed/', container: panel, host: { loadDocument, save } })
 * const result = await signer.sign({ documents: [{ id: '14-B', name: 'Contract 14-B.pdf' }] })
 */
export function createSigner(options: SignerOptions): Signer {
  const { container, host = {}, timeout = 15_000 } = options
  const src = new URL(options.src, location.href)
  let { locale = document.documentElement.lang, theme } = options
  const listeners = new Map<string, Set<(data: never) => void>>()
  const acts = new Map<string, Act>()
  const delivered = new Set<string>()
  const frame = placeFrame(container, src, locale)
  let channel: Channel | undefined
  let connected: (channel: Channel) => void = () => {}
  let failed: (error: Error) => void = () => {}
  let link = new Promise<Channel>((resolve, reject) => ([connected, failed] = [resolve, reject]))
  link.catch(() => {})

  const fire = <E extends SignerEventName>(event: E, data: SignerEvents[E]): void => {
    for (const listener of listeners.get(event) ?? []) (listener as (data: SignerEvents[E]) => void)(data)
    frame.dispatchEvent(new CustomEvent(`countersign-${event}`, { detail: data, bubbles: true, composed: true }))
  }
  let readyWith: (data: SignerEvents['ready']) => void = () => {}
  const ready = new Promise<SignerEvents['ready']>((resolve, reject) => {
    readyWith = resolve
    link.catch(reject)
  })
  ready.catch(() => {})
  let over = false
  const fail = (code: string, message: string, details?: Record<string, string>): void => {
    if (over) return
    over = true
    clearTimeout(clock)
    failed(new CountersignError(code, message, details))
    fire('error', { code, message })
  }
  const clock = setTimeout(
    () =>
      fail('HOST_TIMEOUT', `${src.origin} did not answer in ${timeout} ms: not loaded, or it does not list this site`),
    timeout,
  )
  const finish = (act: Act, result: SignResult): void => {
    acts.delete(act.wire.requestId)
    if (result.status === 'signed' || result.status === 'envelope') {
      const again = delivered.has(result.receipt.id)
      delivered.add(result.receipt.id)
      channel?.emit('received', { receipt: result.receipt.id })
      if (!again) fire(result.status, result as never)
    } else fire(result.status, result.status === 'declined' && result.reason ? { reason: result.reason } : {})
    act.resolve(result)
  }
  const run = async (act: Act): Promise<void> => {
    const over = channel
    try {
      const result = (await over?.call('sign', act.wire, act.signal ? { signal: act.signal } : {})) as SignResult
      if (over) finish(act, result)
    } catch (error) {
      // A reload of the frame closes the channel: the act stays, and is asked again with the same id on the next one.
      if (error instanceof CountersignError && error.code === 'HOST_CLOSED' && acts.has(act.wire.requestId)) return
      acts.delete(act.wire.requestId)
      act.reject(error)
    }
  }
  const stop = acceptFrame(window, {
    peer: () => frame.contentWindow,
    origin: src.origin,
    context: () => ({
      locale,
      ...(theme ? { theme } : {}),
      abilities: abilitiesOf(host),
      ...(options.record ? { record: options.record } : {}),
      ...(options.user ? { user: options.user } : {}),
    }),
    channel: {
      methods: serveHost(host),
      onEvent: (event, data) => {
        if (event === 'ready') readyWith(data as SignerEvents['ready'])
        if (event === 'resize' && options.fit) frame.style.height = `${(data as SignerEvents['resize']).height}px`
        if ((event === 'signed' || event === 'envelope') && isRecord(data)) {
          const { id } = (data as SignerEvents['signed']).receipt
          channel?.emit('received', { receipt: id })
          if (delivered.has(id)) return
          delivered.add(id)
        }
        fire(event as SignerEventName, data as never)
      },
    },
    onConnect: (next) => {
      clearTimeout(clock)
      channel = next
      link = Promise.resolve(next)
      connected(next)
      for (const act of acts.values()) void run(act)
    },
    onSandboxed: () =>
      fail('HOST_SANDBOXED', 'the frame is in a sandbox without allow-same-origin: it reaches no keys'),
    onVersionMismatch: (theirs) =>
      fail('HOST_VERSION_MISMATCH', 'the app speaks another protocol version', { theirs: theirs.join(',') }),
  })

  const ask = async (
    documents: readonly SignDocument[],
    signal: AbortSignal | undefined,
    rest: Partial<WireSignRequest>,
  ): Promise<SignResult> => {
    if (documents.length === 0) throw new TypeError('sign: no documents')
    const wire: WireSignRequest = {
      requestId: newNonce(),
      profile: 'auto',
      ...rest,
      documents: await Promise.all(documents.map(toWire)),
    }
    await link
    return new Promise((resolve, reject) => {
      const act: Act = { wire, signal, resolve, reject }
      acts.set(wire.requestId, act)
      void run(act)
    })
  }
  const askEnvelope = async (
    documents: readonly SignDocument[],
    { requestId, signal }: EnvelopeOptions,
    envelope: NonNullable<WireSignRequest['envelope']>,
  ): Promise<EnvelopeResult> =>
    (await ask(documents, signal, { envelope, ...(requestId ? { requestId } : {}) })) as EnvelopeResult

  return {
    element: frame,
    ready,
    sign: ({ documents, signal, ...rest }) => ask(documents, signal, rest),
    prepareEnvelope: ({ documents, proposal = {}, ...rest }) =>
      askEnvelope(documents, rest, { kind: 'prepare', proposal }),
    openEnvelope: ({ document: one, beside = [], signatory, ...rest }) =>
      askEnvelope([one, ...beside], rest, { kind: 'act', ...(signatory === undefined ? {} : { signatory }) }),
    async readEnvelope(data, { name = 'document', ...rest } = {}) {
      const asked: WireEnvelopeRead = { ...rest, blob: toBlob(data), name }
      return (await (await link).call('readEnvelope', asked)) as EnvelopeSummary | null
    },
    async verify(data, name = 'document') {
      return (await (await link).call('verify', { blob: toBlob(data), name })) as VerifyResult
    },
    setTheme(next) {
      theme = next
      channel?.emit('theme', next)
    },
    setLocale(next) {
      locale = next
      channel?.emit('locale', next)
    },
    focus: () => frame.focus(),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener as (data: never) => void))
      return () => void set.delete(listener as (data: never) => void)
    },
    destroy() {
      clearTimeout(clock)
      const pending = [...acts.values()]
      acts.clear()
      stop()
      frame.remove()
      for (const act of pending) act.reject(new DOMException('the signer was destroyed', 'AbortError'))
    },
  }
}

function placeFrame(container: Element, src: URL, locale: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.title = 'Countersign'
  frame.allow = ALLOW
  frame.referrerPolicy = 'strict-origin'
  frame.style.cssText = 'border:0;width:100%;height:100%;display:block;color-scheme:normal'
  // Browsers without ancestorOrigins: the frame says hello to this origin only, and the answer must come from it.
  src.searchParams.set('host', location.origin)
  // So that it need not wait for the handshake to know which words to load.
  if (locale) src.searchParams.set('locale', locale)
  frame.src = src.href
  container.append(frame)
  return frame
}

function abilitiesOf(host: HostPorts): HostAbility[] {
  const names = { load: 'loadDocument', save: 'save', list: 'list', fetch: 'fetch', confirm: 'confirm' } as const
  return (Object.keys(names) as HostAbility[]).filter((ability) => host[names[ability]])
}

/** The port's methods over the host's functions. A key that is being stored, or was, is not stored twice. */
function serveHost(host: HostPorts): Handlers {
  const saves = new Map<string, Promise<unknown>>()
  const save = (asked: WireSaveRequest): Promise<unknown> => {
    const { id, name, type, blob, sha256, ifVersion, idempotencyKey } = asked
    const running =
      saves.get(idempotencyKey) ??
      (async () =>
        (await host.save?.({ id, name }, { name, type, blob, sha256 }, { ifVersion, idempotencyKey })) ?? {})()
    saves.set(idempotencyKey, running)
    running.catch(() => saves.delete(idempotencyKey))
    return running
  }
  return {
    ...(host.loadDocument && {
      load: (ref, signal) => host.loadDocument?.(ref as { id: string; name: string }, signal),
    }),
    ...(host.save && { save: (asked) => save(asked as WireSaveRequest) }),
    ...(host.list && { list: () => host.list?.() }),
    ...(host.fetch && { fetch: (asked, signal) => host.fetch?.(asked as WireFetchRequest, signal) }),
    ...(host.confirm && { confirm: (asked, signal) => host.confirm?.(asked as WireConfirmRequest, signal) }),
  }
}

async function toWire(document: SignDocument): Promise<WireSignRequest['documents'][number]> {
  const { name, id = name, blob, bytes, url, ...rest } = document
  if (blob) return { ...rest, id, name, blob }
  if (bytes) return { ...rest, id, name, blob: toBlob(bytes, rest.type) }
  if (!url) return { ...rest, id, name }
  const response = await fetch(url)
  if (!response.ok) throw new CountersignError('HOST_LOAD_FAILED', `${name}: HTTP ${response.status}`)
  return { ...rest, id, name, blob: await response.blob() }
}
